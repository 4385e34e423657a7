"""Backgrounds in a process that may open no file: everything was loaded before."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ground_samples import Coding, Opened, film, flat_frame, moving, png_of
from PIL import Image, ImageCms

import media_samples
from greenroom.domain.media import Format
from greenroom.studio.planes import Planes

PROGRAM = Path(__file__).with_name("confined_program.py")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
HDR = Coding("libx265", pixels="yuv420p10le", colours=(9, 9, 16, 1))
KINDS = {
    "jpeg": (media_samples.jpeg_from_a_phone(), Format.JPEG),
    "png with a profile": (png_of(Image.new("RGBA", (60, 80), (1, 2, 3, 90)), icc_profile=PROFILE), Format.PNG),
    "webp": (media_samples.animated_webp(), Format.WEBP),
    "gif": (media_samples.gif(), Format.GIF),
    "mp4": (media_samples.upright_phone_mp4(), Format.MP4),
    "webm": (media_samples.webm(1), Format.WEBM),
    "hdr": (film([flat_frame((300, 512, 512), (64, 48), "yuv420p10le")], HDR), Format.MP4),
    "interlaced": (film(moving(10), Coding(interlaced=True, colours=(6, 6, 6, 1))), Format.MP4),
}


def digest(planes: Planes) -> str:
    return hashlib.sha256(b"".join(plane.tobytes() for plane in planes)).hexdigest()


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one such process shows of each kind."""
    folder, given = tmp_path_factory.mktemp("backgrounds"), []
    for kind, (data, format_) in KINDS.items():
        (folder / kind).write_bytes(data)
        given += [format_, folder / kind]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, PROGRAM, *given], capture_output=True, text=True, timeout=100, env=environment
    )
    assert ran.stderr == ""
    return dict(zip(KINDS, ran.stdout.split("\n"), strict=False))


@pytest.mark.parametrize("kind", KINDS)
def test_a_background_needs_no_path_once_warmed_up(opened: Opened, confined: dict[str, str], kind: str) -> None:
    data, format_ = KINDS[kind]
    here = opened.film(data, format_) if format_ in (Format.MP4, Format.WEBM) else opened.picture(data, format_)

    assert confined[kind] == digest(here.at(7))
