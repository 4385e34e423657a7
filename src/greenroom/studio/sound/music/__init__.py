"""
The music of the house: loops that are composed here and played by program, free for any use.

    catalogue     the tracks: ids, names, genres, moods
    everyday, calm, driven    the scores
    theory, patterns, score   chords, melodies and rhythms as musicians write them
    keys, ensembles, drums    the instruments
    waves                     what instruments are made of
    performance               a score played, its room and its master
"""

from greenroom.studio.sound.music.catalogue import TRACK_LUFS, Track, sound_of, track, tracks

__all__ = ["TRACK_LUFS", "Track", "sound_of", "track", "tracks"]
