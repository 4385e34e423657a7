"""Music with a purpose: news, trailers, technology at night."""

from greenroom.studio.sound.music import drums, ensembles, keys
from greenroom.studio.sound.music.patterns import bars, bass, broken, struck, sustained, within
from greenroom.studio.sound.music.score import Part, Score
from greenroom.studio.sound.music.theory import Note, Scale, melody, strokes


def long_horizon() -> Score:
    """Strings that press on, large drums, horns in the second half, in A minor."""
    progression = "Am F C G Am F C/E Gsus4 Am F C G Dm F Am Gsus4"
    chords = bars(progression, 62)
    low = bars(progression, 50)
    tune = melody(
        Scale(69, "minor"),
        "1:2 2:1 3:1 5:3 4:1 3:2 5:2 4:2 2:2 4:2 3:1 2:1 3:2 6:2 5:3 3:1 4:2 2:2",
        beat=32,
    )
    return Score(
        bpm=80,
        bars=16,
        room_s=2.8,
        drive=0.6,
        air_db=2.5,
        parts=[
            Part(
                ensembles.spiccato,
                broken(chords, [0, 1, 2, 1, 0, 2, 1, 2], "XoxoxoxoXoxoxoxo", 0.9, 0.25),
                -24,
                -0.3,
                0.3,
            ),
            Part(
                ensembles.spiccato,
                within(broken(low, [0, 0, 2, 0], "X.x.x.x.X.x.x.x.", 0.9, 0.25), 4, 16),
                -26,
                0.35,
                0.3,
            ),
            Part(ensembles.strings, sustained(chords, 0.7, 0.2), -27, 0, 0.4, loose_s=0.015),
            Part(ensembles.strings, bass(low, "x-------", 38, (0,), 0.8), -25, 0, 0.25),
            Part(ensembles.brass, tune, -25, 0.15, 0.45, loose_s=0.01),
            Part(ensembles.brass, within(sustained(low, 0.6), 12, 16), -29, -0.2, 0.4),
            Part(
                keys.felt_piano,
                within(broken(bars(progression, 74), [0, 2, 1, 2], "x.o.x.o.", 0.7, 1), 0, 8),
                -29,
                0.25,
                0.5,
            ),
            Part(drums.big_drum, strokes("X.....o.x.......", 12, first=16), -23, 0, 0.35),
            Part(drums.big_drum, strokes("............x.xx", 8, first=32), -27, 0.25, 0.4),
            Part(drums.swell, [Note(28, 4, 60, 0.8), Note(60, 4, 60, 0.7)], -36, 0, 0.4),
        ],
    )


def top_of_the_hour() -> Score:
    """A pulse, strings in sixteenths and horns: the minute before the news, in D minor."""
    progression = "Dm Dm Bb C Dm Dm Bb Csus4 Gm Dm/F Bb C Dm Bb Gm Asus4"
    chords = bars(progression, 62)
    hits = [note for bar in (0, 4, 8, 12) for note in within(struck(chords, "X---............"), bar, bar + 1)]
    tune = melody(
        Scale(74, "minor"),
        "4:1.5 3:.5 4:1 6:1 5:3 1:1 6:1.5 5:.5 6:1 3:1 4:1 2:3 5:1.5 4:.5 3:2 3:1.5 4:.5 6:2 6:1.5 4:.5 2:2 4:2 5:2",
        beat=32,
        strength=0.7,
    )
    return Score(
        bpm=125,
        bars=16,
        room_s=1.3,
        drive=0.8,
        air_db=3.0,
        parts=[
            Part(keys.synth_bass, bass(chords, "XoxoXoxo", 38, (0,), 0.8), -22, 0, 0.02, loose_s=0.001),
            Part(ensembles.spiccato, broken(chords, [0, 1, 2, 1], "XooxooxoXooxooxo", 0.85, 0.25), -25, -0.35, 0.25),
            Part(
                ensembles.spiccato,
                within(broken(bars(progression, 74), [2, 1, 0], "x..x..x.x..x..x.", 0.8, 0.25), 8, 16),
                -28,
                0.4,
                0.3,
            ),
            Part(ensembles.warm_pad, sustained(chords, 0.6), -30, 0, 0.25),
            Part(ensembles.brass, hits, -28, 0, 0.4),
            Part(ensembles.strings, tune, -27, 0.1, 0.4),
            Part(keys.synth_pluck, struck(chords, "x..x..x.........", 0.8), -28, 0.1, 0.3, echo=0.3),
            Part(drums.kick, strokes("X...x...X...x.x.", 16), -23, 0, 0.03, loose_s=0.001),
            Part(drums.tick, strokes("xoxoxoxoxoxoxoxo", 16), -34, 0.3, 0.12, loose_s=0.001),
            Part(drums.snare, strokes("..x...x.", 8, first=32), -29, 0, 0.25, loose_s=0.002),
            Part(drums.big_drum, strokes("X.......|........|........|......xx", 16), -25, 0, 0.3),
            Part(drums.swell, [Note(28, 4, 60, 0.8), Note(61, 3, 60, 0.7)], -36, 0, 0.3),
        ],
    )


def night_drive() -> Score:
    """Arpeggios, a pad that ducks with the drum and a snare in a large room, in F sharp minor."""
    progression = "F#m F#m D D A A Esus4 E F#m F#m Dadd9 Dadd9 Bm7 Bm7 Esus4 E"
    chords = bars(progression, 61)
    tune = melody(
        Scale(66, "minor"),
        "5:3 4:.5 3:.5 5:4 6:3 5:.5 3:.5 5:4 4:3 3:.5 1:.5 4:2 6:2 7:3 4:1 2:4",
        beat=32,
        strength=0.75,
    )
    return Score(
        bpm=100,
        bars=16,
        room_s=1.8,
        drive=0.9,
        air_db=3.0,
        parts=[
            Part(
                keys.synth_pluck,
                broken(chords, [0, 1, 2, 3, 4, 3, 2, 1], "XoxoxoxoXoxoxoxo", 0.8, 0.25),
                -25,
                -0.1,
                0.2,
                echo=0.25,
                loose_s=0.001,
            ),
            Part(ensembles.warm_pad, sustained(chords, 0.8), -25, 0, 0.3, pumped=0.55),
            Part(ensembles.air_pad, within(sustained(bars(progression, 73), 0.5), 8, 16), -31, 0, 0.4, pumped=0.4),
            Part(
                keys.synth_bass,
                bass(chords, "XoxoXoxo", 36, (0, 0, 0, 12), 0.85),
                -21.5,
                0,
                0.0,
                loose_s=0.001,
                pumped=0.4,
            ),
            Part(ensembles.whistle, tune, -28, 0.1, 0.45, echo=0.35),
            Part(drums.kick, strokes("X.X.X.X.", 16), -21.5, 0, 0.02, loose_s=0),
            Part(drums.snare, strokes("..X...X.", 14, first=8), -26, 0, 0.4, loose_s=0.001),
            Part(drums.hat, strokes("o.x.o.x.o.x.o.xx", 12, first=16), -32, 0.25, 0.08, loose_s=0.001),
            Part(drums.hat, strokes(".......x", 8, key=62, first=32), -33, -0.25, 0.1, loose_s=0.001),
        ],
    )
