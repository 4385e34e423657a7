"""
Where the packets of a film are, from the sample tables or by reading them all.

For MP4 and MOV the tables that FFmpeg has parsed are walked (a microsecond a sample) and only the last
packets are read; fragmented files and WebM are read packet by packet (seven microseconds each).
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

import math
import mmap
from array import array
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from greenroom.domain.media import Finding
from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook

_TAIL_PACKETS = 40  # more than any reordering of frames reaches back

PacketCheck: TypeAlias = "Callable[[Packet[Stream]], str | None]"


class Track:
    """What was seen of one stream's packets; times in units of its time base until `seconds` is asked."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.index = stream.index
        self.unit_s = float(stream.time_base or 0)
        self.times = array("q")
        self.keys: list[int] = []
        self.size_bytes = 0  # of all packets
        self.start: int | None = None
        self.end: int | None = None
        self.end_of_data_s: float | None = None  # where the file ends, when it ends too early

    @property
    def count(self) -> int:
        return len(self.times)

    def start_s(self) -> float:
        return 0.0 if self.start is None else self.start * self.unit_s

    def end_s(self) -> float:
        if self.end_of_data_s is not None:
            return self.end_of_data_s
        return 0.0 if self.end is None else self.end * self.unit_s

    def table_end_s(self) -> float:
        """The start of the last packet, whether its bytes are there or not."""
        return self.times[-1] * self.unit_s if self.times else 0.0

    def frame_rate(self) -> float | None:
        """Frames per second on average; None for a single frame, infinite if all are at one moment."""
        if self.count < 2:
            return None
        stretch_s = (max(self.times) - min(self.times)) * self.unit_s
        return (self.count - 1) / stretch_s if stretch_s > 0 else math.inf

    def has_variable_rate(self) -> bool:
        """Whether one step in fifty between frames is off the usual one by more than a quarter."""
        moments = sorted(self.times)
        steps = sorted(later - earlier for earlier, later in pairwise(moments))
        if len(steps) < 2:
            return False
        usual = steps[len(steps) // 2]
        # Containers round to milliseconds, which alone makes steps of 33 and 34.
        slack = max(usual / 4, 0.002 / self.unit_s)
        odd = sum(abs(step - usual) > slack for step in steps)
        return odd > max(1, len(steps) // 50)

    def saw(self, packet: Packet[Any]) -> None:
        """Widen the stretch from the first to the last moment by a packet's own."""
        moment = packet.pts
        if moment is None:
            moment = packet.dts
        if moment is None:
            return
        end = moment + (packet.duration or 0)
        if self.start is None or moment < self.start:
            self.start = moment
        if self.end is None or end > self.end:
            self.end = end


def read_tables(tracks: list[Track], data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> None:
    """Fill the tracks from the sample tables; where a sample lies outside the file, its time is kept."""
    for track in tracks:
        if len(track.stream.index_entries) > limits.max_packets:
            raise logbook.give_up(too_many_packets(track.index, limits))
        _read_table(track, len(data))


def find_end_of_data(track: Track, data: mmap.mmap, limits: ExamLimits, logbook: Logbook) -> None:
    """Keep the time of the first sample that lies outside the file, and nothing else of the sample table."""
    entries, file_bytes = track.stream.index_entries, len(data)
    if len(entries) > limits.max_packets:
        raise logbook.give_up(too_many_packets(track.index, limits))
    for entry in entries:
        if entry.pos + entry.size > file_bytes:
            track.end_of_data_s = max(0.0, entry.timestamp * track.unit_s)
            return


def _read_table(track: Track, file_bytes: int) -> None:
    times, keys = track.times, track.keys
    size_bytes, cut_at = 0, None
    for entry in track.stream.index_entries:  # a microsecond each: no attribute of ours is touched in here
        size, moment = entry.size, entry.timestamp
        size_bytes += size
        if cut_at is None:
            if entry.pos + size > file_bytes:
                cut_at = moment
            elif entry.is_keyframe:
                keys.append(moment)
        times.append(moment)
    track.size_bytes += size_bytes
    if cut_at is not None and track.end_of_data_s is None:
        track.end_of_data_s = max(0.0, cut_at * track.unit_s)
    if times:
        track.start, track.end = max(0, times[0]), times[-1]


def read_tail(container: InputContainer, tracks: list[Track]) -> None:
    """Read the last packets: they alone know when the last picture and the last sound end."""
    if any(track.end_of_data_s is not None for track in tracks):
        return
    starts = [track.times[-min(_TAIL_PACKETS, track.count)] * track.unit_s for track in tracks if track.count]
    if not starts:
        return
    container.seek(int(min(starts) * av.time_base), any_frame=True)
    by_index = {track.index: track for track in tracks}
    for packet in container.demux([track.stream for track in tracks]):
        if packet.size:
            by_index[packet.stream_index].saw(packet)


def read_packets(
    container: InputContainer,
    tracks: list[Track],
    limits: ExamLimits,
    logbook: Logbook,
    check: PacketCheck | None = None,
) -> None:
    """Fill the tracks by reading every packet; `check` gives a complaint about a picture's or None."""
    by_index = {track.index: track for track in tracks}
    count = 0
    try:
        for packet in container.demux([track.stream for track in tracks]):
            if not packet.size:
                continue
            count += 1
            if count > limits.max_packets:
                raise logbook.give_up(too_many_packets(packet.stream_index, limits))
            _take(packet, by_index[packet.stream_index], logbook, check)
    except av.FFmpegError as error:
        at_s = max((track.end_s() for track in tracks), default=0.0)
        logbook.damaged(finding("packets_unreadable", f"Reading stops at {at_s:.1f} s: {error.strerror}", at_s=at_s))


def _take(packet: Packet[Any], track: Track, logbook: Logbook, check: PacketCheck | None) -> None:
    track.saw(packet)
    moment = packet.pts if packet.pts is not None else packet.dts
    track.times.append(moment or 0)
    track.size_bytes += packet.size
    if packet.is_keyframe:
        track.keys.append(moment or 0)
    if packet.is_corrupt:
        logbook.damaged(_corrupt_packet(track, moment))
    elif check is not None and track.stream.type == "video" and (complaint := check(packet)):
        at_s = (moment or 0) * track.unit_s
        logbook.damaged(
            finding(
                "frame_header_damaged",
                f"The frame at {at_s:.2f} s is damaged: {complaint}",
                at_s=at_s,
                frame=track.count - 1,
                stream=track.index,
            )
        )


def _corrupt_packet(track: Track, moment: int | None) -> Finding:
    at_s = (moment or 0) * track.unit_s
    return finding(
        "packet_corrupt",
        f"The packet at {at_s:.2f} s of stream {track.index} is incomplete",
        at_s=at_s,
        frame=track.count - 1,
        stream=track.index,
    )


def too_many_packets(stream: int, limits: ExamLimits) -> Finding:
    return finding(
        "too_many_packets",
        f"The file has more than {limits.max_packets} packets",
        measured=f"more than {limits.max_packets} packets",
        allowed=f"{limits.max_packets} packets",
        stream=stream,
    )
