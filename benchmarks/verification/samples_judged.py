"""The files that are judged, made once and kept in the temporary folder."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import samples as dataplane_samples
from PIL import Image

import media_samples
from greenroom.domain.media import Format

RECIPE = 1  # raise it when the files change: the folder of older ones is then left alone
PHOTO_SIZE = (2048, 1536)  # 3 megapixels
SONG_S = 180
SHORT_S = 10  # short enough that the loudness of all of it is measured
GRAIN = 4  # as a sensor has it: without it the sky compresses to nothing, and decodes like nothing


@dataclass(frozen=True, slots=True)
class Subject:
    """A file and the format that it is to be judged as."""

    path: Path
    format: Format

    @property
    def title(self) -> str:
        return f"{self.format} {self.path.stem}"


@dataclass(frozen=True, slots=True)
class Subjects:
    """All of them, by what they are."""

    film: Subject
    jpeg: Subject
    png: Subject
    webp: Subject
    gif: Subject
    mp3: Subject
    m4a: Subject
    wav: Subject
    short_mp3: Subject
    tiny_jpeg: Subject
    tiny_wav: Subject


def subjects() -> Subjects:
    """Give the files; the first call of a machine takes about a minute, most of it for the film."""
    folder = Path(tempfile.gettempdir()) / f"greenroom-verification-{os.getuid()}-{RECIPE}"
    folder.mkdir(mode=0o700, exist_ok=True)

    def made(name: str, format: Format, make: Callable[[], bytes]) -> Subject:
        path = folder / name
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(make())
            os.replace(unfinished, path)
        return Subject(path, format)

    return Subjects(
        # A minute of 1080p30 in H.264 at 14 Mb/s with AAC: what a phone records.
        film=Subject(dataplane_samples.samples().video_100m.path, Format.MP4),
        jpeg=made("3mp.jpg", Format.JPEG, lambda: _photo("JPEG", quality=88)),
        png=made("3mp.png", Format.PNG, lambda: _photo("PNG")),
        webp=made("3mp.webp", Format.WEBP, lambda: _photo("WEBP", quality=80, method=2)),
        gif=made("animation.gif", Format.GIF, lambda: media_samples.gif(640, 480, 30)),
        mp3=made("180s.mp3", Format.MP3, lambda: media_samples.mp3(SONG_S, 192_000)),
        m4a=made("180s.m4a", Format.M4A, lambda: media_samples.m4a(SONG_S)),
        wav=made("180s.wav", Format.WAV, lambda: media_samples.wav(SONG_S)),
        short_mp3=made("10s.mp3", Format.MP3, lambda: media_samples.mp3(SHORT_S, 192_000)),
        tiny_jpeg=made("tiny.jpg", Format.JPEG, lambda: media_samples.jpeg(64, 48)),
        tiny_wav=made("tiny.wav", Format.WAV, lambda: media_samples.wav(0.2)),
    )


def _photo(file_format: str, **options: object) -> bytes:
    random = np.random.default_rng(7)
    drawn = np.asarray(media_samples.landscape(*PHOTO_SIZE)).astype(np.float32)
    grain = random.normal(0, GRAIN, drawn.shape).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(np.clip(drawn + grain, 0, 255).astype(np.uint8)).save(file, file_format, **options)
    return file.getvalue()
