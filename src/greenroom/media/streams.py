"""Which streams of a film are looked at: one picture, one sound, the rest by name only."""

from dataclasses import dataclass

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from greenroom.media.findings import finding
from greenroom.media.isobmff import Movie
from greenroom.media.logbook import Logbook


@dataclass(frozen=True, slots=True)
class Chosen:
    """The streams that count, and what the others are called."""

    picture: VideoStream | None
    sound: AudioStream | None
    ignored: tuple[str, ...]


def choose(container: InputContainer, movie: Movie | None, logbook: Logbook) -> Chosen:
    """Take the first picture and the first sound that can be decoded; cover pictures do not count."""
    picture: VideoStream | None = None
    sound: AudioStream | None = None
    ignored: list[str] = []
    for stream in container.streams:
        if _is_cover(stream):
            logbook.noted(finding("cover_art_ignored", "The file carries a cover picture", stream=stream.index))
            ignored.append("cover picture")
        elif picture is None and isinstance(stream, VideoStream) and _can_decode(stream):
            picture = stream
        elif sound is None and isinstance(stream, AudioStream) and _can_decode(stream):
            sound = stream
        else:
            name = _name(stream, movie)
            text = f"Stream {stream.index} ({name}) is not used"
            logbook.noted(finding("stream_ignored", text, stream=stream.index))
            ignored.append(name)
    return Chosen(picture, sound, tuple(ignored))


def codec_name(stream: VideoStream | AudioStream) -> str:
    """The codec's own name, whichever library decodes it."""
    return stream.codec_context.codec.canonical_name


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _can_decode(stream: VideoStream | AudioStream) -> bool:
    if stream.codec_context is None:
        return False
    return bool(stream.width if isinstance(stream, VideoStream) else stream.sample_rate)


def _name(stream: Stream, movie: Movie | None) -> str:
    """`audio (apac)`, `data (mebx)`: the container's own code, where there is one."""
    if movie is not None and stream.index < len(movie.tracks):
        code = movie.tracks[stream.index].codec
    else:
        context = stream.codec_context
        code = context.name if context is not None else ""
    return f"{stream.type} ({code})" if code else str(stream.type)
