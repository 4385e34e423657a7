"""Keys, mallets and basses: instruments whose notes are struck and die away."""

import numpy as np

from greenroom.studio.sound.blocks import RATE
from greenroom.studio.sound.music.theory import hertz
from greenroom.studio.sound.music.waves import Wave, damped, falling, modes, noise, plucked, softened

Played = Wave
"""One row for each channel, or none for a wave in the middle."""


def felt_piano(key: int, seconds: float, strength: float) -> Played:
    """An upright piano with felt on its hammers: two strings a note, a soft stroke, the dampers."""
    frames = round((min(seconds, 6.0) + 0.5) * RATE)
    hz, stiff = hertz(key), 2.2e-4 * 2 ** ((key - 48) / 18)
    long_s = 9.0 * 2 ** (-(key - 40) / 22)
    dull = 2.6 - 1.3 * strength
    partials = [
        (n * np.sqrt(1 + stiff * n * n), np.sin(np.pi * n / 8.2) / n**dull, long_s / (1 + 0.35 * n))
        for n in range(1, 13)
    ]
    left, right = (modes(hz * 2 ** (cents / 1200), partials, frames) for cents in (-1.1, 1.3))
    stroke = noise(3000, 80, 900, key) * falling(3000, 0.05) * 0.12
    both = np.stack([0.75 * left + 0.35 * right, 0.35 * left + 0.75 * right])
    both[:, : len(stroke)] += stroke
    return both * _damper(frames, seconds, 0.35) * np.float32(strength)


def electric_piano(key: int, seconds: float, strength: float) -> Played:
    """Tines: a round tone, a bell at the stroke, a slow tremolo from side to side."""
    frames = round((min(seconds, 5.0) + 0.4) * RATE)
    hz, long_s = hertz(key), 5.5 * 2 ** (-(key - 48) / 24)
    bark = 0.18 + 0.5 * strength**2
    partials = [(1.0, 1.0, long_s), (2.0, 0.42 * bark, long_s * 0.6), (3, 0.3 * bark, long_s * 0.35)]
    partials += [(4, 0.1 * bark, long_s * 0.25), (7.04, 0.16 * bark, 0.35), (13.9, 0.05 * bark, 0.16)]
    tone = modes(hz, partials, frames)
    sway = np.sin(2 * np.pi * 4.6 * np.arange(frames) / RATE + key).astype(np.float32) * np.float32(0.16)
    return np.stack([tone * (1 - sway), tone * (1 + sway)]) * _damper(frames, seconds, 0.2) * np.float32(strength)


def marimba(key: int, _seconds: float, strength: float) -> Played:
    """Rosewood bars, tuned 1 : 4 : 9.9, and the knock of the mallet."""
    frames = round(1.1 * RATE)
    short = 2 ** (-(key - 60) / 18)
    partials = [(1, 1.0, 1.1 * short), (3.98, 0.22 * strength, 0.3 * short), (9.9, 0.1 * strength, 0.1 * short)]
    knock = noise(frames, 300, 2500, key) * falling(frames, 0.025) * np.float32(0.3 * strength)
    return softened(modes(hertz(key), partials, frames) + knock) * np.float32(strength)


def kalimba(key: int, _seconds: float, strength: float) -> Played:
    """Steel tongues on a box."""
    frames = round(1.8 * RATE)
    partials = [(1, 1.0, 1.7), (2.0, 0.08, 0.8), (5.42, 0.2 * strength, 0.28), (11.2, 0.06 * strength, 0.1)]
    thumb = noise(frames, 200, 1200, key) * falling(frames, 0.04) * np.float32(0.2)
    return softened(modes(hertz(key), partials, frames) + thumb) * np.float32(strength)


def bell(key: int, _seconds: float, strength: float) -> Played:
    """A soft bell whose partials beat against each other."""
    frames = round(4.2 * RATE)
    partials = [
        (1, 1.0, 4.2),
        (1.003, 0.6, 3.8),
        (2.0, 0.35, 2.6),
        (3.01, 0.16, 1.6),
        (4.17, 0.1, 1.0),
        (5.4, 0.05, 0.6),
    ]
    wave = softened(modes(hertz(key), partials, frames), 0.006)
    late = np.roll(wave, 190)
    late[:190] = 0
    return np.stack([wave, late]) * np.float32(strength)


