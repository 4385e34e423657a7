"""Contact sheets of the cast for docs/reference/avatars.md: drawn by the studio, written as WebP."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from greenroom.domain.video import Framing
from greenroom.studio import cast
from greenroom.studio.cast import Drawn, Person
from greenroom.studio.planes import rgba_of_yuva
from greenroom.studio.pose import Pose

FOLDER = Path(__file__).parent.parent / "docs" / "reference" / "avatars"
Sheet = NDArray[np.uint8]
Mouth = tuple[float, float, float, float, float, float]

GROUND = (232, 236, 240)
SHUT: Mouth = (0, 0, 0, 0, 0, 0)
MOUTHS: tuple[tuple[str, Mouth], ...] = (
    ("rest", SHUT),
    ("p b m", (0, 0, 0, 1, 0, 0)),
    ("f v", (0.12, 0.1, 0.2, 0, 1, 0)),
    ("s z", (0.08, 0.5, 0.5, 0, 0, 0.2)),
    ("l n d t", (0.35, 0.1, 0.2, 0, 0, 1)),
    ("e", (0.35, 0.25, 0.25, 0, 0, 0)),
    ("a", (0.85, 0, 0.25, 0, 0, 0)),
    ("i", (0.15, 0.9, 0.4, 0, 0, 0)),
    ("o", (0.5, -0.6, 0.1, 0, 0, 0)),
    ("u", (0.2, -1, 0, 0, 0, 0)),
)
HEADS: tuple[tuple[str, Pose], ...] = (
    ("turn", Pose(SHUT, head=(-0.4, 0, 0), gaze=(-0.5, 0))),
    ("turn", Pose(SHUT, head=(0.4, 0, 0), gaze=(0.5, 0))),
    ("nod", Pose(SHUT, head=(0, 0.25, 0))),
    ("nod", Pose(SHUT, head=(0, -0.25, 0))),
    ("tilt", Pose(SHUT, head=(0, 0, 0.2))),
    ("blink", Pose(SHUT, blink=1)),
    ("brows", Pose(SHUT, brow=1)),
    ("smile", Pose(SHUT, smile=1)),
)


def main() -> None:
    """Write all sheets."""
    FOLDER.mkdir(exist_ok=True)
    save("cast", grid([labelled(one, f"{one.name}  {one.number}") for one in cast.people()], 5))
    sarah, marcus, nia = (next(one for one in cast.people() if one.name == name) for name in ("Sarah", "Marcus", "Nia"))
    save("mouths", np.vstack([mouths(sarah), mouths(marcus)]))
    save("gestures", np.vstack([gestures(sarah), gestures(marcus)]))
    save("heads", np.vstack([heads(sarah), heads(nia)]))
    save("framings", framings(sarah))


def save(name: str, sheet: Sheet) -> None:
    """Write a sheet."""
    path = FOLDER / f"{name}.webp"
    Image.fromarray(sheet).save(path, quality=80, method=6)
    print(f"{path.name}: {sheet.shape[1]}x{sheet.shape[0]}, {path.stat().st_size / 1000:.0f} kB")


def frame(avatar: Drawn, pose: Pose, size: tuple[int, int]) -> Sheet:
    """A whole frame: the presenter on a plain ground."""
    whole = np.empty((size[1], size[0], 3), np.float32)
    whole[:] = GROUND
    left, top, width, height = avatar.box
    part = whole[top : top + height, left : left + width]
    picture = rgba_of_yuva(avatar.draw(pose)).astype(np.float32)
    part[:] = picture[..., :3] + part * (1 - picture[..., 3:] / 255)
    return np.asarray(whole + 0.5, np.uint8)


def reduced(sheet: Sheet, factor: int) -> Sheet:
    """A sheet at a fraction of its size."""
    size = (sheet.shape[1] // factor, sheet.shape[0] // factor)
    return np.asarray(Image.fromarray(sheet).resize(size, Image.Resampling.LANCZOS))


def noted(sheet: Sheet, text: str) -> Sheet:
    """A sheet with a line of text at its lower edge."""
    shade = np.ones((sheet.shape[0], 1, 1))
    shade[-44:, 0, 0] = np.linspace(1, 0.45, 44)
    picture = Image.fromarray(np.asarray(sheet * shade, np.uint8))
    # The typeface that Pillow brings: a sheet does not depend on what is installed.
    ImageDraw.Draw(picture).text((10, picture.height - 26), text, "white", ImageFont.load_default(16))
    return np.asarray(picture)


def grid(sheets: Sequence[Sheet], columns: int) -> Sheet:
    """Sheets of one size in rows."""
    return np.vstack([np.hstack(sheets[i : i + columns]) for i in range(0, len(sheets), columns)])


def labelled(one: Person, text: str) -> Sheet:
    """A presenter from the waist up, with their name."""
    size = (800, 1040)
    return noted(reduced(frame(cast.avatar(one, size), Pose(SHUT, smile=0.5), size), 2), text)


def mouths(one: Person) -> Sheet:
    """The lower face in all shapes of speech."""
    size = (720, 720)
    avatar = cast.avatar(one, size, Framing.CLOSEUP)
    left, top, width, height = avatar.mouth_box
    shown: Iterable[tuple[str, Sheet]] = ((name, frame(avatar, Pose(mouth), size)) for name, mouth in MOUTHS)
    return grid(
        [
            noted(np.ascontiguousarray(s[top - 110 : top + height + 20, left - 40 : left + width + 40]), n)
            for n, s in shown
        ],
        5,
    )


def gestures(one: Person) -> Sheet:
    """Hands at rest and in each gesture."""
    size = (600, 720)
    avatar = cast.avatar(one, size)
    poses = [Pose((0.3, 0.1, 0.2, 0, 0, 0), gesture=name, reach=1.0, smile=0.4) for name in ("", *cast.GESTURES)]
    return grid([noted(reduced(frame(avatar, pose, size), 2), pose.gesture or "rest") for pose in poses], 4)


def heads(one: Person) -> Sheet:
    """The head turned, nodding and tilted, and what a face does besides speaking."""
    size = (600, 600)
    avatar = cast.avatar(one, size, Framing.CLOSEUP)
    return grid([noted(reduced(frame(avatar, pose, size), 2), name) for name, pose in HEADS], 4)


def framings(one: Person) -> Sheet:
    """Every framing in every aspect ratio, as high as the others."""
    rows = []
    for framing in Framing:
        row = [
            frame(cast.avatar(one, size, framing), Pose(SHUT, smile=0.5), size)
            for size in ((540, 960), (1706, 960), (960, 960))
        ]
        rows.append(
            noted(
                reduced(np.hstack([np.pad(s, ((6, 6), (6, 6), (0, 0)), constant_values=255) for s in row]), 3),
                framing.value,
            )
        )
    return np.vstack(rows)


if __name__ == "__main__":
    main()
