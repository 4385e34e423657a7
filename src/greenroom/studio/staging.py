"""What is seen in a plan: presenter, ground, shadow, captions and label, as a scene that frames are composed of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from greenroom.domain.video import FRAME_RATE, ColorGround, Framing, Screen, VideoSpec, frame_size
from greenroom.studio import presenters
from greenroom.studio.avatar import Layer
from greenroom.studio.captions import Captions, captions, subtitles
from greenroom.studio.cast import GESTURES
from greenroom.studio.film.composing import Scene
from greenroom.studio.film.drawing import Drawing, DrawingProcess, DrawnHere
from greenroom.studio.film.label import label, under
from greenroom.studio.film.shadow import shadow_of
from greenroom.studio.ground import Backdrop, open_ground
from greenroom.studio.heard import Voice
from greenroom.studio.motion import poses
from greenroom.studio.plan import Plan
from greenroom.studio.pose import REST, Pose
from greenroom.studio.speech import Notice, Timing

KEY_GREEN = "#00b140"
"""The green that is keyed out: that of film studios, and what keyers expect."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A scene, the captions beside it (None where nobody knows what is said), and what is not as it was asked for."""

    scene: Scene
    captions: Captions | None
    warnings: tuple[Notice, ...]


@contextmanager
def staged(plan: Plan, voice: Voice, timing: Timing, process: DrawingProcess | None) -> Iterator[Staged]:
    """The scene of a plan; its files are closed in the end. Raises NotProduced for what cannot be shown."""
    spec = plan.spec
    size = frame_size(spec.aspect, spec.resolution)
    ground = _ground(plan, size)
    try:
        moves = _moves(plan, voice, timing)
        stamp = label(size, plan.fonts) if spec.label else None

        @cache
        def drawing() -> Drawing:
            # Waited for as late as can be: another process sets it up meanwhile.
            if process is not None:
                return process.draw(presenters.message(plan))
            return DrawnHere(presenters.avatar_of(plan))

        written = _captions(plan, voice, timing, drawing, stamp)
        scene = Scene(
            size,
            FRAME_RATE,
            moves,
            drawing(),
            ground,
            captions=written if spec.captions is not None else None,
            shadow=_shadow(spec, drawing(), size),
            label=stamp,
        )
        yield Staged(scene, written, (*(ground.warnings if ground else ()), *(written.warnings if written else ())))
    finally:
        if ground is not None:
            ground.close()


def _moves(plan: Plan, voice: Voice, timing: Timing) -> Sequence[Pose]:
    speech = voice.speech
    script, duration_s = voice.script or "", voice.frames / FRAME_RATE
    return poses(timing, speech.sound, speech.rate, FRAME_RATE, plan.spec.seed, script=script, duration_s=duration_s)


def _ground(plan: Plan, size: tuple[int, int]) -> Backdrop | None:
    spec = plan.spec
    if spec.screen is Screen.TRANSPARENT:
        return None
    shown = ColorGround(KEY_GREEN) if spec.screen is Screen.GREEN else spec.ground
    return open_ground(shown, plan.materials, size, FRAME_RATE)


def _captions(
    plan: Plan, voice: Voice, timing: Timing, drawing: Callable[[], Drawing], stamp: Layer | None
) -> Captions | None:
    spec, ends_s = plan.spec, voice.frames / FRAME_RATE
    if voice.script is None:
        return None
    if spec.captions is None:
        return subtitles(timing.words, voice.script, ends_s)
    return captions(
        timing.words,
        voice.script,
        spec.captions,
        frame_size(spec.aspect, spec.resolution),
        voice.language,
        plan.fonts,
        keep_out=drawing().box if spec.framing is Framing.CIRCLE else None,
        below=under(stamp) if stamp is not None else 0.0,
        ends_s=ends_s,
    )


def _shadow(spec: VideoSpec, drawing: Drawing, size: tuple[int, int]) -> Layer | None:
    """
    The shadow of what of a presenter is always there; what is keyed out or laid over another film brings none.

    It is drawn once, so that arms, which come and go, cast none.
    """
    if spec.screen is not Screen.BACKGROUND:
        return None
    shapes = [
        stamp.alpha() for stamp in drawing.stamps([REST, *(replace(REST, gesture=g, reach=1.0) for g in GESTURES)])
    ]
    return shadow_of(np.minimum.reduce(shapes), drawing.box, size)
