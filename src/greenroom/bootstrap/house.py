"""What settings say in the values of the house, and the data folder: its lock, its catalogue, its keys."""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime

from greenroom.config import Settings
from greenroom.db import accounts as account_rows
from greenroom.db.migrate import migrate
from greenroom.db.sqlite import Database
from greenroom.domain import allowance
from greenroom.domain.access import ALL_SCOPES, KeyWish
from greenroom.domain.act import CLI, Act
from greenroom.domain.asset import Asset
from greenroom.domain.folder import FolderLimits
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.domain.media import Kind
from greenroom.domain.policy import Limits, Policy
from greenroom.domain.receipt import ReceiptKey
from greenroom.errors import DataFolderInUse, SettingError
from greenroom.media.examiner import Examiner
from greenroom.media.limits import ExamLimits
from greenroom.media.versions import decoders
from greenroom.net.addresses import AllowList
from greenroom.net.guard import Guard
from greenroom.services.access import Access
from greenroom.services.accounts import Accounts
from greenroom.services.folders import Folders
from greenroom.services.verification import Verification
from greenroom.storage.store import BlobStore

_SHORTEST_KEY_BYTES = 32
_RECEIVER_PORTS = frozenset((80, 443, 8080, 8443))


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC)


def catalogue_path(data: str) -> str:
    """Where the catalogue of a data folder is."""
    return os.path.join(data, "catalogue.db")


def open_catalogue(data: str) -> Database:
    """
    The catalogue of a data folder at this version's schema, with its account; both are made when missing.

    Raises SettingError for a folder that cannot be made.
    """
    _make_data_folder(data)
    path = catalogue_path(data)
    migrate(path)
    database = Database(path)
    database.start()
    database.write(lambda tx: account_rows.add_default(tx, now())).result()
    return database


def existing_catalogue(data: str) -> Database:
    """
    The same for commands that look at or change what is there: a misspelt folder would look empty.

    Raises SettingError where there is no catalogue, and makes nothing.
    """
    try:
        os.stat(catalogue_path(data))
    except FileNotFoundError:
        raise _nothing_there(f"There is no catalogue in {data}.") from None
    except OSError as problem:
        raise _unusable_folder(data, problem) from problem
    return open_catalogue(data)


