"""Music for teaching, thinking and evenings: electric piano, pads, nylon strings."""

from greenroom.studio.sound.music import drums, ensembles, keys
from greenroom.studio.sound.music.patterns import again, bars, bass, broken, struck, sustained, within
from greenroom.studio.sound.music.score import Part, Score
from greenroom.studio.sound.music.theory import Note, Scale, melody, strokes


def rainy_window() -> Score:
    """Electric piano and slow, swung drums behind rain on a pane."""
    progression = "Fmaj9 Em7 Dm9 Cmaj9 Fmaj9 Em7 Am9 G6"
    chords = bars(progression, 62, times=2)
    tune = melody(
        Scale(72),
        "-:1 5:.5 6:.5 8:1 7:1 5:2 -:2 -:1 3:.5 5:.5 6:1 5:1 3:3 -:1 -:1 5:.5 6:.5 8:1 9:1 7:1.5 5:.5 -:2 "
        "-:1 8:.5 7:.5 5:1 3:1 2:3 -:1",
        beat=32,
        strength=0.6,
    )
    return Score(
        bpm=75,
        bars=16,
        swing=0.22,
        grid=0.25,
        room_s=1.3,
        drive=1.0,
        air_db=-5.0,
        parts=[
            Part(keys.electric_piano, struck(chords, "X------.o--x----", 0.8, strum=0.03), -22, 0, 0.25, loose_s=0.01),
            Part(keys.nylon_guitar, tune, -26, 0.25, 0.4, echo=0.3, loose_s=0.012),
            Part(keys.kalimba, within(broken(chords, [3, 1, 2, 4], "..x...o...x...,.", 0.6, 1), 8, 16), -32, -0.4, 0.4),
            Part(ensembles.warm_pad, sustained(chords, 0.5), -33, 0, 0.3),
            Part(keys.finger_bass, bass(chords, "X--...x.x--....o", 36, (0, 0, 7, 0)), -21.5, 0, 0.02, loose_s=0.008),
            Part(drums.soft_kick, strokes("X......o..x.....", 16), -22.5, 0, 0.05, loose_s=0.006),
            Part(drums.brushed_snare, strokes("....X.......X..,", 16), -26, 0.05, 0.18, loose_s=0.01),
            Part(drums.hat, strokes("x.o.x.o.x.o.x.oo", 12, first=16), -34, 0.25, 0.1, loose_s=0.008),
            Part(drums.rain, [Note(4.0 * bar, 4.0, 60 + bar % 4, 0.8) for bar in range(16)], -44, 0, 0.0, loose_s=0),
        ],
    )


def slow_tide() -> Score:
    """Wide pads that come and go, and bells far off, in D."""
    progression = "Dadd9 Bm7 Gadd9 Em7 D/F# Gadd9"
    chords = bars(progression, 62, beats=8)
    high = bars(progression, 74, beats=8)
    tune = melody(
        Scale(74),
        "-:2 5:3 3:3 -:1 6:2 5:1 2:4 -:2 7:2 6:1 3:3 -:2 4:2 2:1 6:3 -:1 5:2 3:2 7:3 -:2 6:2 5:1 2:3",
        strength=0.6,
    )
    return Score(
        bpm=60,
        bars=12,
        room_s=4.2,
        echo_beats=1.5,
        drive=0.2,
        air_db=3.0,
        parts=[
            Part(ensembles.air_pad, sustained(chords, 0.7, 0.5), -23, 0, 0.5, loose_s=0.03),
            Part(ensembles.warm_pad, sustained(bars(progression, 50, beats=8), 0.6), -28, 0, 0.35, loose_s=0.03),
            Part(ensembles.air_pad, within(sustained(high, 0.5), 4, 12), -32, 0, 0.6, loose_s=0.05),
            Part(keys.bell, tune, -31, 0.15, 0.8, echo=0.5, loose_s=0.02),
            Part(keys.felt_piano, broken(high, [0, 2, 1], "o.....,...o.....", 0.7, 4), -32, -0.25, 0.8, echo=0.3),
            Part(ensembles.warm_pad, bass(chords, "x---------------", 38), -25, 0, 0.1),
        ],
    )


