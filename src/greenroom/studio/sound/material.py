"""Sound files as they were uploaded, decoded from their descriptors: no path is opened, no format guessed."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer

from greenroom.domain.media import Format
from greenroom.errors import NotProduced
from greenroom.studio.plan import Material
from greenroom.studio.sound.blocks import RATE, Channels
from greenroom.studio.speech import Sound
from greenroom.studio.tracks import sound_of

LONGEST_S = 3600
_DEMUXERS = {
    Format.MP3: "mp3",
    Format.WAV: "wav",
    Format.M4A: "mov",
    Format.MP4: "mov",
    Format.MOV: "mov",
    Format.WEBM: "matroska",
}
_OPTIONS = {"protocol_whitelist": "", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,wav"}
_CANCELLED = 0.05  # of the louder channel's power: what is left of a voice whose channels are opposite
_CURE = "Convert it to WAV, for example with: ffmpeg -i input -ar 48000 output.wav"

Take = Callable[[Channels], Channels]


class OpenFile:
    """A descriptor as a file for decoders; two of the same descriptor do not move each other's position."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0
        self._size = os.fstat(descriptor).st_size

    def read(self, size: int) -> bytes:
        """The next bytes, empty at the end."""
        data = os.pread(self._descriptor, size, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; gives where that is."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at


def recorded(material: Material) -> tuple[Sound, int]:
    """
    The sound of a file for an avatar to speak, and its rate: mono, sample 0 the first that is heard.

    Of channels that are opposite, the louder one is taken. Raises NotProduced for what has no sound, cannot be
    decoded, or is longer than LONGEST_S.
    """
    powers = np.zeros(3)

    def middle(channels: Channels) -> Channels:
        mono = np.asarray(channels.mean(0, keepdims=True), np.float32)
        powers[:] += [float(np.square(row, dtype=np.float64).sum()) for row in (*channels, mono[0])]
        return mono

    sound, rate = _whole(material, middle)
    if powers[2] < _CANCELLED * powers[:2].max():
        louder = int(powers[:2].argmax())
        sound, rate = _whole(material, lambda channels: channels[louder : louder + 1])
    return sound, rate


def stereo(material: Material) -> Iterator[Channels]:
    """A music file as pieces of stereo at RATE, never more than a few in memory; raises NotProduced as it goes."""
    with _opened(material) as (container, stream):
        yield from _pieces(container, stream, RATE)


def _whole(material: Material, take: Take) -> tuple[Sound, int]:
    parts: list[Channels] = []
    with _opened(material) as (container, stream):
        rate = min(RATE, int(stream.rate or RATE))
        samples = 0
        for piece in _pieces(container, stream, rate):
            parts.append(take(piece))
            samples += piece.shape[1]
            if samples > LONGEST_S * rate:
                raise NotProduced(
                    "sound_too_long",
                    f"The audio is longer than {LONGEST_S // 60} minutes, which is the most that can be spoken in one "
                    "video. Cut it into several.",
                )
    if not samples:
        raise NotProduced("sound_empty", f"The audio has no sound in it: 0 samples were decoded. {_CURE}")
    return np.ascontiguousarray(np.concatenate(parts, 1)[0]), rate


@contextmanager
def _opened(material: Material) -> Iterator[tuple[InputContainer, AudioStream]]:
    demuxer = _DEMUXERS.get(material.format)
    if demuxer is None:
        raise NotProduced(
            "sound_wrong_kind", f"The asset is {material.format}, which has no sound; allowed are MP3, WAV and M4A."
        )
    try:
        with av.open(
            OpenFile(material.descriptor), "r", format=demuxer, options=_OPTIONS, metadata_errors="replace"
        ) as container:
            stream = sound_of(container)
            if stream is None:
                raise NotProduced("sound_missing", f"The {material.format} file has no sound track. Use one that has.")
            yield container, stream
    except (av.FFmpegError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise NotProduced(
            "sound_unreadable", f"The {material.format} sound cannot be decoded: {problem}. {_CURE}"
        ) from error


def _pieces(container: InputContainer, stream: AudioStream, rate: int) -> Iterator[Channels]:
    # Made stereo by FFmpeg, a single channel would lose 3 dB.
    sides = 1 if stream.channels == 1 else 2
    resampler = av.AudioResampler(format="fltp", layout="mono" if sides == 1 else "stereo", rate=rate)
    for frame in itertools.chain(container.decode(stream), [None]):
        if frame is not None:
            frame.pts = None  # gaps that a container claims are not for the resampler to fill
        for piece in resampler.resample(frame):
            yield np.repeat(np.asarray(piece.to_ndarray(), np.float32), 3 - sides, 0)
