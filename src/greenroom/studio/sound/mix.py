"""The sound of a film: voice and music at the loudness of publishing, in blocks, in little memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound import bed as beds
from greenroom.studio.sound import voice as voices
from greenroom.studio.sound.bed import Bed, Heard
from greenroom.studio.sound.blocks import RATE, Channels, Stereo, frames_of
from greenroom.studio.sound.ducking import ducking, gains, phrases
from greenroom.studio.sound.limiter import Limiter
from greenroom.studio.sound.loudness import MOMENT, SILENCE_LUFS, Meter
from greenroom.studio.sound.voice import Voice
from greenroom.studio.speech import Notice, Sound

TARGET_LUFS = -16.0
TOLERANCE_LU = 1.0
CEILING_DBTP = -2.0
"""Where peaks are caught. Coding with loss moves them by up to a decibel, and the film is to stay under -1."""
SILENT_PEAK_DB = -120.0
_MOST_GAIN_DB = 40.0
_NEAR_ENOUGH_LU = 0.3
_ATTEMPTS = 4
_MUCH_LIMITING_DB = 12.0
_MUCH_CLIPPING = 0.001
_EDGE_FADE = RATE * 2 // 1000


@dataclass(frozen=True, slots=True)
class Mixed:
    """
    The sound of a film: `frames` frames of stereo at RATE, the first at time 0.

    `loudness_lufs` is integrated (SILENCE_LUFS for silence), `true_peak_db` that between samples; `notices` say what
    is not as it should be.
    """

    frames: int
    loudness_lufs: float
    true_peak_db: float
    notices: tuple[Notice, ...]
    _recipe: _Recipe

    def blocks(self) -> Iterator[Stereo]:
        """The sound from its start in pieces of a second; the same bits each time."""
        for block in self._recipe.limited(Limiter(_magnitude(CEILING_DBTP))):
            yield np.ascontiguousarray(np.broadcast_to(block, (2, block.shape[1])).T)


def mixed(voice: Sound, rate: int, bed: Bed | None, duration_s: float) -> Mixed:
    """
    A voice with music under it, or without, as long as the film; listens to all of it before it returns.

    The whole is at TARGET_LUFS where that is possible, else a notice says what kept it from that. Raises NotProduced
    where the music cannot be decoded.
    """
    frames = frames_of(duration_s)
    measured = voices.measured(voice, rate, frames)
    recipe, notices = _composed(measured, bed, frames)
    recipe, meter, limiter = _levelled(recipe, _most_gain_db(measured) - recipe.voice_db)
    lufs = meter.lufs()
    notices += _afterwards(lufs, limiter) if lufs > SILENCE_LUFS else ()
    peak = 20 * math.log10(limiter.peak) if limiter.peak > 0 else SILENT_PEAK_DB
    return Mixed(frames, round(lufs, 2), round(max(peak, SILENT_PEAK_DB), 2), notices, recipe)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """All that a mix is made of. Gains in decibels; `ducked_db` that of the music at each hundredth of a second."""

    frames: int
    voice: Voice
    voice_db: float
    bed: Bed | None = None
    music: Heard = field(default=Heard(SILENCE_LUFS, 0, 0))
    music_db: float = 0.0
    ducked_db: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    gain_db: float = 0.0

    @property
    def channels(self) -> int:
        """In how many channels it is reckoned: one for a voice alone, which is the same on both sides."""
        return 1 if self.bed is None else 2

    def with_gain(self, gain_db: float) -> _Recipe:
        return replace(self, gain_db=gain_db)

    def limited(self, limiter: Limiter) -> Iterator[Channels]:
        return limiter.through(self._summed())

    def _summed(self) -> Iterator[Channels]:
        at, gain = 0, np.float32(_magnitude(self.voice_db + self.gain_db))
        music = self._music()
        for block in voices.played(self.voice, self.frames):
            frames = block.shape[1]
            whole = block * gain * _edges(at, frames, self.frames)
            if music is not None:
                factors = gains(self.ducked_db + (self.music_db + self.gain_db), at, frames)
                whole = whole + next(music) * factors
            yield whole
            at += frames

    def _music(self) -> Iterator[Channels] | None:
        return None if self.bed is None else beds.played(self.bed, self.music, self.frames)


def _composed(voice: Voice, bed: Bed | None, frames: int) -> tuple[_Recipe, tuple[Notice, ...]]:
    """The mix before its gain, with the voice at the target and the music below it by its volume."""
    is_silent = voice.lufs <= SILENCE_LUFS
    voice_db = 0.0 if is_silent else min(_MOST_GAIN_DB, TARGET_LUFS - voice.lufs)
    plain = _Recipe(frames, voice, voice_db)
    notices = _about(voice, voice_db)
    if bed is None or bed.volume <= 0 or not frames:
        return plain, notices
    music = beds.heard(bed, frames)
    if music.lufs <= SILENCE_LUFS:
        text = "The music is silent: nothing in it is louder than -70 LUFS. Use other music."
        return plain, (*notices, Notice("music_silent", text))
    music_db = min(_MOST_GAIN_DB, TARGET_LUFS - music.lufs) + 20 * math.log10(min(bed.volume, 1.0))
    curve = ducking([] if is_silent else phrases(voice.moments, voice.lufs), frames // MOMENT + 2)
    return _Recipe(frames, voice, voice_db, bed, music, music_db, curve), notices


def _levelled(recipe: _Recipe, most_db: float) -> tuple[_Recipe, Meter, Limiter]:
    """The mix with the gain that brings it to the target; a limiter takes some away, so it is tried."""
    for attempt in range(_ATTEMPTS):
        # What is reckoned once is heard on both loudspeakers.
        meter = Meter(recipe.channels, heard_on=2 // recipe.channels)
        limiter = Limiter(_magnitude(CEILING_DBTP))
        for block in recipe.limited(limiter):
            meter.feed(block)
        missing = TARGET_LUFS - meter.lufs()
        gain_db = min(recipe.gain_db + missing, most_db)
        near = abs(gain_db - recipe.gain_db) <= _NEAR_ENOUGH_LU
        if near or meter.lufs() <= SILENCE_LUFS or attempt == _ATTEMPTS - 1:
            break
        recipe = recipe.with_gain(gain_db)
    return recipe, meter, limiter


def _most_gain_db(voice: Voice) -> float:
    """What may be raised of the voice: noise comes up with it."""
    return _MOST_GAIN_DB if voice.lufs > SILENCE_LUFS else 2 * _MOST_GAIN_DB


def _about(voice: Voice, voice_db: float) -> tuple[Notice, ...]:
    if voice.lufs <= SILENCE_LUFS:
        return (Notice("voice_silent", "The voice is silent: nothing in it is louder than -70 LUFS."),)
    notices = []
    if voice_db >= _MOST_GAIN_DB:
        text = (
            f"The voice is at {voice.lufs:.1f} LUFS; it was raised by {_MOST_GAIN_DB:g} dB, and more would raise its "
            f"noise to be heard. Record it louder: at least {TARGET_LUFS - _MOST_GAIN_DB:g} LUFS."
        )
        notices.append(Notice("voice_too_quiet", text))
    if voice.clipped_share > _MUCH_CLIPPING:
        text = (
            f"{voice.clipped_share:.1%} of the voice's samples are cut off at its highest level, which sounds harsh "
            f"and cannot be undone; good recordings have less than {_MUCH_CLIPPING:.1%}. Record it with less gain."
        )
        notices.append(Notice("voice_clipped", text))
    return tuple(notices)


def _afterwards(lufs: float, limiter: Limiter) -> tuple[Notice, ...]:
    notices = []
    if abs(lufs - TARGET_LUFS) > TOLERANCE_LU:
        text = (
            f"The sound of the video is at {lufs:.1f} LUFS instead of {TARGET_LUFS:g}: what was given allows no more. "
            "Use louder audio with fewer single peaks."
        )
        notices.append(Notice("loudness_missed", text))
    if limiter.deepest_db > _MUCH_LIMITING_DB:
        text = (
            f"The loudest peaks had to be lowered by {limiter.deepest_db:.1f} dB; up to {_MUCH_LIMITING_DB:g} dB is "
            "not heard as a change. Remove bangs and claps from the audio."
        )
        notices.append(Notice("peaks_limited", text))
    return tuple(notices)


def _edges(first: int, count: int, frames: int) -> NDArray[np.float32]:
    """A film that begins or ends within a wave would click."""
    at = np.arange(first, first + count) + 0.5
    fade = max(1, min(_EDGE_FADE, frames // 4))
    return np.asarray(np.clip(np.minimum(at, frames - at) / fade, 0, 1), np.float32)


def _magnitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))
