"""Films as backgrounds: each frame of the video shows the picture of its time, in a loop or until the last is held."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from av.video.frame import VideoFrame

from greenroom.errors import NotProduced
from greenroom.studio.ground.cover import enlargement
from greenroom.studio.ground.developed import Development
from greenroom.studio.ground.look import Look
from greenroom.studio.ground.pictures import small
from greenroom.studio.ground.port import Kept
from greenroom.studio.ground.reel import Broken, Film
from greenroom.studio.plan import Material
from greenroom.studio.planes import Planes
from greenroom.studio.speech import Notice

_EARLY = Fraction(1, 5)
"""
By how much of a frame of the video a picture may come too early. Times in files are rounded, to milliseconds in
WebM, and those of phones tremble: without it a film of the video's own rate would show pictures twice and skip others.
"""
_AHEAD_S = 2
"""How far ahead something must lie for decoding anew from a key to cost less than decoding on."""
_SMALL = 2.0


class FilmBackdrop:
    """
    A film behind the avatar. At the end it begins again, or holds its last picture.

    `name` is what errors call it. Raises NotProduced for what cannot be decoded, though it was verified.
    """

    def __init__(
        self,
        material: Material,
        name: str,
        frame: tuple[int, int],
        frame_rate: int,
        focus: tuple[float, float],
        *,
        loop: bool,
        threads: int,
    ) -> None:
        self._name, self._rate, self._loop = name, frame_rate, loop
        try:
            self._film = Film(material, threads)
        except Broken as broken:
            raise self._broken(broken) from broken
        self._times = self._film.times
        self._development = Development(frame, self._film.pixel_aspect, self._film.look.turn, focus)
        self._kept = Kept(len(self._times.shown), frame)
        self._round = -1
        self._frames: Iterator[VideoFrame] = iter(())
        self._next: VideoFrame | None = None
        self._current: VideoFrame | None = None
        self._planes: tuple[int, Planes] | None = None
        self.warnings = _warnings(self._film.look, self._film.pixel_aspect, frame)

    def at(self, index: int) -> Planes:
        """The last picture that is not later than the frame, give or take a fifth of a frame."""
        round_, moment = self._moment(index)
        shown = self._times.earlier(moment, 0)
        if self._planes is None or self._planes[0] != shown:
            self._planes = shown, self._kept.get(shown, lambda _: self._made(round_, moment))
        return self._planes[1]

    @property
    def count(self) -> int:
        """How many frames of the video it lasts once."""
        return max(1, ceil(self._times.length * self._times.base * self._rate - Fraction(1, 1000)))

    def close(self) -> None:
        """Let go of the decoder."""
        self._frames, self._next, self._current = iter(()), None, None
        self._film.close()

    def _moment(self, index: int) -> tuple[int, int]:
        """Which time the film runs, and the moment of it, in its unit."""
        base, first, length = self._times.base, int(self._times.shown[0]), self._times.length
        ticks = Fraction(index, self._rate) / base
        early = _EARLY / self._rate / base
        if len(self._times.shown) == 1:
            return 0, first
        if not self._loop:
            return 0, first + min(int(ticks + early), length)
        round_, moment = divmod(ticks, length)
        return int(round_), first + int(moment + early)

    def _made(self, round_: int, moment: int) -> Planes:
        try:
            return self._development.planes(self._frame(round_, moment))
        except Broken as broken:
            raise self._broken(broken) from broken

    def _frame(self, round_: int, moment: int) -> VideoFrame:
        if self._must_begin_anew(round_, moment):
            self._frames = self._film.frames(moment)
            self._current, self._round = next(self._frames), round_
            self._next = next(self._frames, None)
        while self._next is not None and (self._next.pts or 0) <= moment:
            self._current, self._next = self._next, next(self._frames, None)
        assert self._current is not None
        return self._current

    def _must_begin_anew(self, round_: int, moment: int) -> bool:
        if self._current is None or round_ != self._round or moment < (self._current.pts or 0):
            return True
        newest = (self._next or self._current).pts or 0
        is_far = (moment - newest) * self._times.base > _AHEAD_S
        return is_far and self._times.key_before(moment) > newest

    def _broken(self, broken: Broken) -> NotProduced:
        return NotProduced(
            "background_broken",
            f"The background ({self._name}) cannot be decoded at {broken.at_s:.2f} s: {broken}. "
            "Upload the video again, or give another one.",
        )


def _warnings(look: Look, pixel_aspect: float, frame: tuple[int, int]) -> tuple[Notice, ...]:
    found = []
    shown = look.turn.stored_size((round(look.width * pixel_aspect), look.height))
    scale = enlargement(shown, frame)
    if scale > _SMALL:
        found.append(small(shown, frame, scale))
    if look.needs_table:
        found.append(Notice("background_tone_mapped", _TONE_MAPPED))
    return tuple(found)


_TONE_MAPPED = (
    "The background is in HDR or in a wide gamut. The video is in BT.709, so its brightest and most colourful parts "
    "are brought into what that can show."
)
