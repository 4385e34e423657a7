"""
The whole way of a video: a plan in; the film, its cover and its subtitles out.

What is made is kept in the plan's folder until it is whole. A render that ended at any moment is taken up by calling
`produce` again with the same plan: it goes on after the last part that was finished, and gives the same bytes.
"""

import hashlib
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import msgspec
import skia

from greenroom import __version__
from greenroom.domain.media import Format
from greenroom.domain.video import FRAME_RATE, Screen
from greenroom.studio import presenters
from greenroom.studio.film.coding import Coding, h264, vp9_with_alpha
from greenroom.studio.film.composing import Composer
from greenroom.studio.film.cover import best_frame, jpeg
from greenroom.studio.film.drawing import DrawingProcess
from greenroom.studio.film.faststart import write_in_order
from greenroom.studio.film.frames import Canvas
from greenroom.studio.film.joining import CodedSound, Film, coded_sound, join
from greenroom.studio.film.provenance import metadata, xmp
from greenroom.studio.film.segments import Segments
from greenroom.studio.film.shown import Shown
from greenroom.studio.frame_file import FrameFile
from greenroom.studio.heard import Voice, mix_of, timing_of, voice_of
from greenroom.studio.memory import give_back_large
from greenroom.studio.motion import mouths
from greenroom.studio.plan import Plan, Rendered
from greenroom.studio.planes import Planes
from greenroom.studio.sound import Mixed
from greenroom.studio.speech import Timing
from greenroom.studio.staging import staged

_LOOK_EVERY = 4
"""Frames between looks at whether anybody still wants the video."""
_TELL_EVERY_S = 0.4
_JOINED = "film"

Tell = Callable[[str, float], None]
Stopped = Callable[[], bool]


class ProductionStopped(Exception):
    """Whoever wanted the video does not want it any more."""


def produce(plan: Plan, tell: Tell, stopped: Stopped, process: DrawingProcess | None = None) -> Rendered:
    """
    Make the film of a plan.

    `tell` is given the step (`timing`, `tracking` where a face is followed, `rendering`) and the share of it that is
    done; `stopped` is looked at every few frames. Avatars are drawn in `process`, if there is one. Raises NotProduced
    for what cannot be made, ProductionStopped when `stopped` says so.
    """
    cv2.setNumThreads(1)
    give_back_large()
    tell("timing", 0.0)
    if process is not None and plan.spec.take is None:
        process.begin(presenters.message(plan))
    voice = voice_of(plan)
    timing = timing_of(plan, voice)
    _go_on(stopped)
    mix = mix_of(plan, voice)
    _go_on(stopped)
    tell("timing", 1.0)
    coding = vp9_with_alpha() if plan.spec.screen is Screen.TRANSPARENT else h264(plan.preset, plan.crf)
    film = Film(voice.frames, FRAME_RATE, coding, metadata(plan.spec))
    with (
        coded_sound(film, mix.blocks()) as sound,
        _shown(plan, voice, timing, process, tell, stopped) as shown,
    ):
        _make(_Work(plan, film, shown, voice, timing, sound, tell, stopped))
        return _rendered(plan, shown, voice, timing, mix)


@contextmanager
def _shown(
    plan: Plan, voice: Voice, timing: Timing, process: DrawingProcess | None, tell: Tell, stopped: Stopped
) -> Iterator[Shown]:
    """What is seen in a plan: an avatar before a ground, or somebody in a film."""
    if plan.spec.take is not None:
        # Few videos are such; the others do without its libraries.
        from greenroom.studio.lipsync import dubbed

        with dubbed(plan, mouths(timing, voice.frames, FRAME_RATE), _looking(tell, stopped)) as film:
            yield film
        return
    with staged(plan, voice, timing, process) as stage:
        composer = Composer(stage.scene)

        def cover() -> Planes:
            return composer.cover(best_frame(stage.scene.poses, FRAME_RATE))

        yield Shown(stage.scene.size, composer.frames, cover, stage.captions, stage.warnings)


