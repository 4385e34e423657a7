"""
Decoding pictures and sound to see whether they decode; what comes out is thrown away.

FFmpeg's strict mode also stops at oddities that every player shows without loss, such as a supplemental
message that it does not understand. H.264 that it refuses is therefore decoded again in the ordinary
mode, which marks each frame that really lacks something; the other decoders do not mark frames, so there
the strict mode has the last word.
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import process_time

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import FINDINGS_KEPT, Logbook
from greenroom.media.picture_meter import PictureMeter
from greenroom.media.sound_meter import SoundMeter
from greenroom.media.streams import codec_name
from greenroom.media.tracks import Track, too_many_packets

_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
# Deblocking cannot fail; without it a key frame costs a fifth less.
_STRICT_AND_QUICK = {**_STRICT, "skip_loop_filter": "all"}
_LOSS = "parts of the picture are missing"
_SOUND_START_S = 0.1
_WORTH_THREADS_BYTES = 500_000
"""Of coded key frames: about a twentieth of a second of decoding."""


@dataclass(slots=True)
class Decoded:
    """How much of a stream was decoded, and when it could not be."""

    codec: str
    frames: int = 0
    lost: int = 0
    places: list[tuple[float, str]] = field(default_factory=list)

    def lose(self, at_s: float, reason: str) -> None:
        """Count a loss; the first few are kept with their moment."""
        self.lost += 1
        if len(self.places) < FINDINGS_KEPT:
            self.places.append((at_s, reason))


# Key frames


def decode_key_frames(
    container: InputContainer, track: Track, limits: ExamLimits, logbook: Logbook
) -> VideoFrame | None:
    """
    Decode the last, the first and some key frames between, until the processor time for it is spent.

    A frame cannot be shared among threads, but each can have its own. Small ones are decoded in less time than that
    is worth to a machine that judges several files at once.
    """
    stream = track.stream
    assert isinstance(stream, VideoStream)
    seen: VideoFrame | None = None
    moments, start = spread(track.keys, limits.key_frames), process_time()
    decoders = _Decoders(stream)
    with ThreadPoolExecutor(limits.decode_threads, "key-frames") as hands:
        for first in range(0, len(moments), limits.key_frames_min):
            if first and process_time() - start > limits.key_frames_cpu_s:
                break
            some = moments[first : first + limits.key_frames_min]
            packets = [_packet_at(container, stream, moment) for moment in some]
            large = sum(packet.size for packet in packets if packet) >= _WORTH_THREADS_BYTES
            decoded = (hands.map if large else map)(decoders.decoded, packets)
            for moment, (frame, lost) in zip(some, decoded, strict=True):
                seen = frame or seen
                if lost:
                    at_s = moment * track.unit_s
                    text = f"The key frame at {at_s:.2f} s cannot be decoded: {lost}"
                    logbook.damaged(finding("key_frame_undecodable", text, at_s=at_s, stream=track.index))
    return seen


def spread(moments: list[int], count: int) -> list[int]:
    """Pick up to `count` of them: the last, the first, then those that halve what lies between."""
    last = len(moments) - 1
    places = list(dict.fromkeys((last, 0)))[: len(moments)]
    parts = 2
    while len(places) < min(count, len(moments)):
        places += [place for part in range(1, parts, 2) if (place := (last * part + parts // 2) // parts) not in places]
        parts *= 2
    return [moments[place] for place in places[:count]]


def _packet_at(container: InputContainer, stream: VideoStream, moment: int) -> Packet[VideoStream] | None:
    container.seek(moment, stream=stream)
    return next((packet for packet in container.demux(stream) if packet.size), None)


class _Decoders(threading.local):
    """For each thread a decoder of a stream, for packets that need no others."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._strict = _decoder(stream, _STRICT_AND_QUICK)

    def decoded(self, packet: Packet[VideoStream] | None) -> tuple[VideoFrame | None, str | None]:
        """The frame of a packet, and what of it is lost, if anything."""
        if packet is None:
            return None, None
        try:
            frames, lost = _frames(self._strict, packet)
        except av.FFmpegError as error:
            return None, self._second_opinion(packet, error)
        finally:
            self._strict.flush_buffers()
        return frames[0] if frames else None, _LOSS if lost else None

    def _second_opinion(self, packet: Packet[VideoStream], error: av.FFmpegError) -> str | None:
        """Say what the ordinary mode loses of this key frame, None if nothing."""
        if self._strict.codec.canonical_name != "h264":
            return str(error.strerror)
        try:
            frames, lost = _frames(_decoder(self._stream, {}), packet)
        except av.FFmpegError as still:
            return str(still.strerror)
        return None if frames and not lost else _LOSS


