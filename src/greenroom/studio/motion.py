"""
Motion: from the timing of a speech to a pose for every frame.

Blinks, gaze, head, brows, breath, smile and gestures are laid out over the whole speech at once, from its beats and a
seed, and kept as curves; a frame is read off them. So rendering may begin at any frame, and the same seed gives the
same film.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.beats import Accent, Beats, Phrase, beats, pauses
from greenroom.studio.gestures import Gesture, gestures
from greenroom.studio.pose import Pose
from greenroom.studio.speech import MOUTH_HZ, Sound, Timing

Array = NDArray[np.float64]

_TAIL_S = 4.0  # curves go on for this long after the end, so that nothing aims at the last frame
_CLOSE_S, _SHUT_S, _OPEN_S = 0.10, 0.03, 0.18  # of a blink
_SACCADE_S = 0.09
_LOOK_OF_TURN = 1.9  # how far eyes turn back, in units of gaze, for a radian of the head


class Motion(Sequence[Pose]):
    """The poses of a film, frame by frame."""

    def __init__(self, curves: dict[str, Array], mouth: Array, names: Sequence[str], frame_rate: float) -> None:
        self._curves, self._mouth, self._names, self._frame_rate = curves, mouth, names, frame_rate

    def __len__(self) -> int:
        return len(self._mouth)

    @overload
    def __getitem__(self, index: int) -> Pose: ...
    @overload
    def __getitem__(self, index: slice) -> "Sequence[Pose]": ...
    def __getitem__(self, index: int | slice) -> Pose | Sequence[Pose]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        at = {name: round(float(curve[i]), 6) for name, curve in self._curves.items()}
        jaw, wide, upper, press, tuck, tongue = (round(float(v), 6) for v in self._mouth[i])
        return Pose(
            mouth=(jaw, wide, upper, press, tuck, tongue),
            blink=at["blink"],
            gaze=(at["gaze_x"], at["gaze_y"]),
            brow=at["brow"],
            smile=at["smile"],
            head=(at["turn"], at["nod"], at["tilt"]),
            breath=at["breath"],
            gesture=self._names[i],
            reach=at["reach"],
            at_s=i / self._frame_rate,
        )


def poses(
    timing: Timing,
    sound: Sound,
    rate: int,
    frame_rate: float,
    seed: int,
    *,
    script: str = "",
    duration_s: float | None = None,
) -> Motion:
    """
    A pose for each frame of a speech, or of `duration_s` seconds, at rest after it.

    `script` is read for punctuation, where the words do not carry it.
    """
    length_s = len(sound) / rate if duration_s is None else duration_s
    times = np.arange(max(1, int(np.ceil(length_s * frame_rate - 1e-6)))) / frame_rate
    heard = beats(timing, sound, rate, script)
    rng = np.random.default_rng(seed)
    stage = _Stage(times, length_s, heard, pauses(heard.phrases, length_s))
    curves = _head(stage, rng)
    curves |= _gaze(stage, rng, curves["turn"], curves["nod"])
    curves |= {"blink": _blinks(stage, rng, curves), "brow": _brow(stage, rng), "smile": _smile(stage)}
    curves["breath"] = _breath(stage, rng)
    made = gestures(heard, length_s, rng)
    curves["reach"] = _reach(stage, made)
    del curves["aside"]
    return Motion(curves, _mouth(timing, times), _names(times, made), frame_rate)


def mouths(timing: Timing, frames: int, frame_rate: float) -> list[tuple[float, ...]]:
    """The mouth alone in each of so many frames: the channels of `speech.Mouth`."""
    rows = _mouth(timing, np.arange(frames) / frame_rate)
    return [tuple(round(float(value), 6) for value in row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Stage:
    """What all curves are drawn by."""

    times: Array
    length_s: float
    beats: Beats
    pauses: list[tuple[float, float]]


def _mouth(timing: Timing, times: Array) -> Array:
    rows = np.arange(len(timing.mouth)) / MOUTH_HZ
    columns = [np.interp(times, rows, channel) for channel in timing.mouth.T]
    return np.stack(columns, 1)


# Curves


def ease(x: Array) -> Array:
    """From 0 to 1 with no jerk at either end."""
    x = np.clip(x, 0, 1)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x * x))


def _pulse(times: Array, at: float, rise_s: float, fall_s: float, hold_s: float = 0.0) -> Array:
    """Up to 1 at a time, and down again."""
    return np.minimum(ease((times - at + rise_s) / rise_s), 1 - ease((times - at - hold_s) / fall_s))


def _steps(times: Array, moves: Iterable[tuple[float, float, float]], first: float = 0.0) -> Array:
    """A value that goes to another one from a time on, within a time; moves may overlap."""
    value = np.full(len(times), first)
    last = first
    for at, to, within_s in moves:
        value += (to - last) * ease((times - at) / within_s)
        last = to
    return value


def _drift(times: Array, rng: np.random.Generator, every_s: float) -> Array:
    """Smooth chance between -1 and 1: random values, Catmull-Rom between them."""
    knots = rng.uniform(-1, 1, int(times[-1] / every_s) + 5)
    at = times / every_s
    i = at.astype(int)
    f = at - i
    a, b, c, d = (knots[i + k] for k in range(4))
    return np.asarray(b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a))))


def _head(stage: _Stage, rng: np.random.Generator) -> dict[str, Array]:
    """Sway that never stops, another bearing for each phrase, nods on accents, a tilt for questions."""
    t = stage.times
    talk = _talking(stage)
    turn = 0.035 * _drift(t, rng, 1.9) * (0.6 + 0.4 * talk) + 0.02 * _drift(t, rng, 0.9) * talk
    nod = 0.018 * _drift(t, rng, 1.6) * (0.6 + 0.4 * talk)
    tilt = 0.022 * _drift(t, rng, 2.3)
    bearings = [
        (max(0.0, one.start_s - 0.2), *rng.uniform((-0.075, -0.03), (0.075, 0.03))) for one in stage.beats.phrases
    ]
    last = max((one.end_s for one in stage.beats.phrases), default=0.0)
    turn += _steps(t, [*((at, to, 0.7) for at, to, _ in bearings), (last + 0.1, 0.0, 0.9)])
    tilt += _steps(t, [*((at, to, 0.8) for at, _, to in bearings), (last + 0.1, 0.0, 0.9)])
    for accent in stage.beats.accents:
        deep = accent.strength * float(rng.uniform(0.035, 0.06))
        nod += deep * _pulse(t, accent.at_s + 0.03, 0.2, 0.38)
        # A nod is prepared by lifting the head a little.
        nod -= 0.3 * deep * _pulse(t, accent.at_s - 0.22, 0.16, 0.2)
    for one in _questions(stage.beats.phrases):
        side = 1.0 if rng.random() < 0.5 else -1.0
        start = max(one.start_s, one.end_s - 0.9)
        tilt += side * 0.085 * _pulse(t, start + 0.5, 0.5, 0.6, max(0.0, one.end_s + 0.35 - start - 0.5))
        nod -= 0.03 * _pulse(t, one.end_s, 0.4, 0.5, 0.2)
    return {"turn": turn, "nod": nod, "tilt": tilt}


def _questions(phrases: Iterable[Phrase]) -> list[Phrase]:
    return [one for one in phrases if one.asks]


def _talking(stage: _Stage) -> Array:
    """1 while somebody speaks, 0 in pauses, softly."""
    moves = [move for one in stage.beats.phrases for move in ((one.start_s - 0.3, 1.0, 0.5), (one.end_s, 0.0, 0.6))]
    return np.clip(_steps(stage.times, moves), 0, 1)


def _gaze(stage: _Stage, rng: np.random.Generator, turn: Array, nod: Array) -> dict[str, Array]:
    """
    To the camera, with small saccades; aside for a moment where a thought begins, and back before it ends.

    Eyes stay on what they look at while the head moves. `aside` is how far they look away.
    """
    small: list[tuple[float, float, float]] = []
    at = 0.4
    while at < stage.length_s + _TAIL_S:
        small.append((at, *rng.uniform((-0.05, -0.03), (0.05, 0.03))))
        at += float(rng.uniform(0.5, 1.6))
    away: list[tuple[float, float, float]] = []
    free = 1.2
    for one in _thoughts(stage):
        if one[0] < free or rng.random() > 0.5:
            continue
        side = 1.0 if rng.random() < 0.5 else -1.0
        x, y = side * float(rng.uniform(0.28, 0.5)), float(rng.choice([-0.22, 0.12, 0.3]))
        until = one[0] + float(rng.uniform(0.5, min(1.3, max(0.6, one[1]))))
        if until + 0.3 < stage.length_s:
            away += [(one[0], x, y), (until, 0.0, 0.0)]
            free = until + float(rng.uniform(1.8, 4.0))
    t = stage.times
    look_x, look_y = (
        _steps(t, [(m[0], m[axis], _SACCADE_S) for m in small]) + _steps(t, [(m[0], m[axis], _SACCADE_S) for m in away])
        for axis in (1, 2)
    )
    aside = _steps(t, [(m[0], abs(m[1]), _SACCADE_S) for m in away])
    # The eyes turn back first where the head is far, and no further than they can.
    gaze_x, gaze_y = look_x - _LOOK_OF_TURN * turn, look_y + _LOOK_OF_TURN * nod
    return {"gaze_x": np.clip(gaze_x, -0.9, 0.9), "gaze_y": np.clip(gaze_y, -0.8, 0.8), "aside": aside}


def _thoughts(stage: _Stage) -> list[tuple[float, float]]:
    """Where one might look aside, and for how long at most: starts of phrases, and now and then in long pauses."""
    found = [(one.start_s + 0.05, 0.6 * (one.end_s - one.start_s)) for one in stage.beats.phrases]
    for start, end in stage.pauses:
        found += [(at, 1.2) for at in np.arange(start + 1.5, end - 1.8, 3.1).tolist()]
    return sorted(found)


def _blinks(stage: _Stage, rng: np.random.Generator, curves: dict[str, Array]) -> Array:
    """Every few seconds, rather in pauses and with the eyes' larger moves, and sometimes twice; none at either end."""
    moved = stage.times[np.flatnonzero(np.diff(curves["aside"], append=0.0) > 0.06)]
    likely = sorted([start + 0.08 for start, _ in stage.pauses] + [float(at) - 0.02 for at in moved])
    chosen: list[float] = []
    at = float(rng.uniform(0.8, 2.4))
    while at < stage.length_s + _TAIL_S:
        # A blink that is nearly due waits for, or hurries to, a moment at which it is not missed.
        near = [one for one in likely if at - 1.4 < one < at + 0.7 and one - (chosen[-1] if chosen else -9) > 0.9]
        if near and rng.random() < 0.75:
            at = near[-1]
        chosen.append(at)
        if rng.random() < 0.13:
            chosen.append(at + float(rng.uniform(0.38, 0.48)))
        at = chosen[-1] + 1.3 + min(4.0, float(rng.gamma(2.0, 1.1)))
    curve = np.zeros(len(stage.times))
    # The frame at which players stop has open eyes: what would not be over by then is left out.
    for one in (one for one in chosen if one + _CLOSE_S + _SHUT_S + _OPEN_S <= stage.times[-1]):
        curve = np.maximum(curve, _pulse(stage.times, one + _CLOSE_S, _CLOSE_S, _OPEN_S, _SHUT_S))
    return curve


