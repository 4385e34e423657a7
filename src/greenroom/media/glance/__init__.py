"""Telling what a file is and how long it plays from its first and last bytes; nothing is decoded here."""

import struct

from greenroom.domain.glance import Ends, Glance
from greenroom.domain.media import Format, Kind, MediaInfo
from greenroom.media.glance.movies import glance_at_movie
from greenroom.media.glance.pictures import glance_at_picture
from greenroom.media.glance.sounds import glance_at_mp3, glance_at_wav
from greenroom.media.glance.webm import glance_at_webm

__all__ = ["glance"]

_BROKEN = (struct.error, IndexError, ValueError, OverflowError, ZeroDivisionError)
_KINDS = {Format.MP3: Kind.AUDIO, Format.WAV: Kind.AUDIO, Format.M4A: Kind.AUDIO}
_FILMS = (Format.MP4, Format.MOV, Format.WEBM)


def glance(ends: Ends, format: Format) -> Glance:
    """Look at the ends of a file of the given format; never raises, whatever the bytes are."""
    try:
        return _LOOKS[format](ends, format)
    except _BROKEN:
        kind = Kind.VIDEO if format in _FILMS else _KINDS.get(format, Kind.IMAGE)
        return Glance(MediaInfo(format, kind), open=("what the header says: it could not be read",))


_LOOKS = {
    Format.MP4: glance_at_movie,
    Format.MOV: glance_at_movie,
    Format.M4A: glance_at_movie,
    Format.WEBM: glance_at_webm,
    Format.MP3: glance_at_mp3,
    Format.WAV: glance_at_wav,
    Format.JPEG: glance_at_picture,
    Format.PNG: glance_at_picture,
    Format.GIF: glance_at_picture,
    Format.WEBP: glance_at_picture,
}