def _decoder(stream: VideoStream, options: Mapping[str, str]) -> VideoCodecContext:
    context = CodecContext.create(stream.codec_context.codec, "r")
    assert isinstance(context, VideoCodecContext)
    context.extradata, context.options = stream.codec_context.extradata, dict(options)
    context.thread_count = 1
    return context


def _frames(context: VideoCodecContext, packet: Packet[VideoStream]) -> tuple[list[VideoFrame], bool]:
    """What a decoder makes of a packet, and whether anything of that is lost."""
    frames = [*context.decode(packet), *context.decode(None)]
    return frames, any(frame.is_corrupt for frame in frames)


# The whole stream


def decode_pictures(
    container: InputContainer, track: Track, threads: int, meter: PictureMeter, *, strict: bool
) -> Decoded:
    """Decode every frame of a video stream, and show each to the meter."""
    stream = track.stream
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.options = _STRICT if strict else {}
    context.thread_type = "AUTO"
    context.thread_count = threads
    decoded = Decoded(codec_name(stream))
    for packet in container.demux(stream):
        try:
            for frame in packet.decode():
                decoded.frames += 1
                meter.feed(frame)
                if frame.is_corrupt:
                    decoded.lose(frame.time or 0.0, _LOSS)
        except av.FFmpegError as error:
            decoded.lose((packet.pts or packet.dts or 0) * track.unit_s, str(error.strerror))
    return decoded


def decode_sound(
    container: InputContainer, track: Track, limits: ExamLimits, logbook: Logbook, meter: SoundMeter
) -> Decoded:
    """Decode every packet of a sound stream, fill the track with them, and let the meter hear all frames."""
    stream = track.stream
    assert isinstance(stream, AudioStream)
    decoded = Decoded(codec_name(stream))
    times, max_packets, saw, feed = track.times, limits.max_packets, track.saw, meter.feed
    for packet in container.demux(stream):
        size = packet.size
        if size:
            saw(packet)
            times.append(packet.dts or 0)
            track.size_bytes += size
            if len(times) > max_packets:
                raise logbook.give_up(too_many_packets(track.index, limits))
        try:
            for frame in packet.decode():
                decoded.frames += 1
                feed(frame)
        except av.FFmpegError as error:
            decoded.lose((packet.pts or packet.dts or 0) * track.unit_s, str(error.strerror))
    return decoded


def report_pictures(track: Track, decoded: Decoded, logbook: Logbook) -> None:
    """Every lost frame is damage, with its moment."""
    for at_s, reason in decoded.places:
        text = f"The frame at {at_s:.2f} s cannot be decoded: {reason}"
        measured = f"{decoded.lost} frames lost"
        logbook.damaged(finding("frame_undecodable", text, measured=measured, at_s=at_s, stream=track.index))


def report_sound(track: Track, decoded: Decoded, logbook: Logbook) -> None:
    """A packet lost at the very start is usual: it leans on one that was cut off. Any other is damage."""
    if not decoded.lost:
        return
    at_s, reason = decoded.places[0]
    text = f"{decoded.lost} of {decoded.frames + decoded.lost} sound packets cannot be decoded"
    text += f", the first at {at_s:.2f} s: {reason}"
    at_start = all(place <= track.start_s() + _SOUND_START_S for place, _ in decoded.places)
    if at_start and decoded.frames:
        logbook.noted(finding("sound_concealed", text, at_s=at_s, stream=track.index))
    else:
        logbook.damaged(finding("sound_undecodable", text, at_s=at_s, stream=track.index))