def _brow(stage: _Stage, rng: np.random.Generator) -> Array:
    t = stage.times
    brow = 0.06 * _drift(t, rng, 2.7) + 0.02
    for accent in stage.beats.accents:
        if accent.strength > 0.55:
            brow += 0.42 * (accent.strength - 0.2) * _pulse(t, accent.at_s, 0.16, 0.45, 0.08)
    for one in stage.beats.phrases:
        brow += 0.12 * _pulse(t, one.start_s + 0.1, 0.3, 0.6)
    for one in _questions(stage.beats.phrases):
        brow += 0.4 * _pulse(t, max(one.start_s, one.end_s - 0.4), 0.4, 0.6, 0.6)
    # Soft at its end: a sum of lifts does not run into a wall.
    return np.asarray(np.tanh(brow * 1.1) / 1.1)


def _smile(stage: _Stage) -> Array:
    """A little in speech, more in pauses, most before the first word and after the last."""
    t = stage.times
    moves: list[tuple[float, float, float]] = []
    for one in stage.beats.phrases:
        before = [pause for pause in stage.pauses if abs(pause[1] - one.start_s) < 1e-6]
        if before or not moves:
            moves.append((max(0.0, one.start_s - 0.25), 0.24 + 0.08 * one.calls, 0.5))
        after = [pause for pause in stage.pauses if abs(pause[0] - one.end_s) < 1e-6]
        if after and after[0][1] - after[0][0] > 0.35:
            moves.append((one.end_s - 0.05, 0.42, 0.55))
    if stage.beats.phrases:
        moves.append((stage.beats.phrases[-1].end_s + 0.05, 0.62, 0.8))
    return np.clip(_steps(t, sorted(moves), 0.5), 0, 1)


