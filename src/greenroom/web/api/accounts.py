"""`/api/v1/accounts` for the operator, and what every key may ask: `/api/v1/whoami` and `/api/v1/usage`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.ids import AccountId
from greenroom.services.access import Access
from greenroom.services.accounts import AccountChange, Accounts, Standing
from greenroom.web.api.answers import Body, answer, problems_of
from greenroom.web.api.fields import Email, Name, NameOrNone, Whole
from greenroom.web.api.keys import KeyBody, KeyShown, NewKeyShown, made, shown
from greenroom.web.api.lists import Cursor, by_time, page, place
from greenroom.web.auth import Callers

_MOST = 100
_OLDEST = (-1.0, "")

Number = Annotated[float | None, Field(ge=0, le=1e12)]


class LimitsBody(Body):
    """Limits of one account: 0 is no limit, null has the limit of the settings; what is not named stays."""

    stored_bytes: Whole | None = None
    assets: Whole | None = None
    media_s: Number = None
    credits: Number = None

    def named(self) -> dict[str, int | None]:
        """Those that are named, as they are kept."""
        return kept_limits(self.model_dump(exclude_unset=True))


class AccountBody(Body):
    """What is said of an account; what is not named stays."""

    name: Name | None = None
    email: Email | None = None
    username: NameOrNone | None = None
    limits: LimitsBody | None = None

    def change(self) -> AccountChange:
        """The same in the words of the service."""
        return AccountChange(self.name, self.email, self.username, self.limits.named() if self.limits else {})


class NewAccountBody(AccountBody):
    """What a new account is to be."""

    name: Name


class LimitsShown(BaseModel):
    """Limits of its own; 0 is no limit, null has the limit of the settings."""

    stored_bytes: int | None
    assets: int | None
    media_s: float | None
    credits: float | None


class AccountShown(BaseModel):
    """An account."""

    account_id: str
    name: str
    email: str
    username: str
    created_at: int
    limits: LimitsShown


class AccountPage(BaseModel):
    """Accounts, oldest first."""

    data: list[AccountShown]
    next_cursor: str | None


class Whoami(BaseModel):
    """Whose key this is, and what it may do."""

    account_id: str
    name: str
    email: str
    username: str
    key: KeyShown


class StoredShown(BaseModel):
    """Bytes of assets, those reserved for uploads under way, and both together at most (null: no limit)."""

    used: int
    reserved: int
    limit: int | None


class CountShown(BaseModel):
    """A number and its limit (null: none)."""

    used: int
    limit: int | None


class AmountShown(BaseModel):
    """An amount and its limit (null: none)."""

    used: float
    limit: float | None


class CreditsShown(AmountShown):
    """Credits spent, granted and left (null: as many as one likes)."""

    remaining: float | None


class UsageShown(BaseModel):
    """What the account uses. A deleted asset counts until it is purged; equal files count each for itself."""

    stored_bytes: StoredShown
    assets: CountShown
    media_s: AmountShown
    credits: CreditsShown


def accounts_router(accounts: Accounts, access: Access, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["accounts"])
    threads = callers.threads

    @router.get("/whoami", responses={200: {"model": Whoami}, **problems_of(401)})
    async def whoami(request: Request) -> Response:
        """Whose key this is, and what it may do. Any key may ask."""
        act = await callers.act(request.scope, *Scope)
        key = await threads.quick(access.one, act.account_id, act.actor)
        standing = await threads.quick(accounts.standing, act.account_id)
        return answer(request, {**_named(standing), "key": shown(key)})

    @router.get("/usage", responses={200: {"model": UsageShown}, **problems_of(401, 403)})
    async def usage(request: Request) -> Response:
        """What the account uses, and how much it may."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        return answer(request, _usage(await threads.quick(accounts.standing, act.account_id)))

    operators = APIRouter(prefix="/accounts")

    @operators.post("", status_code=201, responses={201: {"model": AccountShown}, **problems_of(401, 403, 422, 429)})
    async def create_account(request: Request, body: NewAccountBody) -> Response:
        """Make an account. Needs the scope `operator`, as do all calls about other accounts."""
        act = await callers.act(request.scope, Scope.OPERATOR)
        made_now = await threads.judge(accounts.create, act, body.change())
        return answer(request, _shown(made_now), 201, {"location": f"/api/v1/accounts/{made_now.account.id}"})

    @operators.get("", responses={200: {"model": AccountPage}, **problems_of(401, 403, 422)})
    async def list_accounts(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Accounts on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """All accounts, oldest first."""
        await callers.act(request.scope, Scope.OPERATOR)
        after = place(cursor_, tuple[float, str]) or _OLDEST
        found = await threads.quick(accounts.page, after, limit + 1)
        return answer(request, page(found, limit, lambda one: by_time(one.account), _shown))

    @operators.get("/{account_id}", responses={200: {"model": AccountShown}, **problems_of(401, 403, 404)})
    async def get_account(request: Request, account_id: str) -> Response:
        """One account."""
        await callers.act(request.scope, Scope.OPERATOR)
        return answer(request, _shown(await threads.quick(accounts.standing, AccountId(account_id))))

    @operators.get("/{account_id}/usage", responses={200: {"model": UsageShown}, **problems_of(401, 403, 404)})
    async def get_account_usage(request: Request, account_id: str) -> Response:
        """What an account uses, and how much it may."""
        await callers.act(request.scope, Scope.OPERATOR)
        return answer(request, _usage(await threads.quick(accounts.standing, AccountId(account_id))))

    @operators.patch("/{account_id}", responses={200: {"model": AccountShown}, **problems_of(401, 403, 404, 422)})
    async def change_account(request: Request, account_id: str, body: AccountBody) -> Response:
        """Say something else of an account, or give it other limits."""
        act = await callers.act(request.scope, Scope.OPERATOR)
        return answer(request, _shown(await threads.judge(accounts.change, act, AccountId(account_id), body.change())))

    @operators.post(
        "/{account_id}/keys",
        status_code=201,
        responses={201: {"model": NewKeyShown}, **problems_of(401, 403, 404, 422, 429)},
    )
    async def create_account_key(request: Request, account_id: str, body: KeyBody) -> Response:
        """Make a key of an account, with which it can make others. Its secret is in this answer only."""
        act = await callers.act(request.scope, Scope.OPERATOR)
        account = (await threads.quick(accounts.standing, AccountId(account_id))).account
        return await made(request, access, callers, act.of(account.id), body)

    router.include_router(operators)
    return router


def kept_limits(given: dict[str, Any]) -> dict[str, int | None]:
    """Limits as people give them (`media_s`, `credits`), as they are kept: in thousandths, whole."""
    thousandths = {"media_s": "media_ms", "credits": "credits_m"}
    return {
        thousandths.get(name, name): round(number * 1000) if name in thousandths and number is not None else number
        for name, number in given.items()
    }


def _named(standing: Standing) -> dict[str, Any]:
    account = standing.account
    return {
        "account_id": account.id,
        "name": account.name,
        "email": account.email,
        "username": account.username,
    }


def _shown(standing: Standing) -> dict[str, Any]:
    own = standing.own
    limits = {
        "stored_bytes": own.stored_bytes,
        "assets": own.assets,
        "media_s": _units(own.media_ms),
        "credits": _units(own.credits_m),
    }
    return {**_named(standing), "created_at": int(standing.account.created_at.timestamp()), "limits": limits}


def _usage(standing: Standing) -> dict[str, Any]:
    used, limits = standing.used, standing.limits
    return {
        "stored_bytes": {
            "used": used.stored_bytes,
            "reserved": used.reserved_bytes,
            "limit": limits.stored_bytes or None,
        },
        "assets": {"used": used.assets, "limit": limits.assets or None},
        "media_s": {"used": used.media_ms / 1000, "limit": _units(limits.media_ms or None)},
        "credits": {
            "used": used.credits_m / 1000,
            "limit": _units(limits.credits_m or None),
            "remaining": _units(standing.credits_left),
        },
    }


def _units(thousandths: int | None) -> float | None:
    return thousandths / 1000 if thousandths is not None else None
