"""Portraits that talk: each is made into a film, measured in its decoded frames, and shown as a contact sheet."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import photo_page  # noqa: E402
from greenroom.domain.video import FRAME_RATE  # noqa: E402
from greenroom.studio import models  # noqa: E402
from greenroom.studio.photo import Networks, judged, prepare  # noqa: E402
from greenroom.studio.speech import Phone, Speech  # noqa: E402
from greenroom.studio.voices.espeak import Espeak  # noqa: E402
from photo_films import Frames, Lips, film, frames_of, identity, jump_outside, lips_of, points_of, spoken  # noqa: E402
from portraits import PEOPLE, Rgb, portrait  # noqa: E402

SCRIPT = "My papa bought a big warm lamp. Mama may keep it by the open sofa, maybe."
LEAST_CORRELATION, MOST_LAG, MOST_CLOSURE, MOST_JUMP_PX, MOST_CHANGE = 0.9, 1, 0.15, 2.0, 0.01
SHOWN = (("rest", ""), ("a", "ɑː"), ("m", "m"), ("o", "oʊ"), ("e", "iː"), ("f", "f"))
"""The pictures of a row: what is said over it, and the phone in whose middle it is taken."""


class Row(NamedTuple):
    """What came of a portrait."""

    name: str
    lips: Lips
    jump_px: float
    identity: float
    pictures: list[Rgb]

    @property
    def faults(self) -> list[str]:
        """In what it is not as good as it should be."""
        found = {
            f"correlation {self.lips.correlation:.3f}": self.lips.correlation < LEAST_CORRELATION,
            f"lag of {self.lips.lag} frames": abs(self.lips.lag) > MOST_LAG,
            f"closures open by {self.lips.closure:.0%}": self.lips.closure >= MOST_CLOSURE,
            f"a jump of {self.jump_px:.1f} px": self.jump_px > MOST_JUMP_PX,
            f"shape changed by {self.identity:.1%}": self.identity > MOST_CHANGE,
        }
        return [text for text, wrong in found.items() if wrong]


def main() -> int:
    """Make and measure them; 0 if all are good."""
    parser = argparse.ArgumentParser(prog="scripts/photo-campaign", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], choices=PEOPLE, help="names of rendered heads")
    parser.add_argument("--also", nargs="+", default=[], type=Path, help="photographs besides; never in the docs")
    parser.add_argument("--docs", action="store_true", help="write docs/reference/photo_avatars.md with its pictures")
    parser.add_argument("--output", type=Path, default=ROOT / "artefacts" / "photo-campaign")
    chosen = parser.parse_args()
    if chosen.docs and (chosen.only or chosen.also):
        parser.error("--docs shows all rendered heads, and no photographs")
    chosen.output.mkdir(parents=True, exist_ok=True)
    pictures = {name: portrait(PEOPLE[name]) for name in chosen.only or PEOPLE}
    pictures |= {path.stem: np.asarray(Image.open(path).convert("RGB")) for path in chosen.also}
    rows = measured(pictures, chosen.output)
    if chosen.docs:
        photo_page.write([photo_page.Shown(*row[:4], row.pictures) for row in rows], [name for name, _ in SHOWN])
    bad = [row for row in rows if row.faults]
    print(f"{len(rows) - len(bad)} of {len(rows)} portraits are as they should be")
    return 1 if bad else 0


def measured(pictures: dict[str, Rgb], output: Path) -> list[Row]:
    """Each portrait made to talk; a line is printed and a sheet written for each."""
    networks, voice = Networks(models.usual_folder()), Espeak()
    speech = spoken(SCRIPT, voice)
    voice.close()
    rows = []
    for name, picture in pictures.items():
        row = row_of(name, picture, speech, networks, output)
        lips = row.lips
        print(
            f"{'BAD' if row.faults else 'ok '} {name:<12} r {lips.correlation:.3f}  lag {lips.lag:+d}  "
            f"closures {lips.closure:.3f} (widest {lips.widest:.3f})  jump {row.jump_px:.2f} px  "
            f"identity {row.identity:.2%}  {'; '.join(row.faults)}",
            flush=True,
        )
        Image.fromarray(np.hstack(row.pictures)).save(output / f"{name}.jpg", quality=88)
        rows.append(row)
    return rows


def row_of(name: str, picture: Rgb, speech: Speech, networks: Networks, output: Path) -> Row:
    """A portrait, made to talk and measured; the film is kept beside the sheet."""
    judgement = judged(picture, networks)
    if judgement.refusals:
        sys.exit(f"{name} is refused: {judgement.refusals[0].message}")
    with tempfile.TemporaryDirectory() as folder:
        path = film(prepare(picture, networks, judgement.face), SCRIPT, speech, Path(folder))
        frames = frames_of(path)
        path.replace(output / f"{name}.mp4")
    points = points_of(frames, networks)
    jump, changed = jump_outside(frames, points), identity(points, points[0])
    return Row(name, lips_of(points, SCRIPT, speech), jump, changed, [_given(picture), *shown(frames, speech.phones)])


def _given(picture: Rgb) -> Rgb:
    """The photograph as it was given, in a square."""
    side = min(picture.shape[:2])
    left = (picture.shape[1] - side) // 2
    return np.asarray(cv2.resize(picture[:side, left : left + side], (720, 720), interpolation=cv2.INTER_CUBIC))


def shown(frames: Frames, phones: Sequence[Phone]) -> list[Rgb]:
    """The frames in which some phones are seen."""
    made = []
    for _, ipa in SHOWN:
        # The last one: the first words are said while the head still comes to rest.
        heard = [one for one in phones if one.ipa == ipa] if ipa else []
        at_s = (heard[-1].start_s + heard[-1].end_s) / 2 - 0.04 if heard else 0.0
        made.append(frames[min(len(frames) - 1, max(0, round(at_s * FRAME_RATE)))])
    return made


if __name__ == "__main__":
    sys.exit(main())
