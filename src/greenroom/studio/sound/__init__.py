"""
All that is heard in a film, and the music of the house.

    material    sound files decoded from their descriptors
    mix         voice and music -> the sound of a film at -16 LUFS, in blocks
    voice       the voice as the mix takes it
    bed         music under it: looped, faded
    ducking     when the voice speaks, and the music goes down for it
    loudness    ITU-R BS.1770, and peaks between samples
    limiter     no peak passes the ceiling
    filters     recursive filters of streams
    blocks      sound in blocks of a second
    encoded     MP3 for previews
    music/      the tracks of the house, composed and played by program
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenroom.studio.sound.bed import Bed, bed_of_file, bed_of_sound
    from greenroom.studio.sound.blocks import RATE
    from greenroom.studio.sound.encoded import mp3_of
    from greenroom.studio.sound.material import recorded
    from greenroom.studio.sound.mix import Mixed, mixed

_HOME = {
    "RATE": "blocks",
    "Bed": "bed",
    "Mixed": "mix",
    "bed_of_file": "bed",
    "bed_of_sound": "bed",
    "mixed": "mix",
    "mp3_of": "encoded",
    "recorded": "material",
}

__all__ = ["RATE", "Bed", "Mixed", "bed_of_file", "bed_of_sound", "mixed", "mp3_of", "recorded"]


def __getattr__(name: str) -> object:
    # The server lists the music of the house, and must have no decoder: only who mixes loads what mixes.
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
