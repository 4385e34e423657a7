"""
Films of photographs that talk, and what is measured in them.

What is measured is what a viewer gets: frames of the finished file, decoded. The points of the face are found anew in
each of them, by the landmarks' network and the colours of lips and teeth, which know nothing of the warp; what is
outside the face is followed by optical flow.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.domain.ids import BlobKey
from greenroom.domain.video import FRAME_RATE, Aspect, Framing, Likeness, Resolution, ScriptVoice, VideoSpec
from greenroom.studio import models, speech_file
from greenroom.studio.photo import Networks, Portrait, encoded, mesh
from greenroom.studio.photo.edges import snapped
from greenroom.studio.photo.faces import found, measured
from greenroom.studio.photo.networks import Floats
from greenroom.studio.plan import Plan
from greenroom.studio.produce import produce
from greenroom.studio.speech import Speech
from greenroom.studio.timing import LEAD_S, opening, timed
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.espeak import Espeak

VOICE = "greenroom-en-US-amber"
Frames = NDArray[np.uint8]

_LAGS = range(-4, 5)
_OPEN_VOWELS = ("a", "ɑ", "æ", "ɒ")
# From coarser pictures, and along their own length, locks of hair are taken for those beside them.
_FLOW: dict[str, Any] = {"winSize": (31, 31), "maxLevel": 1, "minEigThreshold": 1e-3}
_SHUT = 0.008
"""The network sees shut lips apart: of twelve photographs whose lips are shut it reads 0.008 to 0.014."""
_FACE = (*mesh.OVAL_TOP, *mesh.JAW, *mesh.FOREHEAD)


def spoken(script: str, voice: Espeak) -> Speech:
    """What the embedded voice says of a script."""
    return Casting({"espeak-ng": voice}).speak(script, VOICE, "en-US")


def film(portrait: Portrait, script: str, speech: Speech, folder: Path) -> Path:
    """A film of 720 x 720 in which a photograph says a script before its own ground, as `produce` makes it."""
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    prepared = encoded(portrait)
    spec = VideoSpec(
        "pa_test",
        ScriptVoice(script, VOICE, "en-US"),
        aspect=Aspect.SQUARE,
        resolution=Resolution.HD,
        framing=Framing.CLOSEUP,
        likeness=Likeness(BlobKey(hashlib.sha256(prepared).hexdigest()), own_ground=True),
    )
    for name, data in (("speech", speech_file.encoded(speech)), ("portrait", prepared)):
        (folder / name).write_bytes(data)
    opened = {name: os.open(folder / name, os.O_RDONLY) for name in ("speech", "portrait")}
    opened |= {name: os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("film.mp4", "cover.jpg")}
    try:
        plan = Plan(
            spec=spec,
            materials={},
            work=str(work),
            target=opened["film.mp4"],
            cover=opened["cover.jpg"],
            fonts=os.path.join(models.usual_folder(), "fonts"),
            speech=opened["speech"],
            portrait=opened["portrait"],
        )
        produce(plan, lambda _step, _done: None, lambda: False)
    finally:
        for descriptor in opened.values():
            os.close(descriptor)
    return folder / "film.mp4"


def frames_of(path: Path) -> Frames:
    """All pictures of a film."""
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def points_of(frames: Frames, networks: Networks) -> list[Floats]:
    """The points of the face in each frame. Where about it is, is looked for once."""
    place = found(frames[0], networks)[0]
    return [snapped(frame, measured(frame, place, networks).points) for frame in frames]


@dataclass(frozen=True)
class Lips:
    """
    How lips that are seen follow the sounds: `correlation` with the opening that the phones ask for, the `lag` in
    frames at which it is best, and the opening seen in each p, b and m in parts of that of open vowels: the mean, and
    the widest.
    """

    correlation: float
    lag: int
    closure: float
    widest: float


def aperture(points: Floats) -> float:
    """Between the lips' inner edges, in parts of the face's height, above what is read of lips that are shut."""
    gap = points[[14, 87, 317], 1] - points[[13, 82, 312], 1]
    return max(0.0, float(gap.mean() / np.hypot(*(points[10, :2] - points[152, :2]))) - _SHUT)


def lips_of(points: Sequence[Floats], script: str, speech: Speech) -> Lips:
    """What is seen of the lips of a film, beside the times of the phones of its voice."""
    seen = np.array([aperture(one) for one in points])
    track = opening(timed(speech, script, "en-US", None).mouth)
    meant = np.interp(np.arange(len(seen)) / FRAME_RATE, np.arange(len(track)) / 100, track)
    # Before and after the voice a face that smiles in its photograph smiles; that is no speech.
    phones = [one for one in speech.phones if one.ipa]
    voiced = slice(int(phones[0].start_s * FRAME_RATE), int(phones[-1].end_s * FRAME_RATE) + 1)
    fits = {lag: _correlation(np.roll(seen, -lag)[voiced], meant[voiced]) for lag in _LAGS}
    shut = [_within(seen, one.start_s, one.end_s).min() for one in phones if one.ipa[0] in "pbm"]
    wide = [_within(seen, one.start_s, one.end_s).max() for one in phones if one.ipa[0] in _OPEN_VOWELS]
    closures = np.array(shut) / np.mean(wide)
    return Lips(fits[0], max(fits, key=lambda lag: fits[lag]), float(closures.mean()), float(closures.max()))


def _correlation(seen: Floats, meant: Floats) -> float:
    return float(np.corrcoef(seen, meant)[0, 1])


def _within(seen: Floats, start_s: float, end_s: float) -> Floats:
    """What is seen while lips make a sound, which is a little before it is heard."""
    first = max(0, int((start_s - LEAD_S) * FRAME_RATE))
    return seen[first : int(end_s * FRAME_RATE) + 2]


def jump_outside(frames: Frames, points: Sequence[Floats]) -> float:
    """
    The farthest that anything outside the face goes from one frame to the next, in pixels.

    Corners of the picture are followed by optical flow there and back; what does not come back to where it was has
    been lost, not followed. The face is what its points enclose in either frame, what is a little beyond them, and the
    throat, which hangs on the jaw.
    """
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    farthest = 0.0
    for index, (before, after) in enumerate(pairwise(grey)):
        corners = cv2.goodFeaturesToTrack(before, 240, 0.01, 12, mask=_outside(before.shape, points[index : index + 2]))
        there, ok, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, **_FLOW)
        back, ok_back, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None, **_FLOW)
        kept = (ok & ok_back).astype(bool).ravel() & (np.hypot(*(back - corners).reshape(-1, 2).T) < 0.3)
        moved = np.hypot(*(there - corners).reshape(-1, 2).T)[kept]
        assert len(moved) >= 20, "there is something to follow"
        farthest = max(farthest, float(moved.max()))
    return farthest


def _outside(shape: tuple[int, ...], faces: Sequence[Floats]) -> NDArray[np.uint8]:
    mask = np.full(shape, 255, np.uint8)
    tall = float(np.hypot(*(faces[0][10, :2] - faces[0][152, :2])))
    throat = [face[list(mesh.JAW[4:-4]), :2] + (0, 0.3 * tall) for face in faces]
    hull = cv2.convexHull(np.vstack([*(face[list(_FACE), :2] for face in faces), *throat]).astype(np.float32))
    cv2.fillConvexPoly(mask, hull.astype(np.int32), (0,))
    reach = 2 * round(0.06 * tall) + 1
    return np.asarray(cv2.erode(mask, np.ones((reach, reach), np.uint8)), np.uint8)


def identity(points: Sequence[Floats], like: Floats) -> float:
    """
    How far the points that neither speech nor blinks move are from those of a face, once the head's own motion is
    taken out (a rotation in space, a scale, a shift), in parts of the face's height: the mean of the worst frame.
    """
    model = like[list(mesh.AWAY)]
    tall = float(np.hypot(*(like[10, :2] - like[152, :2])))
    flat = [one[list(mesh.AWAY), :2] for one in points]
    return max(float(np.hypot(*(_posed(model, one) - one).T).mean()) / tall for one in flat)


def _posed(model: Floats, flat: Floats) -> Floats:
    """Points in space as they are seen flat, turned, scaled and shifted to lie on others as well as can be."""
    centred, target = model - model.mean(0), flat - flat.mean(0)
    linear = np.linalg.lstsq(centred, target, rcond=None)[0].T
    u, s, v = np.linalg.svd(linear, full_matrices=False)
    return np.asarray(centred @ (u @ v).T * s.mean() + flat.mean(0))
