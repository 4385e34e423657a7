"""Whole films in which somebody says something else: made, ended on the way, and made on."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import av
import pytest

import media_samples
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import Format
from greenroom.domain.video import Playback, RecordedVoice, Source, Take, VideoSpec
from greenroom.errors import NotProduced
from greenroom.studio import models
from greenroom.studio.film import segments
from greenroom.studio.plan import Material, Plan, Rendered
from greenroom.studio.produce import ProductionStopped, produce
from talking_films import SIZE

FILM, SOUND = AssetId("vid_1"), AssetId("aud_1")
Opened = Callable[[Path, Format], Material]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    path.write_bytes(media_samples.wav(2.5))
    return path


def made(work: Path, film: Material, voice: Material, stopped: Callable[[], bool]) -> tuple[bytes, Rendered]:
    work.mkdir(exist_ok=True)
    target, cover = (os.open(work / name, os.O_RDWR | os.O_CREAT) for name in ("target", "cover"))
    take = Take(Source(FILM, BlobKey("f")), Playback.REVERSE, SIZE)
    spec = VideoSpec("", RecordedVoice(Source(SOUND, BlobKey("s"))), take=take)
    folder = models.usual_folder()
    materials = {str(FILM): film, str(SOUND): voice}
    plan = Plan(spec, materials, str(work), target, cover, f"{folder}/fonts", models=folder)
    try:
        rendered = produce(plan, lambda _step, _done: None, stopped)
        return (work / "target").read_bytes(), rendered
    finally:
        os.close(target)
        os.close(cover)


def test_a_film_that_was_ended_on_the_way_is_made_on_with_the_same_bytes(
    film: Path, sound: Path, material: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_FRAMES", 20)
    picture, voice = material(film, Format.MP4), material(sound, Format.WAV)
    whole, rendered = made(tmp_path / "whole", picture, voice, lambda: False)
    work = tmp_path / "ended"

    with pytest.raises(ProductionStopped):
        made(work, picture, voice, lambda: len(list(work.glob("*-0000*.mp4"))) >= 2)
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.track")}
    again, _ = made(work, picture, voice, lambda: False)

    assert again == whole
    assert len(kept) == 1
    assert {path.name: path.stat().st_mtime_ns for path in work.glob("*.track")} == kept
    assert rendered.loudness_lufs == pytest.approx(-16, abs=1)
    with av.open(io.BytesIO(whole)) as shown:
        assert (shown.streams.video[0].width, shown.streams.video[0].height) == SIZE
        assert sum(1 for _ in shown.decode(video=0)) == rendered.frames == round(rendered.duration_s * 30)


def test_a_film_whose_face_is_gone_is_said_by_a_code(sound: Path, material: Opened, tmp_path: Path) -> None:
    path = tmp_path / "grey.mp4"
    path.write_bytes(media_samples.mp4())

    with pytest.raises(NotProduced) as problem:
        made(tmp_path / "work", material(path, Format.MP4), material(sound, Format.WAV), lambda: False)

    assert problem.value.code == "no_face"
