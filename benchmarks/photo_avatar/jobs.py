"""
One thing that is measured, in a process of its own: `jobs.py <folder> <job> <size>`.

It prints how much CPU and wall time the work took from when its libraries were loaded, as JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path += [str(REPOSITORY / "tests")]

from greenroom.domain.media import Format  # noqa: E402
from greenroom.domain.video import (  # noqa: E402
    CaptionStyle,
    Likeness,
    PictureGround,
    Resolution,
    ScriptVoice,
    Source,
    VideoSpec,
    frame_size,
)
from greenroom.studio import models, presenters, speech_file  # noqa: E402
from greenroom.studio.film.coding import Encoder, h264  # noqa: E402
from greenroom.studio.film.composing import Composer  # noqa: E402
from greenroom.studio.film.drawing import DrawingProcess  # noqa: E402
from greenroom.studio.film.frames import canvases  # noqa: E402
from greenroom.studio.heard import timing_of, voice_of  # noqa: E402
from greenroom.studio.photo import Networks, PhotoAvatar, encoded, judged, prepare  # noqa: E402
from greenroom.studio.plan import Material, Plan  # noqa: E402
from greenroom.studio.planes import Planes  # noqa: E402
from greenroom.studio.produce import produce  # noqa: E402
from greenroom.studio.staging import staged  # noqa: E402

RATE = 30
VOICE = "greenroom-en-US-amber"
SCRIPT = "Check out this amazing product, it changed the way I work every single day. My favourite mug keeps warm."
RESOLUTIONS = {"720p": Resolution.HD, "1080p": Resolution.FULL_HD}
CODING = h264("veryfast", 21)


def make(folder: Path, length: str) -> int:
    """Make what the others use: a prepared photograph, what is said, and an image."""
    from greenroom.studio.voices.casting import Casting
    from greenroom.studio.voices.espeak import Espeak
    from portraits import PEOPLE, portrait

    picture = portrait(PEOPLE["anna"], 1080, 1350)
    np.save(folder / "photograph.npy", picture)
    (folder / "portrait").write_bytes(encoded(prepare(picture, Networks(models.usual_folder()))))
    script = SCRIPT if length == "full" else "Check it out."
    (folder / "script").write_text(script)
    voice = Espeak()
    said = Casting({"espeak-ng": voice}).speak(script, VOICE, "en-US")
    voice.close()
    (folder / "speech").write_bytes(speech_file.encoded(said))
    # A room out of focus, with the grain of a camera.
    rng = np.random.default_rng(5)
    small = rng.uniform(70, 210, (24, 14, 3)).astype(np.float32)
    image = cv2.GaussianBlur(cv2.resize(small, (1080, 1920), interpolation=cv2.INTER_CUBIC), (0, 0), 14)
    image = np.clip(image + rng.normal(0, 3, (1920, 1080, 1)), 0, 255).astype(np.uint8)
    cv2.imwrite(str(folder / "ground.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return 1


def whole(folder: Path, size: str) -> int:
    """A whole video, everything drawn live."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        plan = _plan(folder, size, work)
        # Forked when the files are open: the second process reads the photograph.
        process = DrawingProcess(presenters.set_up)
        rendered = produce(plan, lambda _step, _done: None, lambda: False, process)
        process.close()
    return rendered.frames


def keep(folder: Path, size: str) -> int:
    """Write the very frames of `whole`, for `bare`."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(dir=folder) as work, (folder / f"{size}.yuv").open("wb") as file:
        plan = _plan(folder, size, work)
        voice = voice_of(plan)
        with staged(plan, voice, timing_of(plan, voice), None) as stage:
            for canvas in Composer(stage.scene).frames(0):
                for plane in canvas.planes:
                    file.write(plane.tobytes())
    return voice.frames


def bare(folder: Path, size: str) -> int:
    """Encode these frames and do nothing else."""
    width, height = _frame(size)
    with (folder / f"{size}.yuv").open("rb") as file:
        data = np.frombuffer(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ), np.uint8)
    encoder = Encoder((width, height), RATE, CODING)
    encoder.begin(folder / "bare.mp4")
    frames = data.reshape(-1, height * 3 // 2, width)
    for frame, canvas in zip(frames, canvases((width, height), RATE), strict=False):
        quarter = frame[height:].reshape(2, height // 2, width // 2)
        canvas.ground(Planes(frame[:height], quarter[0], quarter[1]))
        encoder.add(canvas)
    encoder.end(lambda: None)
    encoder.close()
    return len(frames)


def set_up(folder: Path, size: str) -> int:
    """An avatar of a photograph."""
    del folder
    cv2.setNumThreads(1)
    PhotoAvatar(prepare(_PHOTOGRAPH, _NETWORKS, _FACE), _frame(size))
    return 1


def _frame(size: str) -> tuple[int, int]:
    from greenroom.domain.video import Aspect

    return frame_size(Aspect.PORTRAIT, RESOLUTIONS[size])


def _plan(folder: Path, size: str, work: str) -> Plan:
    material = Material(os.open(folder / "ground.jpg", os.O_RDONLY), Format.JPEG)
    target, cover = (os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("whole.mp4", "whole.jpg"))
    spec = VideoSpec(
        "pa_benchmark",
        ScriptVoice((folder / "script").read_text(), VOICE, "en-US"),
        resolution=RESOLUTIONS[size],
        ground=PictureGround(Source("ground")),  # type: ignore[arg-type]
        captions=CaptionStyle(),
        likeness=Likeness(),
    )
    return Plan(
        spec=spec,
        materials={"ground": material},
        work=work,
        target=target,
        cover=cover,
        fonts=models.fonts_folder(models.usual_folder()),
        speech=os.open(folder / "speech", os.O_RDONLY),
        portrait=os.open(folder / "portrait", os.O_RDONLY),
    )


JOBS: dict[str, Callable[[Path, str], int]] = {
    "make": make,
    "whole": whole,
    "keep": keep,
    "bare": bare,
    "set_up": set_up,
}


def main() -> None:
    """Do it, and print what it took."""
    global _FACE, _NETWORKS, _PHOTOGRAPH
    folder, job, size = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if job == "set_up":
        _NETWORKS, _PHOTOGRAPH = Networks(models.usual_folder()), np.load(folder / "photograph.npy")
        _FACE = judged(_PHOTOGRAPH, _NETWORKS).face
        JOBS[job](folder, size)  # the first run of a network lays it out
    before, started = _cpu_s(), time.monotonic()
    frames = JOBS[job](folder, size)
    print(json.dumps({"frames": frames, "cpu_s": _cpu_s() - before, "wall_s": time.monotonic() - started}))


def _cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