def _looking(tell: Tell, stopped: Stopped) -> Callable[[float], None]:
    def look(done: float) -> None:
        _go_on(stopped)
        tell("tracking", done)

    return look


@dataclass(frozen=True, slots=True)
class _Work:
    """All that the steps of making a film need."""

    plan: Plan
    film: Film
    shown: Shown
    voice: Voice
    timing: Timing
    sound: CodedSound
    tell: Tell
    stopped: Stopped


def _make(work: _Work) -> None:
    plan, film, shown = work.plan, work.film, work.shown
    folder = Path(plan.work)
    segments = Segments(folder, _digest(work), film.frames, film.coding)
    segments.tidy()
    _put(plan.cover, jpeg(shown.cover()))
    if (first := segments.first_missing()) < film.frames:
        with closing(_watched(shown.frames(first), first, work)) as frames:
            segments.write(shown.size, film.frame_rate, frames)
    joined = folder / (_JOINED + film.coding.suffix)
    join(film, segments.paths(), work.sound, joined)
    _publish(joined, plan, film.coding)


def _watched(frames: Iterator[Canvas], first: int, work: _Work) -> Generator[Canvas, None, None]:
    """The frames, while somebody wants them, telling of them from time to time."""
    told_at = 0.0
    for index, canvas in enumerate(frames, first):
        if index % _LOOK_EVERY == 0:
            _go_on(work.stopped)
            # A clock decides when to tell, never what is drawn.
            if (now := time.monotonic()) - told_at >= _TELL_EVERY_S:
                work.tell("rendering", index / work.film.frames)
                told_at = now
        yield canvas


def _publish(joined: Path, plan: Plan, coding: Coding) -> None:
    """Give the film to the open file that it was made for."""
    os.ftruncate(plan.target, 0)
    os.lseek(plan.target, 0, os.SEEK_SET)
    if coding.alpha:
        with joined.open("rb") as file:
            while block := file.read(1 << 20):
                _all(plan.target, block)
    else:
        write_in_order(joined, plan.target, xmp(plan.spec))
    joined.unlink()


def _put(target: int, data: bytes) -> None:
    os.ftruncate(target, 0)
    os.lseek(target, 0, os.SEEK_SET)
    _all(target, data)


def _all(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]


def _digest(work: _Work) -> str:
    """What the frames depend on: spec, voice and when it says what, settings, and what draws and encodes."""
    plan, speech = work.plan, work.voice.speech
    made_with = (__version__, av.__version__, cv2.__version__, skia.__version__, plan.preset, plan.crf)
    known = hashlib.sha256(msgspec.json.encode((plan.spec, made_with, speech.rate, speech.words, speech.phones)))
    known.update(speech.sound.tobytes())
    # Of the same sound another attempt may find otherwise what is said when: the guide to it may have failed to speak.
    known.update(msgspec.json.encode(work.timing.words))
    known.update(work.timing.mouth.tobytes())
    if plan.engine is not None:
        known.update(FrameFile.opened(plan.engine).head.digest.encode())
    return known.hexdigest()[:16]


def _go_on(stopped: Stopped) -> None:
    if stopped():
        raise ProductionStopped


def _rendered(plan: Plan, shown: Shown, voice: Voice, timing: Timing, mix: Mixed) -> Rendered:
    written = shown.captions
    return Rendered(
        duration_s=voice.frames / FRAME_RATE,
        frames=voice.frames,
        timing=timing.method,
        loudness_lufs=mix.loudness_lufs,
        true_peak_db=mix.true_peak_db,
        format=Format.WEBM if plan.spec.screen is Screen.TRANSPARENT else Format.MP4,
        srt=written.srt if written else "",
        vtt=written.vtt if written else "",
        warnings=(*voice.speech.warnings, *timing.warnings, *mix.notices, *shown.warnings),
    )
