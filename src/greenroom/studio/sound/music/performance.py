"""A score played: every note put on a tape that goes round, then the room, the echo and the master."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import RATE, Channels, Stereo
from greenroom.studio.sound.limiter import Limiter
from greenroom.studio.sound.loudness import Meter
from greenroom.studio.sound.music.score import Part, Score
from greenroom.studio.sound.music.theory import Note
from greenroom.studio.sound.music.waves import Wave, generator

CEILING_DBTP = -2.0
_STRENGTHS = 10
_TAPE_LEVEL = 0.1
_WINDOW = 2400
_KEPT_BYTES = 24 * 1024 * 1024
_ROLL_S = 2.0
_MONO_BELOW_HZ = 120.0

Spectrum = NDArray[np.complex64]


def performed(score: Score, seed: int, lufs: float) -> Stereo:
    """The loop of a score at RATE, at a loudness in LUFS; its end leads into its beginning."""
    dry = np.zeros((2, score.frames), np.float32)
    room, echo = np.zeros(score.frames, np.float32), np.zeros(score.frames, np.float32)
    for number, part in enumerate(score.parts):
        tape = _played(part, score, generator(seed, number))
        dry += tape
        middle = tape.mean(0)
        room += np.float32(part.send) * middle
        if part.echo:
            echo += np.float32(part.echo) * middle
    del tape, middle
    spectra = _spectra(dry, room, echo, score)
    del dry, room, echo
    return _mastered(_sides(spectra, score), score.drive, lufs)


def _played(part: Part, score: Score, chance: np.random.Generator) -> Channels:
    """One part on its tape, at its level and place."""
    tape = np.zeros((2, score.frames), np.float32)
    waves: dict[tuple[int, int, int], Wave] = {}
    for note in part.notes:
        strength = min(1.0, max(0.1, note.strength * (1 + 0.06 * chance.standard_normal())))
        late = part.loose_s * float(np.clip(chance.standard_normal(), -2, 2))
        at = round(_swung(note, score) * score.frames_a_beat + late * RATE)
        kind = note.key, round(note.beats * 96), math.ceil(strength * _STRENGTHS)
        wave = waves.get(kind)
        if wave is None:
            seconds = note.beats * score.frames_a_beat / RATE
            wave = part.instrument(note.key, seconds, kind[2] / _STRENGTHS)
            if sum(one.nbytes for one in waves.values()) + wave.nbytes < _KEPT_BYTES:
                waves[kind] = wave
        _put(tape, wave, at)
    if part.pumped:
        tape *= _pump(score, part.pumped)
    return tape * _place(part, _level(tape))


def _swung(note: Note, score: Score) -> float:
    late = round(note.beat / score.grid, 6) % 2 == 1
    return note.beat + (score.swing * score.grid if late else 0.0)


def _put(tape: Channels, wave: Wave, at: int) -> None:
    """Add a note to a tape that goes round."""
    frames = tape.shape[1]
    both = wave if wave.ndim == 2 else wave[None]
    at %= frames
    done = 0
    while done < both.shape[1]:
        count = min(frames - at, both.shape[1] - done)
        tape[:, at : at + count] += both[:, done : done + count]
        done, at = done + count, 0


def _level(tape: Channels) -> float:
    """The level of a part while it plays: windows of a twentieth of a second, the quiet ones left out."""
    whole = tape.shape[1] // _WINDOW * _WINDOW
    power = np.einsum("ijk,ijk->j", *[tape[:, :whole].reshape(2, -1, _WINDOW)] * 2).astype(np.float64) / (2 * _WINDOW)
    heard = power[power > power.max(initial=0.0) / 1000]
    return float(np.sqrt(heard.mean())) if len(heard) else 1.0


def _place(part: Part, level: float) -> Channels:
    gain = 10 ** (part.level_db / 20) / max(level, 1e-9)
    angle = (part.pan + 1) * math.pi / 4
    return np.asarray([[gain * math.sqrt(2) * math.cos(angle)], [gain * math.sqrt(2) * math.sin(angle)]], np.float32)


def _pump(score: Score, depth: float) -> Wave:
    beat = np.arange(score.frames) % score.frames_a_beat / score.frames_a_beat
    return np.asarray(1 - depth * np.exp(-((beat / 0.28) ** 2)) * np.clip(beat / 0.01, 0, 1), np.float32)


def _spectra(dry: Channels, room: Wave, echo: Wave, score: Score) -> list[Spectrum]:
    """Both sides with all that is linear, by frequency, where a tape that goes round has no ends."""
    frames = score.frames
    hz = np.linspace(0, RATE / 2, frames // 2 + 1)
    sent, tone = np.fft.rfft(room), _curve(hz, _tone(score.air_db))
    echoes = _echoes(np.fft.rfft(echo).astype(np.complex64), hz, score) if echo.any() else None
    sides = []
    for side, walls in enumerate(_room(score.room_s)):
        spectrum = np.fft.rfft(dry[side])
        spectrum += sent * np.fft.rfft(walls, frames)
        if echoes is not None:
            spectrum += echoes[side]
        spectrum *= tone
        sides.append(spectrum.astype(np.complex64, copy=False))
    return sides


def _sides(spectra: list[Spectrum], score: Score) -> Channels:
    """The sound of both sides, whose basses are in the middle; the spectra are used up."""
    hz = np.linspace(0, RATE / 2, score.frames // 2 + 1, dtype=np.float32)
    across = spectra[0] - spectra[1]
    across *= 0.5 / (1 + (np.maximum(hz, 1) / _MONO_BELOW_HZ) ** -4)
    middle = spectra.pop(0)
    middle += spectra.pop()
    middle *= np.float32(0.5)
    mix = np.empty((2, score.frames), np.float32)
    mix[0] = np.fft.irfft(middle + across, score.frames)
    middle -= across
    del across
    mix[1] = np.fft.irfft(middle, score.frames)
    return mix


def _room(ring_s: float) -> Channels:
    """How a room answers: early walls, then noise that falls and dulls as it does."""
    frames = round((ring_s + 0.1) * RATE)
    at = np.arange(frames) / RATE
    sides = []
    for side in range(2):
        chance = generator(side, 41)
        tail = np.zeros(frames)
        for low_hz, high_hz, share in ((150, 700, 1.0), (700, 2600, 0.8), (2600, 8000, 0.42)):
            white = np.fft.rfft(chance.standard_normal(frames))
            band = np.fft.rfftfreq(frames, 1 / RATE)
            white *= 1 / (1 + (low_hz / np.maximum(band, 1)) ** 4) / (1 + (band / high_hz) ** 4)
            tail += np.fft.irfft(white, frames) * np.exp(-at * math.log(1000) / (ring_s * share))
        tail *= np.clip((at - 0.012) / 0.02, 0, 1)
        tail *= 1 / np.sqrt(np.square(tail).sum())
        for late_s, level in ((0.011, 0.34), (0.019, -0.27), (0.029, 0.2), (0.043, -0.14)):
            tail[round((late_s + 0.0023 * side) * RATE)] += level
        sides.append(tail.astype(np.float32))
    return np.stack(sides)


def _echoes(sent: Spectrum, hz: NDArray[np.float64], score: Score) -> tuple[Spectrum, Spectrum]:
    """Echoes that go from left to right, each duller and quieter than the last."""
    grid = _grid()
    duller = 0.52 / (1 + (grid / 2600) ** 2) / (1 + (180 / grid) ** 2)
    once = _turns(len(hz), score.echo_beats * score.frames_a_beat / score.frames) * _curve(hz, duller)
    left = sent * once / (1 - once * once)
    return left, left * once


def _turns(count: int, step: float) -> Spectrum:
    """The phase of a delay at each frequency; `step` is the delay in parts of the tape."""
    wide = 1024
    fine = np.exp(-2j * np.pi * step * np.arange(wide)).astype(np.complex64)
    coarse = np.exp(-2j * np.pi * step * wide * np.arange(-(-count // wide))).astype(np.complex64)
    return np.asarray((coarse[:, None] * fine[None]).ravel()[:count])


def _grid() -> NDArray[np.float64]:
    """Frequencies that are close enough for the curves of equalisers."""
    return np.geomspace(1, RATE / 2, 1500)


def _curve(hz: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(np.interp(hz, _grid(), levels), np.float32)


def _tone(air_db: float) -> NDArray[np.float64]:
    """The master's equaliser: no rumble, a little less where consonants are, air."""
    hz = _grid()
    low = 1 / (1 + (28 / hz) ** 6)
    voice_db = -3.0 * np.exp(-0.5 * (np.log2(hz / 2300) / 0.8) ** 2)
    mud_db = -1.5 * np.exp(-0.5 * (np.log2(hz / 280) / 0.6) ** 2)
    air = air_db / (1 + (6000 / hz) ** 2)
    high = 1 / (1 + (hz / 17_000) ** 8)
    return np.asarray(low * high * 10 ** ((voice_db + mud_db + air) / 20))


