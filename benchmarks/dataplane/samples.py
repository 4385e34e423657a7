"""Real media of the sizes that the goals name, made once and kept in a temporary folder.

Every PUT has to send other bytes, or Greenroom stores one blob and the rest is never linked. The load
program therefore writes 16 fresh bytes into each body, at a place where they change nothing: a `free`
box at the end of an MP4, a comment segment of a JPEG.
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageFilter

PATCH_SIZE = 16
RECIPE = 1  # raise it when the files change: the folder of older ones is then left alone
FPS = 30
AUDIO_RATE = 48_000
AUDIO_FRAME = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    path: Path
    content_type: str
    patch_at: int

    @property
    def size(self) -> int:
        return self.path.stat().st_size


@dataclass(frozen=True, slots=True)
class Clip:
    """What to encode; it ends when its packets reach `stop_at` bytes, so that the size is right."""

    width: int
    height: int
    bit_rate: int
    stop_at: int


# A minute of what a phone records (1080p30 at about 14 Mb/s) is what comes close to the limit of
# 100 MiB (104,857,600 bytes) in practice; 1.3 MB are left for the container and for the last packets.
LARGE = Clip(1920, 1080, 13_800_000, 103_500_000)
# Eight seconds of 720p: the usual size of a clip for a social network.
SMALL = Clip(1280, 720, 5_000_000, 4_950_000)
# A photograph as web pages show it: 640x480, the quality searched until the file fills 50 KB.
PHOTO_SIZE = (640, 480)
PHOTO_BYTES = 50_000


@dataclass(frozen=True, slots=True)
class Samples:
    video_100m: Sample
    video_5m: Sample
    photo_50k: Sample


def samples() -> Samples:
    """Give the three files; the first call of a machine takes about a minute."""
    folder = Path(tempfile.gettempdir()) / f"greenroom-dataplane-{os.getuid()}-{RECIPE}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return Samples(
        video_100m=_video(folder / "100m.mp4", LARGE),
        video_5m=_video(folder / "5m.mp4", SMALL),
        photo_50k=_photo(folder / "50k.jpg"),
    )


def _video(path: Path, clip: Clip) -> Sample:
    if not path.exists():
        print(f"making {path.name} ...", flush=True)
        unfinished = path.with_suffix(".part")
        _encode(unfinished, clip)
        with open(unfinished, "ab") as file:
            file.write(struct.pack(">I4s", 8 + PATCH_SIZE, b"free") + bytes(PATCH_SIZE))
        os.replace(unfinished, path)
    return Sample(path, "video/mp4", path.stat().st_size - PATCH_SIZE)


def _encode(path: Path, clip: Clip) -> None:
    pictures = _Pictures(clip.width, clip.height)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = clip.width, clip.height, "yuv420p"
        video.bit_rate = clip.bit_rate
        # A key frame every 2 s, as phones do; CABAC as every camera writes it, though ultrafast would not.
        video.options = {"preset": "ultrafast", "g": str(2 * FPS), "x264-params": "cabac=1"}
        audio = container.add_stream("aac", rate=AUDIO_RATE, layout="stereo")
        audio.bit_rate = 128_000
        written = second = 0
        while written < clip.stop_at:
            written += _mux_second(container, video, audio, pictures, second, clip.stop_at - written)
            second += 1
        for stream in (video, audio):
            container.mux(stream.encode(None))


def _mux_second(container, video, audio, pictures: _Pictures, second: int, room: int) -> int:  # type: ignore[no-untyped-def]
    """Encode one second of picture and sound, or less when `room` bytes are full; give the bytes written."""
    written = 0
    for sound in _sound(second):
        for packet in audio.encode(sound):
            written += packet.size
            container.mux(packet)
    for index in range(second * FPS, (second + 1) * FPS):
        if written >= room:
            break
        for packet in video.encode(pictures.at(index)):
            written += packet.size
            container.mux(packet)
    return written


class _Pictures:
    """A soft scene that pans under film grain: enough detail that the bit rate is really used."""

    def __init__(self, width: int, height: int) -> None:
        random = np.random.default_rng(7)
        self.width, self.height = width, height
        self.scene = _soft_noise(random, 2 * width, height).astype(np.int16)
        self.grain = [random.normal(0, 6, (height, width)).astype(np.int16) for _ in range(8)]
        self.chroma = np.full((height // 2, width), 128, np.uint8)

    def at(self, index: int) -> av.VideoFrame:
        left = 2 * index % self.width
        luma = self.scene[:, left : left + self.width] + self.grain[index % len(self.grain)]
        planes = np.concatenate([np.clip(luma, 16, 235).astype(np.uint8), self.chroma])
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = index, Fraction(1, FPS)
        return frame


def _soft_noise(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    coarse = Image.fromarray(random.integers(0, 256, (height // 30, width // 30), np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def _sound(second: int) -> list[av.AudioFrame]:
    """One second of a chord, in the frames that AAC takes."""
    first, last = (-(-n * AUDIO_RATE // AUDIO_FRAME) for n in (second, second + 1))
    return [_sound_frame(number) for number in range(first, last)]


def _sound_frame(number: int) -> av.AudioFrame:
    time = (np.arange(AUDIO_FRAME) + number * AUDIO_FRAME) / AUDIO_RATE
    wave = np.sin(2 * np.pi * np.outer((220, 277, 330), time)).sum(axis=0) / 6
    frame = av.AudioFrame.from_ndarray(np.tile(wave.astype(np.float32), (2, 1)), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = AUDIO_RATE, number * AUDIO_FRAME, Fraction(1, AUDIO_RATE)
    return frame


def _photo(path: Path) -> Sample:
    placeholder = b"patched-per-put."
    if not path.exists():
        path.write_bytes(_photo_of_size(placeholder))
    return Sample(path, "image/jpeg", path.read_bytes().index(placeholder))


def _photo_of_size(comment: bytes) -> bytes:
    random = np.random.default_rng(11)
    scene = np.stack([_soft_noise(random, *PHOTO_SIZE) for _ in range(3)], axis=-1)
    grain = random.normal(0, 10, scene.shape)
    picture = Image.fromarray(np.clip(scene + grain, 0, 255).astype(np.uint8)).filter(ImageFilter.SMOOTH)
    candidates = (_jpeg(picture, quality, comment) for quality in range(98, 20, -1))
    return next(file for file in candidates if len(file) <= PHOTO_BYTES)


def _jpeg(picture: Image.Image, quality: int, comment: bytes) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, comment=comment)
    return file.getvalue()
