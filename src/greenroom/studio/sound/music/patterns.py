"""How chords are played: held, strummed, broken, as a bass line."""

from collections.abc import Sequence

from greenroom.studio.sound.music.theory import Chord, Note, chords, nearest, rhythm, voiced

Bar = tuple[float, float, list[int], Chord]
"""A chord's first beat, its beats, the keys it is played with, and what it is."""


def bars(text: str, around: int, *, beats: float = 4.0, first: float = 0.0, times: int = 1) -> list[Bar]:
    """Chords between spaces, each so many beats, voiced around a key; repeated."""
    progression = chords(text) * times
    keys = voiced(progression, around)
    return [(first + beats * index, beats, keys[index], one) for index, one in enumerate(progression)]


def sustained(progression: Sequence[Bar], strength: float = 0.7, overlap: float = 0.0) -> list[Note]:
    """Each chord held as long as it lasts."""
    return [Note(at, beats + overlap, key, strength) for at, beats, keys, _ in progression for key in keys]


def struck(progression: Sequence[Bar], pattern: str, strength: float = 1.0, strum: float = 0.0) -> list[Note]:
    """All tones together in a rhythm of four beats; `strum` is the time in beats from one to the next."""
    return [
        Note(at + strum * index, beats, key, strength * stress)
        for at, beats, stress, keys, _ in _over(progression, pattern)
        for index, key in enumerate(keys)
    ]


def broken(
    progression: Sequence[Bar], order: Sequence[int], pattern: str, strength: float = 1.0, ring: float = 1.0
) -> list[Note]:
    """
    One tone at a time in a rhythm of four beats, by numbers: 0 the lowest, past the last an octave up.

    `ring` is how many beats a tone is left to sound.
    """
    notes = []
    for index, (at, _beats, stress, keys, _) in enumerate(_over(progression, pattern)):
        octave, tone = divmod(order[index % len(order)], len(keys))
        notes.append(Note(at, ring, keys[tone] + 12 * octave, strength * stress))
    return notes


def bass(
    progression: Sequence[Bar], pattern: str, around: int, steps: Sequence[int] = (0,), strength: float = 1.0
) -> list[Note]:
    """The bass of each chord in a rhythm of four beats; `steps` are added in turn (12 an octave, 7 a fifth)."""
    notes = []
    for index, (at, beats, stress, _, one) in enumerate(_over(progression, pattern)):
        notes.append(Note(at, beats * 0.96, nearest(one.bass, around) + steps[index % len(steps)], strength * stress))
    return notes


def _over(progression: Sequence[Bar], pattern: str) -> list[tuple[float, float, float, list[int], Chord]]:
    """Strokes of a pattern of four beats with the chord that each falls on."""
    first = progression[0][0]
    last = progression[-1][0] + progression[-1][1]
    strokes = rhythm(pattern, round((last - first) / 4), first=first)
    over = []
    for at, beats, stress in strokes:
        index = max(i for i, bar in enumerate(progression) if bar[0] <= at + 1e-6)
        over.append((at, beats, stress, progression[index][2], progression[index][3]))
    return over


def within(notes: Sequence[Note], first_bar: int, last_bar: int, beats: float = 4.0) -> list[Note]:
    """The notes of some bars, counted from 0, without the last."""
    return [note for note in notes if first_bar * beats <= note.beat < last_bar * beats]


def again(notes: Sequence[Note], beats: float, shift: int = 0) -> list[Note]:
    """The same notes so many beats later, and so many half tones higher."""
    return [Note(note.beat + beats, note.beats, note.key + shift, note.strength) for note in notes]