def _mastered(mix: Channels, drive: float, lufs: float) -> Stereo:
    """Tape and limiter, at the loudness of all tracks."""
    pushed = np.float32(1 + 2.5 * drive)
    power = sum(float(np.square(mix[:, at : at + RATE]).sum()) for at in range(0, mix.shape[1], RATE)) / mix.size
    mix *= np.float32(_TAPE_LEVEL) * pushed / np.float32(math.sqrt(power))
    taped = np.tanh(mix, out=mix)
    taped *= np.float32(10 ** ((lufs - _lufs(taped)) / 20))
    limited, at = np.empty((mix.shape[1], 2), np.float32), 0
    roll = min(round(_ROLL_S * RATE), mix.shape[1])
    for block in Limiter(10 ** (CEILING_DBTP / 20)).through(_round(taped, roll)):
        first, last = max(0, roll - at), min(block.shape[1], roll + len(limited) - at)
        if first < last:
            limited[at + first - roll : at + last - roll] = block[:, first:last].T
        at += block.shape[1]
    return limited


def _round(loop: Channels, roll: int) -> Iterator[Channels]:
    """Once round in blocks, after its end and before its beginning: a limiter is at the seam as it is anywhere."""
    for part in (loop[:, -roll:], loop, loop[:, :roll]):
        for start in range(0, part.shape[1], RATE):
            yield part[:, start : start + RATE]


def _lufs(mix: Channels) -> float:
    meter = Meter()
    for start in range(0, mix.shape[1], RATE):
        meter.feed(mix[:, start : start + RATE])
    return meter.lufs()
