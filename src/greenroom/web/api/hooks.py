"""`/api/v1/hooks`, `/deliveries` and `/callback-secret`: who is told of what, and how the telling went."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.events import EVENTS, EVERYTHING
from greenroom.domain.hook import (
    LONGEST_OVERLAP_S,
    LONGEST_URL,
    Delivery,
    DeliveryId,
    DeliveryState,
    Face,
    Hook,
    HookId,
    HookStatus,
    Secret,
)
from greenroom.domain.instants import unix_s
from greenroom.services.hooks import Hooks, HookWish
from greenroom.web.api.answers import Body, answer, empty, problems_of
from greenroom.web.api.fields import Said, Url
from greenroom.web.api.lists import NEWEST_NUMBER, Cursor, page, place_by_number
from greenroom.web.auth import Callers

_MOST = 100
_MOST_NAMES = 100
_NAMES = {"items": {"type": "string", "enum": [EVERYTHING, *EVENTS]}}
_EVENTS = "Names of events, see `GET /api/v1/events/types`; `*` is all of them."
_URL = "Has to be https, on the internet, unless a setting of the server allows more."
_Limit = Annotated[int, Query(ge=1, le=_MOST, description="Deliveries on a page.")]
_State = Annotated[Literal["waiting", "delivered", "failed"] | None, Query(description="Only those.")]


_Url = Annotated[Url, Field(max_length=LONGEST_URL)]
_Names = Annotated[list[str], Field(min_length=1, max_length=_MOST_NAMES), Said(_NAMES)]


class NewHook(Body):
    """A hook to be made."""

    url: _Url = Field(description=_URL)
    events: _Names = Field(description=_EVENTS)
    status: Literal["enabled", "disabled"] = "enabled"


class ChangedHook(Body):
    """What is to be changed; what is left out stays."""

    url: _Url | None = Field(None, description=_URL)
    events: _Names | None = Field(None, description=_EVENTS)
    status: Literal["enabled", "disabled"] | None = None


class Rotation(Body):
    """How long the secret before signs as well, in seconds; 0 when it has leaked."""

    overlap_s: float = Field(default=86400, ge=0, le=LONGEST_OVERLAP_S)


class HookShown(BaseModel):
    """A hook. `disabled_reason` is there when the server disabled it."""

    hook_id: str
    url: str
    events: list[str]
    status: Literal["enabled", "disabled"]
    disabled_reason: str | None
    failing_since: int | None = Field(description="The first failed attempt after the last that was taken.")
    created_at: int


class SecretShown(BaseModel):
    """What messages are signed with."""

    secret: str
    previous_valid_until: int | None = Field(description="Until then the secret before signs as well.")


class HookWithSecret(HookShown, SecretShown):
    """A hook with its secret, which is shown only now."""


class HookList(BaseModel):
    """All hooks, oldest first."""

    data: list[HookShown]


class AttemptShown(BaseModel):
    """One try: what was answered and how soon, or why there was no answer."""

    number: int
    at: float
    status: int | None
    ms: int
    error: str | None
    excerpt: str = Field(description="The beginning of what the receiver answered.")


class DeliveryShown(BaseModel):
    """Telling one receiver of one event; `hook_id` is null for the callback of a request."""

    delivery_id: str
    hook_id: str | None
    url: str
    event_id: str
    event: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: list[AttemptShown]
    next_attempt_at: float | None
    created_at: float
    ended_at: float | None


class DeliveryPage(BaseModel):
    """Deliveries, newest first."""

    data: list[DeliveryShown]
    next_cursor: str | None


def hooks_router(hooks: Hooks, callers: Callers) -> APIRouter:
    """The routes. All need the scope `admin`: a hook hears of the whole account."""
    router = APIRouter(prefix="/api/v1/hooks", tags=["hooks"])
    threads = callers.threads

    @router.post("", status_code=201, responses={201: {"model": HookWithSecret}, **problems_of(401, 403, 409, 422)})
    async def create_hook(request: Request, new: NewHook) -> Response:
        """Make a hook. Its secret is shown in this answer only."""
        act = await callers.act(request.scope, Scope.ADMIN)
        wish = HookWish(new.url, _each_once(new.events), HookStatus(new.status))
        hook, secret = await threads.judge(hooks.create, act, wish, Face.API)
        return answer(request, _hook(hook) | _secret(secret), 201, {"location": f"/api/v1/hooks/{hook.id}"})

    @router.get("", responses={200: {"model": HookList}, **problems_of(401, 403)})
    async def list_hooks(request: Request) -> Response:
        """All hooks of the account, at most 20."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, {"data": [_hook(hook) for hook in await threads.quick(hooks.all, act.account_id)]})

    @router.get("/{hook_id}", responses={200: {"model": HookShown}, **problems_of(401, 403, 404)})
    async def get_hook(request: Request, hook_id: str) -> Response:
        """One hook."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, _hook(await threads.quick(hooks.one, act.account_id, HookId(hook_id))))

    @router.patch("/{hook_id}", responses={200: {"model": HookShown}, **problems_of(401, 403, 404, 422)})
    async def change_hook(request: Request, hook_id: str, changed: ChangedHook) -> Response:
        """Change a hook. While it is disabled nothing new is told to it; what waited goes on once it is enabled."""
        act = await callers.act(request.scope, Scope.ADMIN)
        wish = HookWish(
            changed.url,
            _each_once(changed.events) if changed.events is not None else None,
            HookStatus(changed.status) if changed.status is not None else None,
        )
        return answer(request, _hook(await threads.judge(hooks.change, act, HookId(hook_id), wish)))

    @router.delete("/{hook_id}", status_code=204, responses=problems_of(401, 403, 404))
    async def delete_hook(request: Request, hook_id: str) -> Response:
        """Remove a hook; what waited for it is not told any more."""
        act = await callers.act(request.scope, Scope.ADMIN)
        await threads.judge(hooks.delete, act, HookId(hook_id))
        return empty(request)

    @router.post("/{hook_id}/rotate", responses={200: {"model": HookWithSecret}, **problems_of(401, 403, 404, 422)})
    async def rotate_secret(request: Request, hook_id: str, rotation: Rotation | None = None) -> Response:
        """Give a hook another secret, shown in this answer only; the one before signs as well for a while."""
        act = await callers.act(request.scope, Scope.ADMIN)
        hook, secret = await threads.judge(hooks.rotate, act, HookId(hook_id), _overlap(rotation))
        return answer(request, _hook(hook) | _secret(secret))

    @router.post(
        "/{hook_id}/test", status_code=202, responses={202: {"model": DeliveryShown}, **problems_of(401, 403, 404, 409)}
    )
    async def test_hook(request: Request, hook_id: str) -> Response:
        """Send the hook an event `ping`; how that went is soon in the delivery."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return _begun(request, await threads.judge(hooks.ping, act, HookId(hook_id)))

    @router.get("/{hook_id}/deliveries", responses={200: {"model": DeliveryPage}, **problems_of(401, 403, 404, 422)})
    async def list_deliveries_of_hook(
        request: Request, hook_id: str, state: _State = None, limit: _Limit = 20, cursor_: Cursor = None
    ) -> Response:
        """What was told to a hook and how it went, newest first."""
        act = await callers.act(request.scope, Scope.ADMIN)
        asked = (act.account_id, HookId(hook_id), DeliveryState(state) if state is not None else None)
        found = await threads.quick(hooks.deliveries, *asked, place_by_number(cursor_, NEWEST_NUMBER), limit + 1)
        return answer(request, _page(found, limit))

    return router


