"""
Where the face of a film is, picture by picture: a first pass over the film, before anything is drawn.

A face is looked for at the start, after cuts and where it was lost; else its points are followed from the picture
before. What the pass found is kept in a file, so that a render that is taken up draws by the same track.
"""

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.lipsync.covered import Views, covered, view
from greenroom.studio.lipsync.reference import Reference, References
from greenroom.studio.photo.faces import Face, followed, found, measured
from greenroom.studio.photo.gates import SECOND_FACE, turn_of
from greenroom.studio.photo.networks import Floats, Networks, Rgb

LEAST_SCORE = 0.5
LEAST_EYE_DISTANCE_PX = 36.0
"""Between the outer corners of both eyes: of a smaller face nobody sees what it says."""
MOST_TURN, MOST_NOD = 0.62, 0.5
"""How far a face may turn in a picture for its mouth to be moved; more than a still portrait may."""
_LOOK_EVERY = 5
"""Pictures between looks for a face where there is none."""
_JUMP = 0.22
"""In heights of the face: what moves farther from one picture to the next is somebody else, or another shot."""
_STEADY = (33, 263, 168, 5, 2, 10, 152, 234, 454)
_FORMAT = 2


class NotTracked(Exception):
    """A file that holds no track, or one of another version."""


@dataclass(frozen=True, slots=True)
class Track:
    """
    For each picture 468 points x, y, z in pixels of the frame; which are usable; which are not because something is
    before the mouth; which shot each is of, -1 for none.

    `several` says that there were other faces nearly as large; `references` are pictures of the face to paint by.
    """

    points: NDArray[np.float32]
    usable: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    shots: NDArray[np.int32]
    several: bool
    references: tuple[Reference, ...]


Going = Callable[[int], None]
"""Told of each picture; may raise to end it."""


def tracked(pictures: Iterable[Rgb], networks: Networks, going: Going) -> Track:
    """The track of the largest face in pictures of one size."""
    search, references = _Search(networks), References()
    rows: list[Floats] = []
    usable: list[bool] = []
    shots: list[int] = []
    views: list[Views] = []
    empty = np.zeros((468, 3))
    before: Rgb | None = None
    for number, picture in enumerate(pictures):
        going(number)
        # A film of fewer pictures a second shows each several times.
        if picture is not before or not rows:
            face = search.next(number, picture)
            good = face is not None and is_usable(face)
            if face is not None and good:
                references.offer(picture, face.points)
            points = face.points if face is not None else empty
            seen = view(picture, points)
        before = picture
        rows.append(points)
        views.append(seen)
        usable.append(good)
        shots.append(search.shot if face is not None else -1)
    found = np.array(shots, np.int32)
    hidden = covered(np.array(views), np.array(rows), found)
    return Track(
        np.array(rows, np.float32),
        np.array(usable, bool) & ~hidden,
        np.array(usable, bool) & hidden,
        found,
        search.several,
        references.best(),
    )


def is_usable(face: Face) -> bool:
    """Whether a mouth can be moved in a face: large enough, and turned to the camera."""
    side, down = turn_of(face.points)
    wide = float(np.hypot(*(face.points[263, :2] - face.points[33, :2])))
    return abs(side) <= MOST_TURN and abs(down) <= MOST_NOD and wide >= LEAST_EYE_DISTANCE_PX


class _Search:
    """The face from picture to picture."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._last: Floats | None = None
        self._look_at = 0
        self.shot, self.several = -1, False

    def next(self, number: int, picture: Rgb) -> Face | None:
        """The face in the next picture."""
        face = self._followed(picture)
        if face is None and number >= self._look_at:
            self._look_at = number + _LOOK_EVERY
            face = self._found(picture)
            if face is not None:
                self.shot += 1
                self._look_at = 0
        self._last = face.points if face is not None else None
        return face

    def _followed(self, picture: Rgb) -> Face | None:
        if self._last is None:
            return None
        face = followed(picture, self._last, self._networks)
        steady = list(_STEADY)
        moved = np.median(np.hypot(*(face.points[steady, :2] - self._last[steady, :2]).T))
        return face if face.score >= LEAST_SCORE and moved <= _JUMP * face.size else None

    def _found(self, picture: Rgb) -> Face | None:
        seen = [measured(picture, one, self._networks) for one in found(picture, self._networks)[:4]]
        sure = sorted((face for face in seen if face.score >= LEAST_SCORE), key=lambda face: -face.size)
        if not sure:
            return None
        self.several |= any(face.size >= SECOND_FACE * sure[0].size for face in sure[1:])
        return sure[0]


def encoded(track: Track) -> bytes:
    """A track as bytes."""
    out = io.BytesIO()
    held: dict[str, NDArray[np.generic]] = {
        "format": np.array(_FORMAT),
        "points": track.points,
        "usable": track.usable,
        "covered": track.covered,
        "shots": track.shots,
        "several": np.array(track.several),
        "references": np.array(len(track.references)),
    }
    for i, one in enumerate(track.references):
        held |= {f"picture{i}": one.picture, f"points{i}": one.points}
    np.savez_compressed(out, allow_pickle=False, **held)
    return out.getvalue()


def decoded(data: bytes) -> Track:
    """A track of `encoded` bytes. Raises NotTracked."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            if int(held["format"]) != _FORMAT:
                raise NotTracked("it is of another version")
            count = int(held["references"])
            references = tuple(Reference(held[f"picture{i}"], held[f"points{i}"]) for i in range(count))
            seen = held["points"], held["usable"], held["covered"], held["shots"]
            return Track(*seen, bool(held["several"]), references)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise NotTracked("it is damaged") from error