def own_data_folder(data: str) -> int:
    """
    Take the data folder for this process; the lock goes with the descriptor that is returned.

    Raises SettingError for a folder that cannot be made or written, DataFolderInUse when another process has it.
    """
    _make_data_folder(data)
    try:
        lock = os.open(os.path.join(data, "serve.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise _unusable_folder(data, problem) from problem
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DataFolderInUse(
            f"Another greenroom serve owns the data folder {data}. Stop it, or give another one with --data."
        ) from None
    return lock


def _make_data_folder(data: str) -> None:
    try:
        os.makedirs(data, mode=0o700, exist_ok=True)
    except OSError as problem:
        raise _unusable_folder(data, problem) from problem


def _unusable_folder(data: str, problem: OSError) -> SettingError:
    why = "it is no folder" if os.path.exists(data) and not os.path.isdir(data) else problem.strerror
    return SettingError(
        f"The data folder {data} cannot be used: {why}. Name another with --data or GREENROOM_DATA, or see to its "
        "place and its permissions."
    )


def _nothing_there(sentence: str) -> SettingError:
    return SettingError(
        f"{sentence} Name the data folder of a server with --data or GREENROOM_DATA; greenroom serve makes a new one."
    )


def receiver_guard(settings: Settings) -> Guard:
    """Which receivers may be told of events."""
    chosen = settings.webhooks
    schemes = frozenset(("https", "http") if chosen.allow_http else ("https",))
    return Guard(schemes, _RECEIVER_PORTS, AllowList.of(chosen.allow))


def reverification(settings: Settings) -> tuple[Iterator[tuple[Asset, Asset]], Callable[[], None]]:
    """What `greenroom reverify` goes through, and what it must call at the end."""
    database = existing_catalogue(settings.data)
    store = BlobStore(settings.data)
    examiner = Examiner(exam_limits(settings))
    verification = Verification(database, store, examiner.examine, policy(settings), lambda _: None, now)

    def done() -> None:
        examiner.close()
        database.close()

    return verification.reverify(decoders()), done


def usage_drift(settings: Settings) -> list[str]:
    """Where a data folder's catalogue, if it has one, counts otherwise than what is there, in words."""
    if not os.path.exists(catalogue_path(settings.data)):
        return []
    database = open_catalogue(settings.data)
    try:
        folders = Folders(database, folder_limits(settings), now, lambda _: None)
        return Accounts(database, now, usual_limits(settings)).drift() + folders.drift()
    finally:
        database.close()


def signing_keys(settings: Settings) -> list[bytes]:
    """
    The keys for signed URLs: from the setting, else from the file in the data folder, which is made when missing.

    Raises SettingError for a key that is too short.
    """
    texts = settings.signing_keys or _keys_from_file(os.path.join(settings.data, "signing.keys"))
    return _long_enough("GREENROOM_SIGNING_KEYS", texts)


def _long_enough(variable: str, texts: list[str]) -> list[bytes]:
    found = [text.encode() for text in texts]
    if not found or min(map(len, found)) < _SHORTEST_KEY_BYTES:
        raise SettingError(f"{variable} has a key with fewer than {_SHORTEST_KEY_BYTES} characters.")
    return found


def receipt_keys(settings: Settings) -> list[ReceiptKey]:
    """The keys that sign receipts, from the setting or the data folder as with `signing_keys`."""
    texts = settings.receipt_keys or _keys_from_file(os.path.join(settings.data, "receipt.keys"))
    return [ReceiptKey.of(secret) for secret in _long_enough("GREENROOM_RECEIPT_KEYS", texts)]


def kept_receipt_keys(settings: Settings) -> list[ReceiptKey]:
    """The same for who only verifies: makes nothing. Raises SettingError where there are none."""
    path = os.path.join(settings.data, "receipt.keys")
    if not (settings.receipt_keys or os.path.exists(path)):
        raise _nothing_there(f"There are no receipt keys in {settings.data}; --keys takes those of a server.")
    return receipt_keys(settings)


def first_key(access: Access, settings: Settings) -> str | None:
    """See to it that there is an API key; give the one that was made, to be shown this once."""
    if settings.api_key:
        access.ensure(settings.api_key, ALL_SCOPES)
        return None
    if access.all():
        return None
    return access.create(Act(DEFAULT_ACCOUNT, CLI), KeyWish("first", ALL_SCOPES))[1]


def exam_limits(settings: Settings) -> ExamLimits:
    """What looking into a file may cost."""
    chosen = settings.verification
    return ExamLimits(**{item.name: getattr(chosen, item.name) for item in fields(chosen)})


def usual_limits(settings: Settings) -> allowance.Limits:
    """The limits of accounts that have none of their own."""
    quotas = settings.quotas
    return allowance.Limits(
        quotas.stored_bytes, quotas.assets, round(quotas.media_s * 1000), round(settings.credits.per_account * 1000)
    )


def policy(settings: Settings) -> Policy:
    """The policy that the settings make."""
    limits = settings.limits
    return Policy(
        {
            Kind.IMAGE: Limits(limits.image_max_bytes),
            Kind.VIDEO: Limits(limits.video_max_bytes, limits.video_max_duration_s),
            Kind.AUDIO: Limits(limits.audio_max_bytes, limits.audio_max_duration_s),
        },
        limits.file_type_audio_max_bytes,
    )


def folder_limits(settings: Settings) -> FolderLimits:
    """How large trees of folders may grow."""
    chosen = settings.folders
    return FolderLimits(chosen.max_depth, chosen.max_per_account, chosen.max_deleted_at_once)


def _keys_from_file(path: str) -> list[str]:
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            return file.read().split()
    # Whole or not at all: an empty file of keys would refuse every later start.
    made = secrets.token_urlsafe(48)
    fd = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(fd, "w", encoding="ascii") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.new", path)
    return [made]
