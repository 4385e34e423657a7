"""From a plan with a take to its frames: the film is opened, tracked once, and dubbed."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np

from greenroom import __version__
from greenroom.domain.video import FRAME_RATE, Take
from greenroom.errors import NotProduced
from greenroom.studio.film.label import label
from greenroom.studio.film.shown import Shown
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.lipsync import gates, track
from greenroom.studio.lipsync.dubbing import Dubbing, Mouths
from greenroom.studio.lipsync.playback import Order, order
from greenroom.studio.lipsync.reading import Reading, opened, pictures
from greenroom.studio.lipsync.speaker import NoSpeaker
from greenroom.studio.lipsync.track import NotTracked, Track
from greenroom.studio.photo.networks import Networks
from greenroom.studio.plan import Plan
from greenroom.studio.planes import Planes
from greenroom.studio.speech import Notice

_THREADS = 2
_EARLIEST, _LATEST = round(0.3 * FRAME_RATE), 6 * FRAME_RATE
"""Between which frames a cover is looked for."""

Going = Callable[[float], None]
"""Told which share of the film was looked at; may raise to end it."""


@contextmanager
def dubbed(plan: Plan, mouths: Mouths, going: Going) -> Iterator[Shown]:
    """
    What is seen in a film of a plan's take, with a mouth for each frame. The film is closed in the end.

    Raises NotProduced for a film that cannot be decoded, or has no face whose mouth can be moved.
    """
    take = plan.spec.take
    assert take is not None and take.size is not None, "a take is verified before it is made"
    name = take.source.asset_id
    film = opened(plan.materials[name], name, take.size, _THREADS)
    try:
        shown = order(take.playback, len(mouths), film.count)
        found = _track(plan, take, film, int(shown.max()) + 1, going)
        yield _shown(plan, take.size, film, found, shown, mouths)
    finally:
        film.close()


def _shown(plan: Plan, size: tuple[int, int], film: FilmBackdrop, found: Track, shown: Order, mouths: Mouths) -> Shown:
    said = label(size, plan.fonts) if plan.spec.label else None
    try:
        dubbing = Dubbing(Reading(film, size), found, shown, mouths, said)
    except NoSpeaker:
        raise NotProduced("no_face", gates.NO_FACE) from None
    usable = [bool(one) for one in found.usable[shown]]
    hidden = float(found.covered[shown].mean())

    def cover() -> Planes:
        width, height = size
        half = (height // 2, width // 2)
        out = Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))
        dubbing.draw(_best(mouths, usable), out)
        return out

    return Shown(
        size,
        lambda first: dubbing.frames(first, size, FRAME_RATE),
        cover,
        None,
        _notices(found, sum(usable) / len(usable), hidden, film),
    )


def _track(plan: Plan, take: Take, film: FilmBackdrop, count: int, going: Going) -> Track:
    """The track of a film's first pictures, as an earlier attempt has left it or made now."""
    made_with = (__version__, av.__version__, cv2.__version__, take.source, take.size, count)
    path = Path(plan.work) / f"{hashlib.sha256(msgspec.json.encode(made_with)).hexdigest()[:16]}.track"
    try:
        return track.decoded(path.read_bytes())
    except (FileNotFoundError, NotTracked):
        pass
    networks = Networks(plan.models)
    found = track.tracked(pictures(film, count), networks, lambda number: going(number / count))
    part = path.with_suffix(".part")
    part.write_bytes(track.encoded(found))
    os.replace(part, path)
    return found


def _best(mouths: Mouths, usable: Sequence[bool]) -> int:
    """A frame for the cover: one of the first with a face, whose mouth is not in the middle of a sound."""
    first, last = min(len(mouths) - 1, _EARLIEST), min(len(mouths), _LATEST)

    def faults(index: int) -> float:
        jaw, wide, upper, press, tuck, _ = mouths[index]
        return max(0.0, jaw - 0.12) + max(0.0, -wide) + upper + press + tuck + 9.0 * (not usable[index])

    return min(range(first, max(first + 1, last)), key=lambda index: (faults(index), index))


def _notices(found: Track, share: float, hidden: float, film: FilmBackdrop) -> tuple[Notice, ...]:
    notices = []
    if found.several:
        notices.append(Notice("several_faces", "Several faces are seen in the video; the largest one speaks."))
    if hidden > 0:
        text = f"In {100 * hidden:.1f}% of the frames something is before the mouth, a hand perhaps; "
        notices.append(Notice("mouth_covered", text + "there the video is left as it is."))
    missing = 1 - share - hidden
    if missing > 1e-9:
        text = f"In {100 * missing:.1f}% of the frames no face is seen that is large enough and looks ahead; "
        notices.append(Notice("face_missing", text + "there the video is left as it is."))
    if any(one.code == "background_tone_mapped" for one in film.warnings):
        text = "The video was in HDR or in a wide gamut. The result is in BT.709, which shows fewer colours."
        notices.append(Notice("film_tone_mapped", text))
    return tuple(notices)
