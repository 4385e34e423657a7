"""Voices of Piper as files: `NAME.onnx` and beside it `NAME.onnx.json`, which says what the voice is."""

import importlib.util
import os
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from greenroom.errors import SettingError
from greenroom.studio.voices.aliases import PIPER
from greenroom.studio.voices.cast import Voice, preview_of

SPEAKER_MARK = "#"
"""Between the name of a file and that of a speaker in it: `en_US-libritts-high#p3922`."""
_MODEL, _CONFIG = ".onnx", ".onnx.json"


class PiperFile(Struct, frozen=True):
    """A voice file: where it is, the language that it speaks as a BCP 47 tag, and its speakers if there are several."""

    name: str
    path: str
    locale: str
    speakers: tuple[str, ...] = ()

    @property
    def voices(self) -> tuple[str, ...]:
        """What can be asked for: the file's usual speaker, and each by name."""
        return (self.name, *(f"{self.name}{SPEAKER_MARK}{speaker}" for speaker in self.speakers))


class _Language(Struct, frozen=True):
    code: str = ""


class _Espeak(Struct, frozen=True):
    voice: Annotated[str, Meta(min_length=1)]


class _Config(Struct, frozen=True):
    espeak: _Espeak
    language: _Language = _Language()
    speaker_id_map: dict[str, int] = {}


def piper_files(folder: str) -> tuple[PiperFile, ...]:
    """
    The voices in a folder, by name.

    Raises SettingError where there is none, where a file says not what it is, or where Piper is not installed.
    """
    if importlib.util.find_spec("piper") is None:
        text = "needs the package piper-tts, which is not installed: pip install 'greenroom[piper]'"
        raise SettingError(f"voices.piper_folder {text}")
    try:
        found = tuple(_files(folder))
    except OSError as problem:
        raise SettingError(f"voices.piper_folder cannot be read: {problem}") from problem
    if not found:
        raise SettingError(f"voices.piper_folder has no voice in it: {folder} has no file that ends in {_MODEL}")
    return found


def listed_voices(files: tuple[PiperFile, ...]) -> tuple[Voice, ...]:
    """What lists show of voice files: each with its usual speaker, under the name of the file."""
    return tuple(
        Voice(one.name, _shown_name(one.name), PIPER, one.name, one.locale, preview=preview_of(one.locale))
        for one in files
    )


def _files(folder: str) -> Iterator[PiperFile]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        name, dot, rest = entry.name.rpartition(_MODEL)
        if dot and not rest and entry.is_file():
            yield _file(name, entry.path)


def _file(name: str, path: str) -> PiperFile:
    config_path = path.removesuffix(_MODEL) + _CONFIG
    try:
        with open(config_path, "rb") as file:
            config = msgspec.json.decode(file.read(), type=_Config)
    except FileNotFoundError:
        raise SettingError(f"voices.piper_folder: {path} lacks {os.path.basename(config_path)} beside it") from None
    except msgspec.DecodeError as problem:
        raise SettingError(f"voices.piper_folder: {config_path} does not describe a voice: {problem}") from problem
    locale = (config.language.code or config.espeak.voice).replace("_", "-")
    return PiperFile(name, os.path.abspath(path), locale, tuple(config.speaker_id_map))


def _shown_name(name: str) -> str:
    """`en_US-amy-medium` is Amy."""
    parts = name.split("-")
    return (parts[1] if len(parts) == 3 else name).replace("_", " ").capitalize()
