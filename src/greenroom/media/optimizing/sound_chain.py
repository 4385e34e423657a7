"""Sound on its way from decoder to encoder: one rate and layout, gaps filled, at the loudness that is wanted."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import av
from av.audio.frame import AudioFrame
from av.packet import Packet

from greenroom.media.optimizing.filter_chain import Chain, Step

_SILENCE_LUFS = -69.0
_PEAK_RATE_HZ = 192_000  # a limiter sees the peaks between samples only at a higher rate
_LIMITER_MARGIN_DB = 0.3
_NEAR_ENOUGH_LU = 0.3
MOST_GAIN_DB = 40.0
MEASURED_S = 0.4
"""A block of R 128: what is shorter has no loudness."""


class Loudness(NamedTuple):
    """Integrated loudness and true peak by EBU R128; None for silence, and for less than MEASURED_S."""

    lufs: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True)
class Leveling:
    """By how much sound is raised, and where its peaks are caught; no limit where none can reach it."""

    gain_db: float = 0.0
    limit_dbtp: float | None = None

    def steps(self, sample_rate_hz: int) -> list[Step]:
        """The filters that do it."""
        if self.gain_db == 0 and self.limit_dbtp is None:
            return []
        steps = [("volume", f"{self.gain_db:.3f}dB:precision=float")]
        if self.limit_dbtp is not None:
            limit = 10 ** ((self.limit_dbtp - _LIMITER_MARGIN_DB) / 20)
            steps.append(("aresample", str(_PEAK_RATE_HZ)))
            steps.append(("alimiter", f"limit={limit:.5f}:level=disabled:attack=5:release=60:latency=1"))
            steps.append(("aresample", str(sample_rate_hz)))
        return steps


def leveling(before: Loudness, target_lufs: float, true_peak_dbtp: float) -> Leveling:
    """The gain to the target; with a limiter if peaks would go through the ceiling."""
    if before.lufs is None or before.true_peak_dbtp is None:
        return Leveling()
    gain_db = min(MOST_GAIN_DB, target_lufs - before.lufs)
    limited = before.true_peak_dbtp + gain_db > true_peak_dbtp
    return Leveling(gain_db, true_peak_dbtp if limited else None)


def corrected(leveling_: Leveling, reached: Loudness, target_lufs: float) -> Leveling | None:
    """More gain where the limiter took some away; None when it is near enough."""
    missing = 0.0 if reached.lufs is None else target_lufs - reached.lufs
    if abs(missing) <= _NEAR_ENOUGH_LU or leveling_.gain_db + missing > MOST_GAIN_DB:
        return None
    return Leveling(leveling_.gain_db + missing, leveling_.limit_dbtp)


class SoundChain:
    """
    Turns whatever a decoder gives into frames of one rate and layout that begin at zero.

    What is missing between two frames becomes silence, so the sound stays with the picture. A stream may change
    its rate half-way: then the filters are made anew.
    """

    def __init__(self, sample_rate_hz: int, layout: str, zero_s: float, leveling_: Leveling, after: list[Step]) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._layout = layout
        self._zero_s = zero_s
        self._leveling = leveling_
        self._after = after
        self._chain: Chain | None = None
        self._shape: tuple[Any, ...] = ()
        self._end_s = 0.0

    def through(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """The frames that are complete when `frame` is added."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            yield from self.rest()
            self._chain = self._made(frame)
            self._shape = shape
        assert self._chain is not None
        at_s = self._end_s if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        frame.time_base = Fraction(1, frame.sample_rate)
        frame.pts = round((at_s - self._zero_s) * frame.sample_rate)
        self._end_s = at_s + frame.samples / frame.sample_rate
        yield from _sounds(self._chain.through(frame))

    def rest(self) -> Iterator[AudioFrame]:
        """What is still inside."""
        if self._chain is not None:
            yield from _sounds(self._chain.rest())
            self._chain = None

    def _made(self, frame: AudioFrame) -> Chain:
        rate = frame.sample_rate
        source = f"time_base=1/{rate}:sample_rate={rate}:sample_fmt={frame.format.name}"
        start = ":first_pts=0" if not self._shape else ""
        steps = [
            ("aresample", f"{self._sample_rate_hz}:async=1{start}"),
            ("aformat", f"sample_fmts=fltp:channel_layouts={self._layout}"),
            *self._leveling.steps(self._sample_rate_hz),
            ("aformat", f"sample_fmts=fltp:sample_rates={self._sample_rate_hz}:channel_layouts={self._layout}"),
            *self._after,
        ]
        return Chain(("abuffer", f"{source}:channel_layout={_layout_of(frame)}"), steps)


class Meter:
    """Measures loudness as sound goes by."""

    STEPS: tuple[Step, ...] = (("ebur128", "metadata=1:peak=true"),)

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def took(self, frame: AudioFrame) -> None:
        """Read what the filter wrote on a frame."""
        if "lavfi.r128.I" in frame.metadata:
            self._seen = dict(frame.metadata)

    def loudness(self) -> Loudness:
        """What was measured until now."""
        lufs = float(self._seen.get("lavfi.r128.I", "nan"))
        peak = float(self._seen.get("lavfi.r128.true_peak", "nan"))
        if not (math.isfinite(lufs) and lufs > _SILENCE_LUFS and peak > 0):
            return Loudness(None, None)
        return Loudness(round(lufs, 2), round(20 * math.log10(peak), 2))


def decoded_sound(packet: Packet[Any]) -> tuple[list[AudioFrame], bool]:
    """The frames of a packet, and whether any was lost."""
    try:
        frames: list[Any] = packet.decode()
    except av.FFmpegError:
        return [], True
    return [frame for frame in frames if isinstance(frame, AudioFrame)], False


def _layout_of(frame: AudioFrame) -> str:
    """The layout as the filters take it; a number of channels where it has no name."""
    name = frame.layout.name
    return f"{frame.layout.nb_channels}c" if "channels" in name and "(" not in name else name


def _sounds(frames: Iterator[Any]) -> Iterator[AudioFrame]:
    for frame in frames:
        assert isinstance(frame, AudioFrame)
        yield frame
