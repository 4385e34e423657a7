"""
Rendering with an engine beside us, where the operator has one: its frames are fetched before the confined render.

They come over the network, so the server fetches them, packs them as they are into the folder of the video and hands
the open file to the process that composes; that process looks at no network, and the server at no picture. Where the
engine cannot be used the built-in one draws, and the result says so.
"""

import contextlib
import io
import os
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from greenroom.domain.video import Screen, film_frames
from greenroom.errors import NotProduced
from greenroom.render.photo_engine import Capabilities, EngineRefused, EngineStopped, PhotoEngine
from greenroom.render.renderer import STOPPED
from greenroom.studio import speech_file
from greenroom.studio.frame_file import FrameFile, FrameHead, NotFrames
from greenroom.studio.notice import Notice
from greenroom.studio.plan import Plan, Rendered, Rendering

Tell = Callable[[Rendering], None]
Render = Callable[[Plan, threading.Event, Tell], Rendered]

_NAME = "engine.frames"


@dataclass(frozen=True, slots=True)
class EnginedRenderer:
    """What makes films, with photographs moved by an engine."""

    render_alone: Render
    engine: PhotoEngine

    def render(self, plan: Plan, stop: threading.Event, tell: Tell) -> Rendered:
        """As `Renderer.render`; blocks while the engine works, too."""
        if plan.portrait is None:
            return self.render_alone(plan, stop, tell)
        try:
            with self._frames(plan, stop) as descriptor:
                return self.render_alone(msgspec.structs.replace(plan, engine=descriptor), stop, tell)
        except EngineStopped:
            raise NotProduced(STOPPED, "The making of the video was stopped.") from None
        except EngineRefused as problem:
            rendered = self.render_alone(plan, stop, tell)
            notice = Notice(problem.code, f"The built-in engine moved the photograph. {problem}")
            return msgspec.structs.replace(rendered, warnings=(*rendered.warnings, notice))

    @contextlib.contextmanager
    def _frames(self, plan: Plan, stop: threading.Event) -> Iterator[int]:
        """The open file of an engine's frames for a plan; what an earlier attempt has fetched is used again."""
        descriptor = os.open(os.path.join(plan.work, _NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                FrameFile.opened(descriptor)
            except NotFrames:
                self._fetch(plan, descriptor, stop)
            yield descriptor
        finally:
            os.close(descriptor)

    def _fetch(self, plan: Plan, descriptor: int, stop: threading.Event) -> None:
        if plan.speech is None:
            raise EngineRefused(
                "engine_needs_script", "The engine moves photographs that say a script, not a recording."
            )
        assert plan.portrait is not None, "asked for plans with a photograph only"
        can = self.engine.capabilities()
        speech, picture = speech_file.read(plan.speech), _picture(plan.portrait)
        head = FrameHead(*_size(picture, can), self._channels(plan, can), film_frames(speech.duration_s))
        artifact = self.engine.prepare(png(picture))
        self.engine.render(artifact, head, speech, plan.spec.seed, descriptor, stop)

    def _channels(self, plan: Plan, can: Capabilities) -> int:
        likeness = plan.spec.likeness
        if likeness is not None and likeness.own_ground and plan.spec.screen is Screen.BACKGROUND:
            return 3
        if not can.alpha:
            text = f"The engine '{can.name}' cannot cut people out; it is used where the photograph's ground is kept."
            raise EngineRefused("engine_unfit", text)
        return 4


def _size(picture: NDArray[np.uint8], can: Capabilities) -> tuple[int, int]:
    """Width and height of the frames that are asked for: the picture's shape, as large as the engine makes them."""
    height, width = picture.shape[:2]
    scale = min(1.0, can.max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _picture(descriptor: int) -> NDArray[np.uint8]:
    """The picture in a prepared portrait: one array, and nothing else of it."""
    data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            picture = np.ascontiguousarray(held["picture"], np.uint8)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        raise EngineRefused("engine_failed", "The prepared photograph cannot be read.") from problem
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise EngineRefused("engine_failed", "The prepared photograph is no picture.")
    return picture


def png(picture: NDArray[np.uint8]) -> bytes:
    """A picture of RGB as a PNG, written without a library that reads any."""
    height, width = picture.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
