"""
Decoding pictures and sound to see whether they decode; what comes out is thrown away.

FFmpeg's strict mode also stops at oddities that every player shows without loss, such as a supplemental
message that it does not understand. H.264 that it refuses is therefore decoded again in the ordinary
mode, which marks each frame that really lacks something; the other decoders do not mark frames, so there
the strict mode has the last word.
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

from dataclasses import dataclass, field
from time import process_time

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
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
    """Decode the last, the first and some key frames between, until the processor time for it is spent."""
    stream = track.stream
    assert isinstance(stream, VideoStream)
    stream.codec_context.options = _STRICT_AND_QUICK
    stream.codec_context.thread_count = 1  # a single frame cannot be shared among threads
    seen: VideoFrame | None = None
    start = process_time()
    for number, moment in enumerate(spread(track.keys, limits.key_frames)):
        if number >= limits.key_frames_min and process_time() - start > limits.key_frames_cpu_s:
            break
        seen = _key_frame(container, track, stream, moment, logbook) or seen
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


def _key_frame(
    container: InputContainer, track: Track, stream: VideoStream, moment: int, logbook: Logbook
) -> VideoFrame | None:
    container.seek(moment, stream=stream)
    packet = next((packet for packet in container.demux(stream) if packet.size), None)
    if packet is None:
        return None
    context = stream.codec_context
    try:
        frames = [*context.decode(packet), *context.decode(None)]
        lost = _LOSS if any(frame.is_corrupt for frame in frames) else None
    except av.FFmpegError as error:
        frames, lost = [], _second_opinion(stream, packet, error)
    finally:
        context.flush_buffers()
    at_s = moment * track.unit_s
    if lost:
        text = f"The key frame at {at_s:.2f} s cannot be decoded: {lost}"
        logbook.damaged(finding("key_frame_undecodable", text, at_s=at_s, stream=track.index))
    return frames[0] if frames else None


def _second_opinion(stream: VideoStream, packet: Packet[VideoStream], error: av.FFmpegError) -> str | None:
    """Say what the ordinary mode loses of this key frame, None if nothing."""
    strict = stream.codec_context
    if strict.codec.canonical_name != "h264":
        return str(error.strerror)
    context = CodecContext.create(strict.codec, "r")
    context.extradata = strict.extradata
    try:
        frames = [*context.decode(packet), *context.decode(None)]  # type: ignore[attr-defined]
    except av.FFmpegError as still:
        return str(still.strerror)
    return None if frames and not any(frame.is_corrupt for frame in frames) else _LOSS


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
