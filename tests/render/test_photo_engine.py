"""An engine of the operator's that makes photographs talk: a real server beside us, never required."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.bootstrap.studio import rendering
from greenroom.config import Photo, Settings
from greenroom.domain.ids import BlobKey
from greenroom.domain.video import Aspect, Framing, Likeness, Resolution, ScriptVoice, VideoSpec
from greenroom.errors import NotProduced, SettingError
from greenroom.render.messages import RenderLimits
from greenroom.render.renderer import Renderer
from greenroom.studio import models, speech_file
from greenroom.studio.frame_file import FrameFile, FrameWriter, NotFrames
from greenroom.studio.photo import Networks, encoded, prepare
from greenroom.studio.plan import Plan, Rendered
from greenroom.studio.speech import Phone, Speech, Word
from portraits import PEOPLE, portrait

HERE = Path(__file__).parent


@contextlib.contextmanager
def engine(*arguments: str) -> Iterator[str]:
    """The address of an engine that runs while the context is open."""
    command = [sys.executable, str(HERE / "stand_in_engine.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def prepared() -> bytes:
    return encoded(prepare(portrait(PEOPLE["chidi"]), Networks(models.usual_folder())))


def speech() -> Speech:
    """Half a second of a tone between two of quiet."""
    rate = 16_000
    tone = np.sin(np.arange(rate // 2) * 2 * np.pi * 220 / rate).astype(np.float32) * 0.3
    sound = np.concatenate([np.zeros(rate // 2, np.float32), tone, np.zeros(rate // 2, np.float32)])
    return Speech(sound, rate, (Word("Ah.", 0.5, 1.0, 0, 3),), (Phone("ɑː", 0.5, 1.0),))


@pytest.fixture
def plan(prepared: bytes, tmp_path: Path) -> Iterator[Plan]:
    (tmp_path / "work").mkdir()
    for name, data in (("speech", speech_file.encoded(speech())), ("portrait", prepared)):
        (tmp_path / name).write_bytes(data)
    opened = {name: os.open(tmp_path / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("film", "cover")}
    opened |= {name: os.open(tmp_path / name, os.O_RDONLY) for name in ("speech", "portrait")}
    spec = VideoSpec(
        "pa_test",
        ScriptVoice("Ah.", "any", "en-US"),
        aspect=Aspect.SQUARE,
        resolution=Resolution.HD,
        framing=Framing.CLOSEUP,
        likeness=Likeness(BlobKey("0" * 64), own_ground=True),
    )
    fonts = models.fonts_folder(models.usual_folder())
    work = str(tmp_path / "work")
    yield Plan(
        spec,
        {},
        work,
        opened["film"],
        opened["cover"],
        fonts,
        opened["speech"],
        portrait=opened["portrait"],
        preset="ultrafast",
    )
    for descriptor in opened.values():
        os.close(descriptor)


def settings(address: str, licence: str = "apache-2.0") -> Settings:
    return Settings(photo=Photo(engine_url=address, engine_licence=licence, engine_timeout_s=60))


def made(plan: Plan, chosen: Settings, stop: threading.Event | None = None) -> Rendered:
    """A film, composed by the real, confined process."""
    return rendering(chosen, Renderer(RenderLimits()))(plan, stop or threading.Event(), lambda told: None)


def green(film: Path) -> NDArray[np.int64]:
    """How many pixels of each frame are as green as the engine's bar."""
    with av.open(str(film)) as file:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in file.decode(video=0)]
    return np.array([((one[..., 1] > 180) & (one[..., 0] < 90) & (one[..., 2] < 90)).sum() for one in frames])


def test_a_photograph_is_moved_by_the_engine_in_time_with_its_voice(plan: Plan, tmp_path: Path) -> None:
    with engine() as address:
        rendered = made(plan, settings(address))

    bar = green(tmp_path / "film")
    assert rendered.warnings == ()
    assert np.flatnonzero(bar > 1000).tolist() == pytest.approx(list(range(15, 30)), abs=1)
    assert bar[:13].max() == 0 == bar[32:].max()


def test_an_engine_whose_licence_is_not_acknowledged_is_not_used(plan: Plan, tmp_path: Path) -> None:
    with engine("openrail++-m") as address:
        rendered = made(plan, settings(address))

    (notice,) = rendered.warnings
    assert notice.code == "engine_licence"
    assert "openrail++-m" in notice.message
    assert green(tmp_path / "film").max() == 0


def test_without_the_engine_the_built_in_one_draws_and_the_result_says_so(plan: Plan, tmp_path: Path) -> None:
    with engine() as gone:
        pass

    rendered = made(plan, settings(gone))

    assert [one.code for one in rendered.warnings] == ["engine_failed"]
    assert (tmp_path / "film").stat().st_size > 10_000


def test_an_engine_is_asked_for_the_frames_of_the_film_and_no_more(plan: Plan) -> None:
    with engine() as address:
        rendered = made(plan, settings(address))
        with urllib.request.urlopen(f"{address}/told") as reply:
            told = json.load(reply)

    assert told["frames"] == [rendered.frames]


def test_an_engine_is_told_when_nobody_wants_its_frames(plan: Plan) -> None:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()

    with engine("apache-2.0", "0.3") as address:
        with pytest.raises(NotProduced) as stopped:
            made(plan, settings(address), stop)
        with urllib.request.urlopen(f"{address}/told") as reply:
            told = json.load(reply)

    assert stopped.value.code == "render_stopped"
    assert len(told["cancelled"]) == 1


def test_an_engine_without_a_licence_in_the_settings_is_refused_at_the_start() -> None:
    with pytest.raises(SettingError, match="engine_licence"):
        rendering(settings("http://127.0.0.1:9", licence=""), Renderer(RenderLimits()))


def test_frames_come_back_as_they_were_in_whatever_pieces_they_came(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 255, (5, 4, 6, 3), np.uint8)
    descriptor = os.open(tmp_path / "frames", os.O_RDWR | os.O_CREAT)

    writer = FrameWriter(descriptor, 6, 4, 3)
    for start in range(0, frames.size, 50):
        writer.add(frames.tobytes()[start : start + 50])
    writer.close()
    held = FrameFile.opened(descriptor)
    seen = [held.frame(index) for index in (4, 0, 2, 9)]
    os.close(descriptor)

    assert np.array_equal(seen, frames[[4, 0, 2, 4]])


def test_half_a_frame_is_no_frame(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "frames", os.O_RDWR | os.O_CREAT)
    writer = FrameWriter(descriptor, 6, 4, 3)
    writer.add(bytes(100))

    with pytest.raises(NotFrames):
        writer.close()
    with pytest.raises(NotFrames):
        FrameFile.opened(descriptor)
    os.close(descriptor)
