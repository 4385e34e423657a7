"""What is told of a film's picture and sound: the value types of `domain.media`, made from PyAV's."""

from av.audio.stream import AudioStream as SoundStream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as PictureStream

from greenroom.domain.media import AudioStream, VideoStream
from greenroom.media.isobmff import Movie
from greenroom.media.streams import codec_name
from greenroom.media.tracks import Track

# The numbers are those of ISO/IEC 23091-2 (H.273), the names FFmpeg's.
_TRANSFERS = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}


def picture_facts(stream: PictureStream, track: Track, frame: VideoFrame | None, movie: Movie | None) -> VideoStream:
    """Describe the picture; width and height as displayed."""
    context = stream.codec_context
    rotation_deg = _rotation_deg(track, frame, movie)
    sideways = rotation_deg in (90, 270)
    rate = track.frame_rate()
    return VideoStream(
        index=track.index,
        codec=codec_name(stream),
        width=context.height if sideways else context.width,
        height=context.width if sideways else context.height,
        frame_count=track.count,
        duration_s=_duration_s(track),
        frame_rate=None if rate is None else round(rate, 3),
        rotation_deg=rotation_deg,
        pixel_format=frame.format.name if frame is not None else context.pix_fmt,
        color_transfer=_color(frame, context, "color_trc", _TRANSFERS),
        color_primaries=_color(frame, context, "color_primaries", _PRIMARIES),
        variable_frame_rate=track.has_variable_rate(),
    )


def sound_facts(stream: SoundStream, track: Track) -> AudioStream:
    """Describe the sound."""
    return AudioStream(
        index=track.index,
        codec=codec_name(stream),
        sample_rate_hz=stream.sample_rate,
        channels=stream.channels,
        duration_s=_duration_s(track),
    )


def _duration_s(track: Track) -> float:
    return round(track.end_s() - max(0.0, track.start_s()), 6)


def _rotation_deg(track: Track, frame: VideoFrame | None, movie: Movie | None) -> int:
    if movie is not None and track.index < len(movie.tracks):
        return movie.tracks[track.index].rotation_deg
    # FFmpeg counts counter-clockwise.
    return -frame.rotation % 360 if frame is not None else 0


def _color(frame: VideoFrame | None, context: VideoCodecContext, what: str, names: dict[int, str]) -> str | None:
    """The name of a colour property, from the frame if the container does not say."""
    of_context = names.get(getattr(context, what))
    return of_context or (names.get(getattr(frame, what)) if frame is not None else None)
