"""docs/reference/photo_avatars.md: what `scripts/photo-campaign --docs` has measured, and its pictures as WebP."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from photo_films import Lips
from portraits import PEOPLE, Head, Rgb

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "photo_avatars.md"
SIDE = 150
AT_ONCE = 7
FACE = slice(90, 570), slice(120, 600)
"""The part of a frame of 720 x 720 that is shown."""
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"


class Shown(NamedTuple):
    """A portrait on the page."""

    name: str
    lips: Lips
    jump_px: float
    identity: float
    pictures: list[Rgb]


def write(rows: list[Shown], said: list[str]) -> None:
    """Write the table between its marks, and the sheets."""
    folder = PAGE.with_suffix("")
    folder.mkdir(exist_ok=True)
    sheets = []
    for number, first in enumerate(range(0, len(rows), AT_ONCE), 1):
        part = rows[first : first + AT_ONCE]
        path = folder / f"heads-{number}.webp"
        sheet([("given", *said)] * len(part), part).save(path, quality=82, method=6)
        names = ", ".join(row.name.capitalize() for row in part)
        sheets.append(f"![{names}: as given, at rest, and speaking]({folder.name}/{path.name})\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n" + "\n".join(sheets) + f"\n{END}{after}")


def table(rows: list[Shown]) -> str:
    """What was measured."""
    lines = [
        "| head | shown | r | lag | closures | widest | jump | identity |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        lips = row.lips
        lines.append(
            f"| {row.name.capitalize()} | {about(PEOPLE[row.name])} | {lips.correlation:.3f} | {lips.lag} | "
            f"{lips.closure:.0%} | {lips.widest:.0%} | {row.jump_px:.2f} px | {row.identity:.2%} |"
        )
    return "\n".join(lines) + "\n"


def about(head: Head) -> str:
    """What is special about a head."""
    light = sum(head.skin) / 3
    words = ["light skin" if light > 180 else "brown skin" if light > 95 else "dark skin"]
    words += ["old"] * (head.age > 0.6) + ["bald"] * head.bald + ["long hair"] * (head.long_hair > 0)
    words += ["beard"] * (head.beard > 0.3) + ["stubble"] * (0 < head.beard <= 0.3) + ["glasses"] * head.glasses
    words += ["teeth"] * (head.mouth > 0) + ["smile"] * (head.smile > 0.3 and not head.mouth)
    words += [f"turned {abs(head.turn):.0f}°"] * bool(head.turn) + [f"tilted {abs(head.roll):.0f}°"] * bool(head.roll)
    return ", ".join(words)


def sheet(labels: list[tuple[str, ...]], rows: list[Shown]) -> Image.Image:
    """Rows of pictures, each with what is shown in it."""
    lines = []
    for row, names in zip(rows, labels, strict=True):
        given, *frames = row.pictures
        shown = [given, *(frame[FACE] for frame in frames)]
        small = [_small(picture, name) for picture, name in zip(shown, names, strict=True)]
        lines.append(np.hstack(small))
    return Image.fromarray(np.vstack(lines))


def _small(picture: Rgb, text: str) -> Rgb:
    made = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(made)
    # The typeface that Pillow brings: a sheet does not depend on what is installed.
    draw.text((6, SIDE - 18), text, "white", ImageFont.load_default(12), stroke_width=2, stroke_fill="#303038")
    return np.asarray(made)
