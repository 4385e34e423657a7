"""Drums and small percussion: each stroke by its strength; the key chooses among what one plays of it."""

import numpy as np

from greenroom.studio.sound.blocks import RATE
from greenroom.studio.sound.music.waves import Wave, damped, falling, generator, modes, noise, softened


def kick(_key: int, _seconds: float, strength: float) -> Wave:
    """A bass drum: a tone that falls to 48 Hz, and the beater."""
    return _drum(0.42, 48, 150, 0.028, 0.30, strength, click=0.35)


def soft_kick(_key: int, _seconds: float, strength: float) -> Wave:
    """A bass drum with a cushion in it."""
    return _drum(0.36, 52, 70, 0.03, 0.24, strength, click=0.12)


def snare(_key: int, _seconds: float, strength: float) -> Wave:
    """Two modes of the skin, and the wires."""
    frames = round(0.32 * RATE)
    skin = modes(182, [(1, 0.7, 0.16), (1.72, 0.35, 0.1)], frames)
    wires = noise(frames, 1400, 9500, 1) * falling(frames, 0.22)
    return softened(skin * 0.8 + wires * np.float32(0.9)) * np.float32(strength)


def brushed_snare(_key: int, _seconds: float, strength: float) -> Wave:
    """A snare with the sticks wrapped, tape worn: short and dull."""
    frames = round(0.26 * RATE)
    skin = modes(168, [(1, 0.6, 0.14), (1.6, 0.2, 0.08)], frames)
    wires = noise(frames, 900, 5200, 2) * falling(frames, 0.16)
    return softened(skin + wires * np.float32(0.55), 0.002) * np.float32(strength)


def clap(_key: int, _seconds: float, strength: float) -> Wave:
    """Hands: three that are early, and the room."""
    frames = round(0.3 * RATE)
    sides = []
    for side in (0, 1):
        wave = noise(frames, 850, 4800, 5 + side)
        shape = np.zeros(frames, np.float32)
        for late in (0, 430 + 60 * side, 900 - 50 * side):
            shape[late:] = np.maximum(shape[late:], 0.7 * falling(frames - late, 0.035))
        shape[1150:] = np.maximum(shape[1150:], falling(frames - 1150, 0.2))
        sides.append(softened(wave * shape))
    return np.stack(sides) * np.float32(strength)


def snap(_key: int, _seconds: float, strength: float) -> Wave:
    """Fingers."""
    frames = round(0.16 * RATE)
    return softened(noise(frames, 1500, 4200, 9) * falling(frames, 0.09)) * np.float32(strength)


def hat(key: int, _seconds: float, strength: float) -> Wave:
    """A closed hi-hat; open, where the key is 62."""
    decay_s = 0.3 if key == 62 else 0.055 + 0.03 * strength
    frames = round((decay_s + 0.03) * RATE)
    metal = sum((np.sign(damped(hz, 50.0, frames)) for hz in (3171, 4379, 5423, 6791)), np.zeros(frames, np.float32))
    hiss = noise(frames, 7500, 14500, 3)
    spectrum = np.fft.rfft(metal)
    spectrum[np.fft.rfftfreq(frames, 1 / RATE) < 6800] = 0
    ring = np.fft.irfft(spectrum, frames).astype(np.float32) * np.float32(0.05)
    return softened((hiss + ring) * falling(frames, decay_s)) * np.float32(strength)


def shaker(key: int, _seconds: float, strength: float) -> Wave:
    """Seeds that are thrown forth and back."""
    frames = round(0.11 * RATE)
    at = np.linspace(0, 1, frames)
    shape = (np.sin(np.pi * at) ** 2 * (1.3 - at)).astype(np.float32)
    return noise(frames, 4200, 11_000, 17 + key % 3) * shape * np.float32(strength)


def rim(_key: int, _seconds: float, strength: float) -> Wave:
    """A stick across the rim."""
    frames = round(0.12 * RATE)
    return softened(modes(820, [(1, 0.8, 0.05), (2.1, 0.5, 0.035), (3.4, 0.25, 0.02)], frames)) * np.float32(strength)


def woodblock(key: int, _seconds: float, strength: float) -> Wave:
    """Two blocks, high and low (key above or below 60)."""
    frames = round(0.16 * RATE)
    hz = 980 if key >= 60 else 740
    return softened(modes(hz, [(1, 0.9, 0.09), (2.7, 0.25, 0.04)], frames)) * np.float32(strength)


def big_drum(_key: int, _seconds: float, strength: float) -> Wave:
    """A large drum, struck with felt in a hall."""
    frames = round(1.5 * RATE)
    skin = modes(58, [(1, 1.0, 1.2), (1.59, 0.45, 0.6), (2.14, 0.28, 0.4), (2.65, 0.16, 0.3)], frames)
    felt = noise(frames, 60, 700, 21) * falling(frames, 0.12)
    return softened(skin + felt * np.float32(0.6), 0.003) * np.float32(strength)


def tick(_key: int, _seconds: float, strength: float) -> Wave:
    """A muted stick, as clocks of news rooms have."""
    frames = round(0.05 * RATE)
    body = modes(1900, [(1, 0.4, 0.03), (2.3, 0.3, 0.02)], frames) + noise(frames, 5000, 12_000, 23) * falling(
        frames, 0.03
    )
    return softened(body) * np.float32(strength)


def swell(_key: int, seconds: float, strength: float) -> Wave:
    """A cymbal that is rolled up to the next bar."""
    frames = round(seconds * RATE)
    rise = (np.linspace(0, 1, frames) ** 3).astype(np.float32)
    sides = [noise(frames, 3500, 11_500, seed) for seed in (31, 32)]
    return np.stack([softened(side * rise, 0.01, 0.05) for side in sides]) * np.float32(strength)


def _drum(
    length_s: float, hz: float, above_hz: float, fall_s: float, decay_s: float, strength: float, *, click: float
) -> Wave:
    frames = round(length_s * RATE)
    at = np.arange(frames) / RATE
    phase = 2 * np.pi * (hz * at + above_hz * fall_s * (1 - np.exp(-at / fall_s)))
    tone = np.sin(phase).astype(np.float32) * falling(frames, decay_s)
    beater = noise(frames, 800, 5000, 29) * falling(frames, 0.012) * np.float32(click)
    return softened(np.tanh(1.4 * tone) + beater) * np.float32(strength)


def rain(key: int, seconds: float, strength: float) -> Wave:
    """Rain on a pane, near: a hiss, and drops; each key falls otherwise."""
    frames = round((seconds + 0.5) * RATE)
    chance = generator(key, 37)
    sides = []
    for side in range(2):
        wave = noise(frames, 900, 6000, key * 2 + side) * np.float32(0.4)
        for at in chance.integers(0, frames - 900, round(9 * seconds)):
            drop = modes(float(chance.uniform(1400, 3800)), [(1, 1.0, 0.018)], 900)
            wave[at : at + 900] += drop * np.float32(chance.uniform(0.3, 1.0))
        sides.append(softened(wave, 0.25, 0.25))
    return np.stack(sides) * np.float32(strength)
