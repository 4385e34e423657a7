"""Music for products, stories and good news: guitars, piano, light drums."""

from greenroom.studio.sound.music import drums, ensembles, keys
from greenroom.studio.sound.music.patterns import again, bars, bass, broken, struck, sustained, within
from greenroom.studio.sound.music.score import Part, Score
from greenroom.studio.sound.music.theory import Scale, melody, strokes


def open_floor() -> Score:
    """Palm-muted guitar, piano and a bell over D major: the sound of a company that is doing well."""
    verse = "D A/C# Bm7 Gadd9 D A/C# Bm7 Gadd9"
    chorus = "Em7 G D Asus4 Em7 G Asus4 A"
    chords = bars(f"{verse} {chorus}", 64)
    low = bars(f"{verse} {chorus}", 57)
    tune = melody(
        Scale(74),
        "6:1.5 4:.5 2:2 4:1.5 6:.5 8:2 5:1.5 3:.5 5:2 5:1 2:3 6:1.5 4:.5 6:2 8:1.5 6:.5 4:2 5:2 8:2 7:2 -:2",
        beat=32,
    )
    return Score(
        bpm=120,
        bars=16,
        room_s=1.5,
        parts=[
            Part(keys.muted_guitar, broken(low, [0, 2, 1, 2, 3, 2, 1, 2], "Xoxoxoxo", ring=0.4), -25, -0.45, 0.2),
            Part(
                keys.muted_guitar,
                within(broken(chords, [2, 1, 3, 1, 2, 1, 4, 1], "oxoxoxox", ring=0.4), 4, 16),
                -27,
                0.5,
                0.25,
            ),
            Part(keys.felt_piano, struck(low, "x--o--x-", strum=0.015), -25, 0.1, 0.3),
            Part(ensembles.warm_pad, sustained(chords), -30, 0, 0.35),
            Part(keys.finger_bass, bass(chords, "X..x..xo", 38, (0, 0, 0, 7)), -22, 0, 0.02),
            Part(keys.bell, tune, -29, -0.1, 0.5, echo=0.25),
            Part(drums.soft_kick, strokes("X...x.o.", 16), -23, 0, 0.04),
            Part(drums.snap, strokes("..X...X.", 12, first=16), -31, 0.1, 0.35),
            Part(drums.shaker, strokes("oxoxoxox", 16), -37, 0.35, 0.12),
            Part(drums.hat, strokes("..x...x.", 8, first=32), -33, -0.3, 0.1),
        ],
    )


def bright_side() -> Score:
    """Four on the floor in C, claps, a plucked synthesiser and a whistled tune."""
    progression = "C G/B Am7 F C G/B Am7 Fadd9"
    chords = bars(progression, 67, times=2)
    uke = bars(progression, 69, times=2)
    tune = melody(
        Scale(72),
        "3:.5 5:.5 5:1 6:.5 5:1.5 2:.5 5:.5 5:1 3:.5 2:1.5 1:.5 3:.5 3:1 5:.5 3:1.5 1:1 2:1 3:2 "
        "3:.5 5:.5 5:1 6:.5 5:1.5 7:.5 5:.5 5:1 3:.5 2:1.5 8:1 6:.5 5:1 3:1.5 5:1.5 6:.5 6:2",
        beat=32,
    )
    return Score(
        bpm=125,
        bars=16,
        room_s=1.1,
        drive=0.8,
        air_db=1.0,
        parts=[
            Part(keys.synth_pluck, struck(chords, "X..x..x.x..x..o.", 0.9), -24, 0, 0.22, echo=0.18, pumped=0.35),
            Part(keys.ukulele, within(struck(uke, ".ox.oxox", 0.8, strum=0.02), 4, 16), -28, 0.4, 0.2),
            Part(ensembles.warm_pad, sustained(chords), -29, 0, 0.3, pumped=0.6),
            Part(
                keys.synth_bass, bass(chords, "X.xoX.xo", 36, (0, 0, 12, 0)), -21.5, 0, 0.0, loose_s=0.001, pumped=0.4
            ),
            Part(ensembles.whistle, tune, -28, -0.08, 0.4, echo=0.22),
            Part(drums.kick, strokes("X.X.X.X.", 16), -21, 0, 0.02, loose_s=0),
            Part(drums.clap, strokes("..X...X.", 14, first=8), -27, 0, 0.3),
            Part(drums.hat, strokes(".x.x.x.x", 12, first=16, key=60), -31, 0.2, 0.08),
            Part(drums.shaker, strokes("oxoxoxoxoxoxoxox", 8, first=32), -37, -0.35, 0.1),
        ],
    )