def _breath(stage: _Stage, rng: np.random.Generator) -> Array:
    """In before a phrase and out through it; slow and even while nobody speaks."""
    keys: list[tuple[float, float]] = [(0.0, float(rng.uniform(-0.3, 0.3)))]
    end = stage.length_s + _TAIL_S
    for start, stop in [*_breaths(stage), (max((p.end_s for p in stage.beats.phrases), default=0.0), end)]:
        out = max(start, keys[-1][0] + 0.6)
        keys.append((out, -0.7))
        # A quiet breath is four seconds long; it ends in time for the one that is needed for speech.
        while stop - keys[-1][0] > 4.4:
            keys += [(keys[-1][0] + 1.7, 0.35), (keys[-1][0] + 4.0, -0.4)]
        if stop < end:
            keys.append((max(stop, keys[-1][0] + 0.5), 0.85))
    at, to = (np.array(column) for column in zip(*keys, strict=True))
    moves = [(at[i], float(to[i + 1]), float(at[i + 1] - at[i])) for i in range(len(at) - 1)]
    return _steps(stage.times, moves, float(to[0]))


def _breaths(stage: _Stage) -> list[tuple[float, float]]:
    """From when to when there is time to breathe in, seldom twice in two seconds: between sentences and in pauses."""
    found: list[tuple[float, float]] = []
    for one, following in pairwise(stage.beats.phrases):
        if one.ends_sentence or following.start_s - one.end_s >= 0.35:
            start = min(one.end_s, following.start_s - 0.5)
            if start - (found[-1][1] if found else 0.0) > 1.5:
                found.append((start, following.start_s))
    return found


def _reach(stage: _Stage, made: Sequence[Gesture]) -> Array:
    reach = np.zeros(len(stage.times))
    for one in made:
        there = _pulse(stage.times, one.start_s + one.rise_s, one.rise_s, one.fall_s, one.hold_s)
        for accent in _within(stage.beats.accents, one):
            # Hands that are out beat with what is stressed.
            there = there - 0.13 * accent.strength * there * _pulse(stage.times, accent.at_s - 0.12, 0.2, 0.22)
        reach += there
    return np.clip(reach, 0, 1)


def _within(accents: Iterable[Accent], one: Gesture) -> list[Accent]:
    low, high = one.start_s + one.rise_s + 0.35, one.start_s + one.rise_s + one.hold_s
    return [accent for accent in accents if low < accent.at_s < high]


def _names(times: Array, made: Sequence[Gesture]) -> list[str]:
    names = [""] * len(times)
    for one in made:
        for index in np.flatnonzero((times >= one.start_s) & (times <= one.end_s)):
            names[int(index)] = one.name
    return names
