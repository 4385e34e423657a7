"""Preflight: what would be refused and advised of a file, told by its ends before it is sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from greenroom.domain.advice import Advice, advice
from greenroom.domain.findings import finding
from greenroom.domain.formats import FORMATS, same_family
from greenroom.domain.glance import CODEC_OF_CODE, Ends, Glance
from greenroom.domain.media import AudioStream, Examination, Finding, Format, Kind, MediaInfo, VideoStream
from greenroom.domain.policy import Declared, Dialect, Policy, wrong_bytes
from greenroom.errors import ContentRefused, ParameterError, UploadRefused
from greenroom.media.sniff import sniff

NOT_SEEN = (
    "whether every picture and every sound decodes",
    "what only a full decode measures: loudness, noise, silent, black and frozen stretches",
)
_MOVING = (Kind.VIDEO, Kind.AUDIO)


class PreflightRequest(msgspec.Struct, frozen=True):
    """What a client says of its file, and the file's ends. None where it did not say."""

    filename: str
    content_type: str | None
    size_bytes: int
    head: bytes
    tail: bytes
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would come of the file: the refusals in the order in which an upload would meet them, and the rest."""

    kind: Kind | None
    refusals: tuple[UploadRefused, ...]
    advice: tuple[Advice, ...]
    info: MediaInfo | None
    open: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The reasons of all refusals."""
        return tuple(finding for refusal in self.refusals for finding in (refusal.finding, *refusal.others))


@dataclass(frozen=True, slots=True)
class Preflight:
    """Judge files that are not there yet."""

    policy: Policy
    glance: Callable[[Ends, Format], Glance]

    def foresee(self, request: PreflightRequest) -> Foreseen:
        """
        Say what is known before the file is sent; takes milliseconds and decodes nothing.

        Raises ParameterError when the ends cannot be those of a file of that size.
        """
        _require_fitting(request)
        refusals: list[UploadRefused] = []
        declared = self._declared(request, refusals)
        if request.size_bytes == 0:
            refusals.append(ContentRefused(finding("empty", "The file is empty.", measured="0 bytes")))
            return Foreseen(declared.kind if declared else None, tuple(refusals), (), None, ())
        seen = sniff(request.head[:4096])
        if declared is not None and (seen.format is None or not same_family(seen.format, declared.format)):
            refusals.append(wrong_bytes(declared.format, seen.name))
        if seen.format is None:
            return Foreseen(declared.kind if declared else None, tuple(refusals), (), None, ())
        kind = declared.kind if declared is not None else FORMATS[seen.format].kind
        glanced = self.glance(Ends(request.head, request.tail, request.size_bytes), seen.format)
        info = _completed(glanced.info, request, kind)
        # Bytes of another kind are refused as such above: one reason is enough.
        if not refusals or declared is None:
            refusals += self._judged(glanced, info, request, kind)
        given = advice(info, request.size_bytes, kind) if info.kind is kind else ()
        return Foreseen(kind, tuple(refusals), given, info, (*_still_open(glanced, info), *NOT_SEEN))

    def _declared(self, request: PreflightRequest, refusals: list[UploadRefused]) -> Declared | None:
        dialect, size_bytes = Dialect.CONTENT_TYPE, request.size_bytes
        try:
            return self.policy.declare(request.filename, request.content_type, size_bytes, dialect)
        except UploadRefused as refusal:
            refusals.append(refusal)
            return None

    def _judged(
        self, glanced: Glance, info: MediaInfo, request: PreflightRequest, kind: Kind
    ) -> Iterator[UploadRefused]:
        if glanced.damage:
            yield ContentRefused(*glanced.damage)
        try:
            self.policy.judge(Examination(info=_with_codecs(info, request)), kind)
        except UploadRefused as refusal:
            yield refusal


def _require_fitting(request: PreflightRequest) -> None:
    for name, end in (("head", request.head), ("tail", request.tail)):
        if len(end) > request.size_bytes:
            raise ParameterError(name, f"has {len(end)} bytes, more than the file_size of {request.size_bytes}")
    if request.size_bytes and not request.head:
        raise ParameterError("head", "is empty: send the first bytes of the file, 256 KB of them if it has as many")


def _completed(info: MediaInfo, request: PreflightRequest, kind: Kind) -> MediaInfo:
    """What was seen, and what the client says where nothing was seen."""
    nothing_seen = info.video is None and info.audio is None and kind in _MOVING
    duration_s = info.duration_s if info.duration_s is not None or kind not in _MOVING else request.duration_s
    return msgspec.structs.replace(
        info,
        kind=kind if nothing_seen and info.kind in _MOVING else info.kind,
        duration_s=duration_s,
        width=info.width or request.width if kind is not Kind.AUDIO else None,
        height=info.height or request.height if kind is not Kind.AUDIO else None,
    )


def _with_codecs(info: MediaInfo, request: PreflightRequest) -> MediaInfo:
    if info.video is not None or info.audio is not None or info.kind not in _MOVING:
        return info
    named = [CODEC_OF_CODE.get(code.partition(".")[0].strip()) for code in request.codecs]
    pictures = [name for name in named if name in ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "prores", "mjpeg")]
    sounds = [name for name in named if name and name not in pictures]
    return msgspec.structs.replace(
        info,
        video=VideoStream(0, pictures[0], 0, 0, 0, 0.0) if pictures else None,
        audio=AudioStream(len(pictures[:1]), sounds[0], 0, 0, 0.0) if sounds else None,
    )


def _still_open(glanced: Glance, info: MediaInfo) -> Iterator[str]:
    for what in glanced.open:
        if not (what.startswith("how long") and glanced.info.duration_s is None and info.duration_s is not None):
            yield what
