"""
What stands after the end of a picture, and whether a file is something else at the same time.

Phones append to a JPEG what belongs to it: a gain map, a smaller picture, a short film, a block of their
maker. These are named and left alone. A page, a script, a program, an archive or a document there makes
a polyglot, which is refused. An archive is found by its end, wherever it stands.
"""

import mmap
import re
import struct

from greenroom.domain.media import Finding
from greenroom.media.findings import finding
from greenroom.media.jpeg import read_jpeg
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import GivenUp, Logbook
from greenroom.media.sniff import sniff

_PADDING = b"\x00\xff\x20\t\r\n"
_PADDING_BYTES = 1 << 16
_SEARCHED_BYTES = 8 << 20  # of each end of what stands there
_DANGEROUS_NAMES = re.compile(r"page|archive|document|script|program|playlist|manifest|SVG|database|class")
_DANGEROUS = re.compile(
    rb"""(?ix) <script | <html | <svg[\s>] | <iframe | <!doctype | <\?php | <\?xml-stylesheet | <body[\s>] | javascript:
    | \bon(?:error|load)\s*= | \beval\s*\( | \balert\s*\( | \bdocument\s*\. | \bfunction\s*\w*\( | \brequire\s*\(
    | \#!/(?:bin|usr)/
    | (?-i: PK\x03\x04[\x00-\x3f]\x00 | %PDF-\d | \x7fELF[\x01\x02][\x01\x02]\x01
    | Rar!\x1a\x07 | 7z\xbc\xaf\x27\x1c )"""
)
_ARCHIVE_END = struct.Struct("<4s4HIIH")
_ARCHIVE_SEARCHED_BYTES = (1 << 16) + _ARCHIVE_END.size
_SAMSUNG_END = b"SEFT"
_BOX_NAMES = frozenset((b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta", b"moof", b"mfra"))


def judge_disguise(data: mmap.mmap, logbook: Logbook) -> None:
    """Report a file that is an archive or a PDF document besides what it is; raises GivenUp."""
    if data.find(b"%PDF-", 0, 1024) >= 0:
        raise logbook.give_up(finding("polyglot", "The file is at the same time a PDF document"))
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _ARCHIVE_SEARCHED_BYTES))
    if at >= 0 and _is_archive_end(data, at):
        text = "The file is at the same time a ZIP archive"
        raise logbook.give_up(finding("polyglot", text, at_byte=at))


def _is_archive_end(data: mmap.mmap, at: int) -> bool:
    if at + _ARCHIVE_END.size > len(data):
        return False
    _, _, _, _, count, directory_bytes, _, _ = _ARCHIVE_END.unpack_from(data, at)
    start = at - directory_bytes
    return count == 0 or (start >= 0 and data[start : start + 4] == b"PK\x01\x02")


def judge_rest(data: mmap.mmap, end: int, logbook: Logbook) -> None:
    """Name what follows `end`, or raise GivenUp if it is dangerous."""
    at = _past_padding(data, end)
    if at < len(data):
        _judge_unknown(data, at, logbook)


def judge_jpeg_rest(data: mmap.mmap, end: int, limits: ExamLimits, logbook: Logbook, *, has_gain_map: bool) -> None:
    """As `judge_rest`, but for what phones append to a JPEG."""
    at = end
    while (at := _past_padding(data, at)) < len(data):
        if data[at : at + 3] == b"\xff\xd8\xff" and (following := _past_jpeg(data, at, limits)):
            name = "a gain map (Ultra HDR)" if has_gain_map else "a second picture"
        elif data[at + 4 : at + 8] == b"ftyp" and (following := _past_film(data, at)):
            name = "a film (Motion Photo)"
        elif following := _past_samsung(data, at):
            name = "a block of the camera's maker (Samsung)"
        else:
            _judge_unknown(data, at, logbook)
            return
        text = f"After the picture comes {name}"
        logbook.noted(finding("trailer_known", text, measured=f"{following - at} bytes", at_byte=at))
        at = following


def _past_padding(data: mmap.mmap, at: int) -> int:
    padding = data[at : at + _PADDING_BYTES]
    rest = padding.lstrip(_PADDING)
    # A JPEG begins with FF too, which is not padding then.
    skipped = len(padding) - len(rest)
    if rest.startswith(b"\xd8") and skipped and padding[skipped - 1] == 0xFF:
        skipped -= 1
    # The length of a film's first box, before its name, begins with zeros.
    film = padding.find(b"ftyp", 4, skipped + 16)
    return at + (min(skipped, film - 4) if film >= 4 else skipped)


def _past_jpeg(data: mmap.mmap, at: int, limits: ExamLimits) -> int:
    try:
        return read_jpeg(data, at, limits, Logbook()).end
    except GivenUp:
        return 0


def _past_film(data: mmap.mmap, at: int) -> int:
    """Where the boxes of a film end; 0 if the first is none."""
    start = at
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
        length = len(data) - at if length == 0 and kind == b"mdat" else length
        if length < 8 or at + length > len(data) or (kind not in _BOX_NAMES and not kind.isalnum()):
            break
        at += length
    return at if at > start else 0


def _past_samsung(data: mmap.mmap, at: int) -> int:
    """A block of Samsung's ends the file: a directory (SEFH), its length, and a mark."""
    size = len(data)
    if data[size - 4 :] != _SAMSUNG_END or size - at < 20:
        return 0
    directory = size - 8 - int.from_bytes(data[size - 8 : size - 4], "little")
    return size if at <= directory and data[directory : directory + 4] == b"SEFH" else 0


def _judge_unknown(data: mmap.mmap, at: int, logbook: Logbook) -> None:
    size = len(data)
    name = danger_at(data, at)
    if name is not None:
        raise logbook.give_up(dangerous(name, at, size))
    text = f"{size - at} bytes follow the end; every viewer ignores them"
    logbook.noted(finding("trailing_data", text, measured=f"{size - at} bytes", at_byte=at))


def dangerous(name: str, at: int, size: int) -> Finding:
    text = f"After the end of the media, at byte {at}, comes what looks like a {name}"
    return finding("trailing_data_dangerous", text, measured=f"{size - at} bytes", at_byte=at)


def danger_at(data: mmap.mmap, at: int) -> str | None:
    """Say what executable, archive or document begins at or after `at`, if one seems to."""
    name, format = sniff(data[at : at + 4096])
    if format is None and _DANGEROUS_NAMES.search(name):
        return name
    ends = (data[at : at + _SEARCHED_BYTES], data[max(at, len(data) - _SEARCHED_BYTES) :])
    found = next((match for part in ends if (match := _DANGEROUS.search(part))), None)
    if found is None:
        return None
    mark = found[0].decode("latin-1").strip()
    return f"script, archive or document ({mark if mark.isprintable() else 'by its signature'})"
