"""
A portrait set up for one size of frame: a Pose -> a picture of it, as the composer asks of every avatar.

Everything still is laid out once. For a pose, eyes are painted into the head, the head's box is warped by one remap
whose map is the sum of a few smooth fields on a coarse grid, and the inside of the mouth is painted into the opening.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.domain.video import Framing
from greenroom.studio.avatar import Area, Box, Colors
from greenroom.studio.photo import gape, mesh
from greenroom.studio.photo.eyes import PhotoEye
from greenroom.studio.photo.lips import Lips
from greenroom.studio.photo.mouth import PhotoMouth
from greenroom.studio.photo.place import Place, placed
from greenroom.studio.photo.portrait import Portrait
from greenroom.studio.photo.skull import Skull
from greenroom.studio.pose import Picture, Pose


class PhotoAvatar:
    """
    A photograph that talks.

    `own_ground` keeps the photograph's ground behind it, and fills the frame; without it the person stands cut out at
    the bottom of the frame. In a round window the ground is always kept.
    """

    box: Box
    colors = Colors.RGBA
    changed: Area

    def __init__(
        self,
        portrait: Portrait,
        frame: tuple[int, int],
        framing: Framing = Framing.FULL,
        position: tuple[float, float] | None = None,
        *,
        own_ground: bool = False,
    ) -> None:
        place = placed(portrait, frame, framing, position, own_ground)
        self.box = place.box
        points = portrait.points * place.scale + (place.x, place.y, 0)
        person = laid(portrait, place)
        self.changed = Area(*_head(person[..., 3], points))
        (left, top, right, bottom), self._part = self.changed, self.changed.part
        self._head = person[self._part].copy()
        ground = _behind(portrait, place) if own_ground or place.disc else None
        self._warped = np.empty_like(self._head)
        self._out = person if ground is None else _over(person, ground)
        self._ground = None if ground is None else ground[self._part].copy()
        self._mask = disc_mask(place.disc) if place.disc else None
        local = points - (left, top, 0)
        self._lips = Lips(local, (bottom - top, right - left))
        self._skull = Skull(local, *self._lips.grid)
        self._mouth = PhotoMouth(self._head, local)
        gape.shut(self._head, local, self._mouth.opening)
        self._eyes = [PhotoEye(self._head, local, eye) for eye in mesh.EYES]
        if self._mask is not None:
            self._out = masked(self._out, self._mask)

    def draw(self, pose: Pose) -> Picture:
        """The photograph in a pose, as large as its box; overwritten by the next call."""
        for eye in self._eyes:
            eye.draw(self._head, pose.blink, pose.gaze)
        carried = self._skull.moved(*pose.head, pose.breath)
        field, opening = self._lips.warped(pose, carried)
        part = self._out[self._part]
        covered = self._ground is not None or self._mask is not None
        head = self._warped if covered else part
        cv2.remap(self._head, *field, cv2.INTER_LINEAR, dst=head, borderMode=cv2.BORDER_REPLICATE)
        self._mouth.draw(head, opening)
        if self._ground is not None:
            head = _over(head, self._ground)
        if self._mask is not None:
            head = masked(head, self._mask[self._part])
        if covered:
            part[:] = head
        return self._out


def laid(portrait: Portrait, place: Place) -> Picture:
    """The person with premultiplied alpha, as large as the box."""
    alpha = _placed(portrait.alpha, place, cv2.BORDER_CONSTANT)
    share = _faded(alpha, place, portrait)
    colours = cv2.multiply(_placed(portrait.person, place), cv2.merge([share] * 3), scale=1 / 255)
    return np.asarray(cv2.merge([*cv2.split(colours), share]), np.uint8)


def _behind(portrait: Portrait, place: Place) -> Picture:
    """The photograph's own ground, as large as the box."""
    ground = _placed(portrait.ground, place)
    return np.asarray(cv2.cvtColor(ground, cv2.COLOR_RGB2RGBA), np.uint8)


def _placed(plane: NDArray[np.uint8], place: Place, border: int = cv2.BORDER_REPLICATE) -> NDArray[np.uint8]:
    """A plane of the portrait where it stands in the box."""
    size, scale = (place.box.width, place.box.height), (place.scale, place.scale)
    if place.scale < 1:
        # Drawn smaller as an area first, so that fine structure does not flicker.
        small = round(plane.shape[1] * place.scale), round(plane.shape[0] * place.scale)
        scale = place.scale * plane.shape[1] / small[0], place.scale * plane.shape[0] / small[1]
        plane = np.asarray(cv2.resize(plane, small, interpolation=cv2.INTER_AREA), np.uint8)
    matrix = np.array([[scale[0], 0, place.x], [0, scale[1], place.y]], np.float64)
    flags = cv2.INTER_CUBIC if place.scale > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=border), np.uint8)


def _faded(share: NDArray[np.uint8], place: Place, portrait: Portrait) -> NDArray[np.uint8]:
    """Where the photograph itself cuts the person at a side within the frame, it fades out instead of ending."""
    width = portrait.alpha.shape[1] * place.scale
    soft = 0.05 * width
    x = np.arange(share.shape[1])
    weight = np.ones(share.shape[1])
    # A cut at the frame's own edge is none; half a pixel is what rounding may leave.
    if place.x > 0.5:
        weight *= np.clip((x - place.x) / soft, 0, 1)
    if place.x + width < share.shape[1] - 0.5:
        weight *= np.clip((place.x + width - x) / soft, 0, 1)
    return np.round(share * (weight * weight * (3 - 2 * weight))).astype(np.uint8)


def _head(alpha: NDArray[np.uint8], points: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of a picture in which the head moves."""
    tall = float(np.hypot(*(points[10, :2] - points[152, :2])))
    bottom = min(alpha.shape[0], int(points[152, 1] + 0.5 * tall))
    middle = float(points[[234, 454], 0].mean())
    near = alpha[: max(1, int(points[152, 1])), :] > 8
    near[:, : max(0, int(middle - 1.1 * tall))] = False
    near[:, max(0, int(middle + 1.1 * tall)) :] = False
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    air = int(0.13 * tall)
    top = max(0, int(rows[0]) - air) if len(rows) else 0
    left = max(0, int(columns[0]) - air) if len(columns) else 0
    right = min(alpha.shape[1], int(columns[-1]) + air) if len(columns) else alpha.shape[1]
    return left, top, right, bottom


def _over(front: Picture, behind: Picture) -> Picture:
    """One picture over another, which is opaque."""
    rest = cv2.bitwise_not(front[..., 3])
    shown = cv2.multiply(behind, cv2.merge([rest, rest, rest, rest]), scale=1 / 255)
    return np.asarray(cv2.add(front, shown), np.uint8)


def disc_mask(size: int) -> NDArray[np.uint8]:
    """What is in a round window: 255 inside, with a smooth edge."""
    at = np.arange(size) - (size - 1) / 2
    away = np.hypot(at[:, None], at[None])
    return np.asarray(np.round(np.clip(size / 2 - away, 0, 1) * 255), np.uint8)


def masked(picture: Picture, mask: NDArray[np.uint8]) -> Picture:
    """A picture in a mask, premultiplied."""
    return np.asarray(cv2.multiply(picture, cv2.merge([mask] * 4), scale=1 / 255), np.uint8)