def quiet_letters() -> Score:
    """A felt piano by itself in A minor, and strings that join it."""
    progression = "Am F C G Am F C/E Gsus4 Dm7 Am/C F Esus4"
    chords = bars(progression, 60)
    tune = melody(
        Scale(69, "minor"),
        "5:2 3:1 5:1 8:2 7:1 6:1 5:3 3:1 2:2 4:2 5:2 3:1 5:1 8:2 10:1 8:1 10:1.5 8:.5 7:2 7:2 4:2 "
        "8:2 6:1 4:1 8:1.5 7:.5 5:2 6:2 8:1 6:1 5:2 8:1 9:1",
        strength=0.75,
    )
    return Score(
        bpm=72,
        bars=12,
        room_s=2.4,
        drive=0.2,
        air_db=-1.5,
        parts=[
            Part(
                keys.felt_piano,
                broken(chords, [0, 1, 2, 1, 3, 1, 2, 1], "xoooxooo", 0.6, 1.8),
                -25,
                -0.1,
                0.4,
                loose_s=0.01,
            ),
            Part(keys.felt_piano, bass(chords, "X---x---", 43, (0, 12), 0.6), -26, -0.15, 0.35, loose_s=0.008),
            Part(keys.felt_piano, tune, -22, 0.12, 0.45, loose_s=0.01),
            Part(ensembles.strings, within(sustained(chords, 0.5, 0.2), 4, 12), -31, 0, 0.5, loose_s=0.02),
            Part(ensembles.strings, within(again(tune, 0, -12), 8, 12), -33, 0.3, 0.5, loose_s=0.02),
        ],
    )


def clear_focus() -> Score:
    """Kalimba in threes over fours, a pad that breathes, hardly any drums: for screens and code."""
    progression = "Em7 Em7 Cadd9 Cadd9 Gadd9 Gadd9 D6 D6 Am7 Cadd9 Gadd9 D6"
    chords = bars(progression, 64)
    return Score(
        bpm=90,
        bars=12,
        room_s=1.8,
        echo_beats=0.75,
        drive=0.4,
        parts=[
            Part(
                keys.kalimba,
                broken(chords, [0, 2, 4, 1, 3, 5], "x..o..x..o..x.o.", 0.8, 1),
                -24,
                -0.25,
                0.35,
                echo=0.35,
            ),
            Part(
                keys.synth_pluck,
                within(broken(chords, [1, 3, 2], ".,o.,o.,o.,o.,o.", 0.7, 0.3), 4, 12),
                -30,
                0.4,
                0.3,
                echo=0.3,
            ),
            Part(ensembles.warm_pad, sustained(chords, 0.7), -26, 0, 0.35, pumped=0.25),
            Part(keys.synth_bass, bass(chords, "x-----..o---....", 40, (0, 0), 0.6), -23, 0, 0.02),
            Part(drums.soft_kick, strokes("X.......x.......", 12), -24, 0, 0.05),
            Part(drums.rim, strokes("....o......o....", 8, first=16), -35, 0.2, 0.4),
            Part(drums.hat, strokes("..o...o...o...oo", 8, first=16), -34, -0.2, 0.12),
        ],
    )


def sunday_kitchen() -> Score:
    """A bossa nova for nylon strings and electric piano in C."""
    progression = "Dm9 G13 Cmaj9 A7 Dm9 G13 Em7 A7 Fmaj7 Fm6 Em7 A7 Dm9 G13 Cmaj9 G13"
    chords = bars(progression, 59)
    tune = melody(
        Scale(72),
        "6:1.5 5:.5 4:1 2:1 3:3 -:1 5:1.5 7:.5 8:1 7:1 5:1 6:2 -:1 6:1.5 8:.5 9:1 8:1 7:3 -:1 "
        "8:1 7:.5 5:.5 3:2 6:1 5:1 3:2 6:1.5 8:.5 10:1 8:1 8:2 6:1 4:1 5:1.5 7:.5 5:1 3:1 5:1 6:1 3:2 "
        "4:1.5 6:.5 8:1 9:1 7:3 5:1 5:3 -:1 -:4",
        strength=0.65,
    )
    return Score(
        bpm=128,
        bars=16,
        room_s=1.1,
        drive=0.4,
        air_db=-1.0,
        parts=[
            Part(keys.nylon_guitar, struck(chords, "x-.x-.x-|.x-.x-o-", 0.85, strum=0.012), -23, -0.3, 0.2),
            Part(keys.electric_piano, tune, -25, 0.2, 0.3, echo=0.12, loose_s=0.012),
            Part(keys.finger_bass, bass(chords, "X--ox--o", 36, (0, 7, 7, 0)), -22, 0, 0.03),
            Part(drums.rim, strokes("x..x..x.|..x..x..", 16), -33, 0.3, 0.25),
            Part(drums.shaker, strokes("xooxxoox", 16), -36, -0.35, 0.12),
            Part(drums.soft_kick, strokes("X..ox..o", 16), -27, 0, 0.05),
            Part(ensembles.strings, within(sustained(bars(progression, 67), 0.4), 8, 16), -35, 0, 0.45),
        ],
    )
