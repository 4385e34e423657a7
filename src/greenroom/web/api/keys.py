"""`/api/v1/keys`: the account's API keys."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from greenroom.domain.access import ALL_SCOPES, WORKING_SCOPES, ApiKey, KeyWish, Scope
from greenroom.domain.act import Act
from greenroom.domain.ids import FolderId
from greenroom.domain.instants import unix_s
from greenroom.services.access import Access
from greenroom.web.api.answers import Body, answer, empty, problems_of
from greenroom.web.api.fields import AsWhole, Name
from greenroom.web.api.lists import Cursor, by_time, page, place
from greenroom.web.auth import Callers

_MOST = 100
_NEWEST = (float(2**53), "")
_LAST_INSTANT = 253_402_300_799  # the end of the year 9999


_WORKING: JsonDict = {"items": {"enum": [scope.value for scope in sorted(WORKING_SCOPES)]}}


class KeyBody(Body):
    """What a key is to be."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"folder_id": {"type": "string"}}, "required": ["folder_id"]},
            "then": {"properties": {"scopes": _WORKING}},
        }
    )

    name: Annotated[Name, Field(description="What it is for.")]
    scopes: Annotated[
        list[Literal["upload", "read", "render", "admin"]] | None,
        Field(min_length=1, description="All by default; with a folder all but `admin`, which is of all the account."),
    ] = None
    expires_at: Annotated[
        Annotated[int, Field(ge=0, le=_LAST_INSTANT), AsWhole] | None,
        Field(description="In Unix seconds; without, it has no end."),
    ] = None
    folder_id: Annotated[
        str | None, Field(max_length=200, description="The only folder that it may touch, with all below it.")
    ] = None

    def wish(self) -> KeyWish:
        """The same in the words of the domain."""
        usual = ALL_SCOPES if self.folder_id is None else WORKING_SCOPES
        return KeyWish(
            self.name,
            frozenset(map(Scope, self.scopes)) if self.scopes is not None else usual,
            datetime.fromtimestamp(self.expires_at, tz=UTC) if self.expires_at is not None else None,
            FolderId(self.folder_id) if self.folder_id is not None else None,
        )


class KeyShown(BaseModel):
    """A key. Instants are in Unix seconds; `last_used_at` is up to some seconds late."""

    key_id: str
    name: str
    begins_with: str
    scopes: list[str]
    folder_id: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class NewKeyShown(KeyShown):
    """A key that was made. `secret` is the key itself: it is shown now and never again."""

    secret: str


class KeyPage(BaseModel):
    """Keys, newest first, ended ones too."""

    data: list[KeyShown]
    next_cursor: str | None


def keys_router(access: Access, callers: Callers) -> APIRouter:
    """The routes; all need the scope `admin`."""
    router = APIRouter(prefix="/api/v1/keys", tags=["keys"])
    threads = callers.threads

    @router.post("", status_code=201, responses={201: {"model": NewKeyShown}, **problems_of(401, 403, 404, 422, 429)})
    async def create_key(request: Request, body: KeyBody) -> Response:
        """Make a key of the account. Its secret is in this answer only."""
        return await made(request, access, callers, await callers.act(request.scope, Scope.ADMIN), body)

    @router.get("", responses={200: {"model": KeyPage}, **problems_of(401, 403, 422)})
    async def list_keys(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Keys on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's keys, newest first, ended ones too."""
        act = await callers.act(request.scope, Scope.ADMIN)
        before = place(cursor_, tuple[float, str]) or _NEWEST
        found = await threads.quick(access.page, act.account_id, before, limit + 1)
        return answer(request, page(found, limit, by_time, shown))

    @router.get("/{key_id}", responses={200: {"model": KeyShown}, **problems_of(401, 403, 404)})
    async def get_key(request: Request, key_id: str) -> Response:
        """One key."""
        act = await callers.act(request.scope, Scope.ADMIN)
        return answer(request, shown(await threads.quick(access.one, act.account_id, key_id)))

    @router.delete("/{key_id}", status_code=204, responses=problems_of(401, 403, 404))
    async def revoke_key(request: Request, key_id: str) -> Response:
        """End a key, at once and for good; one that has ended stays so."""
        act = await callers.act(request.scope, Scope.ADMIN)
        await threads.judge(access.revoke, act, key_id)
        return empty(request)

    return router


async def made(request: Request, access: Access, callers: Callers, act: Act, body: KeyBody) -> Response:
    """The answer to a wish for a key of the act's account."""
    key, secret = await callers.threads.judge(access.create, act, body.wish())
    headers = {"location": f"/api/v1/keys/{key.id}", "cache-control": "no-store"}
    return answer(request, shown(key) | {"secret": secret}, 201, headers)


def shown(key: ApiKey) -> dict[str, Any]:
    """A key as answers show it."""
    return {
        "key_id": key.id,
        "name": key.name,
        "begins_with": key.prefix,
        "scopes": sorted(key.scopes),
        "folder_id": key.folder_id,
        "created_at": int(key.created_at.timestamp()),
        "expires_at": unix_s(key.expires_at),
        "revoked_at": unix_s(key.revoked_at),
        "last_used_at": unix_s(key.last_used_at),
    }
