"""
The markers of a JPEG: its size, its scans and where it ends, read without decoding.

Offsets are those of the file. What libjpeg would only warn about is told here: bytes between segments, a
restart marker that is missing, an end that never comes. ITU T.81 names the markers.
"""

import mmap
import re
import struct
from dataclasses import dataclass

from greenroom.domain.media import Finding
from greenroom.media.caps import check_size
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook

_SOI, _EOI, _SOS, _DRI = 0xD8, 0xD9, 0xDA, 0xDD
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7))
_DECODABLE = {0xC0: "baseline", 0xC1: "sequential", 0xC2: "progressive"}
_APP1, _APP2 = 0xE1, 0xE2
# A marker in coded data is FF and anything but 00 (a stuffed FF), FF (fill) and the restart marks.
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")


@dataclass(frozen=True, slots=True)
class Scan:
    """Coded data [start, end) of a scan, and where its restart marks stand."""

    start: int
    end: int
    restarts: tuple[int, ...]


@dataclass(slots=True)
class Jpeg:
    """What the markers say; `end` is the first byte after the end mark."""

    width: int = 0
    height: int = 0
    components: int = 0
    coding: str = ""
    exif: bytes = b""
    has_icc_profile: bool = False
    is_multi_picture: bool = False
    has_gain_map: bool = False
    scans: list[Scan] | None = None
    end: int = 0


def read_jpeg(data: mmap.mmap, start: int, limits: ExamLimits, logbook: Logbook) -> Jpeg:
    """Read the JPEG that begins at `start`; raises GivenUp where its structure breaks."""
    return _Walk(data, start, limits, logbook).walked()