def finger_bass(key: int, seconds: float, strength: float) -> Played:
    """An electric bass, plucked by a finger over the pickup."""
    frames = round((min(seconds, 3.0) + 0.12) * RATE)
    hz = hertz(key)
    partials = [(n, np.sin(np.pi * n * 0.21) / n**1.25, 3.0 / (1 + 0.75 * n)) for n in range(1, 11)]
    tone = modes(hz, partials, frames) + 0.5 * damped(hz, 2.4, frames)
    finger = noise(1500, 60, 1100, key) * falling(1500, 0.03) * np.float32(0.12)
    tone[: len(finger)] += finger
    return softened(tone * _damper(frames, seconds, 0.09), 0.004) * np.float32(strength)


def synth_bass(key: int, seconds: float, strength: float) -> Played:
    """A saw through a filter that closes, and the sine below it."""
    frames = round((seconds + 0.1) * RATE)
    hz = hertz(key)
    partials = [(n, 0.8 / n, 2.2 / (1 + 0.16 * n * n * (1.25 - strength))) for n in range(1, 22)]
    tone = modes(hz, partials, frames) + np.float32(0.55) * damped(hz, 4.0, frames)
    return softened(np.tanh(1.2 * tone) * _damper(frames, seconds, 0.06), 0.003) * np.float32(strength)


def synth_pluck(key: int, _seconds: float, strength: float) -> Played:
    """Two detuned saws through a filter that closes at once, left and right."""
    frames = round(0.9 * RATE)
    partials = [(n, 1.0 / n, 0.75 / (1 + 0.11 * n * n * (1.3 - strength))) for n in range(1, 18)]
    sides = [modes(hertz(key) * 2 ** (cents / 1200), partials, frames) for cents in (-5.0, 5.5)]
    return np.stack([softened(side, 0.002) for side in sides]) * np.float32(strength)


def steel_guitar(key: int, seconds: float, strength: float) -> Played:
    """A steel-string guitar: the string, and the air and the top of its body."""
    return _guitar(key, seconds, strength, decay_s=4.5, brightness=0.45 + 0.35 * strength, position=0.16)


def nylon_guitar(key: int, seconds: float, strength: float) -> Played:
    """A classical guitar, played over the hole."""
    return _guitar(key, seconds, strength, decay_s=2.6, brightness=0.18 + 0.25 * strength, position=0.27)


def muted_guitar(key: int, _seconds: float, strength: float) -> Played:
    """An electric guitar under the palm."""
    frames = round(0.45 * RATE)
    wave = plucked(hertz(key), frames, decay_s=0.42, brightness=0.3 + 0.3 * strength, position=0.12, seed=key * 10 + 3)
    return softened(wave, 0.0008) * np.float32(strength)


def ukulele(key: int, seconds: float, strength: float) -> Played:
    """Short nylon strings on a small box."""
    return _guitar(key, seconds, strength, decay_s=1.1, brightness=0.3 + 0.25 * strength, position=0.33)


def pizzicato(key: int, _seconds: float, strength: float) -> Played:
    """A section of strings, plucked: three players who are not quite together."""
    frames = round(0.75 * RATE)
    whole = np.zeros((2, frames), np.float32)
    for player, (cents, late, side) in enumerate(((-4, 0, 0.3), (3, 260, 0.7), (1, 500, 0.5))):
        wave = plucked(
            hertz(key + cents / 100),
            frames,
            decay_s=0.65,
            brightness=0.12 + 0.2 * strength,
            position=0.2,
            seed=key * 10 + player,
        )
        wave = np.roll(wave, late)
        wave[:late] = 0
        whole += np.stack([wave * (1 - side), wave * side])
    return np.stack([softened(side) for side in whole]) * np.float32(strength)


def _guitar(key: int, seconds: float, strength: float, *, decay_s: float, brightness: float, position: float) -> Played:
    frames = round((min(seconds, 4.0) + 0.25) * RATE)
    hz = hertz(key)
    string_s = decay_s * 2 ** (-(key - 52) / 30)
    wave = plucked(hz, frames, decay_s=string_s, brightness=brightness, position=position, seed=key)
    body = modes(104.0, [(1, 0.09, 0.12), (1.98, 0.07, 0.08), (3.9, 0.04, 0.05)], min(frames, 9600))
    wave[: len(body)] += body
    return softened(wave * _damper(frames, seconds, 0.15), 0.0012) * np.float32(strength)


def _damper(frames: int, seconds: float, release_s: float) -> Wave:
    """1 until the key is let go, then down along half a cosine."""
    gone = (np.arange(frames) / RATE - seconds) / release_s
    return np.asarray((1 + np.cos(np.pi * np.clip(gone, 0, 1))) / 2, np.float32)
