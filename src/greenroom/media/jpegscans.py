"""
Decoding a JPEG's coded data, and seeing what libjpeg keeps to itself.

libjpeg fills whatever it cannot decode with grey and goes on; Pillow hides even the warning. But the
decoder can be fed byte by byte, and how it takes them shows where it is. While it decodes it takes bytes in
groups of 57 bits (25 on 32-bit machines), since it first fills its bit buffer; once a scan is complete it
skips to the next marker byte by byte. So a scan that is complete eight bytes before its end has bytes too
many, and one that is not complete after eight bytes of zeros has too few: both are damage. Neither can
happen in a whole file. Zeros between scans, or before a restart mark, are passed over.
"""

import mmap
from collections.abc import Iterator
from typing import Any

from PIL import _imaging as core

from greenroom.domain.media import Finding
from greenroom.media.findings import finding
from greenroom.media.jpeg import Jpeg
from greenroom.media.logbook import Logbook
from greenroom.media.mapping import require_memory

_SCALE = 8  # only what cannot fail is saved: half the time, a sixty-fourth of the memory
_STEPS = 8  # bytes; more than any bit buffer holds
_ZEROS = bytes(_STEPS)
_INTERVALS_PROBED = 64
_BYTES_OF_PIXEL = 8  # every coefficient of a progressive one, in four colours


class _Broken(Exception):
    """The decoder refuses to go on."""


class _Feed:
    """Gives a decoder its bytes, keeping those that it does not take."""

    def __init__(self, decoder: Any) -> None:  # Pillow's core has no types
        self._decoder = decoder
        self._held = b""
        self.finished = False

    def give(self, piece: memoryview | bytes) -> bool:
        """Give some bytes; say whether all were taken."""
        if self.finished:
            return True
        data = self._held + piece if self._held else piece
        taken, error = self._decoder.decode(data)
        if taken < 0:
            if error < 0:
                raise _Broken
            self.finished = True
            return True
        self._held = bytes(data[taken:])
        # A stuffed FF is taken with the zero after it, by the decoder as by the search for a marker.
        return self._held in (b"", b"\xff")

    def give_singly(self, piece: memoryview | bytes) -> bool:
        """Give some bytes one at a time; say whether each was taken at once."""
        at_once = [self.give(piece[at : at + 1]) for at in range(len(piece))]
        return all(at_once)


def decode_jpeg(data: mmap.mmap, jpeg: Jpeg, logbook: Logbook) -> None:
    """Decode every coefficient of the JPEG; raises GivenUp where they do not add up."""
    feed = _Feed(_decoder(jpeg))
    view, at = memoryview(data), 0
    try:
        for stretch in _stretches(jpeg):
            at = _decode_stretch(feed, view, at, stretch, logbook)
        if _is_single_scan(jpeg) and not feed.finished:
            raise logbook.give_up(_short(at))
        feed.give(view[at : jpeg.end])
    except _Broken:
        require_memory(jpeg.width * jpeg.height * _BYTES_OF_PIXEL)
        raise logbook.give_up(_damaged("its coded data cannot be decoded", at)) from None
    if not feed.finished:
        raise logbook.give_up(_short(jpeg.end))


def _is_single_scan(jpeg: Jpeg) -> bool:
    """Whether the picture is complete, for the decoder too, before the end mark is read."""
    return jpeg.coding != "progressive" and len(jpeg.scans or ()) == 1


def _decoder(jpeg: Jpeg) -> Any:
    # Grey is enough: the colours are decoded all the same, only not converted.
    mode = "CMYK" if jpeg.components == 4 else "L"
    image = core.new(mode, (-(-jpeg.width // _SCALE), -(-jpeg.height // _SCALE)))
    decoder = core.jpeg_decoder(mode, mode, "", _SCALE, 0)
    decoder.setimage(image, (0, 0, *image.size))
    return decoder


def _stretches(jpeg: Jpeg) -> Iterator[tuple[int, int]]:
    """The pieces of coded data that must each be complete by themselves, with the last of each scan."""
    for scan in jpeg.scans or ():
        every = len(scan.restarts) // _INTERVALS_PROBED + 1
        start = scan.start
        for at in scan.restarts[::every]:
            yield start, at
            start = at + 2
        yield start, scan.end


def _decode_stretch(feed: _Feed, view: memoryview, at: int, stretch: tuple[int, int], logbook: Logbook) -> int:
    start, end = stretch
    while end > start and view[end - 1] == 0xFF:
        end -= 1  # fill before the next marker
    early = max(start, end - _STEPS)
    feed.give(view[at:early])
    tail = view[early:end]
    was_finished = feed.finished
    at_once = feed.give_singly(tail)
    if (was_finished or (at_once and len(tail) == _STEPS)) and bytes(tail).strip(b"\x00"):
        raise logbook.give_up(_damaged("a scan goes on after its last block", early))
    feed.give(_ZEROS)
    if not feed.give_singly(_ZEROS):
        raise logbook.give_up(_short(end))
    return end


def _short(at: int) -> Finding:
    return _damaged("a scan ends before its last block", at)


def _damaged(what: str, at: int) -> Finding:
    return finding("image_damaged", f"The JPEG is damaged: {what}", at_byte=at)
