"""What all lists of our own API share: pages, the cursors that lead from one to the next, the state that is wanted."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from fastapi import Query

from greenroom.errors import ParameterError

One = TypeVar("One")
State = TypeVar("State", bound=StrEnum)

NEWEST_NUMBER = 2**63 - 1
"""Where a list begins that has the highest number first: as far as databases count."""
Cursor = Annotated[str | None, Query(alias="cursor", description="`next_cursor` of the page before.")]
"""The parameter of a list that says where a page begins."""


class Created(Protocol):
    """What lists have in the order of its creation."""

    @property
    def id(self) -> str:
        """Tells apart what was created in one instant."""

    @property
    def created_at(self) -> datetime:
        """When."""


def page(
    found: Sequence[One], limit: int, place_of: Callable[[One], Any], show: Callable[[One], Any]
) -> dict[str, Any]:
    """
    A page of at most `limit`, and the cursor of the next.

    One more has to be asked for than is shown: only so it is known whether there is a next page. `place_of` gives the
    place in the list of the one that a page goes on after, any JSON value.
    """
    next_cursor = cursor(place_of(found[limit - 1])) if len(found) > limit else None
    return {"data": [show(one) for one in found[:limit]], "next_cursor": next_cursor}


def by_time(one: Created) -> tuple[float, str]:
    """The place of one in a list that is sorted by creation: its Unix time and id."""
    return one.created_at.timestamp(), one.id


def cursor(place: Any) -> str:
    """A place in a list as an opaque text: any JSON value."""
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def place(text: str | None, kind: Any) -> Any:
    """
    The place that a cursor stands for, as a value of the type `kind`; None for no cursor, or an empty one.

    Raises ParameterError for a text that is not a cursor of this list.
    """
    if not text:
        return None
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, msgspec.MsgspecError):
        raise ParameterError("cursor", "was not given by this list; leave it out to begin at the start") from None


def place_by_number(text: str | None, beginning: int) -> int:
    """
    The place that a cursor stands for in a list that is sorted by whole numbers; its beginning for no cursor.

    Raises ParameterError as `place` does.
    """
    found: int | None = place(text, int)
    return beginning if found is None else max(-NEWEST_NUMBER, min(found, NEWEST_NUMBER))


def state_of(states: type[StrEnum]) -> Any:
    """How the parameter `state` of a list is described."""
    return Query(description="Only those in this state.", json_schema_extra={"enum": [one.value for one in states]})


def wanted(state: str | None, states: type[State]) -> tuple[State, ...]:
    """The state that a list is of, none for all. Raises ParameterError for one that there is not."""
    if state is None:
        return ()
    if state not in tuple(states):
        raise ParameterError("state", f"is {state[:40]!r}; allowed are {', '.join(states)}")
    return (states(state),)
