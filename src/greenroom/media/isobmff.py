"""
The boxes of MP4, MOV and M4A files: what their headers claim, read without a demuxer.

FFmpeg is shown such a file only after its boxes add up. Sample tables are left to FFmpeg; here are the
claims to hold against them, the facts FFmpeg hides (brand, rotation, codes of unknown tracks), and what
lies where.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from greenroom.domain.media import Finding
from greenroom.media.boxes import Box, box_at, first, inside
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook
from greenroom.media.sampletables import check_tables
from greenroom.media.trailers import judge_rest
from greenroom.media.turning import MATRIX_BYTES, NOT_TURNED, turned_deg

_UNKNOWN_DURATIONS = (0, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)
_NORMAL_RATE = 0x0001_0000
# FFmpeg takes larger ones for negative, and then searches for a second in each fragment.
_MAX_TRACK_NUMBER = (1 << 31) - 1
_OWN_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"mfra", b"sidx"))


@dataclass(frozen=True, slots=True)
class TrackHeader:
    """What the headers of one track say; `edited` if it plays other than from its start to its end."""

    handler: str
    codec: str
    claimed_s: float | None
    rotation_deg: int
    edited: bool


@dataclass(frozen=True, slots=True)
class Movie:
    """What the boxes of a file say; `missing_bytes` is by how much the last one overruns the file."""

    brand: str
    claimed_s: float | None
    tracks: tuple[TrackHeader, ...]
    fragmented: bool
    missing_bytes: int


def read_movie(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> Movie:
    """Read the headers; raises GivenUp when there is no index or too much of something."""
    top = _top_boxes(data, limits, logbook)
    missing_bytes = max(0, top[-1].end - len(data)) if top else 0
    moov = next((box for box in top if box.kind == b"moov"), None)
    if moov is None or moov.end > len(data):
        raise logbook.give_up(_no_index(top, len(data), missing_bytes))
    tracks = list(_bounded_tracks(data, moov, limits, logbook))
    header = first(data, moov, b"mvhd")
    return Movie(
        brand=_brand(data, top),
        claimed_s=_duration_s(data, header) if header else None,
        tracks=tuple(tracks),
        fragmented=any(box.kind == b"moof" for box in top) or first(data, moov, b"mvex") is not None,
        missing_bytes=missing_bytes,
    )


def _top_boxes(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> list[Box]:
    boxes: list[Box] = []
    at, size = 0, len(data)
    while at + 8 <= size:
        if len(boxes) == limits.max_boxes:
            raise logbook.give_up(_too_many_boxes(at, limits))
        box = box_at(data, at, size)
        if box is None or _is_foreign(data, box):
            _judge_rest(data, at, boxes, logbook)
            break
        boxes.append(box)
        at = box.end
    return boxes


def _too_many_boxes(at: int, limits: ExamLimits) -> Finding:
    return finding(
        "too_many_boxes",
        f"The file has more than {limits.max_boxes} boxes, of which none is inside another",
        measured=f"more than {limits.max_boxes} boxes",
        allowed=f"{limits.max_boxes} boxes",
        at_byte=at,
    )


def _judge_rest(data: mmap.mmap, at: int, boxes: list[Box], logbook: Logbook) -> None:
    """What follows the last box harms nobody, unless fragments may stand behind it."""
    kinds = {box.kind for box in boxes}
    if b"moov" in kinds and b"moof" not in kinds:
        judge_rest(data, at, logbook)
    elif data[at : at + 65536].strip(b"\x00"):
        logbook.damaged(finding("box_damaged", f"There is no valid box at byte {at}", at_byte=at))


def _is_foreign(data: mmap.mmap, box: Box) -> bool:
    """Whether what overruns the file is no box that was cut off, but something that was appended."""
    return box.end > len(data) and box.kind not in _OWN_BOXES


def _no_index(top: list[Box], size: int, missing_bytes: int) -> Finding:
    if missing_bytes:
        return finding(
            "moov_missing",
            f"The file ends {missing_bytes} bytes before the end of its {_name(top[-1])} box "
            "and has no index (moov box)",
            at_byte=size,
        )
    return finding("moov_missing", "The file has no index (moov box): its recording was not finished")


def _name(box: Box) -> str:
    return box.kind.decode("latin-1").strip()


def _bounded_tracks(data: mmap.mmap, moov: Box, limits: ExamLimits, logbook: Logbook) -> Iterator[TrackHeader]:
    count = 0
    header = first(data, moov, b"mvhd")
    turn = _matrix(data, header, 36) if header else NOT_TURNED
    for box in inside(data, moov):
        if box.kind != b"trak":
            continue
        count += 1
        if count > limits.max_streams:
            raise logbook.give_up(too_many_streams(f"more than {limits.max_streams}", limits))
        check_tables(data, box, limits, logbook)
        _check_number(data, box, logbook)
        yield _track(data, box, turn)


def _check_number(data: mmap.mmap, trak: Box, logbook: Logbook) -> None:
    header = first(data, trak, b"tkhd")
    if header is None:
        return
    at = header.body + (20 if data[header.body : header.body + 1] == b"\x01" else 12)
    if at + 4 > header.end:
        return
    (number,) = struct.unpack_from(">I", data, at)
    if number > _MAX_TRACK_NUMBER:
        text = f"A track has the number {number}, which no recorder gives"
        raise logbook.give_up(finding("box_damaged", text, at_byte=header.start))


def too_many_streams(measured: str, limits: ExamLimits) -> Finding:
    return finding(
        "too_many_streams",
        f"The file has {measured} streams; allowed are {limits.max_streams}",
        measured=f"{measured} streams",
        allowed=f"{limits.max_streams} streams",
    )


def _track(data: mmap.mmap, trak: Box, turn: bytes) -> TrackHeader:
    handler = first(data, trak, b"mdia", b"hdlr")
    media_header = first(data, trak, b"mdia", b"mdhd")
    samples = first(data, trak, b"mdia", b"minf", b"stbl", b"stsd")
    track_header = first(data, trak, b"tkhd")
    edits = first(data, trak, b"edts", b"elst")
    return TrackHeader(
        handler=_code(data, handler.body + 8) if handler else "",
        codec=_code(data, samples.body + 12) if samples and samples.end - samples.body >= 16 else "",
        claimed_s=_duration_s(data, media_header) if media_header else None,
        rotation_deg=turned_deg(_matrix(data, track_header, 40), turn) if track_header else 0,
        edited=_is_edited(data, edits) if edits else False,
    )


def _code(data: mmap.mmap, at: int) -> str:
    code = data[at : at + 4].decode("latin-1")
    return "".join(letter if letter.isprintable() else "?" for letter in code).strip()


def _duration_s(data: mmap.mmap, header: Box) -> float | None:
    """The duration in an mvhd or mdhd box, None if it is left open."""
    body = data[header.body : header.body + 32]
    if len(body) < 32 and not (body and body[0] == 0 and len(body) >= 20):
        return None
    if body[0] == 1:
        timescale, duration = struct.unpack_from(">IQ", body, 20)
    else:
        timescale, duration = struct.unpack_from(">II", body, 12)
    return None if duration in _UNKNOWN_DURATIONS or not timescale else duration / timescale


def _matrix(data: mmap.mmap, header: Box, place: int) -> bytes:
    """The matrix in the header of a film or a track; in their second version it stands 12 bytes later."""
    at = header.body + place + (12 if data[header.body : header.body + 1] == b"\x01" else 0)
    return data[at : at + MATRIX_BYTES] if at + 36 <= header.end else NOT_TURNED


def _is_edited(data: mmap.mmap, edits: Box) -> bool:
    """Whether there is more than a start offset and one stretch at normal speed."""
    version, count = data[edits.body], int.from_bytes(data[edits.body + 4 : edits.body + 8], "big")
    entry = struct.Struct(">QqI" if version == 1 else ">IiI")
    if count > 2 or edits.body + 8 + count * entry.size > edits.end:
        return True
    entries = [entry.unpack_from(data, edits.body + 8 + index * entry.size) for index in range(count)]
    stretches = [item for item in entries if item[1] != -1]
    return len(stretches) > 1 or any(rate != _NORMAL_RATE for _, _, rate in stretches)


def _brand(data: mmap.mmap, top: list[Box]) -> str:
    if top and top[0].kind == b"ftyp" and top[0].end - top[0].body >= 4:
        return _code(data, top[0].body)
    return ""
