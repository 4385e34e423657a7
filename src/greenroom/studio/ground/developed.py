"""From a decoded frame, however it is coded, to the planes of a frame of the video."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

from fractions import Fraction
from functools import cache

import numpy as np
from av.video.frame import VideoFrame

from greenroom.domain import tone
from greenroom.studio.ground.chain import Chain, Step
from greenroom.studio.ground.cover import Cover, cover
from greenroom.studio.ground.look import LIMITED, MATRICES, Look, look_of, name_colours
from greenroom.studio.ground.port import readonly
from greenroom.studio.ground.turn import Turn
from greenroom.studio.planes import NEUTRAL, WHITE, Plane, Planes

_TICK = Fraction(1, 30)
_FLAGS = "flags=bicubic"
_ACCURATE = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"


class Development:
    """
    Makes planes of frames, one by one and without memory of those before.

    `pixel_aspect` is the width of a stored pixel by its height, `focus` a point of the picture as it is shown.
    """

    def __init__(self, frame: tuple[int, int], pixel_aspect: float, turn: Turn, focus: tuple[float, float]) -> None:
        self._frame, self._pixel_aspect, self._turn, self._focus = frame, pixel_aspect, turn, focus
        self._look: Look | None = None
        self._count = 0

    def planes(self, frame: VideoFrame) -> Planes:
        """The planes of a frame; they keep the memory of FFmpeg that they lie in."""
        look = look_of(frame, self._turn)
        if look.has_alpha:
            frame = over_white(frame, look)
            look = look_of(frame, self._turn)
        # A film may change its size or its colours on the way.
        if look != self._look:
            self._look, self._cover = look, self._covering(look)
            self._chain = Chain(look, _TICK, _steps(look, self._cover), _table(look))
        name_colours(frame, look)
        made = self._through(frame)
        return readonly(look.turn.turned(_cut(made, self._cover, look.turn.stored_size(self._frame))))

    def _through(self, frame: VideoFrame) -> VideoFrame:
        """One frame through the chain, which wants times that grow; its own it keeps."""
        pts, base = frame.pts, frame.time_base
        frame.pts, frame.time_base = self._count, _TICK
        self._count += 1
        made = next(self._chain.through(frame))
        frame.pts, frame.time_base = pts, base or _TICK
        return made

    def _covering(self, look: Look) -> Cover:
        turn = look.turn
        return cover(
            (look.width, look.height),
            self._pixel_aspect,
            turn.stored_size(self._frame),
            turn.stored_point(self._focus),
        )


def over_white(frame: VideoFrame, look: Look) -> VideoFrame:
    """A frame with transparency, laid over white before anything is scaled: what shines through has no colour."""
    format_ = "yuva420p"
    name_colours(frame, look)
    flat = frame if frame.format.name == format_ else frame.reformat(format=format_)
    y, u, v, alpha = (_plane(flat, number) for number in range(4))
    # The last column and row of an odd picture stand for two in the planes of colour.
    even = np.pad(alpha, ((0, alpha.shape[0] % 2), (0, alpha.shape[1] % 2)), mode="edge").astype(np.uint16)
    alpha_of_colour = (even[0::2, 0::2] + even[0::2, 1::2] + even[1::2, 0::2] + even[1::2, 1::2] + 2) >> 2
    made = VideoFrame(frame.width, frame.height, "yuv420p")
    white = WHITE if look.range == LIMITED else 255
    parts = ((y, alpha, white), (u, alpha_of_colour, NEUTRAL), (v, alpha_of_colour, NEUTRAL))
    for plane, (values, shares, ground) in zip(made.planes, parts, strict=True):
        mixed = values * shares.astype(np.uint32) + ground * (255 - shares.astype(np.uint32)) + 127
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = mixed // 255
        plane.update(padded.tobytes())
    made.color_trc, made.color_primaries = frame.color_trc, frame.color_primaries
    name_colours(made, look)
    return made


def _steps(look: Look, cover: Cover) -> list[Step]:
    """
    What FFmpeg is to do. The cut comes before scaling, which then has less to do, and colours are converted once
    the picture has the frame's size.
    """
    box, size = cover.box, f"{cover.scaled.width}:{cover.scaled.height}"
    steps: list[Step] = [("crop", f"{box.width}:{box.height}:{box.left}:{box.top}:exact=1")]
    if look.needs_table:
        # The table costs most of all, so it is applied where there are fewer pixels.
        fewest = min((cover.scaled.width, cover.scaled.height), (box.width, box.height), key=lambda it: it[0] * it[1])
        steps += [("scale", f"{fewest[0]}:{fewest[1]}:{_ACCURATE}"), ("format", tone.FORMAT), tone.FILTER]
    if look.needs_table or look.is_rgb:
        return [*steps, ("scale", f"{size}:{_ACCURATE}:out_color_matrix=bt709:out_range=tv"), ("format", "yuv420p")]
    kept = "tv" if look.range == LIMITED else "pc"
    steps += [("scale", f"{size}:{_FLAGS}:in_range={kept}:out_range={kept}"), ("format", "yuv420p")]
    return steps if look.is_usual else [*steps, _to_bt709(look)]


def _to_bt709(look: Look) -> Step:
    """
    Another matrix or range, by arithmetic on the planes. Primaries and transfer are called the same: those of BT.601
    are so near to BT.709's that no player converts them.
    """
    limits = "tv" if look.range == LIMITED else "pc"
    before = f"ispace={MATRICES[look.matrix]}:irange={limits}:iprimaries=bt709:itrc=bt709"
    return "colorspace", f"{before}:space=bt709:range=tv:primaries=bt709:trc=bt709:format=yuv420p:fast=1"


def _table(look: Look) -> bytes:
    return _table_of(look.transfer, look.primaries) if look.needs_table else b""


@cache
def _table_of(transfer: int, primaries: int) -> bytes:
    return tone.table(transfer, primaries)


def _cut(made: VideoFrame, cover: Cover, size: tuple[int, int]) -> Planes:
    left, top, (width, height) = cover.left, cover.top, size
    y, u, v = (_plane(made, number) for number in range(3))
    half = (slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2))
    return Planes(y[top : top + height, left : left + width], u[half], v[half])


def _plane(frame: VideoFrame, number: int) -> Plane:
    plane = frame.planes[number]
    # Rows are padded to what processors like.
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload,no-any-return]  # a buffer, which stubs do not say
