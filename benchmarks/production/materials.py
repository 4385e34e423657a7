"""What all engines are given: a background image and film, the frames of a presenter as raw RGBA, and a voice."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from greenroom.domain.video import Framing
from greenroom.studio import cast, speech_file
from greenroom.studio.motion import poses
from greenroom.studio.planes import rgba_of_yuva
from greenroom.studio.speech import Speech
from greenroom.studio.timing import timed
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.espeak import Espeak

SIZE = (1080, 1920)
FILM_SIZE = (1920, 1080)
RATE = 30
VOICE = "greenroom-en-US-amber"
SCRIPT = (
    "Check out this amazing product, it changed the way I work every single day. My favourite coffee mug keeps five "
    "cups warm for a very long time. Visit our website before Friday, because the sale ends soon. You will find three "
    "sizes and nine colours there, and a short guide that helps you choose. Orders that reach us before noon leave on "
    "the same day, and whatever you do not like goes back for free within a month. Thank you for watching, and enjoy "
    "your coffee!"
)
"""Half a minute: as long as most videos of this kind are at least."""


@dataclass(frozen=True)
class Materials:
    """Paths of what was made, and how many frames of the presenter there are."""

    folder: str
    frames: int
    box: tuple[int, int, int, int]
    script: str

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def saved(self) -> None:
        Path(self.path("materials.json")).write_text(json.dumps(asdict(self)))

    @classmethod
    def loaded(cls, folder: str) -> Materials:
        return cls(**json.loads(Path(folder, "materials.json").read_text()))


def make(folder: Path, frames: int, script: str) -> Materials:
    """Make everything; the presenter's frames are `avatar.rgba`, premultiplied."""
    speech = _speech(script)
    (folder / "speech").write_bytes(speech_file.encoded(speech))
    one = cast.person("sarah_full_01")
    assert one is not None
    avatar = cast.avatar(one, SIZE, Framing.FULL)
    moves = poses(timed(speech, script, "en-US", None), speech.sound, speech.rate, RATE, 0, script=script)
    with (folder / "avatar.rgba").open("wb") as file:
        for i in range(frames):
            file.write(rgba_of_yuva(avatar.draw(moves[min(i + 15, len(moves) - 1)])).tobytes())
    cv2.imwrite(str(folder / "ground.jpg"), _image(SIZE)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    _film(folder / "ground.mp4", frames)
    made = Materials(str(folder), frames, tuple(avatar.box), script)
    made.saved()
    return made


def _speech(script: str) -> Speech:
    voice = Espeak()
    try:
        return Casting({"espeak-ng": voice}).speak(script, VOICE, "en-US")
    finally:
        voice.close()


def _image(size: tuple[int, int]) -> np.ndarray:
    """A room out of focus, with the grain of a camera: neither flat nor noise."""
    rng = np.random.default_rng(5)
    width, height = size
    cells = height // 80, width // 77
    small = (rng.uniform(70, 210, (*cells, 1)) + rng.uniform(-14, 14, (*cells, 3))).astype(np.float32)
    soft = cv2.GaussianBlur(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), (0, 0), 14)
    return np.clip(soft + rng.normal(0, 3, (height, width, 1)), 0, 255).astype(np.uint8)


def _film(path: Path, frames: int) -> None:
    """A pan over a larger picture, with moving grain: 1080p of some 6 Mb/s, and wide, as cameras give it."""
    width, height = FILM_SIZE
    large = _image((width * 5 // 4, height * 5 // 4))
    rng = np.random.default_rng(6)
    grain = [rng.normal(0, 2.0, (height, width, 1)) for _ in range(4)]
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "b": "6000000"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(frames):
            x, y = i * 3 % (width // 4), i * 2 % (height // 4)
            part = large[y : y + height, x : x + width] + grain[i % 4]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.clip(part, 0, 255).astype(np.uint8))))
        film.mux(stream.encode(None))
