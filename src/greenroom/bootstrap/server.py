"""The server: what is built of settings, started and stopped."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from fastapi import FastAPI

from greenroom.bootstrap import house
from greenroom.bootstrap.filming import Filming, filming
from greenroom.bootstrap.house import catalogue_path, own_data_folder
from greenroom.bootstrap.keeping import Clock, Keeping, keeping
from greenroom.config import Settings
from greenroom.db.sqlite import Watch
from greenroom.errors import SettingError
from greenroom.jobs.runner import Job, Runner
from greenroom.media.glance import glance
from greenroom.media.protections import SandboxIncomplete
from greenroom.services.audit import Audit
from greenroom.services.preflight import Preflight
from greenroom.services.rates import Rates
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
_ADVISE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """A built server: its application, and what must be started and stopped around it."""

    app: FrontDoor
    kept: Keeping
    films: Filming
    watch_videos: EventWatch
    runner: Runner
    threads: Threads
    watch: Watch
    lock: int

    def start(self) -> None:
        """Start everything that runs beside the loop; from the main thread, before the loop."""
        try:
            self.kept.examiner.start()
        except SandboxIncomplete as problem:
            raise SettingError(f"GREENROOM_VERIFICATION_REQUIRE_SANDBOX is on, but {problem}") from problem
        removed = self.kept.retention.remove_leftovers()
        if removed:
            log.info("removed temporary files of an earlier run", files=removed)
        for wrong in self.kept.accounts.recount():
            log.warning("what an account uses was counted wrong; it is right now", account=wrong)
        for wrong in self.kept.folders.recount():
            log.warning("what is in a folder was counted wrong; it is right now", folder=wrong)
        self.films.making.resume()
        self.films.previews.prepare()
        self.runner.start()

    def stop(self) -> None:
        """Let what is under way end, then let go of the data folder."""
        self.films.stop()
        self.kept.optimizer.close()
        self.kept.imports.close()
        self.kept.notifying.close()
        self.runner.stop()
        self.threads.close()
        self.films.voices.close()
        self.watch.close()
        self.kept.close()
        os.close(self.lock)


def build(settings: Settings, now: Clock = house.now) -> Server:
    """
    Everything in order, from settings to application.

    Raises SettingError, and DataFolderInUse when another server owns the data folder.
    """
    origins = Origins.of(settings)
    lock = own_data_folder(settings.data)
    kept = keeping(settings, origins.path_of, unasked_origin(settings, origins), now)
    films = filming(settings, kept, now)
    threads, watch_videos = Threads(), EventWatch()
    watch = Watch(catalogue_path(settings.data))
    app = _front_door(settings, kept, films, origins, threads, watch_videos)
    jobs = [*_keeping_jobs(settings, kept, watch), *_filming_jobs(settings, films)]
    return Server(app, kept, films, watch_videos, Runner(jobs), threads, watch, lock)


def _front_door(
    settings: Settings,
    kept: Keeping,
    films: Filming,
    origins: Origins,
    threads: Threads,
    watch_videos: EventWatch,
) -> FrontDoor:
    receiver = Receiver(kept.ingest, threads, settings.uploads.judgement_wait_s, settings.uploads.max_pending)
    form_limits = FormLimits(settings.uploads.form_max_fields, settings.uploads.form_max_field_bytes)
    callers = Callers(kept.access, origins, threads)
    upload_call = UploadCall(receiver, kept.signing, origins, form_limits, kept.receipts, kept.signed_uploads)
    compatible = _compatible(kept, films, origins, threads, upload_call)
    return FrontDoor(
        Envelope(callers),
        compatible,
        [
            Uploads(receiver, kept.signing, origins, kept.receipts),
            Assets(kept.delivery, threads, settings.delivery),
            RenditionFiles(kept.renditions, threads, settings.delivery),
            VideoFiles(films.production, threads, settings.delivery),
            PreviewFiles(films.previews, threads),
        ],
        _own_api(kept, films, callers, watch_videos, compatible),
        Keys(
            callers,
            kept.idempotency,
            replays(kept.signed_uploads, callers) | dict.fromkeys(upload_call.table(), upload_call.again),
        ),
        Limiter(callers, Rates(settings.rates.posts_per_minute, time.monotonic)),
        settings.cors_origins,
    )


def _compatible(kept: Keeping, films: Filming, origins: Origins, threads: Threads, upload_call: UploadCall) -> Routes:
    return Routes(
        upload_call.table(),
        UserCalls(kept.accounts, threads).table(),
        HookCalls(kept.hooks, threads).table(),
        CastCalls(films.cast, origins, threads).table(),
        VideoCalls(films.production, films.cast, origins, threads).table(),
        PhotoCalls(films.photos, origins, threads).table(),
        LipSyncCalls(films.lip_syncs, films.production, origins, threads).table(),
    )


def _own_api(kept: Keeping, films: Filming, callers: Callers, watch_videos: EventWatch, compatible: Routes) -> FastAPI:
    return api_app(
        [
            accounts_router(kept.accounts, kept.access, callers),
            keys_router(kept.access, callers),
            assets_router(kept.library, kept.renditions, callers),
            receipts_router(kept.receipts, kept.library, callers),
            audit_router(Audit(kept.database), callers),
            preflight_router(Preflight(kept.rules, glance), callers),
            renditions_router(kept.renditions, callers),
            uploads_router(kept.signing, kept.signed_uploads, callers),
            imports_router(kept.imports, callers),
            videos_router(films.production, callers, watch_videos),
            photo_avatars_router(films.photos, callers),
            lip_syncs_router(films.lip_syncs, films.production, callers),
            cast_router(films.cast, callers),
            hooks_router(kept.hooks, callers),
            deliveries_router(kept.hooks, callers),
            callback_secret_router(kept.hooks, callers),
            events_router(kept.hooks, callers),
            folders_router(kept.folders, callers),
            reference_router(described.document(compatible.table), callers.origins.base_path),
        ],
        callers,
    )


def _keeping_jobs(settings: Settings, kept: Keeping, watch: Watch) -> Sequence[Job]:
    remembered = timedelta(seconds=settings.webhooks.kept_s)
    workers = range(settings.imports.workers)
    jobs = [
        Job("notice changes", _forgetting(watch, kept), _WATCH_EVERY_S),
        Job("forget old idempotency keys", kept.idempotency.prune, _PRUNE_EVERY_S),
        Job("note when keys were used", kept.access.note_uses, _NOTE_USES_EVERY_S),
        Job("look at the disk", kept.store.look_at_room, _LOOK_EVERY_S),
        Job("end overdue uploads", kept.retention.expire, _SWEEP_EVERY_S),
        Job("clear out what was deleted long ago", kept.retention.clear_out, _SWEEP_EVERY_S),
        Job("remove bytes that no row speaks of", kept.retention.remove_strays, _LOOK_FOR_STRAYS_EVERY_S),
        Job("judge what an earlier run received", kept.ingest.resume_all, _RESUME_EVERY_S),
        Job("make render-safe copies", kept.renditions.work, _OPTIMIZE_EVERY_S),
        Job("tell hooks", kept.notifying.work, _TELL_AGAIN_EVERY_S),
        Job("forget old events", partial(kept.notifying.prune, remembered), _FORGET_EVENTS_EVERY_S),
        *(Job(f"fetch imports {number}", kept.imports.work, _IMPORT_EVERY_S) for number in workers),
    ]
    if settings.bench.verify and settings.bench.deepen:
        jobs.append(Job("decode videos in full", kept.verification.deepen_all, _DEEPEN_EVERY_S))
    return jobs


def _filming_jobs(settings: Settings, films: Filming) -> Sequence[Job]:
    workers = range(settings.render.workers)
    advising = [Job("look at images as portraits", films.photo_advice.work, _ADVISE_EVERY_S)]
    return [
        *(advising if settings.photo.advice else ()),
        *(Job(f"make videos {number}", films.making.work, _MAKE_EVERY_S) for number in workers),
        Job("make photo avatars", films.photo_making.work, _MAKE_EVERY_S),
        Job("have portraits made", films.photo_making.provide_all, _MAKE_EVERY_S),
        Job("let go of deleted photo avatars", films.photo_making.let_go, _SWEEP_EVERY_S),
        Job("remove what is left of ended videos", films.making.sweep, _SWEEP_WORK_EVERY_S),
        Job("make previews", films.previews.work, _PREVIEW_EVERY_S),
    ]


def unasked_origin(settings: Settings, origins: Origins) -> str:
    """The origin in what nobody asked for; empty where it can be known from requests only."""
    if origins.public:
        return origins.public[0]
    return f"http://{settings.host}:{settings.port}" if origins.bound_to_loopback and settings.port else ""


def _forgetting(watch: Watch, kept: Keeping) -> Callable[[], None]:
    def forget() -> None:
        if watch.changed():
            kept.access.forget()
            kept.delivery.forget_all()

    return forget
