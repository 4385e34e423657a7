"""WebM by the head of its segment, and by its last cluster where the head does not say how long it plays."""

import struct
from collections.abc import Iterator

from greenroom.domain.glance import Ends, Glance
from greenroom.domain.media import AudioStream, Format, Kind, MediaInfo, VideoStream

_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION, _ENTRY, _TIMESTAMP = 0x2AD7B1, 0x4489, 0xAE, 0xE7
_NUMBER, _TYPE, _CODEC, _VIDEO, _AUDIO = 0xD7, 0x83, 0x86, 0xE0, 0xE1
_WIDTH, _HEIGHT, _RATE, _CHANNELS, _DEFAULT = 0xB0, 0xBA, 0xB5, 0x9F, 0x23E383
_BLOCK_GROUP, _BLOCK, _SIMPLE_BLOCK = 0xA0, 0xA1, 0xA3
_PICTURE, _SOUND = 1, 2
_CODECS = {
    "V_VP8": "vp8",
    "V_VP9": "vp9",
    "V_AV1": "av1",
    "V_MPEG4/ISO/AVC": "h264",
    "V_MPEGH/ISO/HEVC": "hevc",
    "A_OPUS": "opus",
    "A_VORBIS": "vorbis",
    "A_AAC": "aac",
}
_MOST_ELEMENTS = 4096

_Element = tuple[int, bytes]


def glance_at_webm(ends: Ends, format: Format) -> Glance:
    """Look at the head, and at the last cluster in the tail."""
    scale_ns, duration, entries = 1_000_000, None, []
    for identity, body in _segment(ends.head):
        if identity == _INFO:
            for inner, value in _elements(body):
                scale_ns = int.from_bytes(value, "big") if inner == _SCALE else scale_ns
                duration = _float(value) if inner == _DURATION else duration
        elif identity == _TRACKS:
            entries = [dict(_elements(value)) for inner, value in _elements(body) if inner == _ENTRY]
    duration_s = duration * scale_ns / 1e9 if duration else None
    still_open = []
    if duration_s is None:
        duration_s = _last_block_s(ends, scale_ns)
        still_open.append("how long it plays exactly: the header leaves it open")
    picture = next((entry for entry in entries if _whole(entry, _TYPE) == _PICTURE and _codec(entry)), None)
    sound = next((entry for entry in entries if _whole(entry, _TYPE) == _SOUND and _codec(entry)), None)
    if not picture and not sound:
        still_open.append("codecs: the description of the tracks is not in the part that was sent")
    video = _video(picture, duration_s or 0.0) if picture else None
    info = MediaInfo(
        format=format,
        kind=Kind.AUDIO if sound and not any(_whole(entry, _TYPE) == _PICTURE for entry in entries) else Kind.VIDEO,
        width=video.width if video else None,
        height=video.height if video else None,
        duration_s=duration_s,
        video=video,
        audio=_audio(sound, duration_s or 0.0) if sound else None,
    )
    return Glance(info, open=tuple(still_open))


def _video(entry: dict[int, bytes], duration_s: float) -> VideoStream:
    size = dict(_elements(entry.get(_VIDEO, b"")))
    step_ns = _whole(entry, _DEFAULT)
    rate = round(1e9 / step_ns, 3) if step_ns else None
    index = max(0, _whole(entry, _NUMBER) - 1)
    return VideoStream(index, _codec(entry), _whole(size, _WIDTH), _whole(size, _HEIGHT), 0, duration_s, rate)


def _audio(entry: dict[int, bytes], duration_s: float) -> AudioStream:
    said = dict(_elements(entry.get(_AUDIO, b"")))
    rate_hz = round(_float(said.get(_RATE, b"")) or 8000)
    return AudioStream(
        max(0, _whole(entry, _NUMBER) - 1), _codec(entry), rate_hz, _whole(said, _CHANNELS) or 1, duration_s
    )


def _codec(entry: dict[int, bytes]) -> str:
    name = entry.get(_CODEC, b"").rstrip(b"\0").decode("latin-1")
    return _CODECS.get(name, "")


def _last_block_s(ends: Ends, scale_ns: int) -> float | None:
    """When the last block of the last cluster begins: the file plays a little longer than that."""
    data = ends.tail or ends.head
    at = data.rfind(_CLUSTER.to_bytes(4, "big"))
    if at < 0:
        return None
    began = last = None
    for identity, body in _segment(data[at:], from_cluster=True):
        if identity == _TIMESTAMP:
            began = last = int.from_bytes(body, "big")
        elif began is not None and last is not None:
            last = max(last, *(began + offset for offset in _offsets(identity, body)), last)
    return last * scale_ns / 1e9 if last is not None else None


def _offsets(identity: int, body: bytes) -> Iterator[int]:
    """The times of the blocks in an element, from the beginning of their cluster (RFC 9559 section 10.1)."""
    if identity == _BLOCK_GROUP:
        for inner, block in _elements(body):
            if inner == _BLOCK:
                yield from _offsets(_SIMPLE_BLOCK, block)
    elif identity == _SIMPLE_BLOCK and body:
        length = 9 - body[0].bit_length()  # of the track's number
        yield int.from_bytes(body[length : length + 2], "big", signed=True)


def _segment(data: bytes, *, from_cluster: bool = False) -> Iterator[_Element]:
    """What lies right inside the segment, or inside the cluster with which the data begins."""
    at, wanted = 0, _CLUSTER if from_cluster else _SEGMENT
    for _ in range(8):
        identity, size, at = _head(data, at)
        if identity == wanted:
            yield from _elements(data[at:])
            return
        if size is None:
            return
        at += size


def _elements(data: bytes) -> Iterator[_Element]:
    at = 0
    for _ in range(_MOST_ELEMENTS):
        if at >= len(data):
            return
        identity, size, at = _head(data, at)
        if size is None or identity == _CLUSTER:
            return
        yield identity, data[at : at + size]
        at += size


def _head(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Identity and size of the element at `at`, and where its body begins; IndexError at the end."""
    length = 9 - data[at].bit_length()
    identity = int.from_bytes(data[at : at + length], "big")
    at += length
    length = 9 - data[at].bit_length()
    if length > 8:
        raise ValueError("no size")
    mask = (1 << 7 * length) - 1
    size = int.from_bytes(data[at : at + length], "big") & mask
    return identity, None if size == mask else size, at + length


def _whole(entry: dict[int, bytes], identity: int) -> int:
    return int.from_bytes(entry.get(identity, b"")[:8], "big")


def _float(body: bytes) -> float | None:
    if len(body) not in (4, 8):
        return None
    (value,) = struct.unpack(">f" if len(body) == 4 else ">d", body)
    return value if 0 < value < 1e15 else None
