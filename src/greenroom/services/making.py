"""
Making: takes up videos that wait, has them spoken and rendered, and says what came of it.

What there is to do is asked of the table, so a crash loses nothing: what was being made is taken up by the next run,
which finds in the folder of the video what was done. Only who has the row as it was read changes it, so whoever is
late finds that another has the word.
"""

import contextlib
import errno
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from msgspec import Struct, structs

from greenroom.db import audit, catalogue, outbox, uses, videos
from greenroom.db.sqlite import Database, Transaction
from greenroom.domain.act import by_system
from greenroom.domain.asset import Asset
from greenroom.domain.guessed_language import guessed_language
from greenroom.domain.languages import tag as language_tag
from greenroom.domain.media import Finding, Format, sentences
from greenroom.domain.pinning import pinned
from greenroom.domain.policy import minutes
from greenroom.domain.production import (
    Heard,
    Progress,
    Spoken,
    Step,
    Video,
    VideoId,
    VideoState,
    ending_event,
)
from greenroom.domain.production_findings import PASSING, VIDEO_FINDINGS, lasting, merged, reason
from greenroom.domain.video import (
    RecordedVoice,
    ScriptVoice,
    Source,
    VideoSpec,
    size_of,
    sources,
)
from greenroom.errors import (
    NotProduced,
    ParameterError,
    QuotaExceeded,
    StorageFull,
    UploadRefused,
    VoiceFailed,
)
from greenroom.services.credits import Credits
from greenroom.services.production import USER_TYPE, UnderWay, cost
from greenroom.services.publishing import Made, Publishing
from greenroom.services.render_progress import DRAWN, Listener
from greenroom.services.video_standing import Waits, standing
from greenroom.services.work_folders import WorkFolders
from greenroom.storage.store import BlobStore
from greenroom.studio.plan import Material, Plan, Rendered, Rendering
from greenroom.studio.voices.languages import require_captions

log = structlog.get_logger()

STOPPED = "render_stopped"
"""The code of an end that was wanted from here (`render.renderer`)."""
_SYSTEM_ERROR = 50000
_MOST_LOOKED_AT = 500
_LOOK_AGAIN_S = 1.0
_FULL_WAIT_S = 30.0
_LONGEST_GAP_S = 600.0
# A pixel of a film for a second takes about a tenth of that; in pieces and joined it is there twice.
_BYTES_PER_PIXEL_SECOND = 0.6

Speak = Callable[[ScriptVoice | RecordedVoice, str], Spoken]
Hear = Callable[[int, Format, str], Heard]
Render = Callable[[Plan, threading.Event, Callable[[Rendering], None]], Rendered]


