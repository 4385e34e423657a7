"""`greenroom keys …` and `greenroom accounts …`: in the data folder, while a server may be running."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from greenroom import config
from greenroom.commands.listing import show_objects, show_rows
from greenroom.domain.access import ALL_SCOPES, WORKING_SCOPES, ApiKey, KeyWish, Scope
from greenroom.domain.act import CLI, Act
from greenroom.domain.allowance import UNLIMITED
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId, FolderId
from greenroom.domain.instants import unix_s
from greenroom.errors import ParameterError

if TYPE_CHECKING:
    from greenroom.services.access import Access
    from greenroom.services.accounts import Accounts, Standing

keys_app = typer.Typer(no_args_is_help=True, help="Make, list and end API keys. The server notices within a second.")
accounts_app = typer.Typer(no_args_is_help=True, help="Make accounts, see what they use, change them.")

Data = Annotated[str | None, typer.Option(help="Data folder.", show_default="greenroom-data")]
ConfigFile = Annotated[str | None, typer.Option("--config", envvar="GREENROOM_CONFIG", help="Settings file (TOML).")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, with instants in Unix seconds.")]
Email = Annotated[str | None, typer.Option(help="What whoami says.")]
Username = Annotated[str | None, typer.Option(help="What whoami says; else the name.")]
StoredBytes = Annotated[str | None, typer.Option(help="Bytes it may store: a number, unlimited or default.")]
Assets = Annotated[str | None, typer.Option(help="Assets it may have, likewise.")]
MediaSeconds = Annotated[str | None, typer.Option(help="Seconds of video and sound, likewise.")]
Credits = Annotated[str | None, typer.Option("--credits", help="Credits it may spend in all, likewise.")]

_SCOPES_HELP = f"What it may do: {', '.join(Scope)}. May be given several times."
_USUAL_SCOPES = "upload, read, render, admin; with --folder without admin"
_UNITS_S = {"d": 86400, "h": 3600, "m": 60}
_SPAN = re.compile(r"([0-9]{1,6})([dhm])")
_FOREVER = (-1.0, "")
_PAGE = 100
_KEY_HEAD = ("id", "account", "name", "begins with", "scopes", "folder", "made", "last used", "state")
_ACCOUNT_HEAD = ("id", "name", "email", "username", "stored bytes", "assets", "media seconds", "credits")


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[str] | None, typer.Option(help=_SCOPES_HELP, show_default=_USUAL_SCOPES)] = None,
    account: Annotated[str, typer.Option(help="Whose key it is.")] = DEFAULT_ACCOUNT,
    expires: Annotated[str | None, typer.Option(help="30d, 12h, 90m, or an instant: 2030-01-31T12:00Z.")] = None,
    folder: Annotated[str | None, typer.Option(help="The id of the only folder that it may touch.")] = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Make a key and show it, this once. Only here a key can be given the scope operator."""
    usual = ALL_SCOPES if folder is None else WORKING_SCOPES
    wish = KeyWish(
        name,
        frozenset(map(_scope, scope)) if scope else usual,
        _instant(expires) if expires is not None else None,
        FolderId(folder) if folder is not None else None,
    )
    with _house(data, config_file) as (access, accounts):
        owner = accounts.standing(AccountId(account)).account
        key, secret = access.create(Act(owner.id, CLI), wish)
    print(secret)  # noqa: T201
    may = ", ".join(sorted(key.scopes))
    until = f" until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at is not None else ""
    print(f"{key.id} '{key.name}' may: {may}{until}. Only its hash is stored; keep it safe.", file=sys.stderr)  # noqa: T201


@keys_app.command("list")
def list_keys(as_json: AsJson = False, data: Data = None, config_file: ConfigFile = None) -> None:
    """List the keys of all accounts, ended ones too."""
    with _house(data, config_file) as (access, _):
        found = access.all()
    if as_json:
        show_objects([_key_line(key) for key in found])
    else:
        show_rows(_KEY_HEAD, [_key_row(key) for key in found])


