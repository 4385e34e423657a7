"""The services over a real disk and a real SQLite file, with a clock and a decoder that the test holds in its hands."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import media_samples
from greenroom.bootstrap.house import catalogue_path, open_catalogue
from greenroom.db import catalogue, outbox
from greenroom.db.sqlite import Database
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset
from greenroom.domain.ids import DEFAULT_ACCOUNT, AssetId
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.domain.policy import Dialect, Policy
from greenroom.services.access import Access
from greenroom.services.delivery import Delivery
from greenroom.services.ingest import Attempt, Ingest
from greenroom.services.library import Library
from greenroom.services.retention import Retention
from greenroom.services.signing import Signed, Signing, UploadRequest
from greenroom.storage.incoming import Incoming
from greenroom.storage.store import BlobStore

PHOTO = media_samples.jpeg(64, 48)
OTHER_PHOTO = media_samples.jpeg(80, 60)
GOOD = Examination(MediaInfo(Format.JPEG, Kind.IMAGE, 64, 48), deep=True, decoder="by hand")
DAMAGED = Examination(damage=(Finding(code="scan_damaged", message="Row 3 cannot be decoded."),))


RESTORE_S = 30 * 86400.0
GRACE_S = 3600.0
TESTER = Act(DEFAULT_ACCOUNT, "key_of_the_test", "127.0.0.1")


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def go_on(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class Decoder:
    """Answers what it is told to; while `free` is not set it thinks."""

    def __init__(self) -> None:
        self.answer: Examination | Exception = GOOD
        self.free = threading.Event()
        self.free.set()
        self.thinking = threading.Event()

    def __call__(self, fd: int, format_: Format) -> Examination:
        self.thinking.set()
        self.free.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class SmallHouse:
    """Everything that a test of a service needs, on one data folder."""

    data: Path
    database: Database
    clock: Clock
    decoder: Decoder
    store: BlobStore
    signing: Signing
    ingest: Ingest
    delivery: Delivery
    access: Access
    retention: Retention
    library: Library
    published: list[AssetId] = field(default_factory=list)

    def signed(self, filename: str = "photo.jpg", size_bytes: int | None = None) -> Signed:
        request = UploadRequest(filename, None, size_bytes, Dialect.CONTENT_TYPE)
        signed, commit = self.signing.sign(TESTER, request)
        commit.result()
        return signed

    def begun(self, signed: Signed, body: bytes = PHOTO) -> tuple[Attempt, Incoming]:
        """An attempt whose bytes have all arrived."""
        attempt = self.ingest.begin(signed.upload_id, len(body))
        self.ingest.check_head(attempt, body[:4096])
        incoming = self.store.receive()
        incoming.write((body,))
        return attempt, incoming

    def uploaded(self, body: bytes = PHOTO, signed: Signed | None = None) -> Asset:
        """A whole upload, from its beginning to its end."""
        attempt, incoming = self.begun(signed or self.signed(), body)
        asset = self.ingest.complete(attempt, incoming)
        self.ingest.end(attempt)
        return asset

    def asset(self, signed: Signed) -> Asset:
        found = self.database.read(lambda tx: catalogue.asset(tx, signed.asset_id))
        assert found is not None
        return found

    def events(self, asset_id: AssetId) -> list[str]:
        return [event.type for event in self.database.read(lambda tx: outbox.events_of(tx, asset_id))]

    def temporary_files(self) -> list[Path]:
        return sorted((self.data / "incoming").iterdir())


def small_house(data: Path, **changes: object) -> SmallHouse:
    """Build it; `changes` replace what Ingest is made with."""
    database = open_catalogue(str(data))
    clock, decoder = Clock(), Decoder()
    store = BlobStore(str(data))
    store.prepare()
    delivery = Delivery(database, store.open)  # type: ignore[arg-type]
    published: list[AssetId] = []
    parts: dict[str, object] = {
        "database": database,
        "store": store,
        "examine": decoder,
        "policy": Policy(),
        "now": clock,
        "published": _both(delivery.forget, published.append),
    }
    ingest = Ingest(**(parts | changes))  # type: ignore[arg-type]
    signing = Signing(database, store, ingest.policy, [b"k" * 32], 900.0, clock, limits=ingest.limits)
    access = Access(database, clock)
    forget = _both(delivery.forget, published.append)
    retention = Retention(database, store, lambda: frozenset(ingest.active), clock, forget, RESTORE_S, GRACE_S)
    library = Library(database, clock, forget, RESTORE_S)
    return SmallHouse(
        data, database, clock, decoder, store, signing, ingest, delivery, access, retention, library, published
    )


def catalogue_of(house: SmallHouse) -> str:
    """The path of its database file."""
    return catalogue_path(str(house.data))


def _both(first: Callable[[AssetId], None], second: Callable[[AssetId], None]) -> Callable[[AssetId], None]:
    def tell(asset_id: AssetId) -> None:
        first(asset_id)
        second(asset_id)

    return tell
