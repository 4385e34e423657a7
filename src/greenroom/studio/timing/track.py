"""
The viseme track: sounds of speech and their times in, the mouth at 100 Hz out.

Key poses stand at the sounds' times, a little before them, as lips do; they run into each other (Hann windows, lips
slower than jaw), and what the eye insists on, lips that meet for p, b and m and teeth on the lip for f and v, is
put back after that, however short the sound was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.speech import CHANNELS, MOUTH_HZ, Mouth, Phone, Sound
from greenroom.studio.timing.letters import REST, Kind, Part, parts

LEAD_S = 0.040
"""Lips are in place this long before the sound is heard."""
PAUSE_S = 0.14
"""A shorter silence, as before a plosive, does not bring the mouth to rest."""

_WINDOWS_S = (0.070, 0.140, 0.100, 0.060, 0.060, 0.080)  # of smoothing, by channel
_CLOSING_S = 0.20  # of a mouth that comes to rest
_CORE_S = 0.040  # the shortest closure: longer than one frame of film, so that one frame shows it
_FLANK_S, _JAW_FLANK_S, _SHORTEST_FLANK_S = 0.055, 0.065, 0.025
_SHUT, _JAW_EASE_S = 0.85, 0.070  # how far a closure closes the jaw, and how softly
_FINE = 5  # rows that are averaged into one, so that edges between rows count
_JAW, _WIDE, _UPPER, _PRESS, _TUCK, _TONGUE = range(len(CHANNELS))

Array = NDArray[np.float64]


@dataclass(slots=True)
class _Segment:
    """A part of a sound with the pose to be reached; `part` is None at rest."""

    start: float
    end: float
    part: Part | None
    pose: Array


def mouth(phones: Sequence[Phone], duration_s: float, sound: Sound | None = None, rate: int = 0) -> Mouth:
    """
    The mouth that speaks these sounds, for `duration_s` seconds.

    With the sound itself, the jaw falls further where it is louder.
    """
    rows = max(1, round(duration_s * MOUTH_HZ))
    segments = _segments(_whole(phones, duration_s))
    _emphasise(segments, sound, rate)
    _coarticulate(segments)
    track = _smoothed(_drawn(segments, rows))
    _enforce(track, segments)
    return np.ascontiguousarray(np.clip(track, (0, -1, 0, 0, 0, 0), 1).astype(np.float32))


def opening(track: Mouth) -> NDArray[np.float32]:
    """How far lips are apart, 0 to 1: a jaw that has fallen behind pressed lips opens nothing."""
    return np.asarray(track[:, _JAW] * (1 - np.clip(track[:, _PRESS], 0, 1)), np.float32)


def _whole(phones: Sequence[Phone], duration_s: float) -> list[Phone]:
    """Sounds in order, without overlaps, with the silences between them; short silences belong to what follows."""
    whole: list[Phone] = []
    at = 0.0
    for phone in sorted(phones, key=lambda one: one.start_s):
        start, end = max(at, phone.start_s), min(duration_s, phone.end_s)
        if end - start < 1e-6 or not parts(phone.ipa):
            continue
        if start - at >= PAUSE_S or (not whole and start > 0):
            whole.append(Phone("", at, start))
        elif whole:
            # In the short silence before a plosive lips are on their way; before a vowel they change half-way.
            early = at if parts(phone.ipa)[0].kind is not Kind.VOWEL else (at + start) / 2
            whole[-1] = Phone(whole[-1].ipa, whole[-1].start_s, early, whole[-1].stressed)
            start = early
        whole.append(Phone(phone.ipa, start, end, phone.stressed))
        at = end
    if duration_s > at:
        whole.append(Phone("", at, duration_s))
    return whole


def _segments(phones: Sequence[Phone]) -> list[_Segment]:
    found: list[_Segment] = []
    for phone in phones:
        of_phone = parts(phone.ipa)
        if not of_phone:
            found.append(_Segment(phone.start_s, phone.end_s, None, np.array(REST)))
            continue
        edges = phone.start_s + (phone.end_s - phone.start_s) * _shares(of_phone)
        for part, start, end in zip(of_phone, edges[:-1], edges[1:], strict=True):
            pose = np.array(part.shape)
            if part.kind is Kind.VOWEL:
                pose[_JAW] *= 1.05 if phone.stressed else 0.90
            found.append(_Segment(float(start), float(end), part, pose))
    return found


def _shares(of_phone: Sequence[Part]) -> Array:
    """Where the parts of a sound begin and end, 0 to 1; the first vowel of a diphthong is the longer one."""
    weights = np.array([1.25 if i == 0 and part.kind is Kind.VOWEL else 1.0 for i, part in enumerate(of_phone)])
    return np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])


def _emphasise(segments: Sequence[_Segment], sound: Sound | None, rate: int) -> None:
    """Let the jaw follow loudness, against the loud parts of this speech."""
    vowels = [one for one in segments if one.part is not None and one.part.kind is Kind.VOWEL]
    if sound is None or not rate or not vowels:
        return
    levels = np.array([_level(sound[int(one.start * rate) : int(one.end * rate) + 1]) for one in vowels])
    loud = float(np.percentile(levels, 85))
    for one, level in zip(vowels, levels, strict=True):
        one.pose[_JAW] *= 0.70 + 0.32 * float(np.clip(1 + (level - loud) / 24, 0, 1.1))


def _level(sound: Sound) -> float:
    power = float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0
    return 10 * float(np.log10(power + 1e-8))


def _coarticulate(segments: Sequence[_Segment]) -> None:
    """Let sounds made inside the mouth take the lips of the vowels beside them, more of the next than of the last."""
    poses = [one.pose.copy() for one in segments]
    for index, one in enumerate(segments):
        if one.part is None or one.part.kind is Kind.VOWEL:
            continue
        before, after = _vowel(segments, index, -1), _vowel(segments, index, 1)
        beside = [(w, poses[i]) for w, i in ((0.35, before), (0.65, after)) if i is not None]
        if not beside:
            continue
        around = sum((w * pose for w, pose in beside), np.zeros(len(CHANNELS))) / sum(w for w, _ in beside)
        one.pose[_WIDE] += (1 - one.part.own) * (around[_WIDE] - one.pose[_WIDE])
        if one.part.kind is Kind.FREE:
            # The jaw falls less for a consonant than for the vowels around it.
            jaw = 0.55 * around[_JAW]
            one.pose[_JAW] += (1 - one.part.own) * (jaw - one.pose[_JAW]) * 0.8


def _vowel(segments: Sequence[_Segment], index: int, step: int) -> int | None:
    """The next vowel in a direction, at most four sounds away and not behind a pause."""
    for i in range(index + step, index + 5 * step, step):
        if not 0 <= i < len(segments) or segments[i].part is None:
            return None
        part = segments[i].part
        if part is not None and part.kind is Kind.VOWEL:
            return i
    return None


def _drawn(segments: Sequence[_Segment], rows: int) -> Array:
    """Key poses as steps, rows averaged over their time."""
    fine = np.tile(np.array(REST), (rows * _FINE, 1))
    hz = MOUTH_HZ * _FINE
    for index, one in enumerate(segments):
        before = segments[index - 1] if index else None
        # Lips come before the sound, but they do not close before the last one has ended.
        start = one.start - (LEAD_S if one.part is not None else 0)
        following = segments[index + 1].part if index + 1 < len(segments) else None
        end = one.end - (LEAD_S if one.part is None or following is not None else 0)
        # A row stands for the time around its instant.
        a, b = (min(max(round((t + 0.5 / MOUTH_HZ) * hz), 0), len(fine)) for t in (start, end))
        if b <= a:
            continue
        fine[a:b] = one.pose
        if one.part is None and before is not None:
            # A mouth comes to rest slowly; it does not snap shut.
            left = np.exp(-np.arange(b - a) / hz / (_CLOSING_S / 3))[:, None]
            fine[a:b] = one.pose * (1 - left) + _released(before) * left
    return np.asarray(fine.reshape(rows, _FINE, len(CHANNELS)).mean(1))


def _released(last: _Segment) -> Array:
    """What is left of a sound's pose when the voice has gone."""
    pose = last.pose * 0.55
    pose[_TUCK] = 0.0
    return np.asarray(pose)


