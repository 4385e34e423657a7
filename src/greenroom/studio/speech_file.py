"""What a voice said, kept in a file: between processes, and between attempts at the same video."""

import io
import os
from dataclasses import dataclass

import msgspec
import numpy as np
from msgspec import Struct

from greenroom.studio.speech import CHANNELS, Mouth, Notice, Phone, Speech, Word

_LENGTH_BYTES = 8
_MOST_HEAD_BYTES = 64 * 1024 * 1024


class _Head(Struct, frozen=True):
    rate: int
    samples: int
    mouth_rows: int | None
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    warnings: tuple[Notice, ...]


class NotSpeech(Exception):
    """A file that holds no speech, or not all of it."""


@dataclass(frozen=True, slots=True)
class _Cut:
    data: memoryview
    at: int = 0

    def take(self, size_bytes: int) -> tuple[memoryview, "_Cut"]:
        end = self.at + size_bytes
        if size_bytes < 0 or end > len(self.data):
            raise NotSpeech("it ends too early")
        return self.data[self.at : end], _Cut(self.data, end)


def encoded(speech: Speech) -> bytes:
    """A speech as bytes: the length of its head, the head as JSON, the mouth and the samples as 32-bit floats."""
    mouth = speech.mouth
    head = msgspec.json.encode(
        _Head(
            speech.rate,
            len(speech.sound),
            len(mouth) if mouth is not None else None,
            speech.words,
            speech.phones,
            speech.warnings,
        )
    )
    out = io.BytesIO()
    out.write(len(head).to_bytes(_LENGTH_BYTES, "little") + head)
    if mouth is not None:
        out.write(np.ascontiguousarray(mouth, "<f4").tobytes())
    out.write(np.ascontiguousarray(speech.sound, "<f4").tobytes())
    return out.getvalue()


def decoded(data: bytes) -> Speech:
    """A speech of `encoded` bytes. Raises NotSpeech."""
    length, rest = _Cut(memoryview(data)).take(_LENGTH_BYTES)
    size_bytes = int.from_bytes(length, "little")
    text, rest = rest.take(min(size_bytes, _MOST_HEAD_BYTES))
    try:
        head = msgspec.json.decode(text, type=_Head)
    except msgspec.DecodeError as error:
        raise NotSpeech(str(error)) from error
    mouth: Mouth | None = None
    if head.mouth_rows is not None:
        block, rest = rest.take(head.mouth_rows * len(CHANNELS) * 4)
        mouth = np.frombuffer(block, "<f4").reshape(-1, len(CHANNELS)).astype(np.float32)
    block, rest = rest.take(head.samples * 4)
    if rest.at != len(data):
        raise NotSpeech("it is longer than it says")
    sound = np.frombuffer(block, "<f4").astype(np.float32)
    return Speech(sound, head.rate, head.words, head.phones, mouth, head.warnings)


def read(descriptor: int) -> Speech:
    """The speech in an open file, from its beginning. Raises NotSpeech."""
    with open(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return decoded(file.read())
