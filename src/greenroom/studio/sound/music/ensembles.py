"""Pads, strings, brass and voices: instruments that hold their notes."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from greenroom.studio.sound.blocks import RATE
from greenroom.studio.sound.music.theory import hertz
from greenroom.studio.sound.music.waves import Wave, choir, falling, held, noise, turned

_KEPT = 24
_HARMONICS = 28


def warm_pad(key: int, seconds: float, strength: float) -> Wave:
    """An analogue pad with its filter nearly shut; it opens a little while it is held."""
    dark, light = _pair(key, 14.0, 2.1, 1.35)
    return _held(key, seconds, strength, dark, light, attack_s=0.9, release_s=1.3, opening=0.45)


def air_pad(key: int, seconds: float, strength: float) -> Wave:
    """A wide, soft pad without an edge."""
    dark, light = _pair(key, 26.0, 2.8, 1.9)
    return _held(key, seconds, strength, dark, light, attack_s=1.8, release_s=2.4, opening=0.7)


def strings(key: int, seconds: float, strength: float) -> Wave:
    """A section that bows long notes."""
    dark, light = _pair(key, 11.0, 1.7, 1.0)
    return _held(key, seconds, strength, dark, light, attack_s=0.32, release_s=0.5, opening=0.25 + 0.4 * strength)


def spiccato(key: int, _seconds: float, strength: float) -> Wave:
    """A section whose bows bounce."""
    dark, light = _pair(key, 9.0, 1.6, 1.0)
    frames = round(0.5 * RATE)
    first = key * 977 % (1 << 16)
    shape = falling(frames, 0.42) * held(frames, attack_s=0.014, release_s=0.2, sustain_frames=round(0.3 * RATE))
    bow = noise(frames, 900, 5000, key) * falling(frames, 0.06) * np.float32(0.05)
    rows = [
        (turned(one, frames, first) * 0.5 + turned(two, frames, first) * strength * 0.5) * shape + bow
        for one, two in zip(dark, light, strict=True)
    ]
    return np.stack(rows) * np.float32(2 * strength)


def brass(key: int, seconds: float, strength: float) -> Wave:
    """Horns, a little behind the beat, brighter in the middle of the note."""
    dark, light = _pair(key, 7.0, 1.9, 0.85)
    return _held(key, seconds, strength, dark, light, attack_s=0.12, release_s=0.35, opening=0.8 * strength)


def whistle(key: int, seconds: float, strength: float) -> Wave:
    """A flute-like lead with breath in it."""
    dark, light = _pair(key, 5.0, 3.0, 2.4)
    wave = _held(key, seconds, strength, dark, light, attack_s=0.07, release_s=0.16, opening=0.6)
    breath = noise(wave.shape[1], hertz(key) * 0.9, hertz(key) * 2.4, key) * np.abs(wave).max(0) * np.float32(0.22)
    return np.asarray(wave + breath)


def _held(
    key: int,
    seconds: float,
    strength: float,
    dark: tuple[Wave, Wave],
    light: tuple[Wave, Wave],
    *,
    attack_s: float,
    release_s: float,
    opening: float,
) -> Wave:
    frames = round((seconds + release_s) * RATE)
    shape = held(frames, attack_s=attack_s, release_s=release_s, sustain_frames=round(seconds * RATE))
    open_ = np.sin(np.linspace(0, np.pi, frames, dtype=np.float32)) * np.float32(opening)
    first = key * 977 % (1 << 16)
    rows = [
        (turned(one, frames, first) * (1 - open_) + turned(two, frames, first) * open_) * shape
        for one, two in zip(dark, light, strict=True)
    ]
    return np.stack(rows) * np.float32(strength)


def _pair(key: int, width_cents: float, dull: float, bright: float) -> tuple[tuple[Wave, Wave], tuple[Wave, Wave]]:
    return _players(key, width_cents, dull), _players(key, width_cents, bright)


@lru_cache(maxsize=_KEPT)
def _players(key: int, width_cents: float, slope: float) -> tuple[Wave, Wave]:
    """A note of an ensemble whose harmonics fall with their number to the power of `slope`."""
    hz = hertz(key)
    return choir(hz, _levels(hz, slope), width_cents=width_cents, seed=key)


def _levels(hz: float, slope: float) -> Sequence[float]:
    """Harmonics, softer above 4 kHz, where speech has its consonants."""
    return [float(n**-slope / (1 + (hz * n / 4200) ** 3)) for n in range(1, _HARMONICS)]
