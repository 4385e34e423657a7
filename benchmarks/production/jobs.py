"""
One thing that is measured, in a process of its own: `jobs.py <folder> <job> <ground>`.

It prints how much CPU and wall time the work took from when its libraries were loaded, as JSON.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from materials import RATE, SIZE, VOICE, Materials

from greenroom.domain.media import Format
from greenroom.domain.video import CaptionStyle, FilmGround, Music, PictureGround, ScriptVoice, Source, VideoSpec
from greenroom.studio import models, presenters, speech_file
from greenroom.studio.avatar import Box
from greenroom.studio.film.blend import Press, Stamp
from greenroom.studio.film.coding import Encoder, h264
from greenroom.studio.film.composing import Composer, Scene
from greenroom.studio.film.drawing import DrawingProcess
from greenroom.studio.film.frames import canvases
from greenroom.studio.ground import open_ground
from greenroom.studio.heard import timing_of, voice_of
from greenroom.studio.plan import Material, Plan
from greenroom.studio.planes import Planes
from greenroom.studio.pose import REST, Pose
from greenroom.studio.produce import produce
from greenroom.studio.staging import staged

CODING = h264("veryfast", 21)


class Ready:
    """A drawing of frames that were drawn before."""

    def __init__(self, made: Materials) -> None:
        self.box = Box(*made.box)
        with open(made.path("avatar.rgba"), "rb") as file:
            data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._pictures = np.frombuffer(data, np.uint8).reshape(-1, self.box.height, self.box.width, 4)
        self._press, self._stamp = Press(self.box), Stamp.fresh(self.box)

    def stamps(self, poses: Iterator[Pose]) -> Iterator[Stamp]:
        for picture, _ in zip(self._pictures, poses, strict=False):
            yield self._press.press(picture, self._stamp)


def compose(made: Materials, ground: str) -> int:
    """Ready RGBA frames over a background, encoded."""
    backdrop = open_ground(*_ground(made, ground), SIZE, RATE)
    composer = Composer(Scene(SIZE, RATE, [REST] * made.frames, Ready(made), backdrop))
    encoder = Encoder(SIZE, RATE, CODING)
    encoder.begin(Path(made.path("ours.mp4")))
    for canvas in composer.frames(0):
        encoder.add(canvas)
    encoder.end(lambda: None)
    encoder.close()
    return made.frames


def whole(made: Materials, ground: str, music: Music | None = None) -> int:
    """A whole video from a script that was spoken, everything drawn live."""
    # As `render.process` does.
    gc.collect()
    gc.freeze()
    process = DrawingProcess(presenters.set_up)
    with tempfile.TemporaryDirectory(dir=made.folder) as work:
        rendered = produce(_plan(made, ground, work, music), lambda _step, _done: None, lambda: False, process)
    process.close()
    return rendered.frames


def rich(made: Materials, ground: str) -> int:
    """The same with music of the house, which is played in this process too."""
    return whole(made, ground, Music(track_id="3"))


def keep(made: Materials, ground: str) -> int:
    """Write the very frames of `whole`, for `bare`."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(dir=made.folder) as work, open(made.path(f"frames-{ground}.yuv"), "wb") as file:
        plan = _plan(made, ground, work)
        voice = voice_of(plan)
        with staged(plan, voice, timing_of(plan, voice), None) as stage:
            for canvas in Composer(stage.scene).frames(0):
                for plane in canvas.planes:
                    file.write(plane.tobytes())
    return voice.frames


def bare(made: Materials, ground: str) -> int:
    """Encode these frames and do nothing else."""
    width, height = SIZE
    with open(made.path(f"frames-{ground}.yuv"), "rb") as file:
        data = np.frombuffer(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ), np.uint8).reshape(
            -1, height * 3 // 2, width
        )
    encoder = Encoder(SIZE, RATE, CODING)
    encoder.begin(Path(made.path("bare.mp4")))
    for frame, canvas in zip(data, canvases(SIZE, RATE), strict=False):
        quarter = frame[height:].reshape(2, height // 2, width // 2)
        canvas.ground(Planes(frame[:height], quarter[0], quarter[1]))
        encoder.add(canvas)
    encoder.end(lambda: None)
    encoder.close()
    return len(data)


def _ground(made: Materials, ground: str) -> tuple[PictureGround | FilmGround, dict[str, Material]]:
    path = made.path("ground.jpg" if ground == "image" else "ground.mp4")
    material = Material(os.open(path, os.O_RDONLY), Format.JPEG if ground == "image" else Format.MP4)
    source = Source("ground")  # type: ignore[arg-type]
    return (PictureGround(source) if ground == "image" else FilmGround(source)), {"ground": material}


def _plan(made: Materials, ground: str, work: str, music: Music | None = None) -> Plan:
    shown, materials = _ground(made, ground)
    target, cover = (os.open(made.path(name), os.O_RDWR | os.O_CREAT, 0o600) for name in ("whole.mp4", "whole.jpg"))
    spec = VideoSpec(
        "sarah_full_01", ScriptVoice(made.script, VOICE, "en-US"), ground=shown, captions=CaptionStyle(), music=music
    )
    fonts = models.fonts_folder(models.usual_folder())
    speech = os.open(made.path("speech"), os.O_RDONLY)
    return Plan(spec, materials, work, target, cover, fonts, speech)


JOBS: dict[str, Callable[[Materials, str], int]] = {
    "compose": compose,
    "whole": whole,
    "rich": rich,
    "keep": keep,
    "bare": bare,
}


def main() -> None:
    folder, job, ground = sys.argv[1:]
    made = Materials.loaded(folder)
    before, started = _cpu_s(), time.monotonic()
    frames = JOBS[job](made, ground)
    told = {"frames": frames, "cpu_s": _cpu_s() - before, "wall_s": time.monotonic() - started}
    print(json.dumps(told))


def _cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    speech_file.read  # noqa: B018 - loaded before anything is measured
    main()
