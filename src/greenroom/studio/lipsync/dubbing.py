"""The frames of a film in which somebody says something else: the film's own, with the lower face made anew."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.avatar import Layer
from greenroom.studio.film.blend import Layers, stamp_of
from greenroom.studio.film.frames import Canvas, canvases
from greenroom.studio.lipsync.painter import CHEEKS, Painter, light
from greenroom.studio.lipsync.playback import Order
from greenroom.studio.lipsync.reading import Reading
from greenroom.studio.lipsync.speaker import Moment, NoSpeaker, Speaker
from greenroom.studio.lipsync.track import Track
from greenroom.studio.lipsync.warp import Warp, Warped
from greenroom.studio.photo import mesh
from greenroom.studio.planes import Planes, planes_of_rgb

Mouths = Sequence[tuple[float, ...]]
"""For each frame the channels of `speech.Mouth`."""
_MARGIN = 24  # of the picture around the part that changes: from there what comes into it comes


class Dubbing:
    """
    Makes frames; each is the same whatever was made before it. Raises NoSpeaker if the track has no face to use.

    `order` tells for each frame which of the film's it shows; `label` is laid over all.
    """

    def __init__(self, film: Reading, track: Track, order: Order, mouths: Mouths, label: Layer | None = None) -> None:
        if not len(track.references):
            raise NoSpeaker
        self._film, self._order, self._mouths = film, order, mouths
        self._label = stamp_of(label) if label is not None else None
        self._speaker = Speaker(track)
        self._warp = Warp(self._speaker)
        self._painter = Painter(self._speaker, track)

    def frames(self, first: int, size: tuple[int, int], frame_rate: int) -> Iterator[Canvas]:
        """The frames from a first one to the last; each is good until the next is asked for, or while lent."""
        for index, canvas in zip(range(first, len(self._order)), canvases(size, frame_rate), strict=False):
            self.draw(index, canvas.planes)
            yield canvas

    def draw(self, index: int, out: Planes) -> None:
        """Draw a frame into planes of its size."""
        number = int(self._order[index])
        shown = self._film.at(number)
        for mine, theirs in zip(out, shown, strict=True):
            np.copyto(mine, theirs)
        moment = self._speaker.at(number)
        if moment is not None:
            self._dub(shown, out, moment, self._mouths[index])
        if self._label is not None:
            Layers(out.size[0]).lay(self._label, out)

    def box(self, index: int) -> tuple[slice, slice] | None:
        """Rows and columns of a frame in which anything is changed; None where nothing is."""
        moment = self._speaker.at(int(self._order[index]))
        return _part(moment, self._warp, self._film.at(int(self._order[index])).size) if moment is not None else None

    def _dub(self, shown: Planes, out: Planes, moment: Moment, mouth: tuple[float, ...]) -> None:
        part = _part(moment, self._warp, shown.size)
        if part is None:
            return
        warped = self._warp.made(moment, mouth)
        away = _in_picture(warped.away, moment, (warped.left, warped.top), part)
        _move(shown, out, away, part)
        self._paint(shown, out, moment, warped, part)

    def _paint(self, shown: Planes, out: Planes, moment: Moment, warped: Warped, part: tuple[slice, slice]) -> None:
        cheeks = moment.measured[list(CHEEKS)] @ moment.to_picture[:, :2].T + moment.to_picture[:, 2]
        upper, lower = (mesh.row(moment.measured, which) for which in (mesh.LIP_UP_IN, mesh.LIP_LOW_IN))
        gap = float(np.maximum(lower[:, 1] - upper[:, 1], 0).max())
        layer = self._painter.painted(warped, light(shown.y, cheeks), moment.strength, gap)
        layer[..., :3] *= layer[..., 3:] / np.float32(255)
        matrix = _from_part(moment, (warped.left, warped.top), part)
        size = part[1].stop - part[1].start, part[0].stop - part[0].start
        flags = cv2.INTER_AREA if np.hypot(*moment.to_picture[:, 0]) < 1 else cv2.INTER_LINEAR
        laid = np.asarray(cv2.warpAffine(layer, matrix, size, flags=flags), np.float32)
        _lay(laid, _cut(out, part))


def _part(moment: Moment, warp: Warp, size: tuple[int, int]) -> tuple[slice, slice] | None:
    """The rows and columns of a picture, even, that the warped part of the level plane covers."""
    width, height = warp.size
    corners = np.array([(warp.left + x, warp.top + y) for x in (0, width) for y in (0, height)], float)
    there = corners @ moment.to_picture[:, :2].T + moment.to_picture[:, 2]
    low, high = there.min(0), there.max(0)
    left, top = (max(0, int(v) // 2 * 2) for v in low)
    right, bottom = (min(most, -(-int(v + 1) // 2) * 2) for v, most in zip(high, size, strict=True))
    return (slice(top, bottom), slice(left, right)) if right - left > 8 and bottom - top > 8 else None


def _from_part(moment: Moment, corner: tuple[int, int], part: tuple[slice, slice]) -> NDArray[np.float64]:
    """The matrix from the warped part of the level plane into a part of the picture."""
    matrix = moment.to_picture.copy()
    matrix[:, 2] += matrix[:, :2] @ np.array(corner) - (part[1].start, part[0].start)
    return matrix


def _in_picture(
    away: NDArray[np.float32], moment: Moment, corner: tuple[int, int], part: tuple[slice, slice]
) -> NDArray[np.float32]:
    """The field at each pixel of a part of the picture, in pixels of the picture."""
    size = part[1].stop - part[1].start, part[0].stop - part[0].start
    laid = cv2.warpAffine(away, _from_part(moment, corner, part), size, flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.transform(laid, moment.to_picture[:, :2].astype(np.float32)), np.float32)


def _move(shown: Planes, out: Planes, away: NDArray[np.float32], part: tuple[slice, slice]) -> None:
    """Fill a part of planes with what stands where the field says."""
    rows, columns = part
    height, width = shown.y.shape
    around = (
        slice(max(0, rows.start - _MARGIN), min(height, rows.stop + _MARGIN)),
        slice(max(0, columns.start - _MARGIN), min(width, columns.stop + _MARGIN)),
    )
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) - around[0].start)[:, None]
    x = np.arange(columns.start, columns.stop, dtype=np.float32) - around[1].start
    at = np.stack([x + away[..., 0], y + away[..., 1]], -1)
    out.y[part] = _looked_up(shown.y[around], at)
    # A sample of colour stands at the left one of its two columns, between its two rows.
    pairs = (at[0::2, 0::2] + at[1::2, 0::2]) / 2
    pairs = np.stack([pairs[..., 0] / 2, (pairs[..., 1] - 0.5) / 2], -1)
    for mine, theirs in ((out.u, shown.u), (out.v, shown.v)):
        mine[_half(part)] = _looked_up(theirs[_half(around)], pairs)


def _looked_up(plane: NDArray[np.uint8], at: NDArray[np.float32]) -> NDArray[np.uint8]:
    made = cv2.remap(plane, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(made, np.uint8)


def _lay(laid: NDArray[np.float32], planes: Planes) -> None:
    """Lay colours, weighed by their cover, over planes of a part; what is not covered stays bit for bit."""
    cover = laid[..., 3]
    seen = cover > 0.5
    if not seen.any():
        return
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    near = (
        slice(int(rows[0]) // 2 * 2, -(-(int(rows[-1]) + 1) // 2) * 2),
        slice(int(columns[0]) // 2 * 2, -(-(int(columns[-1]) + 1) // 2) * 2),
    )
    near_laid = laid[near]
    smaller = near_laid.shape[1] // 2, near_laid.shape[0] // 2
    half = np.asarray(cv2.resize(near_laid, smaller, interpolation=cv2.INTER_AREA), np.float32)
    there, share, small = _cut(planes, near), near_laid[..., 3] / 255, half[..., 3] / 255
    # Colours are taken of the mean of four pixels as far as each is covered, or edges would be grey.
    chroma = planes_of_rgb(_plain(half).repeat(2, 0).repeat(2, 1))
    made = Planes(planes_of_rgb(_plain(near_laid)).y, chroma.u, chroma.v)
    for plane, color, weight in zip(there, made, (share, small, small), strict=True):
        plane[:] = np.rint(plane + np.clip(weight, 0, 1) * (color.astype(np.float32) - plane)).astype(np.uint8)


def _plain(laid: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colours as they are without their cover."""
    whole = laid[..., :3] * (255 / np.maximum(laid[..., 3:], 1))
    return np.clip(whole + 0.5, 0, 255).astype(np.uint8)


def _cut(planes: Planes, part: tuple[slice, slice]) -> Planes:
    half = _half(part)
    return Planes(planes.y[part], planes.u[half], planes.v[half])


def _half(part: tuple[slice, slice]) -> tuple[slice, slice]:
    return slice(part[0].start // 2, part[0].stop // 2), slice(part[1].start // 2, part[1].stop // 2)
