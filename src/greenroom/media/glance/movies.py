"""MP4, MOV and M4A by their movie box, wherever it lies: tracks, codecs, sizes, durations, rates."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from greenroom.domain.glance import CODEC_OF_CODE, Ends, Glance
from greenroom.domain.media import AudioStream, Finding, Format, Kind, Measurements, MediaInfo, VideoStream
from greenroom.media.findings import FINDINGS
from greenroom.media.turning import MATRIX_BYTES, NOT_TURNED, turned_deg

_OWN_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"mfra", b"sidx"))
_BOXES_MAX = 4096
_BOXES_INSIDE_MAX = 64  # of one box: a hostile index has thousands of empty ones
_TRACKS_MAX = 16
_OPEN_DURATIONS = (0, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)
_MP3_OBJECT_TYPES = (0x69, 0x6B)


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class _Track:
    handler: str
    codec: str
    duration_s: float | None
    width: int = 0
    height: int = 0
    turned_deg: int = 0
    frames: int | None = None
    varying: bool = False
    channels: int = 0
    sample_rate_hz: int = 0
    size_bytes: int | None = None


def glance_at_movie(ends: Ends, format: Format) -> Glance:
    """Look at the boxes that are there."""
    top = list(_boxes(ends, 0, ends.size_bytes))
    moov = next((box for box in top if box.kind == b"moov"), None)
    # What overruns the file and is no box of a movie was appended by a camera: it harms nobody.
    missing_bytes = max(0, top[-1].end - ends.size_bytes) if top and top[-1].kind in _OWN_BOXES else 0
    guess = Kind.AUDIO if format is Format.M4A else Kind.VIDEO
    if moov is None or moov.end > ends.size_bytes:
        walked = bool(top) and top[-1].end >= ends.size_bytes
        damage = (_damage("moov_missing", _no_index(missing_bytes)),) if walked else ()
        lost = () if walked else ("duration and codecs: the index (moov box) is not in the part that was sent",)
        return Glance(MediaInfo(format, guess), damage, lost)
    traks = (box for box in _boxes(ends, moov.body, moov.end, _BOXES_INSIDE_MAX) if box.kind == b"trak")
    header = _first(ends, moov, b"mvhd")
    turn = _matrix(ends, header, 36) if header else NOT_TURNED
    tracks = [_track(ends, box, turn) for box in islice(traks, _TRACKS_MAX)]
    total_s = _duration_s(ends, header) if header else None
    fragmented = _first(ends, moov, b"mvex") is not None
    first_data = next((box for box in top if box.kind == b"mdat"), None)
    at_end = None if fragmented or first_data is None else first_data.body < moov.body
    damage = (_damage("file_truncated", _cut(missing_bytes)),) if missing_bytes else ()
    return _told(format, tracks, total_s, at_end, damage)


def _told(
    format: Format, tracks: list[_Track], total_s: float | None, at_end: bool | None, damage: tuple[Finding, ...]
) -> Glance:
    # A track in a code that is not known here may be unused, or read all the same: it is left open.
    picture = next(((at, track) for at, track in enumerate(tracks) if track.handler == "vide" and track.codec), None)
    sound = next(((at, track) for at, track in enumerate(tracks) if track.handler == "soun" and track.codec), None)
    used = [track.duration_s for _, track in filter(None, (picture, sound)) if track.duration_s is not None]
    duration_s = max(used) if used else total_s
    still_open = [] if duration_s is not None else ["how long it plays: the header leaves it open"]
    if not picture and not sound:
        still_open.append("codecs: the description of the tracks is not in the part that was sent")
    measured = Measurements(
        index_at_end=at_end,
        video_bit_rate=_bit_rate(picture[1]) if picture else None,
        audio_bit_rate=_bit_rate(sound[1]) if sound else None,
    )
    video = _video(*picture, duration_s or 0.0) if picture else None
    info = MediaInfo(
        format=format,
        kind=_kind(format, tracks),
        width=video.width or None if video else None,
        height=video.height or None if video else None,
        duration_s=duration_s,
        frame_count=video.frame_count or None if video else None,
        video=video,
        audio=_audio(*sound, duration_s or 0.0) if sound else None,
        measurements=measured,
    )
    return Glance(info, damage, tuple(still_open))


def _kind(format: Format, tracks: list[_Track]) -> Kind:
    handlers = {track.handler for track in tracks}
    if "vide" in handlers:
        return Kind.VIDEO
    return Kind.AUDIO if "soun" in handlers or format is Format.M4A else Kind.VIDEO


def _video(index: int, track: _Track, duration_s: float) -> VideoStream:
    sideways = track.turned_deg in (90, 270)
    seconds = track.duration_s or duration_s
    return VideoStream(
        index=index,
        codec=track.codec,
        width=track.height if sideways else track.width,
        height=track.width if sideways else track.height,
        frame_count=track.frames or 0,
        duration_s=seconds,
        frame_rate=round(track.frames / seconds, 3) if track.frames and track.frames > 1 and seconds else None,
        rotation_deg=track.turned_deg,
        variable_frame_rate=track.varying,
    )


def _audio(index: int, track: _Track, duration_s: float) -> AudioStream:
    return AudioStream(index, track.codec, track.sample_rate_hz, track.channels, track.duration_s or duration_s)


def _bit_rate(track: _Track) -> int | None:
    if not track.size_bytes or not track.duration_s:
        return None
    return round(track.size_bytes * 8 / track.duration_s)


def _track(ends: Ends, trak: _Box, turn: bytes) -> _Track:
    media = _first(ends, trak, b"mdia")
    handler = _first(ends, trak, b"mdia", b"hdlr")
    header = _first(ends, trak, b"mdia", b"mdhd")
    table = _first(ends, trak, b"mdia", b"minf", b"stbl")
    tkhd = _first(ends, trak, b"tkhd")
    name = (ends.read(handler.body + 8, 4) or b"").decode("latin-1") if handler and media else ""
    track = _Track(name, "", _duration_s(ends, header) if header else None)
    if tkhd is not None:
        track = replace(track, turned_deg=turned_deg(_matrix(ends, tkhd, 40), turn))
    if table is None:
        return track
    described = _first(ends, table, b"stsd")
    if described is not None:
        track = _described(ends, described, track)
    if track.handler == "vide":
        track = _timed(ends, table, track)
    sizes = _first(ends, table, b"stsz")
    return replace(track, size_bytes=_sample_bytes(ends, sizes)) if sizes else track


def _described(ends: Ends, stsd: _Box, track: _Track) -> _Track:
    entry = ends.read(stsd.body + 8, min(stsd.end - stsd.body - 8, 4096)) or b""
    if len(entry) < 36:
        return track
    code = entry[4:8].decode("latin-1")
    codec = CODEC_OF_CODE.get(code, "")
    if track.handler == "vide":
        width, height = struct.unpack_from(">HH", entry, 32)
        return replace(track, codec=codec, width=width, height=height)
    if track.handler == "soun":
        channels, rate = struct.unpack_from(">H", entry, 24)[0], struct.unpack_from(">I", entry, 32)[0] >> 16
        return replace(track, codec=_mp3_or(codec, entry), channels=channels, sample_rate_hz=rate)
    return replace(track, codec=codec)


def _mp3_or(codec: str, entry: bytes) -> str:
    """`mp4a` may hold MP3: the object type of its decoder configuration says so (ISO 14496-1, 7.2.6.6)."""
    at = entry.find(b"esds")
    if codec != "aac" or at < 0:
        return codec
    found = entry.find(b"\x04", at + 8)
    while found >= 0 and found + 2 < len(entry):
        after = found + 1
        while after < len(entry) and entry[after] & 0x80:
            after += 1
        if after + 1 < len(entry):
            return "mp3" if entry[after + 1] in _MP3_OBJECT_TYPES else codec
        break
    return codec


def _timed(ends: Ends, table: _Box, track: _Track) -> _Track:
    times = _first(ends, table, b"stts")
    if times is None:
        return track
    raw = ends.read(times.body, min(times.end - times.body, 1 << 18))
    if raw is None or len(raw) < 8:
        return track
    count = min(int.from_bytes(raw[4:8], "big"), (len(raw) - 8) // 8)
    runs = [struct.unpack_from(">II", raw, 8 + 8 * number) for number in range(count)]
    frames = sum(length for length, _ in runs)
    usual = max(runs, default=(0, 0))[1]
    odd = sum(length for length, step in runs if abs(step - usual) * 4 > usual)
    return replace(track, frames=frames, varying=odd > max(1, frames // 50))


def _sample_bytes(ends: Ends, stsz: _Box) -> int | None:
    head = ends.read(stsz.body, 12)
    if head is None or len(head) < 12:
        return None
    each, count = struct.unpack_from(">II", head, 4)
    if each:
        return int(each * count)
    raw = ends.read(stsz.body + 12, 4 * count) if stsz.body + 12 + 4 * count <= stsz.end else None
    return sum(struct.unpack(f">{count}I", raw)) if raw is not None and len(raw) == 4 * count else None


def _duration_s(ends: Ends, header: _Box) -> float | None:
    body = ends.read(header.body, 32)
    if body is None or len(body) < 20:
        return None
    long = body[0] == 1 and len(body) >= 32
    scale, duration = struct.unpack_from(">IQ" if long else ">II", body, 20 if long else 12)
    return None if duration in _OPEN_DURATIONS or not scale else duration / scale


def _matrix(ends: Ends, header: _Box, place: int) -> bytes:
    """The matrix in the header of a film or a track; in their second version it stands 12 bytes later."""
    at = header.body + place + (12 if ends.read(header.body, 1) == b"\x01" else 0)
    matrix = ends.read(at, MATRIX_BYTES)
    return matrix if matrix is not None and len(matrix) == MATRIX_BYTES else NOT_TURNED


def _boxes(ends: Ends, at: int, limit: int, most: int = _BOXES_MAX) -> Iterator[_Box]:
    """The boxes whose headers are there, up to the first that is not."""
    for _ in range(most):
        head = ends.read(at, 16)
        if head is None or len(head) < 8 or at + 8 > limit:
            return
        length, kind = struct.unpack_from(">I4s", head)
        body = at + 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            body += 8
        elif length == 0:
            length = limit - at
        if at + length < body:
            return
        yield _Box(kind, body, at + length)
        at += length


def _first(ends: Ends, box: _Box, *path: bytes) -> _Box | None:
    found: _Box | None = box
    for kind in path:
        if found is None:
            return None
        children = _boxes(ends, found.body, found.end, _BOXES_INSIDE_MAX)
        found = next((child for child in children if child.kind == kind), None)
    return found


def _no_index(missing_bytes: int) -> str:
    end = f" and ends {missing_bytes} bytes before the end of its last box" if missing_bytes else ""
    return f"The file has no index (moov box){end}"


def _cut(missing_bytes: int) -> str:
    return f"The file ends {missing_bytes} bytes before the end of its last box"


def _damage(code: str, message: str) -> Finding:
    return Finding(code=code, message=message + ".", cure=FINDINGS[code].cure)
