"""
An engine beside us that makes photographs talk: what it can do, and its frames, over HTTP.

    GET  /capabilities  {"name", "version", "licence", "inputs": ["photo"], "alpha": true, "max_side": 512}
    GET  /health        200 when it can take work
    POST /prepare       a picture as PNG -> {"artifact": "…"}
    POST /render        {"render", "artifact", "frames", "fps", "width", "height", "alpha", "seed", "rate", "pcm",
                        "words", "phones"} -> raw frames, RGB or RGBA with premultiplied colours
    POST /cancel        {"render"}: nobody wants its frames any more

It runs where the operator put it, with weights that the operator has; its licence has to be acknowledged by name.
"""

import base64
import contextlib
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import numpy as np
from msgspec import Struct

from greenroom.errors import AddressRefused, FetchFailed
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.studio.frame_file import FrameHead, FrameWriter, NotFrames
from greenroom.studio.speech import Phone, Speech, Word

_CONNECT_S, _CANCEL_S = 10.0, 5.0
_MOST_ANSWER_BYTES = 1 << 20
_LEAST_SIDE = 64


class EngineRefused(Exception):
    """The engine is not used: its code and a sentence for the owner of the video."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EngineStopped(Exception):
    """Nobody wants the frames any more."""


class Capabilities(Struct, frozen=True):
    """What an engine says of itself. `max_side` is the longest side of its frames in pixels."""

    name: str
    licence: str
    version: str = ""
    inputs: tuple[str, ...] = ("photo",)
    alpha: bool = False
    max_side: int = 512


_Answer = TypeVar("_Answer", bound=Struct)


class _Prepared(Struct, frozen=True):
    artifact: str


class _Wish(Struct, frozen=True):
    render: str
    artifact: str
    frames: int
    fps: int
    width: int
    height: int
    alpha: bool
    seed: int
    rate: int
    pcm: str
    """Mono samples of 16 bits, little endian, in Base64."""
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]


class _Cancel(Struct, frozen=True):
    render: str


@dataclass(frozen=True, slots=True)
class PhotoEngine:
    """The engine at an address. Methods block and raise EngineRefused for whatever it does not do."""

    client: GuardedClient
    address: str
    key: str
    licence: str
    """The licence that the operator has acknowledged, as the engine names it."""
    timeout_s: float

    def capabilities(self) -> Capabilities:
        """What it can do, if it may be used: photographs, under the licence that was acknowledged."""
        found = self._decoded(self._answer("GET", "/capabilities"), Capabilities)
        if found.licence != self.licence:
            text = (
                f"The engine '{found.name}' is under the licence '{found.licence}', and photo.engine_licence "
                f"acknowledges '{self.licence}'. Read the licence, and name it there if you agree."
            )
            raise EngineRefused("engine_licence", text)
        if "photo" not in found.inputs:
            raise EngineRefused("engine_unfit", f"The engine '{found.name}' animates no photographs.")
        if found.max_side < _LEAST_SIDE:
            raise EngineRefused("engine_unfit", f"Frames of the engine '{found.name}' are too small.")
        self._answer("GET", "/health")
        return found

    def prepare(self, png: bytes) -> str:
        """Give it a picture; the name of what it made of it."""
        return self._decoded(self._answer("POST", "/prepare", png, "image/png"), _Prepared).artifact

    def render(
        self, artifact: str, head: FrameHead, speech: Speech, seed: int, descriptor: int, stop: threading.Event
    ) -> FrameHead:
        """
        Have frames made and write them into an open file; `head` says how many of which size.

        Raises EngineStopped soon after `stop` is set, when the engine has been told.
        """
        sound = np.round(np.clip(speech.sound, -1, 1) * 32767).astype("<i2").tobytes()
        wish = _Wish(
            render=secrets.token_hex(8),
            artifact=artifact,
            frames=head.frames,
            fps=30,
            width=head.width,
            height=head.height,
            alpha=head.channels == 4,
            seed=seed,
            rate=speech.rate,
            pcm=base64.b64encode(sound).decode(),
            words=speech.words,
            phones=speech.phones,
        )
        try:
            return self._received(wish, head, descriptor, stop)
        except EngineStopped:
            with contextlib.suppress(EngineRefused):
                self._answer("POST", "/cancel", msgspec.json.encode(_Cancel(wish.render)), patience_s=_CANCEL_S)
            raise

    def _received(self, wish: _Wish, head: FrameHead, descriptor: int, stop: threading.Event) -> FrameHead:
        writer = FrameWriter(descriptor, head.width, head.height, head.channels)
        patience = Patience(self.timeout_s, min(_CONNECT_S, self.timeout_s), self.timeout_s)
        body = msgspec.json.encode(wish)
        with (
            _failures(),
            self.client.request("POST", self._url("/render"), patience, headers=self._headers(), body=body) as reply,
        ):
            if reply.status != 200:
                raise EngineRefused("engine_failed", f"The engine answered with status {reply.status}.")
            for piece in reply.pieces():
                if stop.is_set():
                    raise EngineStopped
                writer.add(piece)
                if writer.frames > head.frames:
                    raise EngineRefused(
                        "engine_failed", f"The engine gave more than the {head.frames} frames asked for."
                    )
        if writer.frames != head.frames:
            raise EngineRefused("engine_failed", f"The engine gave {writer.frames} of {head.frames} frames.")
        try:
            return writer.close()
        except NotFrames as problem:
            raise EngineRefused("engine_failed", f"What the engine gave is no good: {problem}.") from problem

    def _answer(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json", patience_s: float | None = None
    ) -> bytes:
        time_s = min(patience_s or self.timeout_s, self.timeout_s)
        patience = Patience(time_s, min(_CONNECT_S, time_s), time_s)
        headers = {**self._headers(), "content-type": kind}
        with _failures(), self.client.request(method, self._url(path), patience, headers=headers, body=body) as reply:
            answer = reply.start(_MOST_ANSWER_BYTES)
            if reply.status != 200:
                raise EngineRefused("engine_failed", f"The engine answered {path} with status {reply.status}.")
        return answer

    def _decoded(self, answer: bytes, kind: type[_Answer]) -> _Answer:
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.DecodeError as problem:
            raise EngineRefused("engine_failed", "The engine's answer is none of its interface.") from problem

    def _url(self, path: str) -> str:
        return self.address.rstrip("/") + path

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.key}"} if self.key else {}


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """What goes wrong between us and the engine, in its own words."""
    try:
        yield
    except (AddressRefused, FetchFailed) as problem:
        raise EngineRefused("engine_failed", f"The engine cannot be reached: {problem.finding.message}") from problem
