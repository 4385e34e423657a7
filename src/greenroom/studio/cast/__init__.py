"""
The cast: stock presenters drawn by this program.

    people() -> who there is, with what they are found by
    person("sarah_full_01"), person(81) -> one of them
    avatar(one, (1080, 1920), Framing.FULL) -> what the composer draws frames with
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from greenroom.domain.video import Framing
from greenroom.studio.cast.people import PEOPLE, Age, Ethnicity, Gender, Person, Scene, Style

if TYPE_CHECKING:
    from greenroom.studio.cast.rig import Drawn

    GESTURES: tuple[str, ...]
    """What a pose's `gesture` may be; with any other name hands stay folded."""

_BY_ID: dict[str | int, Person] = {key: one for one in PEOPLE for key in (one.id, one.number)}


def people() -> Sequence[Person]:
    """All presenters, in a stable order."""
    return PEOPLE


def person(which: str | int) -> Person | None:
    """The presenter of an id or a number, also one that is written as text; None if there is none."""
    if isinstance(which, str) and which.isascii() and which.isdecimal():
        which = int(which)
    return _BY_ID.get(which)


def avatar(
    one: Person, frame: tuple[int, int], framing: Framing = Framing.FULL, position: tuple[float, float] | None = None
) -> "Drawn":
    """
    A presenter set up for a frame of a width and height in pixels; see `stage.stage` for `position`.

    Setting up takes up to a second: it paints all that is still.
    """
    from greenroom.studio.cast.rig import Drawn
    from greenroom.studio.cast.stage import stage

    return Drawn(one.look, stage(frame, framing, position))


def __getattr__(name: str) -> object:
    # Who there is can be asked by the server, which must not have a decoder; only who draws needs what draws.
    if name == "Drawn":
        from greenroom.studio.cast.rig import Drawn

        return Drawn
    if name == "GESTURES":
        from greenroom.studio.cast.arms import GESTURES

        return tuple(GESTURES)
    raise AttributeError(name)


__all__ = ["GESTURES", "Age", "Drawn", "Ethnicity", "Gender", "Person", "Scene", "Style", "avatar", "people", "person"]
