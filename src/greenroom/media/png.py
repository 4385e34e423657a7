"""
A PNG or APNG, chunk by chunk: order, checksums, and every row of every frame.

Inflating the image data and looking at the filter of each row is all of decoding that can fail; undoing
the filters is arithmetic, and is left out.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from greenroom.domain.media import Finding
from greenroom.media.caps import check_frames, check_size
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook

_SIGNATURE_BYTES = 8
_FRAME_BYTES = 12  # of a chunk, beside its body
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_DEEP_MODE = "I;16"  # whatever its colours: a video shows none of that depth
_COLOUR_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_CRITICAL = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND"))
# Adam7: first column and row, steps across and down (PNG, 8.2).
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_FILTERS = b"\x00\x01\x02\x03\x04"
_PIECE_BYTES = 1 << 16  # larger ones come fresh from the kernel each time


@dataclass(frozen=True, slots=True)
class Header:
    """What IHDR says."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    def row_bytes(self, width: int) -> int:
        """The length of a row of that many pixels, without its filter."""
        return (width * self.depth * _CHANNELS[self.colour] + 7) // 8


@dataclass(slots=True)
class Png:
    """What was seen in the chunks; `end` is the first byte after the end chunk."""

    header: Header | None = None
    frame_count: int = 1
    has_alpha: bool = False
    has_icc_profile: bool = False
    exif: bytes = b""
    end: int = 0
    seen: set[bytes] = field(default_factory=set)

    @property
    def color_mode(self) -> str:
        assert self.header is not None
        return _DEEP_MODE if self.header.depth == 16 else _COLOUR_MODES[self.header.colour]


