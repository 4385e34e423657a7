"""What is measured of a film or a sound beyond its description: put together from its tracks and the meters."""

import mmap

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from greenroom.domain.media import Measurements
from greenroom.media.boxes import box_at
from greenroom.media.isobmff import Movie
from greenroom.media.picture_meter import PictureMeter
from greenroom.media.sound_meter import SoundMeter
from greenroom.media.tracks import Track

_BOXES_LOOKED_AT = 64


def film_measurements(
    picture: Track,
    sound: Track | None,
    frame: VideoFrame | None,
    *,
    rotation_deg: int,
    index_at_end: bool | None,
    meters: tuple[PictureMeter, SoundMeter] | None,
) -> Measurements:
    """The measurements of a film; `meters` are there once every frame was decoded."""
    interlaced = frame.interlaced_frame if frame is not None else None
    heard = seen = None
    if meters is not None:
        seen, heard = meters[0].result(), meters[1].result()
        interlaced = meters[0].interlaced if seen is not None else interlaced
    return Measurements(
        sound=heard,
        picture=seen,
        index_at_end=index_at_end,
        interlaced=interlaced,
        pixel_aspect=_pixel_aspect(picture, sideways=rotation_deg in (90, 270)),
        audio_delay_s=round(sound.start_s() - picture.start_s(), 3) if sound is not None and sound.count else None,
        video_bit_rate=bit_rate(picture),
        audio_bit_rate=bit_rate(sound) if sound is not None else None,
    )


def sound_measurements(track: Track, meter: SoundMeter, *, index_at_end: bool | None) -> Measurements:
    """The measurements of a sound file."""
    return Measurements(sound=meter.result(), index_at_end=index_at_end, audio_bit_rate=bit_rate(track))


def bit_rate(track: Track) -> int | None:
    """Bits a second of the packets themselves; None where there is no duration to speak of."""
    duration_s = track.end_s() - max(0.0, track.start_s())
    return round(track.size_bytes * 8 / duration_s) if duration_s > 0 and track.size_bytes else None


def index_at_end(movie: Movie | None, data: mmap.mmap) -> bool | None:
    """Whether the index of an MP4, MOV or M4A comes after the data; None where that means nothing."""
    if movie is None or movie.fragmented:
        return None
    at, seen_data = 0, False
    for _ in range(_BOXES_LOOKED_AT):
        box = box_at(data, at, len(data)) if at + 8 <= len(data) else None
        if box is None:
            return None
        if box.kind == b"moov":
            return seen_data
        seen_data = seen_data or box.kind == b"mdat"
        at = box.end
    return None


def _pixel_aspect(picture: Track, *, sideways: bool) -> float | None:
    stream = picture.stream
    aspect = stream.sample_aspect_ratio if isinstance(stream, VideoStream) else None
    if not aspect:
        return None
    return round(float(1 / aspect if sideways else aspect), 4)
