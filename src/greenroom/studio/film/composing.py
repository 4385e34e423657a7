"""Composing: ground, shadow, avatar, captions and label become the frames of a film, one after the other."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.avatar import Layer, Rows
from greenroom.studio.film.blend import BAND, Layers, Stamp, stamp_of
from greenroom.studio.film.drawing import Drawing
from greenroom.studio.film.frames import CANVASES, Canvas, canvases
from greenroom.studio.planes import BLACK, NEUTRAL, Plane, Planes, flat_planes
from greenroom.studio.pose import Pose

_KEPT_STAMPS = 8  # of captions: words come back within a group, groups do not
COVER_GROUND = (226, 230, 236)
"""What a transparent film stands on in its cover, for a JPEG has no transparency."""


class Backdrop(Protocol):
    """What is behind the avatar; see `studio.ground`."""

    def at(self, index: int) -> Planes:
        """The picture behind a frame; the same object as before while nothing changes."""


class Captions(Protocol):
    """What is written in the picture; see `studio.captions`."""

    def at(self, time_s: float) -> tuple[Layer, ...]:
        """What is written at a time; the same layers as before while nothing changes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """
    All that is seen in a film. `ground` is None for a transparent one; `poses` has a pose for each frame; `shadow` is
    under the avatar, `label` over all.
    """

    size: tuple[int, int]
    frame_rate: int
    poses: Sequence[Pose]
    drawing: Drawing
    ground: Backdrop | None
    captions: Captions | None = None
    shadow: Layer | None = None
    label: Layer | None = None


class Composer:
    """
    Makes the frames of a scene; each is the same whatever was made before it.

    Rows that have nothing else in them than those of the frame that a canvas had before are left as they are.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._layers = Layers(scene.size[0])
        self._shadow = stamp_of(scene.shadow) if scene.shadow else None
        self._label = stamp_of(scene.label) if scene.label else None
        self._written: OrderedDict[int, tuple[Layer, Stamp]] = OrderedDict()
        self._under: tuple[Planes, Planes] | None = None

    def frames(self, first: int) -> Iterator[Canvas]:
        """The frames from a first one to the last; each is good until the next is asked for, or while lent."""
        scene = self._scene
        indices = range(first, len(scene.poses))
        stamps = zip(indices, scene.drawing.stamps(scene.poses[i] for i in indices), strict=True)
        blank = canvases(scene.size, scene.frame_rate, alpha=scene.ground is None)
        laid = cycle([_Laid(scene.size[1]) for _ in range(CANVASES)])
        for (index, stamp), canvas, last in zip(stamps, blank, laid, strict=False):
            written = scene.captions.at(index / scene.frame_rate) if scene.captions else ()
            over = (*map(self._stamp, written), *self._labels())
            ground = self._ground(index)
            for rows in last.changed(ground, stamp, over):
                self._compose(canvas, ground, (stamp, *over), rows)
            yield canvas

    def _compose(self, canvas: Canvas, ground: Planes | None, stamps: Iterable[Stamp], rows: Rows) -> None:
        """Make some rows of a frame."""
        if ground is not None:
            canvas.ground(ground, *rows)
        else:
            canvas.clear(*rows)
        for stamp in stamps:
            self._layers.lay(stamp, canvas.planes, rows)
            if canvas.alpha is not None:
                self._layers.cover(stamp, canvas.alpha, rows)
        if canvas.alpha is not None:
            _unweigh(canvas.planes, canvas.alpha, rows)

    def cover(self, index: int) -> Planes:
        """A frame without captions; a transparent film is put on a plain ground."""
        scene = self._scene
        ground = scene.ground.at(index) if scene.ground else flat_planes(COVER_GROUND, scene.size)
        planes = Planes(*(plane.copy() for plane in ground))
        (stamp,) = [one.copied() for one in scene.drawing.stamps([scene.poses[index]])]
        for one in (*((self._shadow,) if self._shadow else ()), stamp, *self._labels()):
            self._layers.lay(one, planes)
        return planes

    def _labels(self) -> tuple[Stamp, ...]:
        return (self._label,) if self._label else ()

    def _ground(self, index: int) -> Planes | None:
        """What is behind the avatar in a frame, its shadow on it; the same object while nothing changes."""
        if self._scene.ground is None:
            return None
        ground = self._scene.ground.at(index)
        if self._shadow is None:
            return ground
        if self._under is None or self._under[0] is not ground:
            shaded = Planes(*(plane.copy() for plane in ground))
            self._layers.lay(self._shadow, shaded)
            self._under = (ground, shaded)
        return self._under[1]

    def _stamp(self, layer: Layer) -> Stamp:
        """The stamp of a caption; while a layer is kept, no other one can have its identity."""
        kept = self._written.get(id(layer.picture))
        if kept is None or kept[0].box != layer.box:
            kept = (layer, stamp_of(layer))
            self._written[id(layer.picture)] = kept
        self._written.move_to_end(id(layer.picture))
        while len(self._written) > _KEPT_STAMPS:
            self._written.popitem(last=False)
        return kept[1]


class _Laid:
    """What the last frame of a canvas was made of: its ground, the avatar's bands, and what is laid over all."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._ground: Planes | None = None
        self._made: NDArray[np.int64] | None = None
        self._over: tuple[Stamp, ...] = ()

    def changed(self, ground: Planes | None, avatar: Stamp, over: tuple[Stamp, ...]) -> list[Rows]:
        """The rows of a frame of these that may look otherwise than those of the last one, which this now is."""
        stale = np.zeros(self._height, bool)
        if self._made is None or ground is not self._ground:
            stale[:] = True
        else:
            for band in np.flatnonzero(avatar.made != self._made).tolist():
                top = avatar.box.top + band * BAND
                stale[top : min(top + BAND, avatar.box.top + avatar.box.height)] = True
            for one in (*over, *self._over):
                if not (_among(one, over) and _among(one, self._over)):
                    stale[one.box.top : one.box.top + one.box.height] = True
        self._ground, self._made, self._over = ground, avatar.made.copy(), over
        edges = np.flatnonzero(np.diff(stale, prepend=False, append=False)).tolist()
        return list(zip(edges[::2], edges[1::2], strict=True))


def _among(stamp: Stamp, stamps: Iterable[Stamp]) -> bool:
    return any(one is stamp for one in stamps)


def _unweigh(planes: Planes, alpha: Plane, rows: Rows) -> None:
    """Of some rows, from colours times alpha over black to the colours themselves, as films with alpha have them."""
    top, bottom = rows
    alpha = alpha[top:bottom]
    small = cv2.resize(alpha, (alpha.shape[1] // 2, alpha.shape[0] // 2), interpolation=cv2.INTER_AREA)
    half = slice(top // 2, bottom // 2)
    parts = (planes.y[top:bottom], alpha, BLACK), (planes.u[half], small, NEUTRAL), (planes.v[half], small, NEUTRAL)
    for plane, opacity, zero in parts:
        # Most of it is transparent or opaque, and stays as it is.
        where = np.nonzero((opacity > 0) & (opacity < 255))
        weighed = (plane[where].astype(np.int32) - zero) * 255
        divisor = opacity[where].astype(np.int32)
        exact = np.floor_divide(2 * weighed + divisor, 2 * divisor) + zero
        plane[where] = np.clip(exact, 0, 255).astype(np.uint8)
