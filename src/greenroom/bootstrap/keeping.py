"""Put together what takes, judges, keeps and gives out assets, and who may have that done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from greenroom.bootstrap.house import (
    exam_limits,
    folder_limits,
    open_catalogue,
    policy,
    receipt_keys,
    receiver_guard,
    signing_keys,
    usual_limits,
)
from greenroom.config import Settings
from greenroom.db.sqlite import Database
from greenroom.domain.media import Examination, Format, Kind, MediaInfo
from greenroom.domain.policy import Policy
from greenroom.media.examiner import Examiner
from greenroom.media.optimizing.messages import OptimizeLimits
from greenroom.media.optimizing.optimizer import Optimizer
from greenroom.net.addresses import AllowList
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.net.guard import Guard
from greenroom.net.posting import Poster
from greenroom.services.access import Access
from greenroom.services.accounts import Accounts
from greenroom.services.delivery import Delivery
from greenroom.services.folders import Folders
from greenroom.services.hooks import Hooks
from greenroom.services.idempotency import Idempotency
from greenroom.services.imports import Imports
from greenroom.services.ingest import Ingest
from greenroom.services.library import Library
from greenroom.services.notifying import Notifying
from greenroom.services.receipts import Receipts
from greenroom.services.renditions import Renditions
from greenroom.services.retention import Retention
from greenroom.services.signing import Signing
from greenroom.services.uploads import SignedUploads
from greenroom.services.verification import Verification
from greenroom.storage.store import BlobStore

Clock = Callable[[], datetime]
"""Gives the instant, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What takes, judges, keeps and gives out assets."""

    database: Database
    store: BlobStore
    rules: Policy
    examiner: Examiner
    optimizer: Optimizer
    receivers: Guard
    access: Access
    accounts: Accounts
    delivery: Delivery
    signing: Signing
    ingest: Ingest
    signed_uploads: SignedUploads
    imports: Imports
    verification: Verification
    renditions: Renditions
    library: Library
    folders: Folders
    retention: Retention
    receipts: Receipts
    idempotency: Idempotency
    hooks: Hooks
    notifying: Notifying

    def close(self) -> None:
        """Close what others use, after all of them have ended."""
        self.access.note_uses()
        self.examiner.close()
        self.database.close()


def keeping(settings: Settings, own_path: Callable[[str], str | None], unasked_origin: str, now: Clock) -> Keeping:
    """
    Everything in order.

    `own_path` tells the path of an address that is our own; `unasked_origin` is the origin in what nobody asked for.
    """
    database = open_catalogue(settings.data)
    store = BlobStore(
        settings.data, settings.storage.fsync, settings.storage.headroom_bytes, hashed=settings.bench.hash
    )
    store.prepare()
    delivery = Delivery(database, store.open)  # type: ignore[arg-type]  # a blob key is a str
    rules, limits = policy(settings), usual_limits(settings)
    examiner = Examiner(exam_limits(settings))
    optimizer = Optimizer(
        OptimizeLimits(wall_s=settings.optimizing.wall_s, memory_bytes=settings.optimizing.memory_bytes)
    )
    signing = _signing(settings, database, store, now)
    ingest = _ingest(settings, database, store, examiner, delivery, now)
    receivers = receiver_guard(settings)
    return Keeping(
        database=database,
        store=store,
        rules=rules,
        examiner=examiner,
        optimizer=optimizer,
        receivers=receivers,
        access=Access(database, now),
        accounts=Accounts(database, now, limits),
        delivery=delivery,
        signing=signing,
        ingest=ingest,
        signed_uploads=SignedUploads(signing, ingest),
        imports=_imports(settings, signing, ingest, own_path, now),
        verification=Verification(database, store, examiner.examine, rules, delivery.forget, now),
        renditions=Renditions(
            database=database,
            store=store,
            make=optimizer.run,
            examine=partial(examiner.examine, deep=True),
            policy=rules,
            now=now,
            preset=settings.optimizing.preset,
        ),
        library=Library(database, now, delivery.forget, settings.retention.restore_s, limits),
        folders=Folders(database, folder_limits(settings), now, delivery.forget),
        retention=Retention(
            database=database,
            store=store,
            in_flight=lambda: frozenset(ingest.active),
            now=now,
            changed=delivery.forget,
            restore_s=settings.retention.restore_s,
            blob_grace_s=settings.retention.blob_grace_s,
        ),
        receipts=Receipts(receipt_keys(settings), now),
        idempotency=Idempotency(database, now, settings.idempotency.lifetime_s),
        hooks=Hooks(database, receivers.check, now),
        notifying=Notifying(
            database,
            Poster(GuardedClient(receivers), settings.webhooks.timeout_s, now),
            unasked_origin,
            now,
            at_once=settings.webhooks.at_once,
        ),
    )


def _signing(settings: Settings, database: Database, store: BlobStore, now: Clock) -> Signing:
    return Signing(
        database=database,
        store=store,
        policy=policy(settings),
        keys=signing_keys(settings),
        grant_lifetime_s=settings.uploads.grant_lifetime_s,
        now=now,
        write_rows=settings.bench.sign_rows,
        limits=usual_limits(settings),
        folder_limits=folder_limits(settings),
    )


def _ingest(
    settings: Settings, database: Database, store: BlobStore, examiner: Examiner, delivery: Delivery, now: Clock
) -> Ingest:
    return Ingest(
        database=database,
        store=store,
        examine=examiner.examine if settings.bench.verify else _believe,
        policy=policy(settings),
        now=now,
        published=delivery.forget,
        limits=usual_limits(settings),
        folder_limits=folder_limits(settings),
    )


def _imports(
    settings: Settings, signing: Signing, ingest: Ingest, own_path: Callable[[str], str | None], now: Clock
) -> Imports:
    chosen = settings.imports
    ports = frozenset(int(port) for port in chosen.ports)
    guard = Guard(frozenset(("http", "https")), ports, AllowList.of(chosen.allow))
    patience = Patience(chosen.timeout_s, chosen.connect_timeout_s, chosen.silence_timeout_s)
    client = GuardedClient(guard)
    return Imports(
        signing=signing,
        ingest=ingest,
        check=guard.check,
        follow=lambda url, stop: client.follow(url, patience, chosen.max_redirects, stop),
        own_path=own_path,
        now=now,
        most_tries=chosen.tries,
        first_gap_s=chosen.retry_gap_s,
        lifetime_s=chosen.lifetime_s,
    )


def _believe(fd: int, format_: Format) -> Examination:  # noqa: ARG001  # only for benchmarks: nothing is looked at
    kind = {"MP4": Kind.VIDEO, "MOV": Kind.VIDEO, "WebM": Kind.VIDEO, "MP3": Kind.AUDIO, "WAV": Kind.AUDIO}
    return Examination(info=MediaInfo(format_, kind.get(format_.value, Kind.IMAGE)))
