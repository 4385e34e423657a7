"""
Eyes of a photograph: blinks and glances, painted into the face before it is warped.

An upper lid is made for each eye when the portrait is set up, from the skin around it. In a blink it slides over the
eye with the lashes at its edge; nothing is stretched, so rims of glasses stay as they are. A glance shifts the iris
between lids that stay.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import mesh
from greenroom.studio.photo.matting import diffused
from greenroom.studio.photo.networks import Floats

Plane = NDArray[np.float32]
Colours = NDArray[np.float32]
"""Rows x columns x RGB, 0 to 255."""


class PhotoEye:
    """One eye in a picture; `draw` paints it anew, from the picture as it was at first."""

    def __init__(self, picture: NDArray[np.uint8], points: Floats, eye: mesh.Eye) -> None:
        upper, lower, crease, brow = (mesh.row(points, row) for row in eye)
        self._wide = float(np.hypot(*(upper[-1] - upper[0])))
        pad = 0.45 * self._wide
        height, width = picture.shape[:2]
        left, right = max(0, int(upper[0, 0] - 0.3 * pad)), min(width, int(upper[-1, 0] + 0.3 * pad) + 1)
        top, bottom = max(0, int(crease[:, 1].min() - pad)), min(height, int(lower[:, 1].max() + pad) + 1)
        self._part = slice(top, bottom), slice(left, right)
        self._photo = picture[self._part][..., :3].astype(np.float32)
        self._x = np.arange(left, right, dtype=np.float32)
        self._y = np.arange(top, bottom, dtype=np.float32)[:, None]
        self._up, self._low = self._line(upper), self._line(lower)
        self._crease = np.minimum(self._line(crease), self._up - 0.05 * self._wide)
        self._brow = self._line(brow)
        self._open = max(1.0, float((self._low - self._up).max()))
        inset = np.minimum(self._x - upper[0, 0], upper[-1, 0] - self._x)
        self._within = np.clip(inset / (0.07 * self._wide) + 0.25, 0, 1)
        self._lash = self._lash_colour()
        self._lid = self._made_lid()
        self._pupil = self._found_pupil()
        self._last: tuple[float, float, float] | None = None

    def _line(self, points: Floats) -> Plane:
        """The height of a row of points at each column, smooth, level beyond its ends."""
        order = np.argsort(points[:, 0], kind="stable")
        x, y = points[order, 0], points[order, 1]
        fine = np.interp(self._x, x, y)
        size = max(3, int(0.06 * self._wide)) | 1
        return np.asarray(cv2.blur(fine[None].astype(np.float32), (size, 1), borderType=cv2.BORDER_REPLICATE)[0])

    def _lash_colour(self) -> Plane:
        near = (np.abs(self._y - self._up) < 0.07 * self._wide) & (self._within > 0.9)
        found = self._photo[near]
        light = found.mean(-1)
        dark = found[light <= np.percentile(light, 22)]
        return np.asarray(np.median(dark, 0) * 0.85, np.float32)

    def _made_lid(self) -> Colours:
        """Skin over the whole eye, as its surroundings have it, with the roundness of the ball under it."""
        above = (self._y < self._crease - 0.02 * self._wide) & (self._y > 0.45 * self._brow + 0.55 * self._crease)
        below = (self._y > self._low + 0.13 * self._wide) & (self._y < self._low + 0.34 * self._wide)
        known = above | below
        light = self._photo.mean(-1)
        typical = float(np.median(light[known])) if known.any() else float(np.median(light))
        # Lashes, brows and rims of glasses are no skin.
        known &= (light > 0.72 * typical) & (light < 1.3 * typical)
        if known.sum() < 20:
            known = light >= np.percentile(light, 60)
        skin = np.asarray(cv2.GaussianBlur(diffused(self._photo, known), (0, 0), 0.05 * self._wide), np.float32)
        skin = skin + 0.28 * (self._strip(typical) - skin)
        ball = (self._y - self._crease) / np.maximum(self._low - self._crease, 1)
        # A fold at the top, the ball's roundness, and shade where the lid turns under at its lashes.
        round_ = 0.97 + 0.05 * np.exp(-(((ball - 0.45) / 0.28) ** 2)) - 0.05 * np.exp(-(((ball - 0.04) / 0.16) ** 2))
        shaded = skin * (round_ - 0.10 * np.clip((ball - 0.55) / 0.45, 0, 1.2))[..., None]
        return np.asarray(shaded + self._grain(), np.float32)

    def _strip(self, typical: float) -> Colours:
        """The colour of the lid at each column: what of it the open eye shows, between fold and lashes."""
        shown = (self._y > self._crease - 0.04 * self._wide) & (self._y < self._up - 0.035 * self._wide)
        light = self._photo.mean(-1)
        weight = (shown & (light > 0.55 * typical) & (light < 1.25 * typical)).astype(np.float32)
        sums = np.concatenate([self._photo * weight[..., None], weight[..., None]], -1).sum(0)[None]
        soft = cv2.GaussianBlur(sums, (0, 0), 0.12 * self._wide)
        return np.asarray(soft[..., :3] / np.maximum(soft[..., 3:], 1e-3), np.float32)

    def _grain(self) -> Colours:
        """The fine structure of the skin under the eye, laid over the lid, so that it is not too smooth."""
        fine = self._photo - cv2.GaussianBlur(self._photo, (0, 0), 0.02 * self._wide + 0.6)
        row = int(np.clip(self._low.max() + 0.2 * self._wide - self._y[0, 0], 0, len(fine) - 2))
        strip = fine[row : row + max(2, int(0.14 * self._wide))]
        strip = np.clip(strip, -9, 9)
        pair = np.concatenate([strip, strip[::-1]])
        return np.asarray(np.resize(np.tile(pair, (len(fine) // len(pair) + 1, 1, 1)), fine.shape), np.float32)

    def _found_pupil(self) -> tuple[float, float]:
        """The middle of the darkest disc between the lids."""
        between = ((self._y > self._up + 0.04 * self._wide) & (self._y < self._low)).astype(np.float32)
        radius = max(2, int(0.17 * self._wide))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(np.float32)
        light = self._photo.mean(-1) * between
        total, weight = cv2.filter2D(light, -1, disc), cv2.filter2D(between, -1, disc)
        mean = total / np.maximum(weight, 1e-3)
        middle = np.abs(self._x - (self._x[0] + self._x[-1]) / 2) < 0.24 * self._wide
        inside = (between > 0) & middle & (weight > 0.35 * weight.max())
        if not inside.any():
            return float(self._x.mean()), float(((self._up + self._low) / 2).mean())
        row, column = np.unravel_index(int(np.argmin(np.where(inside, mean, 1e9))), mean.shape)
        return float(self._x[column]), float(self._y[row, 0])

    def draw(self, picture: NDArray[np.uint8], blink: float, gaze: tuple[float, float]) -> None:
        """Paint the eye: `blink` 0 open to 1 closed, `gaze` right and up, -1 to 1."""
        state = (round(blink, 3), round(gaze[0], 3), round(gaze[1], 3))
        if state == self._last:
            return
        self._last = state
        eye = self._glance(state[1], state[2])
        if state[0] > 0:
            eye = self._shut(eye, state[0])
        picture[self._part][..., :3] = np.clip(eye + 0.5, 0, 255).astype(np.uint8)

    def _glance(self, right: float, up: float) -> Colours:
        dx, dy = 0.17 * self._wide * right, -0.08 * self._wide * up
        if abs(dx) + abs(dy) < 0.05:
            return self._photo
        px, _ = self._pupil
        lids = np.clip((self._y - self._up) / (0.2 * self._open), 0, 1) * np.clip(
            (self._low - self._y) / (0.16 * self._open), 0, 1
        )
        # The iris goes whole; the white beside it is drawn out, and squeezed on the other side.
        ends = self._x[0] + 0.13 * self._wide, self._x[-1] - 0.13 * self._wide
        reach = np.where(self._x < px + dx, px + dx - ends[0], ends[1] - px - dx)
        away = np.abs(self._x - px - dx)
        iris = 0.19 * self._wide
        free = np.clip((reach - away) / np.maximum(reach - iris, 1), 0, 1)
        weight = np.asarray(lids * (free * free * (3 - 2 * free)), np.float32)
        xs = np.broadcast_to(self._x - self._x[0], weight.shape).astype(np.float32)
        ys = np.broadcast_to(self._y - self._y[0], weight.shape).astype(np.float32)
        map_x, map_y = xs - np.float32(dx) * weight, ys - np.float32(dy) * weight
        return np.asarray(cv2.remap(self._photo, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))

    def _shut(self, eye: Colours, blink: float) -> Colours:
        rest = self._low - 0.02 * self._open
        edge = self._up + blink * np.maximum(rest - self._up, 0)
        fade = min(1.0, blink / 0.22)
        top = self._crease - 0.16 * self._wide
        # The lid covers from its fold to its edge; above the fold it passes into the skin.
        cover = np.clip((edge - self._y) / 1.2 + 0.5, 0, 1)
        cover *= np.clip((self._y - top) / np.maximum(self._up - 0.085 * self._wide - top, 1), 0, 1)
        cover *= fade * np.sqrt(self._within)
        thick = (0.020 + 0.012 * blink) * self._wide + 0.4
        lash = np.exp(-(((self._y - edge - 0.3 * thick) / thick) ** 2)) * fade * self._within
        below = (
            np.exp(-np.clip(self._y - edge, 0, None) / (0.2 * self._open)) * (self._y > edge) * (self._y < self._low)
        )
        shade = 1 - 0.35 * fade * self._within * below
        out = eye * shade[..., None]
        out += cover[..., None] * (self._lid - out)
        return np.asarray(out + 0.68 * lash[..., None] * (self._lash - out), np.float32)