def _smoothed(track: Array) -> Array:
    return np.stack([_hann(track[:, channel], window_s) for channel, window_s in enumerate(_WINDOWS_S)], 1)


def _hann(channel: Array, window_s: float) -> Array:
    kernel = np.hanning(round(window_s * MOUTH_HZ) + 2)[1:-1]
    half = len(kernel) // 2
    padded = np.pad(channel, (half, len(kernel) - 1 - half), "edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), "valid"))


def _enforce(track: Array, segments: list[_Segment]) -> None:
    """Close the lips for p, b, m and bring the lip to the teeth for f, v, whatever smoothing has left of that."""
    press, tuck, shut = np.zeros(len(track)), np.zeros(len(track)), np.zeros(len(track))
    for index, one in enumerate(segments):
        if one.part is None or one.part.kind not in (Kind.CLOSURE, Kind.TEETH):
            continue
        # The jaw is heavier than the lips: it is on its way for longer.
        low, high, bump = _bump(segments, index, len(track), _JAW_FLANK_S)
        shut[low:high] = np.maximum(shut[low:high], bump * (1.0 if one.part.kind is Kind.CLOSURE else 0.9))
        low, high, bump = _bump(segments, index, len(track), _FLANK_S)
        target, strength = (press, 1.0) if one.part.kind is Kind.CLOSURE else (tuck, one.part.shape[_TUCK])
        target[low:high] = np.maximum(target[low:high], bump * strength)
    track[:, _PRESS] = np.maximum(track[:, _PRESS] * (1 - tuck), press)
    track[:, _TUCK] = np.maximum(track[:, _TUCK], tuck) * (1 - press)
    # Lips meet while the jaw still hangs a little: it has no time to close, and must not rattle.
    track[:, _JAW] = _hann(track[:, _JAW] * (1 - _SHUT * shut) + 0.10 * tuck * (1 - press), _JAW_EASE_S)
    track[:, _UPPER] *= 1 - press


def _bump(segments: list[_Segment], index: int, rows: int, flank: float) -> tuple[int, int, Array]:
    """How much of a closure each row from a first to a last has: 1 in its core, falling to 0 like a cosine."""
    one = segments[index]
    kind = one.part.kind if one.part is not None else None
    centre = (one.start + one.end) / 2 - LEAD_S
    core = max(_CORE_S, one.end - one.start - 0.03) / 2
    for other in segments[max(0, index - 1) : index] + segments[index + 1 : index + 2]:
        apart = abs((other.start + other.end) / 2 - LEAD_S - centre)
        if other.part is None or other.part.kind == kind:
            continue
        if other.part.kind in (Kind.CLOSURE, Kind.TEETH):
            # Both have to be seen: neither reaches the other's middle.
            core, flank = min(core, 0.4 * apart), min(flank, 0.5 * apart)
        else:
            # A short vowel between two closures still opens.
            flank = min(flank, max(_SHORTEST_FLANK_S, apart - core))
    low, high = max(0, int((centre - core - flank) * MOUTH_HZ)), min(rows, int((centre + core + flank) * MOUTH_HZ) + 2)
    away = np.abs(np.arange(low, max(low, high)) / MOUTH_HZ - centre) - core
    return low, max(low, high), 0.5 + 0.5 * np.cos(np.pi * np.clip(away / max(flank, 1e-3), 0, 1))
