"""A production over a small house, whose voice and render process the test holds in its hands."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from small_house import TESTER, SmallHouse

from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import Asset
from greenroom.domain.media import AudioStream, Examination, Finding, Format, Kind, MediaInfo, VideoStream
from greenroom.domain.production import Caller, Spoken, Video
from greenroom.domain.video import RecordedVoice, ScriptVoice
from greenroom.domain.video_wish import Named, VideoWish
from greenroom.errors import NotFound, ParameterError
from greenroom.services.credits import Credits
from greenroom.services.making import Making, MakingTerms
from greenroom.services.production import Production
from greenroom.services.publishing import Publishing
from greenroom.services.video_wishes import VideoLimits, VideoWishes
from greenroom.services.work_folders import WorkFolders
from greenroom.studio.notice import Notice
from greenroom.studio.plan import Plan, Rendered, Rendering

FILM_S = 2.0
FRAMES = 60
WISH = VideoWish(Named("81", "avatar_id"), script="Hello there.", voice_id="en-US-ChristopherNeural", name="Greeting")
MANY = Limits(credits_m=100_000)


def cover() -> bytes:
    """A small JPEG."""
    kept = BytesIO()
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(kept, "JPEG")
    return kept.getvalue()


class Speaker:
    """Says everything in two seconds, or fails as it is told to, once for each failure."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.duration_s = FILM_S
        self.said: list[str] = []

    def __call__(self, voice: ScriptVoice | RecordedVoice, folder: str) -> Spoken:
        if self.failures:
            raise self.failures.pop(0)
        if isinstance(voice, RecordedVoice):
            return Spoken(None, None, None)
        path = os.path.join(folder, "speech")
        if not os.path.exists(path):
            self.said.append(voice.script)
        Path(path).write_bytes(b"speech")
        return Spoken(path, None, self.duration_s, (Finding("voice_fallback", "Somebody else speaks."),))


class Studio:
    """Renders the same film of everything, or fails as it is told to; `between` runs in the middle."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.plans: list[Plan] = []
        self.between: Callable[[], None] = lambda: None
        self.film = b"a film"
        self.rendered = Rendered(FILM_S, FRAMES, "phones", -16.0, -2.0, Format.MP4, "1\n", "WEBVTT\n")

    def __call__(self, plan: Plan, stop: threading.Event, tell: Callable[[Rendering], None]) -> Rendered:
        self.plans.append(plan)
        tell(Rendering("rendering", 0.5))
        self.between()
        if self.failures:
            raise self.failures.pop(0)
        os.write(plan.target, self.film)
        os.write(plan.cover, cover())
        return self.rendered


class Eye:
    """Sees in a film what it is told to, and in everything else a small picture."""

    def __init__(self) -> None:
        self.film = self.seen()

    def seen(self, *, width: int = 1080, height: int = 1920, frames: int = FRAMES, sound: bool = True) -> Examination:
        picture = VideoStream(0, "h264", width, height, frames, FILM_S)
        audio = AudioStream(1, "aac", 48_000, 2, FILM_S) if sound else None
        info = MediaInfo(Format.MP4, Kind.VIDEO, width, height, FILM_S, frames, picture, audio)
        return Examination(info, deep=True, decoder="by hand")

    def __call__(self, fd: int, format_: Format) -> Examination:
        if format_ is Format.JPEG:
            return Examination(MediaInfo(Format.JPEG, Kind.IMAGE, 8, 8), deep=True, decoder="by hand")
        return self.film


@dataclass
class FilmStudio:
    """Everything that a test of productions needs."""

    house: SmallHouse
    production: Production
    making: Making
    speaker: Speaker
    studio: Studio
    eye: Eye
    fetched: dict[str, Asset] = field(default_factory=dict)

    def asked(self, wish: VideoWish = WISH, act: Act = TESTER) -> Video:
        return self.production.create(act, wish, Caller.AVATAR_V2)

    def made(self, wish: VideoWish = WISH, act: Act = TESTER) -> Video:
        """A video asked for, and what became of it when the work was done."""
        video = self.asked(wish, act)
        self.making.work()
        return self.production.one(TESTER, video.id)

    def work_folders(self) -> list[str]:
        root = self.house.data / "work"
        return sorted(os.listdir(root)) if root.exists() else []


def film_studio(house: SmallHouse, limits: Limits = MANY) -> FilmStudio:
    """Build it."""
    speaker, studio, eye = Speaker(), Studio(), Eye()
    fetched: dict[str, Asset] = {}

    def resolve(act: Act, url: str, kind: Kind, field: str) -> Asset:
        if url not in fetched:
            raise NotFound("nothing there")
        return fetched[url]

    def check_voice(voice_id: str, language: str, speed: float, script: str | None = None) -> tuple[str, list[Notice]]:
        if voice_id == "nobody":
            raise ParameterError("voice_id", "'nobody' names no voice")
        return language or "en-US", []

    wishes = VideoWishes(
        database=house.database,
        resolve=resolve,
        check_receiver=lambda url, field: None,
        check_voice=check_voice,
        require_fonts=lambda: None,
        tracks=lambda: ["1", "2"],
        limits=VideoLimits(max_script_chars=1000, max_duration_s=300.0),
    )
    credits = Credits(limits, refund_failed=True)
    production = Production(house.database, house.store, wishes, credits, limits, house.clock, house.published.append)
    publishing = Publishing(
        house.database, house.store, eye, house.signing.numbers, limits, house.clock, house.published.append
    )
    making = Making(
        database=house.database,
        store=house.store,
        folders=WorkFolders(str(house.data / "work")),
        speak=speaker,
        render=studio,
        publishing=publishing,
        credits=credits,
        now=house.clock,
        terms=MakingTerms(fonts="", max_duration_s=300.0),
        under_way=production.under_way,
    )
    return FilmStudio(house, production, making, speaker, studio, eye, fetched)
