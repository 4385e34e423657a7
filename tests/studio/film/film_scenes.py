"""What the tests of films are made of: a small presenter, poses, and grounds that change and that do not."""

import numpy as np

from greenroom.domain.video import Framing
from greenroom.studio import cast
from greenroom.studio.cast.rig import Drawn
from greenroom.studio.planes import Planes, flat_planes
from greenroom.studio.pose import Pose

SIZE = (180, 320)
RATE = 30


def presenter(which: bytes = b"sarah_full_01", framing: Framing = Framing.FULL) -> Drawn:
    """A presenter in a small frame."""
    found = cast.person(which.decode())
    assert found is not None
    return cast.avatar(found, SIZE, framing)


def poses(count: int) -> list[Pose]:
    """Poses in which everything moves."""
    return [
        Pose(
            mouth=(abs(np.sin(i / 3)).item(), 0.2, 0.1, 0.0, 0.0, 0.0),
            blink=1.0 if i % 40 == 20 else 0.0,
            head=(np.sin(i / 9).item() * 0.1, np.sin(i / 7).item() * 0.05, 0.02),
            breath=np.sin(i / 20).item(),
            gesture="open",
            reach=min(1.0, i / 15),
            at_s=i / RATE,
        )
        for i in range(count)
    ]


class Plain:
    """A ground of one colour."""

    def __init__(self, rgb: tuple[int, int, int] = (190, 205, 225), size: tuple[int, int] = SIZE) -> None:
        self._planes = flat_planes(rgb, size)

    def at(self, index: int) -> Planes:
        """The same at all times."""
        return self._planes


class Moving:
    """A ground that says in its brightness which frame it is."""

    def at(self, index: int) -> Planes:
        """A grey that is another one for each frame."""
        return flat_planes((index % 200 + 20,) * 3, SIZE)
