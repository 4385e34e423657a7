"""Webhook endpoints as the compatible calls have them (contract 2.12): one set of hooks under three sets of paths."""

from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.events import COMPATIBLE, GENERATED_VIDEO
from greenroom.domain.hook import Face, Hook, HookId, HookStatus, Secret
from greenroom.errors import ParameterError
from greenroom.services.hooks import Hooks, HookWish
from greenroom.web.jogg import coerce
from greenroom.web.jogg.envelope import Call, Repeated
from greenroom.web.jogg.routes import Doc, Route, Table
from greenroom.web.threads import Threads

_TEXT = {"type": "string"}
_STATUS = {"enum": [status.value for status in HookStatus]}
_NAMES = {"type": "array", "items": {"enum": list(COMPATIBLE)}}
_ENDPOINT = {
    "type": "object",
    "required": ["endpoint_id", "url", "secret", "status", "events", "username", "created_at"],
    "properties": {
        "endpoint_id": _TEXT,
        "url": _TEXT,
        "secret": _TEXT,
        "status": _STATUS,
        "events": {"type": "array", "items": _TEXT},
        "username": _TEXT,
        "created_at": {"type": "integer"},
    },
}
_WISH = {"type": "object", "properties": {"url": {"type": "string"}, "status": _STATUS, "events": _NAMES}}
_EXAMPLE = {
    "url": "https://example.com/hooks",
    "status": "enabled",
    "events": ["generated_avatar_video_success", "generated_avatar_video_failed"],
}
_ALL = Doc(
    "webhooks",
    "All endpoints. In v1 under /v1/webhook the data is the array itself.",
    {
        "oneOf": [
            {"type": "object", "required": ["endpoints"]},
            {"type": "array", "items": _ENDPOINT},
        ]
    },
)
_CREATE = Doc("webhooks", "Make an endpoint.", _ENDPOINT, _WISH, examples={"endpoint": _EXAMPLE})
_CHANGE = Doc("webhooks", "Change an endpoint; its secret stays.", _ENDPOINT, _WISH, examples={"endpoint": _EXAMPLE})
_DELETE = Doc("webhooks", "Remove an endpoint.", {"type": "object", "properties": {"message": _TEXT}})
_EVENTS = Doc(
    "webhooks",
    "The names of the events; in v1 the data is the array itself.",
    {"oneOf": [{"type": "object", "properties": {"events": _NAMES}}, _NAMES]},
)


class HookCalls:
    """
    Lists, makes, changes and removes hooks, and lists the events of the contract.

    These calls show secrets whenever they show a hook, as their clients expect.
    """

    def __init__(self, hooks: Hooks, threads: Threads) -> None:
        self._hooks = hooks
        self._threads = threads

    async def all(self, call: Call, act: Act) -> Any:
        """All hooks of the account, those made by our own API too."""
        found = await self._threads.quick(self._all, act)
        if call.version == "v2":
            return {"endpoints": found}
        # The guide and the official node read different paths, and expect different data there.
        data = found if call.scope["path"].startswith("/v1/webhook/") else {"endpoints": found}
        return Repeated(data, {"endpoints": found})

    async def create(self, call: Call, act: Act) -> Any:
        """Make a hook; without a status it is enabled."""
        wish = _wish(coerce.json_object(await call.body()))
        hook, secret = await self._threads.judge(self._hooks.create, act, wish, Face(call.version))
        return await self._answer(call, act, hook, secret)

    async def change(self, call: Call, act: Act) -> Any:
        """Change what is given. The secret stays."""
        wish = _wish(coerce.json_object(await call.body()))
        hook = await self._threads.judge(self._hooks.change, act, HookId(call.segments["endpoint_id"]), wish)
        return await self._answer(call, act, hook, await self._threads.quick(self._hooks.secret, hook))

    async def delete(self, call: Call, act: Act) -> Any:
        """Remove a hook."""
        await self._threads.judge(self._hooks.delete, act, HookId(call.segments["endpoint_id"]))
        return {"message": "webhook deleted"}

    async def events(self, call: Call, act: Act) -> Any:  # noqa: ARG002  # the same for everybody
        """The names of the events: 22 in v2, the two that v1 knows in v1."""
        if call.version == "v2":
            return {"events": list(COMPATIBLE)}
        return Repeated(list(GENERATED_VIDEO), {"events": list(GENERATED_VIDEO)})

    def table(self) -> Table:
        """Where these calls are found."""
        table: dict[str, dict[str, Route]] = {}
        for prefix in ("/v2", "/v1", "/v1/webhook"):
            table[f"{prefix}/endpoints"] = {"GET": Route(Scope.ADMIN, self.all, _ALL)}
            table[f"{prefix}/endpoint"] = {"POST": Route(Scope.ADMIN, self.create, _CREATE)}
            table[f"{prefix}/endpoint/{{endpoint_id}}"] = {
                "PUT": Route(Scope.ADMIN, self.change, _CHANGE),
                "DELETE": Route(Scope.ADMIN, self.delete, _DELETE),
            }
            table[f"{prefix}/events"] = {"GET": Route(Scope.READ, self.events, _EVENTS)}
        return table

    def _all(self, act: Act) -> list[dict[str, Any]]:
        username = self._hooks.username(act.account_id)
        return [_shown(hook, self._hooks.secret(hook), username) for hook in self._hooks.all(act.account_id)]

    async def _answer(self, call: Call, act: Act, hook: Hook, secret: Secret) -> Any:
        shown = _shown(hook, secret, await self._threads.quick(self._hooks.username, act.account_id))
        return shown if call.version == "v2" else Repeated(shown, shown)


def _wish(body: coerce.Body) -> HookWish:
    status = coerce.text(body, "status")
    if status is not None and status.lower() not in tuple(HookStatus):
        raise ParameterError("status", f"is {status[:40]!r}; allowed are enabled and disabled")
    return HookWish(
        url=coerce.text(body, "url"),
        events=coerce.texts(body, "events"),
        status=HookStatus(status.lower()) if status is not None else None,
    )


def _shown(hook: Hook, secret: Secret, username: str) -> dict[str, Any]:
    return {
        "endpoint_id": hook.id,
        "url": hook.url,
        "secret": secret.current,
        "status": hook.status.value,
        "events": hook.events,
        "username": username,
        "created_at": int(hook.created_at.timestamp()),
    }
