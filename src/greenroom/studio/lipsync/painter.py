"""The inside of the new mouth, in the colours of the film: teeth, tongue and dark, as a layer in the level plane."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.lipsync.speaker import LIPS, Speaker
from greenroom.studio.lipsync.stance import stance
from greenroom.studio.lipsync.track import Track
from greenroom.studio.lipsync.warp import Warped
from greenroom.studio.photo import muscles
from greenroom.studio.photo.gates import turn_of
from greenroom.studio.photo.mouth import PhotoMouth, gap_of
from greenroom.studio.photo.networks import Rgb
from greenroom.studio.planes import BLACK, Plane, planes_of_rgb

Layer = NDArray[np.float32]
CHEEKS = (50, 280, 205, 425)
_MOST_TURN_OF_TEETH = 0.22
"""Teeth that were filmed from the side do not fit a mouth that is seen from the front."""


class Painter:
    """Paints what is between a speaker's lips."""

    def __init__(self, speaker: Speaker, track: Track) -> None:
        reference = track.references[-1]
        if sum(map(abs, turn_of(reference.points))) > _MOST_TURN_OF_TEETH:
            reference = track.references[0]
        there = stance(speaker.model, reference.points)
        level = cv2.invertAffineTransform(speaker.matrix(there))
        width, height = (int(v) + 1 for v in speaker.model[:, :2].max(0) * 1.05)
        flags = cv2.INTER_AREA if there.scale > 1 else cv2.INTER_CUBIC
        picture = np.asarray(
            cv2.warpAffine(reference.picture, level, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE),
            np.uint8,
        )
        flat = reference.points[:, :2] @ level[:, :2].T + level[:, 2]
        points = np.column_stack([flat, speaker.model[:, 2]])
        self._mouth = PhotoMouth(picture, points)
        # Teeth hang where the reference has them, and openings tell how far the model's seam was carried.
        carried = speaker.placed(there, speaker.model)
        self._offset = speaker.model[list(LIPS), :2].mean(0) - carried[list(LIPS)].mean(0)
        self._light = light(planes_of_rgb(_even(picture)).y, points[list(CHEEKS), :2])
        self._size = 2 * width, 2 * height
        x, y = points[17, :2].astype(int)
        self._lip = picture[min(max(y, 0), height - 1), min(max(x, 0), width - 1)].astype(np.float32)
        self._m = muscles.anatomy(speaker.model).mouth

    def painted(self, warped: Warped, lit: float, strength: float, was: float) -> Layer:
        """
        What is to be laid over the warped lips: red, green, blue and cover, 0 to 255, in the part that is warped.

        `lit` is how bright the picture's cheeks are; `was` the gap between the film's own lips in the level plane.
        """
        height, width = warped.away.shape[:2]
        layer = np.zeros((height, width, 4), np.float32)
        gain = float(np.clip(lit / self._light, 0.4, 1.8))
        o = warped.opening
        hung = replace(o, skull=self._moved(o.skull), jaw=self._moved(o.jaw))
        inside = self._mouth.inside(hung, self._size)
        if inside is not None:
            painted = np.dstack([inside.colours * np.float32(gain), inside.cover * 255]).astype(np.float32)
            _put(layer, painted, int(inside.x[0]) - warped.left, int(inside.y[0, 0]) - warped.top)
        open_px = 0.05 * self._m
        self._line(layer, warped, (1 - gap_of(o) / open_px) * min(1.0, was / open_px), gain)
        layer[..., 3] *= strength
        return layer

    def _moved(self, place: tuple[float, float]) -> tuple[float, float]:
        return place[0] + float(self._offset[0]), place[1] + float(self._offset[1])

    def _line(self, layer: NDArray[np.float32], warped: Warped, much: float, gain: float) -> None:
        """The dark line between lips that were apart in the film and now meet."""
        if much <= 0:
            return
        o = warped.opening
        middle = (o.upper + o.lower) / 2
        thick = 0.011 * self._m + 0.4
        top = max(0, int(middle[:, 1].min() - 4 * thick) - warped.top)
        near = layer[top : int(middle[:, 1].max() + 4 * thick) - warped.top]
        x = np.arange(layer.shape[1], dtype=np.float32) + warped.left
        y = (np.arange(len(near), dtype=np.float32) + warped.top + top)[:, None]
        seam = np.interp(x, middle[:, 0], middle[:, 1])
        ends = np.clip(np.minimum(x - middle[0, 0], middle[-1, 0] - x) / (0.08 * self._m), 0, 1)
        weight = 0.72 * min(1.0, much) * ends * np.exp(-(((y - seam) / thick) ** 2))
        cover = np.maximum(near[..., 3], weight * 255)
        dark = self._lip * np.float32(0.42 * gain)
        share = (weight * 255 / np.maximum(cover, 1e-3))[..., None]
        near[..., :3] += share * (dark - near[..., :3])
        near[..., 3] = cover


def _put(layer: Layer, part: Layer, x0: int, y0: int) -> None:
    height, width = layer.shape[:2]
    left, top = max(0, x0), max(0, y0)
    right, bottom = min(width, x0 + part.shape[1]), min(height, y0 + part.shape[0])
    if right > left and bottom > top:
        layer[top:bottom, left:right] = part[top - y0 : bottom - y0, left - x0 : right - x0]


def _even(picture: Rgb) -> Rgb:
    return picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]


def light(brightness: Plane, places: NDArray[np.float64]) -> float:
    """How bright some places of a picture are for the most part, by its plane of brightness; black is 0."""
    height, width = brightness.shape
    around = [
        brightness[max(0, int(y) - 3) : int(y) + 4, max(0, int(x) - 3) : int(x) + 4].mean()
        for x, y in places
        if 0 <= x < width and 0 <= y < height
    ]
    return max(12.0, float(np.median(around)) - BLACK) if around else 110.0
