"""The work of a judging child, done in this process by the functions that a child calls; and the bare decoders."""

from __future__ import annotations

import gc
import mmap
from collections.abc import Callable

import av
from costs import MeasurementFailed
from PIL import Image
from samples_judged import Subject

from greenroom.domain.glance import MOST_BYTES, Ends
from greenroom.domain.media import Format, Kind, MediaInfo
from greenroom.media import films, images
from greenroom.media.examiner import IMAGE_FORMATS
from greenroom.media.exif import orientation
from greenroom.media.glance import glance
from greenroom.media.image_measuring import image_measurements
from greenroom.media.jpeg import read_jpeg
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook
from greenroom.media.mapping import mapped
from greenroom.media.protocol import Task
from greenroom.media.sound import mp3_claims
from greenroom.media.trailers import judge_disguise

LIMITS = ExamLimits()

Work = Callable[[], object]


def warm_up() -> None:
    """As a zygote does before it forks: import and decode once, then collect nothing more."""
    images.warm_up()
    films.warm_up()
    Image.init()
    gc.collect()
    gc.freeze()
    gc.disable()


# Full judgements


def judging(subject: Subject) -> Work:
    """The whole work of a child on this file, from its open descriptor to its verdict."""
    judge = images.examine if subject.format in IMAGE_FORMATS else films.examine
    task = Task(subject.format)

    def work() -> None:
        with open(subject.path, "rb") as file:
            examination = judge(file.fileno(), task, LIMITS)
        if examination.info is None or examination.damage:
            raise MeasurementFailed(f"{subject.path.name} was not found good: {examination.damage}")

    return work


def judging_unmeasured(subject: Subject) -> Work:
    """The same work on a sound with a meter that hears nothing: what decoding and watching it cost by themselves."""
    work = judging(subject)

    def deaf_work() -> None:
        measuring = films.SoundMeter
        films.SoundMeter = _DeafMeter  # type: ignore[assignment,misc]
        try:
            work()
        finally:
            films.SoundMeter = measuring  # type: ignore[misc]

    return deaf_work


class _DeafMeter:
    def __init__(self, *, thorough: bool) -> None: ...

    def feed(self, frame: object) -> None: ...

    def result(self) -> None: ...


def bare_pillow(subject: Subject) -> Work:
    """Pillow's open and load, of every frame there is."""

    def work() -> None:
        with Image.open(subject.path) as image:
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                image.load()

    return work


def bare_pyav(subject: Subject) -> Work:
    """PyAV's open and decode of the whole sound."""

    def work() -> None:
        with av.open(str(subject.path)) as container:
            for _ in container.decode(audio=0):
                pass

    return work


# Bare probes: what a judgement does before it decodes anything


def probing(subject: Subject) -> Work:
    """Open the file and read what its headers say, with nothing decoded."""
    look = _PROBES[subject.format]

    def work() -> None:
        with open(subject.path, "rb") as file:
            look(file.fileno(), subject.format)

    return work


class _Undecoded(films.Film):
    """A child's judgement of a sound, up to where decoding would begin."""

    def _sound_file(self, _container: object, chosen: object, _movie: object) -> MediaInfo:
        assert chosen
        if self._task.format is Format.MP3:
            mp3_claims(self._data)
        return MediaInfo(self._task.format, Kind.AUDIO)


def _probe_sound(descriptor: int, format: Format) -> None:
    logbook = Logbook()
    _Undecoded(descriptor, mapped(descriptor, logbook), Task(format), LIMITS, logbook).judged()


def _probe_jpeg(descriptor: int, format: Format) -> None:
    logbook = Logbook()
    with mapped(descriptor, logbook) as data:
        judge_disguise(data, logbook)
        orientation(read_jpeg(data, 0, LIMITS, logbook).exif)
        image_measurements(data, format)


def _probe_png(descriptor: int, format: Format) -> None:
    # A child's walk through a PNG inflates the rows as it meets them; its headers alone are read by the preflight.
    with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ) as data:
        judge_disguise(data, Logbook())
        if not glance(Ends(data[:MOST_BYTES], data[-MOST_BYTES:], len(data)), format).info.width:
            raise MeasurementFailed("the size of the PNG was not read")


_PROBES = {Format.MP3: _probe_sound, Format.M4A: _probe_sound, Format.JPEG: _probe_jpeg, Format.PNG: _probe_png}