def read_png(data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> Png:
    """Read all of it; raises GivenUp where it breaks."""
    return _Walk(data, limits, logbook).walked()


class _Rows:
    """The rows of one frame, as they come out of the inflater."""

    def __init__(self, header: Header, width: int, height: int) -> None:
        self._inflater = zlib.decompressobj()
        self._parts = list(_parts(header, width, height))  # bytes of a row with its filter, rows
        self._position = 0

    def take(self, body: memoryview) -> str | None:
        """Inflate a piece; say what is wrong with it, if anything."""
        rest: memoryview | bytes = body
        while rest or self._inflater.unconsumed_tail:
            try:
                piece = self._inflater.decompress(rest, _PIECE_BYTES)
            except zlib.error as error:
                return f"its image data cannot be inflated ({error})"
            rest = self._inflater.unconsumed_tail
            if complaint := self._look_at(piece):
                return complaint
            if self._inflater.eof or not piece:
                break
        return None

    def _look_at(self, piece: bytes) -> str | None:
        at = 0
        while at < len(piece):
            if not self._parts:
                return "it has more image data than pixels"
            row_bytes, rows = self._parts[0]
            end = min(len(piece), at + row_bytes * rows - self._position)
            first = at + -self._position % row_bytes
            if piece[first:end:row_bytes].strip(_FILTERS):
                return "a row has a filter that there is not"
            self._position += end - at
            at = end
            if self._position == row_bytes * rows:
                self._position = 0
                del self._parts[0]
        return None

    def complaint_at_end(self) -> str | None:
        """Say what is missing, if anything."""
        if self._parts:
            return "its image data ends before the last row"
        return None if self._inflater.eof else "its image data lacks its checksum"


def _parts(header: Header, width: int, height: int) -> Iterator[tuple[int, int]]:
    if not header.interlaced:
        yield header.row_bytes(width) + 1, height
        return
    for column, row, across, down in _PASSES:
        columns, rows = -(-(width - column) // across), -(-(height - row) // down)
        if columns > 0 and rows > 0:
            yield header.row_bytes(columns) + 1, rows


class _Walk:
    def __init__(self, data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> None:
        self._data = data
        self._view = memoryview(data)
        self._limits = limits
        self._logbook = logbook
        self._png = Png()
        self._at = _SIGNATURE_BYTES
        self._rows: _Rows | None = None
        self._last = b""
        self._frames_promised = 0
        self._frames_begun = 0
        self._sequence = 0

    def walked(self) -> Png:
        count = 0
        while self._last != b"IEND":
            self._chunk()
            count += 1
            if count > self._limits.max_boxes:
                raise self._broken("it has too many chunks")
        self._end_of_frame()
        if b"IDAT" not in self._png.seen:
            raise self._broken("it has no image data")
        if self._frames_promised and self._frames_begun != self._frames_promised:
            raise self._broken(f"it has {self._frames_begun} of {self._frames_promised} frames")
        self._png.frame_count = max(1, self._frames_promised)
        self._png.end = self._at
        return self._png

    def _chunk(self) -> None:
        data, at = self._data, self._at
        if at + _FRAME_BYTES > len(data):
            raise self._cut()
        length, kind = struct.unpack_from(">I4s", data, at)
        if not kind.isalpha() or length >= 1 << 31:
            raise self._broken("a chunk has an impossible name or length")
        end = at + _FRAME_BYTES + length
        if end > len(data):
            raise self._cut()
        body = self._view[at + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end], "big"):
            text = f"The checksum of the {kind.decode()} chunk at byte {at} is wrong"
            raise self._logbook.give_up(finding("checksum_wrong", text, at_byte=at))
        self._read(kind, body)
        self._png.seen.add(kind)
        self._last = kind
        self._at = end

    def _read(self, kind: bytes, body: memoryview) -> None:
        if (kind == b"IHDR") is bool(self._last):
            raise self._broken("its header chunk is not the first, or not the only one")
        if kind == b"IDAT" and kind in self._png.seen and self._last != kind:
            raise self._broken("its image data is interrupted")
        reader = getattr(self, "_read_" + kind.decode(), None)
        if reader is not None:
            reader(body)
        elif not kind[0] & 0x20 and kind not in _CRITICAL:
            raise self._broken(f"it needs an unknown chunk ({kind.decode()})")

    def _read_IHDR(self, body: memoryview) -> None:
        if len(body) != 13:
            raise self._broken("its header has the wrong length")
        width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
        check_size((width, height), self._limits, self._logbook)
        if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
            raise self._broken("its header asks for a coding that there is not")
        header = self._png.header = Header(width, height, depth, colour, bool(interlace))
        self._png.has_alpha = colour in (4, 6)
        self._rows = _Rows(header, width, height)

    def _read_PLTE(self, body: memoryview) -> None:
        if b"IDAT" in self._png.seen or len(body) % 3 or not 3 <= len(body) <= 768:
            raise self._broken("its palette is out of place or has an impossible length")

    def _read_IDAT(self, body: memoryview) -> None:
        header = self._png.header
        if header is not None and header.colour == 3 and b"PLTE" not in self._png.seen:
            raise self._broken("its palette is missing")
        self._take(body)

    def _read_tRNS(self, _body: memoryview) -> None:
        self._png.has_alpha = True

    def _read_eXIf(self, body: memoryview) -> None:
        self._png.exif = bytes(body)

    # Text and profiles: only so much of them is ever inflated

    def _read_iCCP(self, body: memoryview) -> None:
        self._png.has_icc_profile = True
        self._inflate_text("iCCP", body, bytes(body[:80]).find(b"\x00") + 2)

    def _read_zTXt(self, body: memoryview) -> None:
        self._inflate_text("zTXt", body, bytes(body[:80]).find(b"\x00") + 2)

    def _read_iTXt(self, body: memoryview) -> None:
        parts = bytes(body).split(b"\x00", 1)
        if len(parts) == 2 and parts[1][:1] == b"\x01":
            texts = parts[1][2:].split(b"\x00", 2)
            self._inflate_text("iTXt", body, len(body) - len(texts[-1]))

    def _inflate_text(self, kind: str, body: memoryview, start: int) -> None:
        allowed = self._limits.max_metadata_bytes
        inflater = zlib.decompressobj()
        try:
            inflated = len(inflater.decompress(body[start:], allowed + 1))
        except zlib.error:
            text = f"The {kind} chunk cannot be inflated; it is ignored"
            self._logbook.noted(finding("metadata_unreadable", text, at_byte=self._at))
            return
        if inflated > allowed:
            text = f"The {kind} chunk holds {len(body)} bytes that inflate to more than {allowed}"
            raise self._logbook.give_up(
                finding("metadata_bomb", text, measured=f"more than {allowed} bytes", allowed=f"{allowed} bytes")
            )

    # Animation

    def _read_acTL(self, body: memoryview) -> None:
        if len(body) != 8 or b"IDAT" in self._png.seen:
            raise self._broken("its animation header is out of place")
        (self._frames_promised,) = struct.unpack_from(">I", body)
        header = self._png.header
        if not self._frames_promised or header is None:
            raise self._broken("it is an animation without frames")
        check_frames(self._frames_promised, header.width * header.height, self._limits, self._logbook)

    def _read_fcTL(self, body: memoryview) -> None:
        header = self._png.header
        if len(body) != 26 or header is None:
            raise self._broken("a frame header has the wrong length")
        self._check_sequence(body)
        width, height, left, top = struct.unpack_from(">4I", body, 4)
        if not width or not height or left + width > header.width or top + height > header.height:
            raise self._broken("a frame is empty or lies outside the picture")
        self._frames_begun += 1
        if b"IDAT" in self._png.seen:
            self._end_of_frame()
            self._rows = _Rows(header, width, height)
        elif (width, height) != (header.width, header.height):
            raise self._broken("its first frame has another size than the picture")

    def _read_fdAT(self, body: memoryview) -> None:
        if b"IDAT" in self._png.seen and self._last == b"IDAT":
            raise self._broken("frame data comes without a frame header")
        self._check_sequence(body)
        self._take(body[4:])

    def _check_sequence(self, body: memoryview) -> None:
        if int.from_bytes(body[:4], "big") != self._sequence:
            raise self._broken(f"part {self._sequence} of its animation is missing")
        self._sequence += 1

    # Rows

    def _take(self, body: memoryview) -> None:
        assert self._rows is not None
        if complaint := self._rows.take(body):
            raise self._broken(complaint)

    def _end_of_frame(self) -> None:
        if self._rows is not None and (complaint := self._rows.complaint_at_end()):
            raise self._broken(complaint)

    def _broken(self, what: str) -> Exception:
        frame = self._frames_begun - 1 if self._frames_begun > 1 else None
        text = f"The PNG is damaged: {what}"
        return self._logbook.give_up(finding("image_damaged", text, at_byte=self._at, frame=frame))

    def _cut(self) -> Exception:
        return self._logbook.give_up(cut_png(self._at, len(self._data)))


def cut_png(at: int, size: int) -> Finding:
    text = f"The PNG ends in the middle of the chunk at byte {at}, before its end chunk"
    return finding("file_truncated", text, at_byte=size)
