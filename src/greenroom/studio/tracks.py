"""
Which tracks of a file are shown and heard: the first that can be decoded, which are those that verification looked at.

Phones put tracks beside them that nobody else decodes, such as sound around the listener; some put them first.
"""

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream


def picture_of(container: InputContainer) -> VideoStream | None:
    """The film in a file, None if there is none; covers are films of one picture for FFmpeg."""
    return next((one for one in container.streams.video if _is_decodable(one) and not _is_cover(one)), None)


def sound_of(container: InputContainer) -> AudioStream | None:
    """The sound in a file, None if there is none."""
    return next((one for one in container.streams.audio if _is_decodable(one)), None)


def _is_decodable(stream: VideoStream | AudioStream) -> bool:
    # Stubs do not say so: without a decoder there is no context.
    return stream.codec_context is not None


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)