class _Walk:
    def __init__(self, data: mmap.mmap, start: int, limits: ExamLimits, logbook: Logbook) -> None:
        self._data = data
        self._at = start + 2
        self._limits = limits
        self._logbook = logbook
        self._jpeg = Jpeg(scans=[])
        self._sampling: dict[int, tuple[int, int]] = {}
        self._restart_interval = 0
        self._seen: set[int] = set()

    def walked(self) -> Jpeg:
        while (marker := self._marker()) != _EOI:
            self._segment(marker)
        self._jpeg.end = self._at
        if not self._sampling:
            raise self._broken("it has no picture", self._at)
        if missing := set(self._sampling) - self._seen:
            raise self._broken(f"{len(missing)} of its {len(self._sampling)} colour components never come", self._at)
        return self._jpeg

    def _marker(self) -> int:
        data, at = self._data, self._at
        if data[at : at + 1] != b"\xff":
            at = self._past_padding(at)
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        if at + 2 > len(data):
            raise self._cut()
        self._at = at + 2
        return data[at + 1]

    def _past_padding(self, at: int) -> int:
        """Zeros between segments are harmless; anything else there is what is left of something."""
        following = self._data.find(b"\xff", at)
        if following < 0:
            raise self._cut()
        if self._data[at:following].strip(b"\x00"):
            raise self._broken("something stands where a marker belongs", at)
        return following

    def _segment(self, marker: int) -> None:
        if marker == 0x01 or 0xD0 <= marker <= _SOI:
            raise self._broken(f"marker {marker:02X} is out of place", self._at - 2)
        start = self._at
        length = int.from_bytes(self._data[start : start + 2], "big")
        if start + length > len(self._data):
            raise self._cut()
        if length < 2:
            raise self._broken("a segment has an impossible length", start)
        self._at = start + length
        body = self._data[start + 2 : self._at]
        if marker in _FRAMES:
            self._frame(marker, body)
        elif marker == _SOS:
            self._scan(body)
        elif marker == _DRI and len(body) >= 2:
            self._restart_interval = int.from_bytes(body[:2], "big")
        elif marker in (_APP1, _APP2):
            self._application(body)

    def _frame(self, marker: int, body: bytes) -> None:
        if self._sampling:
            raise self._broken("it has two frame headers", self._at)
        if len(body) < 6 or len(body) < 6 + 3 * body[5]:
            raise self._broken("its frame header is short", self._at)
        bits, height, width, components = struct.unpack_from(">BHHB", body)
        coding = _DECODABLE.get(marker)
        if coding is None or bits != 8 or components not in (1, 3, 4):
            text = f"The JPEG is coded in a way that browsers do not show (frame {marker:02X}, {bits} bits"
            text += f", {components} components)"
            raise self._logbook.give_up(finding("image_coding_unsupported", text, at_byte=self._at))
        jpeg = self._jpeg
        jpeg.width, jpeg.height, jpeg.components, jpeg.coding = width, height, components, coding
        check_size((width, height), self._limits, self._logbook)
        for at in range(6, 6 + 3 * components, 3):
            self._sampling[body[at]] = (body[at + 1] >> 4 or 1, body[at + 1] & 15 or 1)

    def _scan(self, body: bytes) -> None:
        count = body[0] if body else 0
        names = body[1 : 1 + 2 * count : 2]
        if not count or not self._sampling or not set(names) <= set(self._sampling):
            raise self._broken("a scan names colour components that there are not", self._at)
        self._seen.update(names)
        found = _NEXT_MARKER.search(self._data, self._at)
        if found is None:
            raise self._cut()
        start, self._at = self._at, found.start()
        self._keep(start, self._at, names)

    def _keep(self, start: int, end: int, names: bytes) -> None:
        scans = self._jpeg.scans
        assert scans is not None
        restarts: tuple[int, ...] = ()
        if self._restart_interval:
            restarts = tuple(found.start() for found in _RESTART.finditer(self._data, start, end))
            self._check_restarts(restarts, names, end)
        scans.append(Scan(start, end, restarts))
        pixels = self._jpeg.width * self._jpeg.height
        if len(scans) > self._limits.max_scans or len(scans) * pixels > self._limits.max_scan_pixels:
            raise self._logbook.give_up(_too_many_scans(len(scans), self._limits))

    def _check_restarts(self, restarts: tuple[int, ...], names: bytes, end: int) -> None:
        for number, at in enumerate(restarts):
            if self._data[at + 1] & 7 != number & 7:
                raise self._broken(f"restart mark {number} is missing", at)
        wanted = -(-self._units(names) // self._restart_interval) - 1
        # Some encoders write one more after the last interval.
        if not wanted <= len(restarts) <= wanted + 1:
            raise self._broken(f"it has {len(restarts)} of {wanted} restart marks", end)

    def _units(self, names: bytes) -> int:
        """How many minimum coded units a scan of these components has (T.81, A.2)."""
        jpeg = self._jpeg
        across = max(h for h, _ in self._sampling.values())
        down = max(v for _, v in self._sampling.values())
        if len(names) > 1:
            return -(-jpeg.width // (8 * across)) * -(-jpeg.height // (8 * down))
        h, v = self._sampling[names[0]]
        width, height = -(-jpeg.width * h // across), -(-jpeg.height * v // down)
        return -(-width // 8) * -(-height // 8)

    def _application(self, body: bytes) -> None:
        jpeg = self._jpeg
        if body.startswith(b"Exif\x00") and not jpeg.exif:
            jpeg.exif = body[6:]
        elif body.startswith(b"ICC_PROFILE\x00"):
            jpeg.has_icc_profile = True
        elif body.startswith(b"MPF\x00"):
            jpeg.is_multi_picture = True
        if b"hdrgm:" in body or b"urn:iso:std:iso:ts:21496" in body:
            jpeg.has_gain_map = True

    def _broken(self, what: str, at: int) -> Exception:
        return self._logbook.give_up(finding("image_damaged", f"The JPEG is damaged: {what}", at_byte=at))

    def _cut(self) -> Exception:
        size = len(self._data)
        text = "The JPEG ends before its end mark: part of the picture is missing"
        return self._logbook.give_up(finding("file_truncated", text, at_byte=size))


def _too_many_scans(count: int, limits: ExamLimits) -> Finding:
    return finding(
        "too_many_scans",
        "The JPEG passes over its picture more often than any honest one of its size",
        measured=f"{count} scans or more",
        allowed=f"{limits.max_scans} scans, {limits.max_scan_pixels / 1e6:g} megapixels in all scans",
    )