def deliveries_router(hooks: Hooks, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/deliveries", tags=["hooks"])
    threads = callers.threads

    @router.get("", responses={200: {"model": DeliveryPage}, **problems_of(401, 403, 422)})
    async def list_deliveries(
        request: Request, state: _State = None, limit: _Limit = 20, cursor_: Cursor = None
    ) -> Response:
        """What was told to all hooks and callbacks of the account, newest first."""
        act = await callers.act(request.scope, Scope.ADMIN)
        asked = (act.account_id, None, DeliveryState(state) if state is not None else None)
        found = await threads.quick(hooks.deliveries, *asked, place_by_number(cursor_, NEWEST_NUMBER), limit + 1)
        return answer(request, _page(found, limit))

    @router.get("/{delivery_id}", responses={200: {"model": DeliveryShown}, **problems_of(401, 403, 404)})
    async def get_delivery(request: Request, delivery_id: str) -> Response:
        """One delivery with its attempts."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, _delivery(await threads.quick(hooks.delivery, act.account_id, DeliveryId(delivery_id))))

    @router.post(
        "/{delivery_id}/replay",
        status_code=202,
        responses={202: {"model": DeliveryShown}, **problems_of(401, 403, 404, 409)},
    )
    async def replay_delivery(request: Request, delivery_id: str) -> Response:
        """Tell the same receiver the same event once more, under the same `event_id`; gives the new delivery."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return _begun(request, await threads.judge(hooks.replay, act, DeliveryId(delivery_id)))

    return router


def callback_secret_router(hooks: Hooks, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/callback-secret", tags=["hooks"])
    threads = callers.threads

    @router.get("", responses={200: {"model": SecretShown}, **problems_of(401, 403)})
    async def get_callback_secret(request: Request) -> Response:
        """What is told to the callback URLs of the account's requests is signed with this."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, _secret(await threads.judge(hooks.callback_secret, act.account_id)))

    @router.post("/rotate", responses={200: {"model": SecretShown}, **problems_of(401, 403, 422)})
    async def rotate_callback_secret(request: Request, rotation: Rotation | None = None) -> Response:
        """Make another secret for callbacks; the one before signs as well for a while."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, _secret(await threads.judge(hooks.rotate_callback_secret, act, _overlap(rotation))))

    return router


def _each_once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _overlap(rotation: Rotation | None) -> timedelta:
    return timedelta(seconds=(rotation or Rotation()).overlap_s)


def _begun(request: Request, delivery: Delivery) -> Response:
    return answer(request, _delivery(delivery), 202, {"location": f"/api/v1/deliveries/{delivery.id}"})


def _page(found: list[tuple[int, Delivery]], limit: int) -> dict[str, Any]:
    return page(found, limit, lambda one: one[0], lambda one: _delivery(one[1]))


def _hook(hook: Hook) -> dict[str, Any]:
    return {
        "hook_id": hook.id,
        "url": hook.url,
        "events": hook.events,
        "status": hook.status.value,
        "disabled_reason": hook.disabled_reason or None,
        "failing_since": unix_s(hook.failing_since),
        "created_at": int(hook.created_at.timestamp()),
    }


def _secret(secret: Secret) -> dict[str, Any]:
    until = secret.previous_until
    return {"secret": secret.current, "previous_valid_until": unix_s(until)}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    waiting = delivery.state is DeliveryState.WAITING
    return {
        "delivery_id": delivery.id,
        "hook_id": delivery.hook_id,
        "url": delivery.url,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "state": delivery.state.value,
        "attempts": [
            {
                "number": attempt.number,
                "at": attempt.at.timestamp(),
                "status": attempt.status,
                "ms": attempt.ms,
                "error": attempt.error or None,
                "excerpt": attempt.excerpt,
            }
            for attempt in delivery.log
        ],
        "next_attempt_at": delivery.due_at.timestamp() if waiting else None,
        "created_at": delivery.created_at.timestamp(),
        "ended_at": delivery.ended_at.timestamp() if delivery.ended_at is not None else None,
    }
