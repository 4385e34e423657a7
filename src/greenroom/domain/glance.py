"""What can be told of a file by its first and last bytes alone: the bytes, and what a glance at them gave."""

from dataclasses import dataclass

import msgspec

from greenroom.domain.media import Finding, MediaInfo

MOST_BYTES = 256 * 1024
"""How much of each end of a file is looked at."""


CODEC_OF_CODE = {
    "avc1": "h264",
    "avc3": "h264",
    "dva1": "h264",
    "dvav": "h264",
    "hvc1": "hevc",
    "hev1": "hevc",
    "dvh1": "hevc",
    "dvhe": "hevc",
    "vp08": "vp8",
    "vp09": "vp9",
    "av01": "av1",
    "mp4a": "aac",
    "alac": "alac",
    "Opus": "opus",
    ".mp3": "mp3",
    "mp4v": "mpeg4",
    "ap4h": "prores",
    "ap4x": "prores",
    "apch": "prores",
    "apcn": "prores",
    "apcs": "prores",
    "apco": "prores",
    "ac-3": "ac3",
    "ec-3": "eac3",
    "sowt": "pcm_s16le",
    "twos": "pcm_s16be",
    "lpcm": "pcm_s16le",
    "in24": "pcm_s24le",
    "fl32": "pcm_f32le",
    "jpeg": "mjpeg",
}
"""Codecs by the four letters that MP4, MOV and declared `codecs` (RFC 6381) use for them."""


@dataclass(frozen=True, slots=True)
class Ends:
    """
    A file with a hole: its first and last bytes, and how long it is.

    Where `head` is the whole file there is no hole, and `tail` may be empty.
    """

    head: bytes
    tail: bytes
    size_bytes: int

    @property
    def tail_at(self) -> int:
        """Where the tail begins."""
        return self.size_bytes - len(self.tail)

    def read(self, at: int, length: int) -> bytes | None:
        """The bytes [at, at + length), fewer at the end of the file; None if any of them is in the hole."""
        end = min(at + length, self.size_bytes)
        if at < 0 or at > self.size_bytes:
            return None
        if end <= len(self.head):
            return self.head[at:end]
        if at >= self.tail_at:
            return self.tail[at - self.tail_at : end - self.tail_at]
        if self.tail_at <= len(self.head):
            return (self.head + self.tail[len(self.head) - self.tail_at :])[at:end]
        return None


class Glance(msgspec.Struct, frozen=True):
    """
    What a glance gave: what is known of the file, what is broken in it, what stays open.

    `info` has what was read and no more: a video without a known duration has none. `open` names in words
    what only the whole file can show.
    """

    info: MediaInfo
    damage: tuple[Finding, ...] = ()
    open: tuple[str, ...] = ()
