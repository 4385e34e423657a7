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

from greenroom.studio.sound.music import TRACK_LUFS, Track, sound_of, track, tracks

if TYPE_CHECKING:
    from greenroom.studio.sound.bed import Bed, bed_of_file, bed_of_sound
    from greenroom.studio.sound.blocks import RATE
    from greenroom.studio.sound.encoded import mp3_of
    from greenroom.studio.sound.material import recorded
    from greenroom.studio.sound.mix import TARGET_LUFS, Mixed, mixed

__all__ = [
    "RATE",
    "TARGET_LUFS",
    "TRACK_LUFS",
    "Bed",
    "Mixed",
    "Track",
    "bed_of_file",
    "bed_of_sound",
    "mixed",
    "mp3_of",
    "recorded",
    "sound_of",
    "track",
    "tracks",
]

_MODULES = {
    "RATE": "blocks",
    "TARGET_LUFS": "mix",
    "Bed": "bed",
    "Mixed": "mix",
    "bed_of_file": "bed",
    "bed_of_sound": "bed",
    "mixed": "mix",
    "mp3_of": "encoded",
    "recorded": "material",
}


def __getattr__(name: str) -> object:
    # Which tracks there are can be asked by the server, which must not have a decoder; only who plays needs what plays.
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(name)
