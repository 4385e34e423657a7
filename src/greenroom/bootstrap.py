"""Put the house together: the only file that names drivers."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from greenroom.bootstrap_videos import (
    hearing,
    image_provider,
    making_terms,
    portraits,
    previews_of,
    render_limits,
    rendering,
    require_fonts,
    speaking,
    the_cast,
    tracks_of_the_house,
    video_limits,
)
from greenroom.config import Settings
from greenroom.db import accounts as account_rows
from greenroom.db.migrate import migrate
from greenroom.db.sqlite import Database, Watch
from greenroom.domain import allowance
from greenroom.domain.access import ALL_SCOPES, KeyWish
from greenroom.domain.act import CLI, Act
from greenroom.domain.asset import Asset
from greenroom.domain.folder import FolderLimits
from greenroom.domain.ids import DEFAULT_ACCOUNT
from greenroom.domain.media import Examination, Format, Kind, MediaInfo
from greenroom.domain.policy import Limits, Policy
from greenroom.domain.receipt import ReceiptKey
from greenroom.errors import DataFolderInUse, SettingError
from greenroom.jobs.runner import Job, Runner
from greenroom.media.examiner import Examiner
from greenroom.media.glance import glance
from greenroom.media.limits import ExamLimits
from greenroom.media.optimizing.messages import OptimizeLimits
from greenroom.media.optimizing.optimizer import Optimizer
from greenroom.media.protections import SandboxIncomplete
from greenroom.media.versions import decoders
from greenroom.net.addresses import AllowList
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.net.guard import Guard
from greenroom.net.posting import Poster
from greenroom.render.portraits import Portraits
from greenroom.render.renderer import Renderer
from greenroom.render.speaking import Speaking
from greenroom.services.access import Access
from greenroom.services.accounts import Accounts
from greenroom.services.audit import Audit
from greenroom.services.credits import Credits
from greenroom.services.delivery import Delivery
from greenroom.services.folders import Folders
from greenroom.services.hooks import Hooks
from greenroom.services.idempotency import Idempotency
from greenroom.services.imports import Imports
from greenroom.services.ingest import Ingest
from greenroom.services.library import Library
from greenroom.services.lip_syncs import LipSyncs
from greenroom.services.making import Making
from greenroom.services.notifying import Notifying
from greenroom.services.photo_making import PhotoMaking
from greenroom.services.photos import Photos
from greenroom.services.preflight import Preflight
from greenroom.services.previews import Previews
from greenroom.services.production import Production
from greenroom.services.publishing import Publishing
from greenroom.services.rates import Rates
from greenroom.services.receipts import Receipts
from greenroom.services.renditions import Renditions
from greenroom.services.retention import Retention
from greenroom.services.uploads import SignedUploads
from greenroom.services.verification import Verification
from greenroom.services.video_wishes import VideoWishes
from greenroom.services.work_folders import WorkFolders
from greenroom.storage.store import BlobStore
from greenroom.web.api.accounts import accounts_router
from greenroom.web.api.app import api_app
from greenroom.web.api.assets import assets_router
from greenroom.web.api.audit import audit_router
from greenroom.web.api.cast import cast_router
from greenroom.web.api.event_stream import EventWatch
from greenroom.web.api.events import events_router
from greenroom.web.api.folders import folders_router
from greenroom.web.api.hooks import callback_secret_router, deliveries_router, hooks_router
from greenroom.web.api.imports import imports_router
from greenroom.web.api.keys import keys_router
from greenroom.web.api.lip_syncs import lip_syncs_router
from greenroom.web.api.photo_avatars import photo_avatars_router
from greenroom.web.api.preflight import preflight_router
from greenroom.web.api.receipts import receipts_router
from greenroom.web.api.reference import reference_router
from greenroom.web.api.renditions import renditions_router
from greenroom.web.api.uploads import replays, uploads_router
from greenroom.web.api.videos import videos_router
from greenroom.web.app import FrontDoor
from greenroom.web.auth import Callers
from greenroom.web.delivery import Assets
from greenroom.web.idempotency import Keys
from greenroom.web.jogg import described
from greenroom.web.jogg.cast import CastCalls
from greenroom.web.jogg.envelope import Envelope
from greenroom.web.jogg.form import FormLimits
from greenroom.web.jogg.hooks import HookCalls
from greenroom.web.jogg.lip_sync import LipSyncCalls
from greenroom.web.jogg.photo import PhotoCalls
from greenroom.web.jogg.routes import Routes
from greenroom.web.jogg.upload import UploadCall
from greenroom.web.jogg.user import UserCalls
from greenroom.web.jogg.videos import VideoCalls
from greenroom.web.origin import Origins
from greenroom.web.previews import PreviewFiles
from greenroom.web.rates import Limiter
from greenroom.web.receiving import Receiver
from greenroom.web.renditions import RenditionFiles
from greenroom.web.threads import Threads
from greenroom.web.uploads import Uploads
from greenroom.web.videos import VideoFiles

log = structlog.get_logger()

_WATCH_EVERY_S = 0.25
_SWEEP_EVERY_S = 5.0
_LOOK_FOR_STRAYS_EVERY_S = 86400.0
_PRUNE_EVERY_S = 300.0
_LOOK_EVERY_S = 1.0
_RESUME_EVERY_S = 30.0
_OPTIMIZE_EVERY_S = 1.0
_IMPORT_EVERY_S = 0.5
_MAKE_EVERY_S = 0.5
_PREVIEW_EVERY_S = 0.2
_SWEEP_WORK_EVERY_S = 600.0
_TELL_AGAIN_EVERY_S = 1.0
_FORGET_EVENTS_EVERY_S = 3600.0
_NOTE_USES_EVERY_S = 10.0
_DEEPEN_EVERY_S = 1.0
_SHORTEST_KEY_BYTES = 32
_RECEIVER_PORTS = frozenset((80, 443, 8080, 8443))


@dataclass(frozen=True, slots=True)
class Server:
    """A built server: its application, and what must be started and stopped around it."""

    app: FrontDoor
    access: Access
    accounts: Accounts
    production: Production
    making: Making
    previews: Previews
    voices: Speaking
    photo_making: PhotoMaking
    portraits: Portraits
    watch_videos: EventWatch
    folders: Folders
    database: Database
    examiner: Examiner
    optimizer: Optimizer
    imports: Imports
    notifying: Notifying
    runner: Runner
    threads: Threads
    retention: Retention
    watch: Watch
    lock: int

    def start(self) -> None:
        """Start everything that runs beside the loop; from the main thread, before the loop."""
        try:
            self.examiner.start()
        except SandboxIncomplete as problem:
            raise SettingError(f"GREENROOM_VERIFICATION_REQUIRE_SANDBOX is on, but {problem}") from problem
        removed = self.retention.remove_leftovers()
        if removed:
            log.info("removed temporary files of an earlier run", files=removed)
        for wrong in self.accounts.recount():
            log.warning("what an account uses was counted wrong; it is right now", account=wrong)
        for wrong in self.folders.recount():
            log.warning("what is in a folder was counted wrong; it is right now", folder=wrong)
        self.making.resume()
        self.previews.prepare()
        self.runner.start()

    def stop(self) -> None:
        """Let what is under way end, then let go of the data folder."""
        self.making.close()
        self.previews.close()
        self.photo_making.close()
        self.portraits.close()
        self.optimizer.close()
        self.imports.close()
        self.notifying.close()
        self.runner.stop()
        self.threads.close()
        self.voices.close()
        self.access.note_uses()
        self.examiner.close()
        self.watch.close()
        self.database.close()
        os.close(self.lock)


def build(settings: Settings) -> Server:
    """
    Everything in order, from settings to application.

    Raises SettingError, and DataFolderInUse when another server owns the data folder.
    """
    origins = Origins.of(settings)
    lock = own_data_folder(settings.data)
    database = open_catalogue(settings.data)
    store = BlobStore(
        settings.data, settings.storage.fsync, settings.storage.headroom_bytes, hashed=settings.bench.hash
    )
    store.prepare()
    threads = Threads()
    access = Access(database, now)
    accounts = Accounts(database, now, usual_limits(settings))
    delivery = Delivery(database, store.open)  # type: ignore[arg-type]  # a blob key is a str
    rules = policy(settings)
    examiner = Examiner(exam_limits(settings))
    ingest = Ingest(
        database=database,
        store=store,
        examine=examiner.examine if settings.bench.verify else _believe,
        policy=rules,
        signing_keys=signing_keys(settings),
        grant_lifetime_s=settings.uploads.grant_lifetime_s,
        now=now,
        published=delivery.forget,
        write_rows=settings.bench.sign_rows,
        limits=usual_limits(settings),
        folder_limits=folder_limits(settings),
    )
    folders = Folders(database, folder_limits(settings), now, delivery.forget)
    retention = Retention(
        database=database,
        store=store,
        in_flight=lambda: frozenset(ingest.active),
        now=now,
        changed=delivery.forget,
        restore_s=settings.retention.restore_s,
        blob_grace_s=settings.retention.blob_grace_s,
    )
    verification = Verification(database, store, examiner.examine, ingest.policy, delivery.forget, now)
    optimizer = Optimizer(
        OptimizeLimits(wall_s=settings.optimizing.wall_s, memory_bytes=settings.optimizing.memory_bytes)
    )
    renditions = Renditions(
        database=database,
        store=store,
        make=optimizer.run,
        examine=partial(examiner.examine, deep=True),
        policy=rules,
        now=now,
        preset=settings.optimizing.preset,
    )
    imports = _imports(settings, ingest, origins)
    receiver = Receiver(ingest, threads, settings.uploads.judgement_wait_s, settings.uploads.max_pending)
    form_limits = FormLimits(settings.uploads.form_max_fields, settings.uploads.form_max_field_bytes)
    callers = Callers(access, origins, threads)
    receipts = Receipts(receipt_keys(settings), now)
    library = Library(database, now, delivery.forget, settings.retention.restore_s, usual_limits(settings))
    idempotency = Idempotency(database, now, settings.idempotency.lifetime_s)
    signed_uploads = SignedUploads(ingest)
    upload_call = UploadCall(receiver, origins, form_limits, receipts, signed_uploads)
    receivers = receiver_guard(settings)
    hooks = Hooks(database, receivers.check, now)
    voices = speaking(settings)
    cast = the_cast(voices)
    production = Production(
        database=database,
        store=store,
        wishes=VideoWishes(
            database=database,
            resolve=imports.resolve,
            check_receiver=receivers.check,
            check_voice=voices.check,
            require_fonts=partial(require_fonts, settings),
            tracks=lambda: [str(track.number) for track in tracks_of_the_house()],
            limits=video_limits(settings),
        ),
        credits=Credits(usual_limits(settings), settings.credits.refund_failed),
        limits=usual_limits(settings),
        now=now,
        changed=delivery.forget,
    )
    renderer = Renderer(render_limits(settings))
    previews = previews_of(settings, cast, voices, renderer)
    making = Making(
        database=database,
        store=store,
        folders=WorkFolders(os.path.join(os.path.abspath(settings.data), "work")),
        speak=voices.speak,
        render=rendering(settings, renderer),
        publishing=Publishing(
            database=database,
            store=store,
            examine=partial(examiner.examine, deep=True),
            numbers=ingest.numbers,
            limits=usual_limits(settings),
            now=now,
            changed=delivery.forget,
        ),
        credits=production.credits,
        now=now,
        terms=making_terms(settings),
        hear=hearing(settings),
        under_way=production.under_way,
    )
    looked_at_by, provider = portraits(settings), image_provider(settings)
    photos = Photos(
        database=database,
        store=store,
        portraits=looked_at_by,
        resolve=imports.resolve,
        check_receiver=receivers.check,
        check_voice=voices.check,
        credits=production.credits,
        now=now,
        require_consent=settings.photo.require_consent,
        has_provider=provider is not None,
    )
    lip_syncs = LipSyncs(
        database=database,
        store=store,
        production=production,
        judge=looked_at_by,
        resolve=imports.resolve,
        known=imports.known,
        check_receiver=receivers.check,
        max_duration_s=settings.render.max_duration_s,
        label=settings.render.label,
    )
    photo_making = PhotoMaking(
        database=database,
        store=store,
        portraits=looked_at_by,
        examine=partial(examiner.examine, deep=True),
        policy=rules,
        numbers=ingest.numbers,
        limits=usual_limits(settings),
        credits=production.credits,
        now=now,
        changed=delivery.forget,
        locale_of=lambda voice_id: voices.check(voice_id, "", 1.0)[0],
        provide=provider,
    )
    notifying = Notifying(
        database,
        Poster(GuardedClient(receivers), settings.webhooks.timeout_s, now),
        unasked_origin(settings, origins),
        now,
        at_once=settings.webhooks.at_once,
    )
    kept = timedelta(seconds=settings.webhooks.kept_s)
    watch_videos = EventWatch()
    compatible = Routes(
        upload_call.table(),
        UserCalls(accounts, threads).table(),
        HookCalls(hooks, threads).table(),
        CastCalls(cast, origins, threads).table(),
        VideoCalls(production, cast, origins, threads).table(),
        PhotoCalls(photos, origins, threads).table(),
        LipSyncCalls(lip_syncs, production, origins, threads).table(),
    )
    app = FrontDoor(
        Envelope(callers),
        compatible,
        [
            Uploads(receiver, origins, receipts),
            Assets(delivery, threads, settings.delivery),
            RenditionFiles(renditions, threads, settings.delivery),
            VideoFiles(production, threads, settings.delivery),
            PreviewFiles(previews, threads),
        ],
        api_app(
            [
                accounts_router(accounts, access, callers),
                keys_router(access, callers),
                assets_router(library, renditions, callers),
                receipts_router(receipts, library, callers),
                audit_router(Audit(database), callers),
                preflight_router(Preflight(rules, glance), callers),
                renditions_router(renditions, callers),
                uploads_router(ingest, signed_uploads, callers),
                imports_router(imports, callers),
                videos_router(production, callers, watch_videos),
                photo_avatars_router(photos, callers),
                lip_syncs_router(lip_syncs, production, callers),
                cast_router(cast, callers),
                hooks_router(hooks, callers),
                deliveries_router(hooks, callers),
                callback_secret_router(hooks, callers),
                events_router(hooks, callers),
                folders_router(folders, callers),
                reference_router(described.document(compatible.table)),
            ],
            callers,
        ),
        Keys(
            callers,
            idempotency,
            replays(signed_uploads, callers) | dict.fromkeys(upload_call.table(), upload_call.again),
        ),
        Limiter(callers, Rates(settings.rates.posts_per_minute, time.monotonic)),
        settings.cors_origins,
    )
    watch = Watch(catalogue_path(settings.data))
    jobs = [
        Job("notice changes", _forgetting(watch, access, delivery), _WATCH_EVERY_S),
        Job("forget old idempotency keys", idempotency.prune, _PRUNE_EVERY_S),
        Job("note when keys were used", access.note_uses, _NOTE_USES_EVERY_S),
        Job("look at the disk", store.look_at_room, _LOOK_EVERY_S),
        Job("end overdue uploads", retention.expire, _SWEEP_EVERY_S),
        Job("clear out what was deleted long ago", retention.clear_out, _SWEEP_EVERY_S),
        Job("remove bytes that no row speaks of", retention.remove_strays, _LOOK_FOR_STRAYS_EVERY_S),
        Job("judge what an earlier run received", ingest.resume_all, _RESUME_EVERY_S),
        Job("make render-safe copies", renditions.work, _OPTIMIZE_EVERY_S),
        *(Job(f"make videos {number}", making.work, _MAKE_EVERY_S) for number in range(settings.render.workers)),
        Job("make photo avatars", photo_making.work, _MAKE_EVERY_S),
        Job("have portraits made", photo_making.provide_all, _MAKE_EVERY_S),
        Job("let go of deleted photo avatars", photo_making.let_go, _SWEEP_EVERY_S),
        Job("remove what is left of ended videos", making.sweep, _SWEEP_WORK_EVERY_S),
        Job("make previews", previews.work, _PREVIEW_EVERY_S),
        Job("tell hooks", notifying.work, _TELL_AGAIN_EVERY_S),
        Job("forget old events", partial(notifying.prune, kept), _FORGET_EVENTS_EVERY_S),
        *(Job(f"fetch imports {number}", imports.work, _IMPORT_EVERY_S) for number in range(settings.imports.workers)),
    ]
    if settings.bench.verify and settings.bench.deepen:
        jobs.append(Job("decode videos in full", verification.deepen_all, _DEEPEN_EVERY_S))
    return Server(
        app,
        access,
        accounts,
        production,
        making,
        previews,
        voices,
        photo_making,
        looked_at_by,
        watch_videos,
        folders,
        database,
        examiner,
        optimizer,
        imports,
        notifying,
        Runner(jobs),
        threads,
        retention,
        watch,
        lock,
    )


def _imports(settings: Settings, ingest: Ingest, origins: Origins) -> Imports:
    chosen = settings.imports
    ports = frozenset(int(port) for port in chosen.ports)
    guard = Guard(frozenset(("http", "https")), ports, AllowList.of(chosen.allow))
    patience = Patience(chosen.timeout_s, chosen.connect_timeout_s, chosen.silence_timeout_s)
    client = GuardedClient(guard)
    return Imports(
        ingest=ingest,
        check=guard.check,
        follow=lambda url, stop: client.follow(url, patience, chosen.max_redirects, stop),
        own_path=origins.path_of,
        now=now,
        most_tries=chosen.tries,
        first_gap_s=chosen.retry_gap_s,
        lifetime_s=chosen.lifetime_s,
    )


def unasked_origin(settings: Settings, origins: Origins) -> str:
    """The origin in what nobody asked for; empty where it can be known from requests only."""
    if origins.public:
        return origins.public[0]
    return f"http://{settings.host}:{settings.port}" if origins.bound_to_loopback and settings.port else ""


def receiver_guard(settings: Settings) -> Guard:
    """Which receivers may be told of events."""
    chosen = settings.webhooks
    schemes = frozenset(("https", "http") if chosen.allow_http else ("https",))
    return Guard(schemes, _RECEIVER_PORTS, AllowList.of(chosen.allow))


def reverification(settings: Settings) -> tuple[Iterator[tuple[Asset, Asset]], Callable[[], None]]:
    """What `greenroom reverify` goes through, and what it must call at the end."""
    database = open_catalogue(settings.data)
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


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC)


def catalogue_path(data: str) -> str:
    """Where the catalogue of a data folder is."""
    return os.path.join(data, "catalogue.db")


def open_catalogue(data: str) -> Database:
    """The catalogue of a data folder at this version's schema, with its account."""
    os.makedirs(data, mode=0o700, exist_ok=True)
    path = catalogue_path(data)
    migrate(path)
    database = Database(path)
    database.start()
    database.write(lambda tx: account_rows.add_default(tx, now())).result()
    return database


def own_data_folder(data: str) -> int:
    """Take the data folder for this process; the lock goes with the descriptor that is returned."""
    os.makedirs(data, mode=0o700, exist_ok=True)
    lock = os.open(os.path.join(data, "serve.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DataFolderInUse(
            f"Another greenroom serve owns the data folder {data}. Stop it, or give another one with --data."
        ) from None
    return lock


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


def _forgetting(watch: Watch, access: Access, delivery: Delivery) -> Callable[[], None]:
    def forget() -> None:
        if watch.changed():
            access.forget()
            delivery.forget_all()

    return forget


def _believe(fd: int, format_: Format) -> Examination:  # noqa: ARG001  # only for benchmarks: nothing is looked at
    kind = {"MP4": Kind.VIDEO, "MOV": Kind.VIDEO, "WebM": Kind.VIDEO, "MP3": Kind.AUDIO, "WAV": Kind.AUDIO}
    return Examination(info=MediaInfo(format_, kind.get(format_.value, Kind.IMAGE)))