class MakingTerms(Struct, frozen=True):
    """How videos are made, and when one is given up."""

    fonts: str
    models: str = ""
    preset: str = "veryfast"
    crf: int = 21
    max_duration_s: float = 900.0
    most_attempts: int = 3
    first_gap_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Making:
    """Make videos, one after the other in each thread that calls `work`."""

    database: Database
    store: BlobStore
    folders: WorkFolders
    speak: Speak
    """Has what is to be heard in a folder; raises VoiceFailed and ParameterError."""
    render: Render
    """Makes a film; raises NotProduced, with the code `render_stopped` soon after the event is set."""
    publishing: Publishing
    credits: Credits
    now: Callable[[], datetime]
    terms: MakingTerms
    hear: Hear | None = None
    """Recognises the words of a sound that came without; None where nobody does."""
    under_way: dict[VideoId, UnderWay] = field(default_factory=dict)
    """Shared with `Production`, which stops what is cancelled."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    closed: threading.Event = field(default_factory=threading.Event)

    def resume(self) -> None:
        """Have made what an earlier run was making, and remove the folders of what has ended; before the first job."""
        self._take_up()
        self.sweep()

    def sweep(self) -> int:
        """Remove the folders of videos that have ended; give how many."""
        with self.lock:
            wanted = set(self.database.read(videos.unended)) | set(self.under_way)
            return self.folders.sweep(wanted)

    def work(self) -> None:
        """Make what waits, until nothing does; several threads may do so at once."""
        self._take_up()
        while (claimed := self._claim()) is not None:
            video, going = claimed
            try:
                self._attempt(video, going)
            finally:
                with self.lock:
                    del self.under_way[video.id]

    def close(self) -> None:
        """Begin nothing more and stop what is being made; the next run takes it up."""
        with self.lock:
            self.closed.set()
            for going in self.under_way.values():
                going.stop.set()

    # Which one

    def _take_up(self) -> None:
        """Have made what nobody makes: an earlier run ended over it, or what came of it could not be written down."""
        with self.lock:
            left = [one for one in self.database.read(videos.processing) if one.id not in self.under_way]
            for video in left:
                if video.attempts >= self.terms.most_attempts:
                    text = f"Making this video was interrupted {video.attempts} times; it is not tried again."
                    self._fail(video, reason("render_interrupted", text))
                else:
                    self._put_back(video, attempts=video.attempts)

    def _claim(self) -> tuple[Video, UnderWay] | None:
        with self.lock:
            now = self.now()
            # Those that wait are put off beyond this instant: each is looked at once, however many there are.
            while not self.closed.is_set() and (found := self._due(now)):
                if (claimed := self._first(found, now)) is not None:
                    going = self.under_way[claimed.id] = UnderWay(Progress(Step.SPEAKING, 0.0))
                    return claimed, going
        return None

    def _due(self, now: datetime) -> list[Video]:
        found = self.database.read(lambda tx: videos.waiting(tx, now, _MOST_LOOKED_AT))
        return [video for video in found if video.id not in self.under_way]

    def _first(self, found: Sequence[Video], now: datetime) -> Video | None:
        """The first that can begin, as this attempt has it; what waits before it is put off, what cannot be fails."""
        waiting, begun = [], None
        for video in found:
            stands = self.database.read(partial(standing, spec=video.spec))
            if isinstance(stands, Finding):
                self._fail(video, stands)
            elif isinstance(stands, Waits):
                waiting.append(video)
            else:
                spec = structs.replace(pinned(video.spec, stands.assets), likeness=stands.likeness)
                if (begun := self._begun(video, spec)) is not None:
                    break
        self._put_off(waiting, now + timedelta(seconds=_LOOK_AGAIN_S))
        return begun

    def _put_off(self, waiting: Sequence[Video], until: datetime) -> None:
        def put_off(tx: Transaction) -> None:
            for video in waiting:
                videos.defer(tx, video, until)

        if waiting:
            self.database.write(put_off).result()

    def _begun(self, video: Video, spec: VideoSpec) -> Video | None:
        now = self.now()
        after = structs.replace(
            video,
            state=VideoState.PROCESSING,
            spec=spec,
            attempts=video.attempts + 1,
            started_at=now,
            warnings=lasting(video.warnings),
        )

        def begin(tx: Transaction) -> Video | None:
            saved = videos.save(tx, video, after, now)
            if saved is not None and video.attempts == 0 and video.is_told:
                told = {"video_id": video.id, "status": after.state.value}
                outbox.add(tx, video.account_id, video.id, "video.started", told, now)
            if saved is not None:
                detail = {"attempt": after.attempts}
                audit.note(tx, by_system(video.account_id), "video.started", video.id, now, detail)
            return saved

        return self.database.write(begin).result()

    # One attempt

    def _attempt(self, video: Video, going: UnderWay) -> None:
        failure = self._failure(video, going)
        if failure is not None:
            self._after(video, going, failure)
        current = self.database.read(lambda tx: videos.by_id(tx, video.id))
        if current is None or current.ended:
            self.folders.remove(video.id)

    def _failure(self, video: Video, going: UnderWay) -> Finding | None:
        """Make a video; why it was not made, None if it was."""
        try:
            self._make(video, going)
        except NotProduced as problem:
            return _finding(problem.code, str(problem))
        except VoiceFailed as problem:
            return reason("voice_failed" if problem.passes else "voice_impossible", str(problem))
        except ParameterError as problem:
            return reason("voice_silent", str(problem))
        except QuotaExceeded as problem:
            return reason("quota_exceeded", str(problem))
        except UploadRefused as problem:
            return reason("render_refused", f"The finished file is not good: {problem}")
        except StorageFull as problem:
            log.warning("there is no room for a video", video=video.id, problem=str(problem))
            return reason("render_disk_full", str(problem))
        except Exception as problem:
            if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
                return reason("render_disk_full")
            log.exception("a video failed unforeseen", video=video.id)
            return reason("render_crashed", "The server failed; its log has the details.")
        return None

    def _make(self, video: Video, going: UnderWay) -> None:
        worded = self._worded(video)
        if worded is None:
            return
        video, folder = worded, self.folders.of(video.id)
        spoken = self.speak(video.spec.voice, folder)
        length_s = spoken.duration_s if spoken.duration_s is not None else self._recorded_s(video.spec)
        _require_length(length_s, self.terms.max_duration_s)
        self.store.require_room(_room_bytes(video.spec, length_s))
        attempt = self._heard(video, spoken, length_s)
        if attempt is None:
            return
        film, cover = self.store.receive(), self.store.receive()
        try:
            rendered = self._rendered(attempt, spoken, folder, (film.path, cover.path), going)
            going.progress = Progress(Step.CHECKING, DRAWN)
            self.publishing.publish(attempt, Made(rendered, film, cover))
        finally:
            film.discard()
            cover.discard()

    def _worded(self, video: Video) -> Video | None:
        """
        The video with the words of its sound, recognised if captions are wanted and nobody gave them; they are kept,
        so that another attempt says the same. None if nobody wants it any more.
        """
        voice = video.spec.voice
        if not isinstance(voice, RecordedVoice) or voice.transcript or video.spec.captions is None:
            return video
        heard = self._recognised(voice)
        known = structs.replace(voice, transcript=heard.text, language=_language(voice, heard))
        message = f"Nobody gave the words of the sound: {heard.model} heard them, and may be wrong."
        warnings = merged(video.warnings, (reason("transcript_recognised", message),))
        after = structs.replace(video, spec=structs.replace(video.spec, voice=known), warnings=warnings)
        return self.database.write(lambda tx: videos.save(tx, video, after, self.now())).result()

    def _recognised(self, voice: RecordedVoice) -> Heard:
        if self.hear is None:
            raise NotProduced("transcription_impossible", "Nobody is configured any more who could hear the words.")
        info = self._asset(voice.source).info
        assert voice.source.sha256 is not None and info is not None, "only verified assets are used"
        with contextlib.ExitStack() as opened:
            return self.hear(_kept(opened, self.store.open(voice.source.sha256)), info.format, voice.language)

    def _heard(self, video: Video, spoken: Spoken, length_s: float) -> Video | None:
        """The video with what was said of its voice, charged by its length; None if nobody wants it any more."""
        now = self.now()

        def settle(tx: Transaction) -> Video | None:
            after = structs.replace(video, warnings=merged(video.warnings, spoken.warnings))
            saved = videos.save(tx, video, after, now)
            if saved is not None and video.charge_id is not None:
                self.credits.settle(tx, video.charge_id, cost(video.spec, length_s), now)
            return saved

        return self.database.write(settle).result()

    def _rendered(
        self, video: Video, spoken: Spoken, folder: str, targets: tuple[str, str], going: UnderWay
    ) -> Rendered:
        with contextlib.ExitStack() as opened:
            materials = {}
            for source in sources(video.spec):
                asset = self._asset(source)
                assert source.sha256 is not None and asset.info is not None, "only verified assets are used"
                descriptor = _kept(opened, self.store.open(source.sha256))
                materials[source.asset_id] = Material(descriptor, asset.info.format)
            film, cover = (_kept(opened, os.open(path, _WRITE)) for path in targets)
            portrait = video.spec.likeness.portrait if video.spec.likeness is not None else None
            plan = Plan(
                spec=video.spec,
                materials={str(id_): material for id_, material in materials.items()},
                work=folder,
                target=film,
                cover=cover,
                fonts=self.terms.fonts,
                models=self.terms.models,
                speech=_kept(opened, os.open(spoken.speech, _READ)) if spoken.speech else None,
                guide=_kept(opened, os.open(spoken.guide, _READ)) if spoken.guide else None,
                portrait=_kept(opened, self.store.open(portrait)) if portrait is not None else None,
                preset=self.terms.preset,
                crf=self.terms.crf,
            )
            return self.render(plan, going.stop, Listener(going))

    def _recorded_s(self, spec: VideoSpec) -> float:
        assert isinstance(spec.voice, RecordedVoice), "what is not spoken is recorded"
        info = self._asset(spec.voice.source).info
        return info.duration_s or 0.0 if info is not None else 0.0

    # What came of it

    def _after(self, video: Video, going: UnderWay, found: Finding) -> None:
        current = self.database.read(lambda tx: videos.by_id(tx, video.id))
        if current is None or current.state is not VideoState.PROCESSING:
            return  # its owner was faster
        if self.closed.is_set() and going.stop.is_set():
            self._put_back(current, attempts=current.attempts - 1)
        elif found.code == "render_disk_full":
            self._put_back(current, attempts=current.attempts - 1, found=(found,), wait_s=_FULL_WAIT_S)
        elif found.code in PASSING and current.attempts < self.terms.most_attempts:
            gap_s = min(self.terms.first_gap_s * 4 ** (current.attempts - 1), _LONGEST_GAP_S)
            log.warning("a video is tried again", video=video.id, reason=found.message)
            self._put_back(current, attempts=current.attempts, found=(found,), wait_s=gap_s)
        else:
            self._fail(current, found)

    def _put_back(self, video: Video, *, attempts: int, found: tuple[Finding, ...] = (), wait_s: float = 0.0) -> None:
        due = self.now() + timedelta(seconds=wait_s)
        after = structs.replace(video, state=VideoState.PENDING, attempts=attempts, findings=found)
        self.database.write(lambda tx: videos.save(tx, video, after, due)).result()

    def _fail(self, video: Video, found: Finding) -> None:
        now = self.now()
        warnings = lasting(video.warnings)
        after = structs.replace(video, state=VideoState.FAILED, findings=(found,), warnings=warnings, ended_at=now)
        log.info("a video failed", video=video.id, code=found.code)

        def fail(tx: Transaction) -> None:
            if videos.save(tx, video, after, now) is None:
                return
            if video.charge_id is not None:
                self.credits.failed(tx, video.charge_id, now)
            uses.settle(tx, USER_TYPE, video.id)
            error = {"code": _SYSTEM_ERROR, "message": sentences((found,))}
            told = {"video_id": video.id, "status": "failed", "error": error, "reason": found.code}
            type_ = ending_event(video.caller, VideoState.FAILED)
            if video.is_told:
                outbox.add(tx, video.account_id, video.id, type_, told, now, video.callback_url)
            detail = {"findings": [found.code], "attempts": video.attempts}
            audit.note(tx, by_system(video.account_id), "video.failed", video.id, now, detail)

        self.database.write(fail).result()

    def _asset(self, source: Source) -> Asset:
        found = self.database.read(lambda tx: catalogue.asset(tx, source.asset_id))
        assert found is not None, f"asset {source.asset_id} is gone"
        return found


_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_WRITE = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


def _kept(opened: contextlib.ExitStack, descriptor: int) -> int:
    opened.callback(os.close, descriptor)
    return descriptor


def _language(voice: RecordedVoice, heard: Heard) -> str:
    """That of words that were recognised. Raises NotProduced where captions cannot be written in it."""
    told = voice.language
    with contextlib.suppress(ParameterError):
        told = told or (language_tag(heard.language, "language") if heard.language else "")
    language = told or guessed_language(heard.text)
    try:
        require_captions(language)
    except ParameterError as problem:
        raise NotProduced("transcription_impossible", f"What was heard {problem.problem}.") from problem
    return language


def _finding(code: str, message: str) -> Finding:
    return reason(code, message) if code in VIDEO_FINDINGS else Finding(code, message)


def _require_length(length_s: float, most_s: float) -> None:
    if length_s > most_s:
        text = f"The voice speaks for {minutes(length_s)}; allowed are {minutes(most_s)}."
        raise NotProduced("video_too_long", text)


def _room_bytes(spec: VideoSpec, length_s: float) -> int:
    width, height = size_of(spec)
    return round(width * height * length_s * _BYTES_PER_PIXEL_SECOND)
