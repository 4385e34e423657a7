"""`/api/v1/events`: what happened, for receivers that want to catch up or do without hooks."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.events import ALL_EVENTS, EVENTS, Event, message
from greenroom.errors import ParameterError, ScopeMissing
from greenroom.services.hooks import Hooks
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.api.lists import NEWEST_NUMBER, Cursor, cursor, place_by_number
from greenroom.web.auth import Callers

_MOST = 100


class EventShown(BaseModel):
    """An event as hooks are told of it, and the id of what it is about. `sequence` counts the events of the subject."""

    event_id: str
    event: str
    timestamp: int
    subject: str
    sequence: int
    data: dict[str, Any]


class EventPage(BaseModel):
    """Events in the order that was asked for."""

    data: list[EventShown]
    next_cursor: str | None


class EventType(BaseModel):
    """A kind of event: when it is told, and the fields of its data."""

    event: str
    description: str
    data: list[str]


class EventTypes(BaseModel):
    """Every event that a hook can be told of."""

    data: list[EventType]


def events_router(hooks: Hooks, callers: Callers) -> APIRouter:
    """The routes. Events are of the whole account, so a key that is restricted to a folder does not see them."""
    router = APIRouter(prefix="/api/v1/events", tags=["events"])
    threads, origins = callers.threads, callers.origins

    @router.get("", responses={200: {"model": EventPage}, **problems_of(401, 403, 422)})
    async def list_events(
        request: Request,
        type_: Annotated[
            str | None,
            Query(alias="type", description="Only events of this type.", json_schema_extra={"enum": list(ALL_EVENTS)}),
        ] = None,
        asset: Annotated[
            str | None,
            Query(max_length=200, description="Only events about the asset, or whatever else, with that id."),
        ] = None,
        order: Annotated[
            Literal["newest", "oldest"],
            Query(description="`oldest` gives a cursor with every page that is not empty: go on from it later."),
        ] = "newest",
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Events on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's events of the last weeks."""
        act = _of_whole_account(await callers.act(request.scope, Scope.READ))
        if type_ is not None and type_ not in ALL_EVENTS:
            raise ParameterError("type", f"is {type_[:60]!r}, which is no event; GET /api/v1/events/types lists them")
        newest_first = order == "newest"
        beyond = place_by_number(cursor_, NEWEST_NUMBER if newest_first else 0)
        found = await threads.quick(
            hooks.events,
            act.account_id,
            beyond,
            limit + 1,
            newest_first=newest_first,
            type_=type_,
            subject=asset,
        )
        origin = origins.origin(request.scope)
        goes_on = len(found) > limit or (bool(found) and not newest_first)
        next_cursor = cursor(found[:limit][-1].place) if goes_on else None
        return answer(request, {"data": [_shown(event, origin) for event in found[:limit]], "next_cursor": next_cursor})

    @router.get("/types", responses={200: {"model": EventTypes}, **problems_of(401, 403)})
    async def list_event_types(request: Request) -> Response:
        """Every event that a hook can be told of."""
        await callers.act(request.scope, Scope.READ)
        rows = [
            {"event": name, "description": row.sentence, "data": row.data.split(", ")} for name, row in EVENTS.items()
        ]
        return answer(request, {"data": rows})

    @router.get("/{event_id}", responses={200: {"model": EventShown}, **problems_of(401, 403, 404)})
    async def get_event(request: Request, event_id: str) -> Response:
        """One event."""
        act = _of_whole_account(await callers.act(request.scope, Scope.READ))
        found = await threads.quick(hooks.event, act.account_id, event_id)
        return answer(request, _shown(found, origins.origin(request.scope)))

    return router


def _of_whole_account(act: Act) -> Act:
    if act.within is not None:
        raise ScopeMissing(Scope.ADMIN)
    return act


def _shown(event: Event, origin: str) -> dict[str, Any]:
    return message(event, event.type, origin) | {"subject": event.subject}
