"""
Whether a film has a face whose mouth can be moved, by a look at some of its pictures, before anything is queued.

Each refusal has a stable code, what was measured, what is allowed, and a cure.
"""

from dataclasses import dataclass

import numpy as np

from greenroom.domain.media import Finding
from greenroom.domain.video import FRAME_RATE
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.lipsync.reading import opened, seen
from greenroom.studio.lipsync.track import LEAST_EYE_DISTANCE_PX, LEAST_SCORE, MOST_NOD, MOST_TURN, is_usable
from greenroom.studio.photo.faces import Face, faces, followed
from greenroom.studio.photo.gates import SECOND_FACE, turn_of
from greenroom.studio.photo.networks import Networks, Rgb
from greenroom.studio.plan import Material

LOOKS = 9
"""Pictures that are looked at."""
_ALL_EVERY = 4
"""Every so many of them are searched all over."""
LEAST_SHARE = 0.34
"""Of them must have a face that can be used."""
_EDGE_S = 0.2  # the first and last moments of films are often black, or fade

NO_FACE = "No face was found in the video whose mouth could be moved. Send a video of a person who looks ahead."


@dataclass(frozen=True, slots=True)
class Found:
    """What speaks against a film, and what is not best."""

    refusals: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """What one picture shows: its largest face, if any, how surely, and whether another one is nearly as large."""

    face: Face | None
    best: float
    several: bool


def judged(material: Material, size: tuple[int, int], networks: Networks, used_s: float) -> Found:
    """
    What speaks against a film that is shown at some size, of which so many seconds are used.

    Raises NotProduced for one that cannot be decoded.
    """
    film = opened(material, "video_url", size, 1)
    try:
        looks = _looks(film, _numbers(film, used_s), networks)
    finally:
        film.close()
    refusal = _refusal(looks)
    return Found((refusal,) if refusal else (), _warnings(looks) if not refusal else ())


def _numbers(film: FilmBackdrop, used_s: float) -> list[int]:
    """Which pictures to look at: evenly over what is used."""
    count = min(film.count, max(1, round(used_s * FRAME_RATE)))
    edge = min(round(_EDGE_S * FRAME_RATE), (count - 1) // 4)
    return sorted({round(at) for at in np.linspace(edge, count - 1 - edge, LOOKS)})


def _looks(film: FilmBackdrop, numbers: list[int], networks: Networks) -> list[_Look]:
    looks: list[_Look] = []
    for place, number in enumerate(numbers):
        picture, last = seen(film.at(number)), looks[-1].face if looks else None
        # Where the face was a moment ago it is found at a tenth of the cost; others come in view in the meantime.
        face = followed(picture, last.points, networks) if last is not None and place % _ALL_EVERY else None
        if face is not None and face.score >= LEAST_SCORE:
            looks.append(_Look(face, face.score, looks[-1].several))
        else:
            looks.append(_searched(picture, networks))
    return looks


def _searched(picture: Rgb, networks: Networks) -> _Look:
    found, best = faces(picture, networks)
    large = [face for face in found if face.size >= SECOND_FACE * found[0].size]
    return _Look(found[0] if found else None, best, len(large) > 1)


def _refusal(looks: list[_Look]) -> Finding | None:
    """Why too few of the pictures can be used; None if enough can."""
    with_face = [look.face for look in looks if look.face is not None]
    usable = [face for face in with_face if is_usable(face)]
    if len(usable) >= max(1.0, LEAST_SHARE * len(looks)):
        return None
    if len(with_face) < max(1.0, LEAST_SHARE * len(looks)):
        return _no_face(looks, len(with_face))
    widths = [float(np.hypot(*(face.points[263, :2] - face.points[33, :2]))) for face in with_face]
    if np.median(widths) < LEAST_EYE_DISTANCE_PX:
        return _finding(
            "face_too_small",
            "The face has too few pixels for its mouth to be seen.",
            f"eyes {np.median(widths):.0f} px wide",
            f"at least {LEAST_EYE_DISTANCE_PX:.0f} px",
            "Send a larger video, or one that was taken from nearer.",
        )
    side, down = (float(np.median([abs(turn_of(face.points)[axis]) for face in with_face])) for axis in (0, 1))
    return _finding(
        "face_turned",
        "The face looks to the side, up or down for most of the video.",
        f"{side:.2f} to the side, {down:.2f} up or down",
        f"at most {MOST_TURN:.2f} and {MOST_NOD:.2f}",
        "Send a video in which the person looks towards the camera.",
    )


def _no_face(looks: list[_Look], count: int) -> Finding:
    best = max(look.best for look in looks)
    doubtful = count == 0 and best >= 0.1
    return _finding(
        "no_human_face" if doubtful else "no_face",
        "Something like a face is seen, but it is not surely a human one."
        if doubtful
        else "No face was found in most of the video.",
        f"a face in {count} of {len(looks)} pictures, with a likeness of {best:.2f}",
        f"a face in at least {100 * LEAST_SHARE:.0f}% of them, with a likeness of 0.50",
        "Send a video of a person who looks towards the camera.",
    )


def _warnings(looks: list[_Look]) -> tuple[Finding, ...]:
    several = sum(look.several for look in looks)
    if not several:
        return ()
    text = "Several faces are seen in the video; the largest one will speak."
    cure = "Crop the video so that it shows one person."
    return (Finding("several_faces", text, f"in {several} of {len(looks)} pictures", "1 face", cure),)


def _finding(code: str, cause: str, measured: str, allowed: str, cure: str) -> Finding:
    return Finding(code, f"{cause} Measured: {measured}; allowed: {allowed}.", measured, allowed, cure)