def front_porch() -> Score:
    """A fingerpicked steel-string guitar in G, a second one, shaker and bass."""
    progression = "G Cadd9 G/B D Em7 Cadd9 G D G Cadd9 Em7 D Cadd9 G/B C Dsus4"
    chords = bars(progression, 60)
    high = bars(progression, 67)
    tune = melody(
        Scale(67),
        "3:1 5:1 6:.5 5:1.5 3:2 1:2 2:1 3:1 5:1 3:1 2:3 -:1 6:1.5 5:.5 3:2 3:1 4:1 6:2 8:1.5 6:.5 5:2 5:1 2:3",
        beat=32,
    )
    return Score(
        bpm=96,
        bars=16,
        room_s=1.2,
        parts=[
            Part(keys.steel_guitar, broken(chords, [0, 2, 3, 1, 4, 2, 3, 1], "Xoxoxoxo", 0.95, 1.6), -23, -0.3, 0.22),
            Part(keys.steel_guitar, bass(chords, "X...x...", 43, (0, 7)), -25, -0.2, 0.15),
            Part(
                keys.steel_guitar,
                within(struck(high, "x---..xox--..ox.", 0.75, strum=0.028), 8, 16),
                -29,
                0.5,
                0.25,
            ),
            Part(keys.felt_piano, tune, -26, 0.1, 0.4),
            Part(ensembles.strings, within(sustained(chords, 0.5), 8, 16), -33, 0, 0.4),
            Part(keys.finger_bass, bass(chords, "X..ox...", 36, (0, 0, 7)), -23, 0, 0.03),
            Part(drums.shaker, strokes("xo,oxo,oxo,oxo,o", 12, first=16), -36, 0.3, 0.15),
            Part(drums.soft_kick, strokes("X...x...", 12, first=16), -26, 0, 0.08),
            Part(drums.rim, strokes("..o...x.", 8, first=32), -34, 0.15, 0.3),
        ],
    )


def paper_planes() -> Score:
    """Pizzicato strings, a marimba and a ukulele, swung, in F."""
    progression = "F C7/E Dm Bb F/A Bb C7 C7 F C7/E Dm G7/B Bb C7 F C7"
    chords = bars(progression, 65)
    low = bars(progression, 53)
    tune = melody(
        Scale(77),
        "5:.5 -:.5 5:.5 6:.5 5:1 3:1 5:.5 -:.5 4:.5 3:.5 2:2 6:.5 -:.5 6:.5 8:.5 6:1 3:1 6:.5 5:.5 4:.5 6:.5 4:2 "
        "3:.5 -:.5 3:.5 5:.5 8:1 5:1 6:.5 5:.5 4:.5 3:.5 4:1 -:1 5:.5 7:.5 9:1 7:.5 5:1.5 5:.5 4:.5 2:1 5:1 -:1",
        beat=0,
    )
    return Score(
        bpm=128,
        bars=16,
        swing=0.24,
        room_s=0.9,
        air_db=0.5,
        parts=[
            Part(keys.pizzicato, struck(chords, "..x...x.", 0.8), -25, 0.3, 0.25),
            Part(keys.pizzicato, bass(low, "X...x...", 43, (0, 7)), -23, -0.2, 0.2),
            Part(keys.marimba, [*tune, *again(tune, 32)], -25, -0.15, 0.3),
            Part(keys.ukulele, within(struck(chords, ".x.x.x.o", 0.7, strum=0.015), 8, 16), -28, 0.45, 0.2),
            Part(keys.finger_bass, bass(low, "X...X...", 38, (0, 0)), -24, 0, 0.02),
            Part(drums.woodblock, strokes("x..x..x.", 16, key=62), -33, 0.35, 0.25),
            Part(drums.soft_kick, strokes("X...X...", 16), -25, 0, 0.05),
            Part(drums.snap, strokes("..X...X.", 12, first=16), -31, -0.1, 0.25),
            Part(drums.shaker, strokes("xoxoxoxo", 8, first=32), -37, -0.35, 0.12),
        ],
    )
