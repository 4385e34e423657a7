"""
The C library of espeak-ng: text in, samples and events out.

It keeps global state and is under another licence than ours, so only the helper process imports this module.
"""

import ctypes
from typing import Any

import espeakng_loader  # type: ignore[import-untyped]  # it has none
from msgspec import Struct

SYNCHRONOUS = 2
PHONEME_EVENTS, IPA_NAMES, NO_EXIT = 1, 2, 0x8000
CHARS_UTF8, END_PAUSE = 1, 0x1000
RATE, PITCH, RANGE = 1, 3, 4
SEED = 1
END_OF_LIST, WORD, PHONEME = 0, 1, 7


class Part(Struct, frozen=True):
    """A sentence for one voice (espeak-ng's name, as `en-us+f2`). `rate` in words a minute, pitch and range 0 to 99."""

    voice: str
    text: str
    rate: int
    pitch: int = 50
    range: int = 50


class Event(Struct, frozen=True, array_like=True):
    """
    Something that begins at a sample: the word at character `at` of the part's text, or the sound `ipa` with its stress
    mark, empty for a pause.
    """

    sample: int
    at: int
    ipa: str | None = None


class Spoken(Struct, frozen=True):
    """16-bit mono samples of a part, and what begins where."""

    pcm: bytes
    events: list[Event]


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """espeak-ng, opened once in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        options = PHONEME_EVENTS | IPA_NAMES | NO_EXIT
        self.rate: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, data, options)
        if self.rate <= 0:
            raise OSError(f"espeak-ng did not start from {data.decode()}")
        self._pcm: list[bytes] = []
        self._events: list[Event] = []
        # The library keeps the address, so the object has to live as long.
        self._callback = _CALLBACK(self._heard)
        self._library.espeak_SetSynthCallback(self._callback)

    def _heard(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._pcm.append(ctypes.string_at(samples, count * 2))
        index = 0
        while events[index].type != END_OF_LIST:
            event = events[index]
            if event.type == WORD:
                self._events.append(Event(event.sample, event.text_position - 1))
            elif event.type == PHONEME:
                name = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0]
                # Eight bytes can end within a character.
                self._events.append(Event(event.sample, event.text_position - 1, name.decode(errors="ignore")))
            index += 1
        return 0

    def speak(self, part: Part) -> Spoken:
        """Speak a part; raises LookupError for a voice that the data do not have."""
        self._pcm, self._events = [], []
        if self._library.espeak_SetVoiceByName(part.voice.encode()) != 0:
            raise LookupError(f"espeak-ng has no voice {part.voice!r}")
        # Its noise and jitter come from a generator that is else seeded with the time.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(SEED))
        for parameter, value in ((RATE, part.rate), (PITCH, part.pitch), (RANGE, part.range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        text = part.text.encode()
        self._library.espeak_Synth(text, len(text) + 1, 0, 1, 0, CHARS_UTF8 | END_PAUSE, None, None)
        self._library.espeak_Synchronize()
        return Spoken(b"".join(self._pcm), self._events)
