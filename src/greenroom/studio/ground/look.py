"""How a frame of a film is coded, with what the file leaves open named as players take it."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

from typing import NamedTuple

from av.video.frame import VideoFrame

from greenroom.domain import tone
from greenroom.studio.ground.turn import Turn

# As ITU-T H.273 numbers matrices and primaries, and FFmpeg ranges.
BT709, BT601, BT2020 = 1, 6, 9
LIMITED, FULL = 1, 2
_GBR, _UNSPECIFIED = 0, 2
_SD_MAX_HEIGHT = 576
_FULL_RANGE_FORMATS = "yuvj"
# What `colorspace` calls the matrices that can be met; BT.2020 with constant luminance is in no film.
MATRICES = {BT709: "bt709", 4: "fcc", 5: "bt470bg", BT601: "smpte170m", 7: "smpte240m", BT2020: "bt2020nc"}


class Look(NamedTuple):
    """All that decides how a frame becomes planes: frames of one look go the same way."""

    width: int
    height: int
    format: str
    matrix: int
    range: int
    transfer: int
    primaries: int
    turn: Turn
    interlaced: bool
    has_alpha: bool
    is_rgb: bool

    @property
    def needs_table(self) -> bool:
        """Whether its colours must be mapped: HDR, or a gamut wider than BT.709."""
        return tone.needs_table(self.transfer, self.primaries)

    @property
    def is_usual(self) -> bool:
        """Whether its planes are in BT.709 and limited range already."""
        return self.matrix == BT709 and self.range == LIMITED and not self.is_rgb


def look_of(frame: VideoFrame, turn: Turn) -> Look:
    """The look of a frame of a film that is shown with a turn."""
    transfer, primaries = int(frame.color_trc), int(frame.color_primaries)
    return Look(
        frame.width,
        frame.height,
        frame.format.name,
        _matrix(frame, transfer, primaries),
        _range(frame),
        transfer,
        primaries,
        turn,
        frame.interlaced_frame,
        any(component.is_alpha for component in frame.format.components),
        frame.format.is_rgb,
    )


def name_colours(frame: VideoFrame, look: Look) -> None:
    """Tell FFmpeg what the look says."""
    frame.colorspace = _GBR if look.is_rgb else look.matrix
    frame.color_range = look.range


def _matrix(frame: VideoFrame, transfer: int, primaries: int) -> int:
    named = int(frame.colorspace)
    if named in MATRICES:
        return named
    if named == 10 or tone.is_hdr(transfer) or primaries == BT2020:
        return BT2020
    return BT601 if frame.height <= _SD_MAX_HEIGHT else BT709


def _range(frame: VideoFrame) -> int:
    named = int(frame.color_range)
    if named in (LIMITED, FULL):
        return named
    return FULL if frame.format.is_rgb or frame.format.name.startswith(_FULL_RANGE_FORMATS) else LIMITED
