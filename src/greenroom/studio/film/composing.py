"""Composing: ground, shadow, avatar, captions and label become the frames of a film, one after the other."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from greenroom.studio.avatar import Layer
from greenroom.studio.film.blend import Layers, Stamp, stamp_of
from greenroom.studio.film.drawing import Drawing
from greenroom.studio.film.frames import Canvas
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
    """Makes the frames of a scene; each is the same whatever was made before it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._canvas = Canvas(scene.size, scene.frame_rate, alpha=scene.ground is None)
        self._layers = Layers(scene.size[0])
        self._shadow = stamp_of(scene.shadow) if scene.shadow else None
        self._label = stamp_of(scene.label) if scene.label else None
        self._written: OrderedDict[int, tuple[Layer, Stamp]] = OrderedDict()
        self._under: tuple[Planes, Planes] | None = None

    def frames(self, first: int) -> Iterator[Canvas]:
        """The frames from a first one to the last; each is good until the next one is asked for."""
        scene = self._scene
        indices = range(first, len(scene.poses))
        for index, stamp in zip(indices, scene.drawing.stamps(scene.poses[i] for i in indices), strict=True):
            written = scene.captions.at(index / scene.frame_rate) if scene.captions else ()
            self._begin(index)
            for one in (stamp, *map(self._stamp, written), *self._labels()):
                self._lay(one)
            if self._canvas.alpha is not None:
                _unweigh(self._canvas.planes, self._canvas.alpha)
            yield self._canvas

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

    def _begin(self, index: int) -> None:
        if self._scene.ground is None:
            for plane, value in zip(self._canvas.planes, (BLACK, NEUTRAL, NEUTRAL), strict=True):
                plane[:] = value
            if self._canvas.alpha is not None:
                self._canvas.alpha[:] = 0
            return
        ground = self._scene.ground.at(index)
        if self._shadow is None:
            self._canvas.ground(ground)
            return
        if self._under is None or self._under[0] is not ground:
            shaded = Planes(*(plane.copy() for plane in ground))
            self._layers.lay(self._shadow, shaded)
            self._under = (ground, shaded)
        self._canvas.ground(self._under[1])

    def _lay(self, stamp: Stamp) -> None:
        self._layers.lay(stamp, self._canvas.planes)
        if self._canvas.alpha is not None:
            self._layers.cover(stamp, self._canvas.alpha)

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


def _unweigh(planes: Planes, alpha: Plane) -> None:
    """From colours times alpha over black to the colours themselves, as films with an alpha channel have them."""
    small = cv2.resize(alpha, (alpha.shape[1] // 2, alpha.shape[0] // 2), interpolation=cv2.INTER_AREA)
    for plane, opacity, zero in ((planes.y, alpha, BLACK), (planes.u, small, NEUTRAL), (planes.v, small, NEUTRAL)):
        # A part of the frame at a time: most of it is transparent or opaque, and stays as it is.
        rows, columns = np.nonzero((opacity > 0) & (opacity < 255))
        weighed = (plane[rows, columns].astype(np.int32) - zero) * 255
        divisor = opacity[rows, columns].astype(np.int32)
        exact = np.floor_divide(2 * weighed + divisor, 2 * divisor) + zero
        plane[rows, columns] = np.clip(exact, 0, 255).astype(np.uint8)
