"""What instruments are made of: damped tones, plucked strings, choirs of tones, coloured noise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import RATE

Wave = NDArray[np.float32]
_STEP = 512
_HIGHEST_HZ = 17_000.0


def generator(*seeds: int) -> np.random.Generator:
    """Chance that is the same each time."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seeds)))


def damped(hz: float, decay_s: float, frames: int, phase: float = 0.0) -> Wave:
    """A sine that falls by 60 dB in `decay_s`."""
    turn = 2j * np.pi * hz / RATE - np.log(1000) / (decay_s * RATE)
    fine = np.exp(turn * np.arange(_STEP) + 1j * phase).astype(np.complex64)
    coarse = np.exp(turn * _STEP * np.arange(-(-frames // _STEP))).astype(np.complex64)
    return np.ascontiguousarray((coarse[:, None] * fine[None]).imag.ravel()[:frames])


def modes(hz: float, partials: Sequence[tuple[float, float, float]], frames: int) -> Wave:
    """Damped tones together: each by its ratio to the lowest, its level and its decay in seconds."""
    whole = np.zeros(frames, np.float32)
    for number, (ratio, level, decay_s) in enumerate(partials):
        if hz * ratio < _HIGHEST_HZ and level:
            whole += np.float32(level) * damped(hz * ratio, decay_s, frames, 0.4 * number)
    return whole


def plucked(hz: float, frames: int, *, decay_s: float, brightness: float, position: float, seed: int) -> Wave:
    """
    A plucked string: noise that runs round a delay line which dulls it (Karplus and Strong).

    The line is solved by frequency, so its length need not be whole samples and nothing is out of tune. `brightness`
    is 0 to 1; `position` where the string is plucked, in parts of its length.
    """
    size = 1 << max(12, (2 * frames - 1).bit_length())
    angle = 2 * np.pi * np.arange(size // 2 + 1) / size
    period = RATE / hz
    # Losses per round: the whole falls by 60 dB in `decay_s`, and what is high falls sooner.
    share = 0.05 + 0.45 * (1 - brightness)
    loss = np.exp(-np.log(1000) / (decay_s * hz)) * np.abs((1 - share) + share * np.exp(-1j * angle))
    line = 1 / (1 - loss * np.exp(-1j * angle * period))
    burst = np.zeros(size)
    length = max(2, round(period))
    burst[:length] = generator(seed, 7).uniform(-1, 1, length)
    burst[:length] -= burst[:length].mean()
    soft = 1 / (1 + (angle * RATE / (2 * np.pi) / (900 + 5200 * brightness)) ** 2)
    comb = 1 - np.exp(-1j * angle * period * position)
    wave = np.fft.irfft(np.fft.rfft(burst) * soft * comb * line, size)[:frames]
    return np.asarray(wave / (np.abs(wave).max() + 1e-9), np.float32)


def choir(
    hz: float, levels: Sequence[float], *, width_cents: float, seed: int, size: int = 1 << 17
) -> tuple[Wave, Wave]:
    """
    Many players of one note, left and right, that go round without a seam: each harmonic is a band of random phase.

    `levels` has the level of each harmonic; the bands are as wide as players differ.
    """
    bins = np.arange(size // 2 + 1)
    magnitude = np.zeros(size // 2 + 1)
    for number, level in enumerate(levels, 1):
        centre = hz * number
        if centre > _HIGHEST_HZ or not level:
            continue
        spread = max(0.6, centre * (2 ** (width_cents / 1200) - 1) * size / RATE)
        middle = centre * size / RATE
        low, high = max(1, int(middle - 5 * spread)), min(size // 2, int(middle + 5 * spread) + 2)
        magnitude[low:high] += level * np.exp(-0.5 * ((bins[low:high] - middle) / spread) ** 2) / np.sqrt(spread)
    chance = generator(seed, 11)
    sides = []
    for _side in range(2):
        wave = np.fft.irfft(magnitude * np.exp(2j * np.pi * chance.random(size // 2 + 1)), size)
        sides.append(np.asarray(wave / (np.sqrt(np.square(wave).mean()) + 1e-12) * 0.2, np.float32))
    return sides[0], sides[1]


def noise(frames: int, low_hz: float, high_hz: float, seed: int) -> Wave:
    """Noise between two frequencies, with soft shoulders, at a level of 0.3."""
    size = 1 << max(8, (frames - 1).bit_length())
    white = generator(seed, 13).standard_normal(size)
    hz = np.fft.rfftfreq(size, 1 / RATE) + 1e-3
    shape = 1 / (1 + (low_hz / hz) ** 4) / (1 + (hz / high_hz) ** 4)
    wave = np.fft.irfft(np.fft.rfft(white) * shape, size)[:frames]
    return np.asarray(0.3 * wave / (np.sqrt(np.square(wave).mean()) + 1e-9), np.float32)


def falling(frames: int, decay_s: float) -> Wave:
    """A curve that falls by 60 dB in `decay_s`."""
    return np.asarray(np.exp(np.arange(frames, dtype=np.float32) * np.float32(-np.log(1000) / (decay_s * RATE))))


def held(frames: int, *, attack_s: float, release_s: float, sustain_frames: int) -> Wave:
    """A curve that rises along half a cosine, stays for `sustain_frames` in all, and goes down the same way."""
    at = np.arange(frames) / RATE
    rise = np.clip(at / max(attack_s, 1e-3), 0, 1)
    fall = np.clip(1 - (at - sustain_frames / RATE) / max(release_s, 1e-3), 0, 1)
    return np.asarray((1 - np.cos(np.pi * np.minimum(rise, fall))) / 2, np.float32)


def softened(wave: Wave, rise_s: float = 0.001, fall_s: float = 0.012) -> Wave:
    """The wave without a step at either end."""
    rise, fall = min(len(wave), round(rise_s * RATE)), min(len(wave), round(fall_s * RATE))
    wave[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    wave[len(wave) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return wave


def turned(wave: Wave, frames: int, first: int) -> Wave:
    """So many frames of a wave that goes round, from one on."""
    return np.resize(np.roll(wave, -first), frames)
