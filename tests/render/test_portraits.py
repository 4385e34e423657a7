"""The process that looks at a photograph: it is confined, believed nothing, and gives the same bytes every time."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from greenroom.domain.media import Format
from greenroom.domain.photo_avatar import LOOK_FORMATS
from greenroom.domain.video import Aspect
from greenroom.errors import ModelsMissing, NotProduced
from greenroom.render.portrait_orders import PortraitLimits
from greenroom.render.portraits import Portraits
from greenroom.studio import models
from greenroom.studio.photo import decoded
from portraits import PEOPLE, portrait, posed

Opened = Callable[[bytes], int]


@pytest.fixture(scope="module")
def face() -> Any:
    return portrait(PEOPLE["bruno"])


@pytest.fixture
def portraits() -> Portraits:
    return Portraits(models.usual_folder())


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """An open file with that content."""

    def opened(content: bytes) -> int:
        path = tmp_path / str(len(list(tmp_path.iterdir())))
        path.write_bytes(content)
        return os.open(path, os.O_RDWR)

    return opened


def encoded(picture: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture, np.uint8)).save(out, "JPEG", quality=94, **how)
    return out.getvalue()


def before_a_wall_like_their_hair() -> Any:
    """A portrait whose ground has the colours of the hair, in blots."""
    anna = PEOPLE["anna"]
    alike = portrait(posed(anna, ground=anna.hair)).astype(np.int16)
    is_ground = np.abs(alike - portrait(posed(anna, ground=(0, 255, 0)))).sum(-1) > 120
    blots = np.kron(np.random.default_rng(5).normal(0, 35, (50, 40)), np.ones((12, 12))).astype(np.int16)
    alike[is_ground] += blots[is_ground][:, None]
    return np.clip(alike, 0, 255)


def content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def test_a_photograph_is_made_into_the_same_bytes_every_time(portraits: Portraits, face: Any, opened: Opened) -> None:
    photograph = opened(encoded(face))
    runs = []
    for _ in range(2):
        targets = [opened(b"") for _ in range(1 + len(LOOK_FORMATS))]
        assert portraits.make(photograph, Format.JPEG, Aspect.SQUARE, targets[0], targets[1:]).refusals == ()
        runs.append([hashlib.sha256(content(target)).hexdigest() for target in targets])
        sizes = [Image.open(io.BytesIO(content(target))).size for target in targets[1:]]

    assert runs[0] == runs[1]
    assert set(sizes) == {(1080, 1080)}
    assert decoded(content(targets[0])).points.shape == (468, 3)


def test_a_photograph_is_turned_as_its_camera_says(portraits: Portraits, face: Any, opened: Opened) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = encoded(np.rot90(face), exif=exif.tobytes())

    assert portraits.judge(opened(lying), Format.JPEG).refusals == ()
    assert portraits.judge(opened(encoded(np.rot90(face))), Format.JPEG).refusals != ()


def test_a_damaged_photograph_is_told_as_such(portraits: Portraits, face: Any, opened: Opened) -> None:
    with pytest.raises(NotProduced) as told:
        portraits.judge(opened(encoded(face)[:900]), Format.JPEG)

    assert told.value.code == "portrait_unreadable"


def test_advice_tells_of_an_edge_that_may_not_be_clean(portraits: Portraits, face: Any, opened: Opened) -> None:
    plain = portraits.advise(opened(encoded(face)), Format.JPEG)
    busy = portraits.advise(opened(encoded(before_a_wall_like_their_hair())), Format.JPEG)

    assert (plain.refusals, plain.warnings) == ((), ())
    assert (busy.refusals, [one.code for one in busy.warnings]) == ((), ["edge_doubtful"])


def test_in_spare_time_it_gives_way_to_everything_else() -> None:
    program = "import os; from greenroom.render.portrait_process import give_way; give_way();"
    said = "print(os.sched_getscheduler(0) == os.SCHED_IDLE, os.nice(0))"
    ran = subprocess.run([sys.executable, "-c", program + said], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.split() == ["True", "19"]


def test_who_takes_too_long_is_ended(face: Any, opened: Opened) -> None:
    hasty = Portraits(models.usual_folder(), PortraitLimits(wall_s=0.05))

    with pytest.raises(NotProduced) as told:
        hasty.judge(opened(encoded(face)), Format.JPEG)

    assert told.value.code == "portrait_timed_out"


def test_without_networks_it_says_what_to_run(face: Any, opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="greenroom models install"):
        Portraits(str(tmp_path)).judge(opened(encoded(face)), Format.JPEG)
