"""Music under the voice: where it comes from, how it goes on, how it begins and ends."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from greenroom.studio.plan import Material
from greenroom.studio.sound.blocks import BLOCK, RATE, Channels, Stereo, cut
from greenroom.studio.sound.loudness import Meter
from greenroom.studio.sound.material import stereo

FADE_IN_S = 0.5
FADE_OUT_S = 2.0
_CROSSFADE_S = 1.0
_SHORTEST_FADE = RATE // 100
_FULL = np.float32(32767)
_AUDIBLE = 10 ** (-66 / 20)


@dataclass(frozen=True, slots=True)
class Bed:
    """
    Music, how loud it is to be (0 to 1), and whether it begins again at its end.

    `open` gives it from its start as pieces of stereo at RATE, as often as it is called. `seamless` says that its end
    leads into its beginning by itself.
    """

    open: Callable[[], Iterator[Channels]]
    volume: float
    loop: bool
    seamless: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What was measured of music: its loudness, and the frames between which there is something to hear."""

    lufs: float
    first: int
    last: int


def bed_of_file(material: Material, volume: float, *, loop: bool = True) -> Bed:
    """The music of a file, decoded as it is needed."""
    return Bed(lambda: stereo(material), volume, loop)


def bed_of_sound(sound: Stereo, volume: float, *, loop: bool = True) -> Bed:
    """
    Music that is there, such as a track of the house, whose end leads into its beginning.

    It is kept in 16 bits, which takes half the memory; what that adds is 98 dB below the loudest.
    """
    kept = np.rint(np.clip(sound, -1, 1) * _FULL).astype(np.int16)

    def pieces() -> Iterator[Channels]:
        for start in range(0, len(kept), BLOCK):
            yield np.ascontiguousarray(kept[start : start + BLOCK].T).astype(np.float32) / _FULL

    return Bed(pieces, volume, loop, seamless=True)


def heard(bed: Bed, frames: int) -> Heard:
    """Listen to as much of the music as a film of so many frames can play."""
    meter, first, last, at = Meter(), -1, 0, 0
    for piece in bed.open():
        meter.feed(piece)
        loud = np.flatnonzero(np.abs(piece).max(0) > _AUDIBLE)
        if len(loud):
            first = at + int(loud[0]) if first < 0 else first
            last = at + int(loud[-1]) + 1
        at += piece.shape[1]
        if at >= max(0, first) + frames + _CROSSFADE_S * RATE:
            break
    return Heard(meter.lufs(), 0, at) if bed.seamless or first < 0 else Heard(meter.lufs(), first, last)


def played(bed: Bed, music: Heard, frames: int) -> Iterator[Channels]:
    """The music for a film of so many frames, in blocks: looped or followed by silence, faded at both ends."""
    at = 0
    for block in cut(_endless(bed, music) if bed.loop else _once(bed, music), frames, 2):
        yield block * _fades(at, block.shape[1], frames)
        at += block.shape[1]


def _fades(first: int, count: int, frames: int) -> Channels:
    into, out_of = (max(1.0, min(fade_s * RATE, frames / 3)) for fade_s in (FADE_IN_S, FADE_OUT_S))
    if first > into and first + count < frames - out_of:
        return np.ones((1, 1), np.float32)
    at = np.arange(first, first + count) + 0.5
    share = np.clip(np.minimum(at / into, (frames - at) / out_of), 0, 1)
    return np.asarray((1 - np.cos(np.pi * share)) / 2, np.float32)[None]


def _audible(bed: Bed, music: Heard) -> Iterator[Channels]:
    """Once through, without the silence around it."""
    at = 0
    for piece in bed.open():
        start, end = max(0, music.first - at), min(piece.shape[1], music.last - at)
        at += piece.shape[1]
        if end > start:
            yield piece[:, start:end]
        if at >= music.last:
            return


def _once(bed: Bed, music: Heard) -> Iterator[Channels]:
    """Once through; a last hundredth of a second takes away what would click."""
    length = music.last - music.first
    fade = min(_SHORTEST_FADE, length)
    at = 0
    for piece in _audible(bed, music):
        left = length - (np.arange(at, at + piece.shape[1]) + 0.5)
        yield piece * np.asarray(np.clip(left / fade, 0, 1), np.float32)
        at += piece.shape[1]


def _endless(bed: Bed, music: Heard) -> Iterator[Channels]:
    """Again and again; each end is blended with the next beginning, or leads into it."""
    overlap = _overlap(bed, music)
    tail: Channels | None = None
    if 0 < music.last - music.first < BLOCK:
        tail = yield from _through(bed, music, overlap, tail)
        yield from _repeated(_through(bed, music, overlap, tail))
    while music.last > music.first:
        tail = yield from _through(bed, music, overlap, tail)


def _repeated(pieces: Iterator[Channels]) -> Iterator[Channels]:
    """
    Short pieces again and again, many at a time.

    From its second time on music is the same each time. To open the file of a moment of music thousands of times a
    second would take longer than all else that is done for a film.
    """
    once = np.concatenate(list(pieces), 1)
    many = np.tile(once, -(-BLOCK // once.shape[1]))
    while True:
        yield many


def _through(bed: Bed, music: Heard, overlap: int, tail: Channels | None) -> Generator[Channels, None, Channels]:
    """Once through but the last `overlap` frames, which are returned, going down; over those of the last time."""
    at, end = 0, music.last - music.first - overlap
    kept: list[Channels] = []
    for piece in _audible(bed, music):
        if tail is not None and at < overlap:
            piece = piece * _rising(at, piece.shape[1], overlap)
            both = min(piece.shape[1], overlap - at)
            piece[:, :both] += tail[:, at : at + both]
        before = min(max(0, end - at), piece.shape[1])
        yield piece[:, :before]
        kept.append(piece[:, before:])
        at += piece.shape[1]
    last = np.concatenate([*kept, np.zeros((2, 0), np.float32)], 1)
    return last * _rising(0, overlap, overlap)[::-1] if overlap else last


def _overlap(bed: Bed, music: Heard) -> int:
    return 0 if bed.seamless else min(int(_CROSSFADE_S * RATE), (music.last - music.first) // 4)


def _rising(first: int, count: int, overlap: int) -> NDArray[np.float32]:
    """A quarter of a sine: two sounds that know nothing of each other keep their power in a blend of it."""
    at = (np.arange(first, first + count) + 0.5) / max(1, overlap)
    return np.asarray(np.sin(np.pi / 2 * np.clip(at, 0, 1)), np.float32)
