"""
A portrait that is ready to be set up for any frame: cut out of its photograph, matted, with the points of its face.

`prepare` needs the networks and takes most of a second; what it gives is kept in a file, so that a render process needs
neither networks nor the photograph.
"""

import io
import zipfile
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.photo import gape
from greenroom.studio.photo.edges import snapped
from greenroom.studio.photo.faces import Face, faces
from greenroom.studio.photo.matting import matte
from greenroom.studio.photo.networks import Floats, Networks, Rgb

_FACE = 640.0  # no frame shows a face at more pixels; a larger photograph is reduced to this
_AROUND = (2.6, 1.7, 3.6)  # in heights of the face: what is kept of a photograph to each side, above and below
_FORMAT = 1


class NoFace(Exception):
    """There is no face to prepare; gates say more."""


class NotPrepared(Exception):
    """A file that holds no prepared portrait, or one of another version."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """
    `picture` as photographed, `person` its colours without the ground's, `alpha` 0 to 255, `ground` what is behind.

    `points` are the 468 of the face, in pixels of these. `doubt` is how much of the edge was guessed, 0 to 1.
    """

    picture: Rgb
    person: Rgb
    alpha: NDArray[np.uint8]
    ground: Rgb
    points: Floats
    doubt: float


def prepare(picture: Rgb, networks: Networks, face: Face | None = None) -> Portrait:
    """The portrait of a photograph's largest face, or of the one that is given. Raises NoFace."""
    if face is None:
        seen, _ = faces(picture, networks)
        if not seen:
            raise NoFace("no face was found")
        face = seen[0]
    cut, points = _cut(picture, face)
    points = snapped(cut, points)
    points = gape.fitted(points, gape.inside(cut, points))
    made = matte(cut, points, networks)
    return Portrait(cut, _bytes(made.person), _bytes(made.alpha), _bytes(made.ground), points, made.doubt)


def _bytes(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(plane * 255).astype(np.uint8)


def _cut(picture: Rgb, face: Face) -> tuple[Rgb, Floats]:
    aside, above, below = (part * face.size for part in _AROUND)
    x, y = face.points[:, :2].mean(0)
    height, width = picture.shape[:2]
    left, top = max(0, round(x - aside)), max(0, round(y - above))
    right, bottom = min(width, round(x + aside)), min(height, round(y + below))
    part = picture[top:bottom, left:right]
    points = face.points - (left, top, 0)
    scale = min(1.0, _FACE / face.size)
    if scale < 1:
        size = round(part.shape[1] * scale), round(part.shape[0] * scale)
        points = points * (size[0] / part.shape[1], size[1] / part.shape[0], scale)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(part), points


def encoded(portrait: Portrait) -> bytes:
    """A portrait as bytes."""
    out = io.BytesIO()
    np.savez(
        out,
        format=np.array(_FORMAT),
        picture=portrait.picture,
        person=portrait.person,
        alpha=portrait.alpha,
        ground=portrait.ground,
        points=portrait.points,
        doubt=np.array(portrait.doubt),
    )
    return out.getvalue()


def decoded(data: bytes) -> Portrait:
    """A portrait of `encoded` bytes. Raises NotPrepared."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            if int(held["format"]) != _FORMAT:
                raise NotPrepared("it is of another version: prepare the photograph again")
            picture, person, alpha, ground = (held[name] for name in ("picture", "person", "alpha", "ground"))
            return Portrait(picture, person, alpha, ground, held["points"], float(held["doubt"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise NotPrepared("it is damaged") from error
