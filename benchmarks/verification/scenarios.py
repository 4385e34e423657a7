"""What is measured, and which goals each measurement answers."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bounds import DECODES_PER_JUDGEMENT
from child_work import Work, bare_pillow, bare_pyav, judging, judging_unmeasured, probing
from costs import Measurement, of_calls, of_judgements
from ffprobe import of_ffprobe
from rounds import Bench, Foreigners
from samples_judged import Subject, Subjects
from throughput import decoded_per_s, judged_per_s

from greenroom.media.examiner import Examiner

FILES = 8  # judged, or probed by a spawn, in one measurement
TINY_FILES = 40
CALLS_S = 0.6
THROUGHPUT_S = 4.0

_PROBE_GOALS = {name: f"{name}_probe_vs_ffprobe_ratio" for name in ("mp3", "m4a", "jpeg", "png")}


@dataclass(frozen=True, slots=True)
class Means:
    """What a scenario works with; `no_ffprobe` is the reason why there is none to compare with."""

    bench: Bench
    subjects: Subjects
    examiner: Examiner
    no_ffprobe: str | None

    def calls(self, work: Work) -> Measurement:
        return lambda: of_calls(work, self.bench.seconds(CALLS_S))

    def spawns(self, subject: Subject) -> Measurement:
        return lambda: of_ffprobe(subject, self.bench.count(FILES))

    def judgements(self, subject: Subject, count: int = FILES) -> Measurement:
        return lambda: of_judgements(self.examiner, subject, self.bench.count(count))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of goals, bounds that only the run itself can tell, and reasons why there is no figure."""

    measured: Mapping[str, float]
    bounds: Mapping[str, float] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def _film(means: Means) -> Outcome:
    film = means.subjects.film
    title, ratio = f"{film.title}: whole judgement", "mp4_structural_vs_ffprobe_ratio"
    if means.no_ffprobe:
        comparison = means.bench.side_by_side(title, judgement=means.judgements(film))
        return Outcome({"mp4_structural_cpu_ms": comparison.cpu_ms("judgement")}, refused={ratio: means.no_ffprobe})
    comparison = means.bench.side_by_side(title, judgement=means.judgements(film), ffprobe=means.spawns(film))
    wall = comparison.ratio("judgement", "ffprobe", lambda cost: cost.wall_s)
    means.bench.notes.append(f"{film.title}: {wall:.2f} times the wall of ffprobe")
    return Outcome(
        {ratio: comparison.ratio("judgement", "ffprobe"), "mp4_structural_cpu_ms": comparison.cpu_ms("judgement")}
    )


def _probes(means: Means) -> Outcome:
    if means.no_ffprobe:
        return Outcome({}, refused=dict.fromkeys(_PROBE_GOALS.values(), means.no_ffprobe))
    return Outcome({goal: _probe_ratio(means, getattr(means.subjects, name)) for name, goal in _PROBE_GOALS.items()})


def _probe_ratio(means: Means, subject: Subject) -> float:
    comparison = means.bench.side_by_side(
        f"{subject.title}: bare probe", probe=means.calls(probing(subject)), ffprobe=means.spawns(subject)
    )
    return comparison.ratio("probe", "ffprobe")


def _images(means: Means) -> Outcome:
    some = means.subjects
    ratios = [_image_ratio(means, subject) for subject in (some.jpeg, some.png, some.webp, some.gif)]
    return Outcome({"image_decode_vs_pillow_ratio": max(ratios)})


def _image_ratio(means: Means, subject: Subject) -> float:
    comparison = means.bench.side_by_side(
        f"{subject.title}: a child's work",
        judging=means.calls(judging(subject)),
        pillow=means.calls(bare_pillow(subject)),
    )
    return comparison.ratio("judging", "pillow")


def _sounds(means: Means) -> Outcome:
    some = means.subjects
    ratios = [_sound_ratio(means, subject) for subject in (some.mp3, some.m4a, some.wav)]
    # Up to 15 s the loudness of all of a sound is measured, which is not decoding: shown, and no goal.
    _sound_ratio(means, some.short_mp3)
    return Outcome({"audio_decode_vs_pyav_ratio": max(ratios)})


def _sound_ratio(means: Means, subject: Subject) -> float:
    comparison = means.bench.side_by_side(
        f"{subject.title}: a child's work",
        judging=means.calls(judging(subject)),
        pyav=means.calls(bare_pyav(subject)),
        unmeasured=means.calls(judging_unmeasured(subject)),
    )
    bare = comparison.ratio("unmeasured", "pyav")
    means.bench.notes.append(f"{subject.title}: {bare:.2f} times the CPU of bare PyAV if loudness is not measured")
    return comparison.ratio("judging", "pyav")


def _overhead(means: Means) -> Outcome:
    overheads = []
    for subject in (means.subjects.tiny_jpeg, means.subjects.tiny_wav):
        comparison = means.bench.side_by_side(
            f"{subject.title}: what surrounds the work",
            judgement=means.judgements(subject, TINY_FILES),
            work=means.calls(judging(subject)),
        )
        cpu_ms = comparison.cpu_ms("judgement") - comparison.cpu_ms("work")
        means.bench.notes.append(f"{subject.title}: fork, lock and answer take {cpu_ms:.1f} ms of CPU")
        overheads.append(comparison.wall_between_ms("judgement", "work"))
    return Outcome({"overhead_ms_per_file": max(overheads)})


def _throughput(means: Means) -> Outcome:
    photo, cores = means.subjects.jpeg, os.cpu_count() or 1
    seconds = means.bench.seconds(THROUGHPUT_S)
    print(f"  {photo.title}: files a second", file=sys.stderr, flush=True)
    contenders: dict[str, Callable[[], float]] = {
        "judged": lambda: judged_per_s(means.examiner, photo, cores, seconds),
        "decoded": lambda: decoded_per_s(photo, cores, seconds),
    }
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    foreign = []
    for number in range(means.bench.rounds):
        means.bench.wait_for_quiet()
        with Foreigners() as others:
            for name in list(contenders)[:: -1 if number % 2 else 1]:
                rates[name].append(contenders[name]())
        foreign.append(others.cores)
    judged, decoded = statistics.median(rates["judged"]), statistics.median(rates["decoded"])
    means.bench.notes.append(
        f"{photo.title}: {judged:.1f} judged a second by {cores} callers; {decoded:.1f} decoded by bare Pillow in "
        f"{cores} processes; others kept {statistics.median(foreign):.2f} cores busy"
    )
    floor = round(decoded / DECODES_PER_JUDGEMENT, 1)
    return Outcome({"verifications_per_s": judged}, bounds={"verifications_per_s": floor})


@dataclass(frozen=True, slots=True)
class Scenario:
    """Goals that are measured together."""

    goals: tuple[str, ...]
    measure: Callable[[Means], Outcome]


SCENARIOS = (
    Scenario(("mp4_structural_vs_ffprobe_ratio", "mp4_structural_cpu_ms"), _film),
    Scenario(tuple(_PROBE_GOALS.values()), _probes),
    Scenario(("image_decode_vs_pillow_ratio",), _images),
    Scenario(("audio_decode_vs_pyav_ratio",), _sounds),
    Scenario(("overhead_ms_per_file",), _overhead),
    Scenario(("verifications_per_s",), _throughput),
)
