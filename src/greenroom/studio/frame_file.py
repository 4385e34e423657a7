"""
Frames of an engine beside us, kept in a file until they are composed: raw pictures, each packed by itself.

Nothing here decodes a format of pictures: a frame has as many bytes as its size says, or the file is no good.
"""

import os
import struct
import zlib
from dataclasses import dataclass, field

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_LENGTH = struct.Struct("<I")
_HEAD_BYTES = 256
_LEVEL = 1  # half the size for a tenth of the time that more would take


class NotFrames(Exception):
    """A file that holds no frames, or not all of them."""


class FrameHead(Struct, frozen=True):
    """What a file of frames holds: `channels` is 3 for RGB, 4 for RGBA with premultiplied colours."""

    width: int
    height: int
    channels: int
    frames: int
    digest: str = ""
    """Of all frames, so that films begun with others are not continued."""

    @property
    def frame_bytes(self) -> int:
        """The size of one frame."""
        return self.width * self.height * self.channels


class FrameWriter:
    """Writes frames into an open file, one after the other, as their bytes come."""

    def __init__(self, descriptor: int, width: int, height: int, channels: int) -> None:
        self._descriptor, self._head = descriptor, FrameHead(width, height, channels, 0)
        self._waiting = bytearray()
        self._check = 0
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, bytes(_HEAD_BYTES), 0)
        os.lseek(descriptor, _HEAD_BYTES, os.SEEK_SET)

    @property
    def frames(self) -> int:
        """How many are whole."""
        return self._head.frames

    def add(self, piece: bytes) -> None:
        """Add bytes of frames, wherever one ends."""
        self._waiting += piece
        size = self._head.frame_bytes
        while len(self._waiting) >= size:
            frame, self._waiting = self._waiting[:size], self._waiting[size:]
            self._put(zlib.compress(frame, _LEVEL))

    def _put(self, packed: bytes) -> None:
        self._check = zlib.crc32(packed, self._check)
        data = memoryview(_LENGTH.pack(len(packed)) + packed)
        while data:
            data = data[os.write(self._descriptor, data) :]
        self._head = msgspec.structs.replace(self._head, frames=self.frames + 1)

    def close(self) -> FrameHead:
        """Say in the file what it holds. Raises NotFrames for half a frame at the end, or none at all."""
        if self._waiting or not self.frames:
            raise NotFrames(f"it ended after {self.frames} frames and {len(self._waiting)} bytes of another")
        head = msgspec.structs.replace(self._head, digest=f"{self._check:08x}")
        text = msgspec.json.encode(head)
        os.pwrite(self._descriptor, text.ljust(_HEAD_BYTES), 0)
        return head


@dataclass(slots=True)
class FrameFile:
    """The frames in an open file, in any order."""

    descriptor: int
    head: FrameHead
    _places: list[int] = field(default_factory=list)

    @classmethod
    def opened(cls, descriptor: int) -> "FrameFile":
        """Raises NotFrames."""
        try:
            head = msgspec.json.decode(os.pread(descriptor, _HEAD_BYTES, 0).rstrip(b" \0"), type=FrameHead)
        except msgspec.DecodeError as error:
            raise NotFrames("its head cannot be read") from error
        if min(head.width, head.height, head.frames) < 1 or head.channels not in (3, 4):
            raise NotFrames("its head makes no sense")
        return cls(descriptor, head)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """A frame, rows x columns x channels; after the last one the last one. Raises NotFrames."""
        start, size = self._place(min(index, self.head.frames - 1))
        unpack = zlib.decompressobj()
        try:
            data = unpack.decompress(os.pread(self.descriptor, size, start), self.head.frame_bytes)
        except zlib.error as error:
            raise NotFrames("a frame is damaged") from error
        if len(data) != self.head.frame_bytes:
            raise NotFrames("a frame is too short")
        return np.frombuffer(data, np.uint8).reshape(self.head.height, self.head.width, self.head.channels)

    def _place(self, index: int) -> tuple[int, int]:
        if not self._places:
            self._places.append(_HEAD_BYTES)
        while len(self._places) <= index:
            start, size = self._at(self._places[-1])
            self._places.append(start + size)
        return self._at(self._places[index])

    def _at(self, place: int) -> tuple[int, int]:
        found = os.pread(self.descriptor, _LENGTH.size, place)
        if len(found) != _LENGTH.size:
            raise NotFrames("it ends too early")
        return place + _LENGTH.size, int(_LENGTH.unpack(found)[0])