@keys_app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The id that `greenroom keys list` shows.")],
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """End a key."""
    with _house(data, config_file) as (access, _):
        owner = next((key.account_id for key in access.all() if key.id == key_id), None)
        ended = owner is not None and access.revoke(Act(owner, CLI), key_id)
    if not ended:
        print(f"greenroom: there is no active key {key_id}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(1)
    print(f"{key_id} is revoked")  # noqa: T201


@accounts_app.command("create")
def create_account(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    email: Email = None,
    username: Username = None,
    stored_bytes: StoredBytes = None,
    assets: Assets = None,
    media_seconds: MediaSeconds = None,
    credits_: Credits = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Make an account and print its id. It has no key yet: greenroom keys create NAME --account ID"""
    from greenroom.services.accounts import AccountChange

    wish = AccountChange(name, email, username, _limits(stored_bytes, assets, media_seconds, credits_))
    with _house(data, config_file) as (_, accounts):
        made = accounts.create(Act(DEFAULT_ACCOUNT, CLI), wish)
    print(made.account.id)  # noqa: T201


@accounts_app.command("list")
def list_accounts(as_json: AsJson = False, data: Data = None, config_file: ConfigFile = None) -> None:
    """List all accounts with what they use."""
    with _house(data, config_file) as (_, accounts):
        found = list(_all(accounts))
    if as_json:
        show_objects([_account_line(standing) for standing in found])
    else:
        show_rows(_ACCOUNT_HEAD, [_account_row(standing) for standing in found])


@accounts_app.command("show")
def show_account(
    account_id: Annotated[str, typer.Argument(help="The id that `greenroom accounts list` shows.")],
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Show one account and what it uses."""
    with _house(data, config_file) as (_, accounts):
        standing = accounts.standing(AccountId(account_id))
    account = standing.account
    said = {"id": account.id, "name": account.name, "email": account.email, "username": account.username}
    for label, value in {**said, **_use(standing)}.items():
        print(f"{label:14} {value}")  # noqa: T201


@accounts_app.command("set")
def set_account(
    account_id: Annotated[str, typer.Argument(help="The id that `greenroom accounts list` shows.")],
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    email: Email = None,
    username: Username = None,
    stored_bytes: StoredBytes = None,
    assets: Assets = None,
    media_seconds: MediaSeconds = None,
    credits_: Credits = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Change an account. A limit below what is used takes nothing away; it lets nothing more in."""
    from greenroom.services.accounts import AccountChange

    wish = AccountChange(name, email, username, _limits(stored_bytes, assets, media_seconds, credits_))
    with _house(data, config_file) as (_, accounts):
        accounts.change(Act(DEFAULT_ACCOUNT, CLI), AccountId(account_id), wish)
    print(f"{account_id} is changed")  # noqa: T201


@contextmanager
def _house(data: str | None, config_file: str | None) -> Iterator["tuple[Access, Accounts]"]:
    # The server's rooms are imported by the command that opens them, not by every command line.
    from greenroom.bootstrap import house
    from greenroom.services.access import Access
    from greenroom.services.accounts import Accounts

    settings = config.from_environment(config_file, {"data": data})
    database = house.existing_catalogue(settings.data)
    try:
        yield Access(database, house.now), Accounts(database, house.now, house.usual_limits(settings))
    finally:
        database.close()


class _KeyLine(Struct, frozen=True):
    """A key on a line of JSON, in the words of the API."""

    key_id: str
    account_id: str
    name: str
    begins_with: str
    scopes: list[str]
    folder_id: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class _Measures(Struct, frozen=True):
    """What an account uses, or may; as a limit 0 is none."""

    stored_bytes: int
    assets: int
    media_s: float
    credits: float


class _AccountLine(Struct, frozen=True):
    """An account on a line of JSON."""

    account_id: str
    name: str
    email: str
    username: str
    created_at: int
    used: _Measures
    limits: _Measures


def _key_row(key: ApiKey) -> list[str]:
    scopes, made, used = " ".join(sorted(key.scopes)), _day(key.created_at), _day(key.last_used_at)
    return [key.id, key.account_id, key.name, key.prefix, scopes, key.folder_id or "", made, used, _state(key)]


def _key_line(key: ApiKey) -> _KeyLine:
    return _KeyLine(
        key_id=key.id,
        account_id=key.account_id,
        name=key.name,
        begins_with=key.prefix,
        scopes=sorted(key.scopes),
        folder_id=key.folder_id,
        created_at=int(key.created_at.timestamp()),
        expires_at=unix_s(key.expires_at),
        revoked_at=unix_s(key.revoked_at),
        last_used_at=unix_s(key.last_used_at),
    )


def _account_row(standing: "Standing") -> list[str]:
    account = standing.account
    return [account.id, account.name, account.email, account.username, *_use(standing).values()]


def _account_line(standing: "Standing") -> _AccountLine:
    account, used, limits = standing.account, standing.used, standing.limits
    stored_bytes = used.stored_bytes + used.reserved_bytes
    return _AccountLine(
        account_id=account.id,
        name=account.name,
        email=account.email,
        username=account.username,
        created_at=int(account.created_at.timestamp()),
        used=_Measures(stored_bytes, used.assets, used.media_ms / 1000, used.credits_m / 1000),
        limits=_Measures(limits.stored_bytes, limits.assets, limits.media_ms / 1000, limits.credits_m / 1000),
    )


def _all(accounts: "Accounts") -> Iterator["Standing"]:
    place = _FOREVER
    while page := accounts.page(place, _PAGE):
        yield from page
        last = page[-1].account
        place = (last.created_at.timestamp(), last.id)


def _use(standing: "Standing") -> dict[str, str]:
    used, limits = standing.used, standing.limits
    return {
        "stored bytes": _of(used.stored_bytes + used.reserved_bytes, limits.stored_bytes, 1),
        "assets": _of(used.assets, limits.assets, 1),
        "media seconds": _of(used.media_ms, limits.media_ms, 1000),
        "credits": _of(used.credits_m, limits.credits_m, 1000),
    }


def _of(used: int, limit: int, parts: int) -> str:
    return _grouped(used, parts) + (f" of {_grouped(limit, parts)}" if limit != UNLIMITED else "")


def _grouped(number: int, parts: int) -> str:
    whole, rest = divmod(number, parts)
    return f"{whole:,}" + (f"{rest / parts:g}"[1:] if rest else "")


def _limits(
    stored_bytes: str | None, assets: str | None, media_seconds: str | None, credits_: str | None
) -> dict[str, int | None]:
    given: dict[str, tuple[str, str | None, Callable[[str], float]]] = {
        "stored_bytes": ("--stored-bytes", stored_bytes, int),
        "assets": ("--assets", assets, int),
        "media_ms": ("--media-seconds", media_seconds, lambda text: float(text) * 1000),
        "credits_m": ("--credits", credits_, lambda text: float(text) * 1000),
    }
    return {name: _limit(shown, text, kind) for name, (shown, text, kind) in given.items() if text is not None}


def _limit(shown: str, text: str, kind: Callable[[str], float]) -> int | None:
    if text == "default":
        return None
    if text == "unlimited":
        return UNLIMITED
    try:
        number = round(kind(text))
    except (ValueError, OverflowError):
        number = 0
    if not 0 < number < 2**63:
        raise ParameterError(shown, f"is {text!r}; allowed are a number above 0, unlimited and default")
    return number


def _scope(text: str) -> Scope:
    if text not in set(Scope):
        raise ParameterError("--scope", f"is {text!r}; allowed are {', '.join(Scope)}")
    return Scope(text)


def _instant(text: str) -> datetime:
    span = _SPAN.fullmatch(text)
    if span is not None:
        return datetime.now(UTC) + timedelta(seconds=int(span[1]) * _UNITS_S[span[2]])
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        allowed = "allowed are 30d, 12h, 90m or an instant such as 2030-01-31T12:00Z"
        raise ParameterError("--expires", f"is {text!r}; {allowed}") from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "active"
    return f"expire{'d' if key.expires_at <= datetime.now(UTC) else 's'} {_day(key.expires_at)}"


def _day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant is not None else ""
