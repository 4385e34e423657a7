"""Whole videos, made and then measured: how long, how loud, when the mouth opens, and that they can be made again."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from msgspec import structs
from numpy.typing import NDArray

from greenroom.domain.video import (
    FRAME_RATE,
    Aspect,
    CaptionStyle,
    ColorGround,
    Framing,
    Resolution,
    Screen,
    ScriptVoice,
    VideoSpec,
)
from greenroom.errors import NotProduced
from greenroom.studio import cast, models, presenters, speech_file
from greenroom.studio.film import segments
from greenroom.studio.film.drawing import DrawingProcess
from greenroom.studio.plan import Plan, Rendered
from greenroom.studio.planes import rgb_of_hex
from greenroom.studio.produce import ProductionStopped, produce
from greenroom.studio.speech import Speech
from greenroom.studio.timing import LEAD_S, opening, timed
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.espeak import Espeak

SCRIPT = "Maybe my poppy bread can wait. Papa!"
SPEC = VideoSpec(
    "sarah_full_01",
    ScriptVoice(SCRIPT, "greenroom-en-US-amber", "en-US"),
    aspect=Aspect.SQUARE,
    resolution=Resolution.HD,
    framing=Framing.CLOSEUP,
    ground=ColorGround("#c8d4e0"),
)
WORD = ScriptVoice("Papa!", "greenroom-en-US-amber", "en-US")


@dataclass(frozen=True)
class Made:
    """A video and what was said of it."""

    film: Path
    cover: Path
    rendered: Rendered
    told: list[tuple[str, float]]


@pytest.fixture(scope="module", autouse=True)
def talkative() -> Iterator[None]:
    """Renders tell how far they are whenever they could: short ones are done before a clock would let them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("greenroom.studio.produce._TELL_EVERY_S", 0.0)
        yield


@pytest.fixture(scope="module")
def voice() -> Iterator[Espeak]:
    made = Espeak()
    yield made
    made.close()


def said(voice: Espeak, script: str, path: Path) -> Path:
    """What the embedded voice says of a script, in a file."""
    path.write_bytes(speech_file.encoded(Casting({"espeak-ng": voice}).speak(script, "greenroom-en-US-amber", "en-US")))
    return path


@pytest.fixture(scope="module")
def speech(voice: Espeak, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return said(voice, SCRIPT, tmp_path_factory.mktemp("speech") / "speech")


@pytest.fixture
def word(voice: Espeak, tmp_path: Path) -> Path:
    """A single word, for videos that are soon made."""
    return said(voice, "Papa!", tmp_path / "word")


@pytest.fixture(scope="module")
def spoken(speech: Path) -> Speech:
    return speech_file.decoded(speech.read_bytes())


def make(
    folder: Path,
    speech: Path,
    spec: VideoSpec = SPEC,
    process: DrawingProcess | None = None,
    tell: Callable[[str, float], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    guide: Path | None = None,
) -> Made:
    """Make a video in a folder; what an earlier attempt left in it is used."""
    (folder / "work").mkdir(parents=True, exist_ok=True)
    film, cover = folder / "film", folder / "cover"
    told: list[tuple[str, float]] = []
    fonts = os.path.join(models.usual_folder(), "fonts")
    with ExitStack() as files:
        target, picture = (files.enter_context(path.open("wb")).fileno() for path in (film, cover))
        said, helped = (path and files.enter_context(path.open("rb")).fileno() for path in (speech, guide))
        plan = Plan(spec, {}, str(folder / "work"), target, picture, fonts, said, helped, preset="superfast")
        rendered = produce(plan, tell or (lambda step, done: told.append((step, done))), stopped, process)
    return Made(film, cover, rendered, told)


@pytest.fixture(scope="module")
def made(speech: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The video of the script, made in one go in segments of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "SEGMENT_FRAMES", 30)
        yield make(tmp_path_factory.mktemp("made"), speech)


def pictures(film: Path) -> NDArray[np.uint8]:
    with av.open(str(film)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


@pytest.fixture(scope="module")
def frames(made: Made) -> NDArray[np.uint8]:
    """The pictures of the video."""
    return pictures(made.film)


@pytest.fixture(scope="module")
def seen(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """For each frame how many pixels of the dark inside of the mouth are seen."""
    one = cast.person(SPEC.avatar_id)
    assert one is not None
    box = cast.avatar(one, (720, 720), SPEC.framing).mouth_box
    part = frames[:, box.top - 10 : box.top + box.height, box.left - 10 : box.left + box.width + 20].astype(int)
    r, g, b = part[..., 0], part[..., 1], part[..., 2]
    # Darker than the shade between lips that meet, whose area says nothing.
    return np.asarray(((r < 96) & (g < 38) & (b < 44) & (r > g + 8)).sum((1, 2)), np.float64)


def meant_opening(spoken: Speech, frames: int) -> NDArray[np.float64]:
    """How far the sounds of the speech open the mouth, at the time of each frame."""
    track = opening(timed(spoken, SCRIPT, "en-US", None).mouth)
    return np.interp(np.arange(frames) / FRAME_RATE, np.arange(len(track)) / 100, track)


def correlation_at(lag: int, seen: NDArray[np.float64], meant: NDArray[np.float64]) -> float:
    """How well what is seen follows what is meant, if it comes some frames late."""
    late = np.roll(meant, lag)[5:-5]
    return float(np.corrcoef(seen[5:-5], late)[0, 1])


def test_a_video_is_as_long_as_its_voice_to_the_frame(made: Made, spoken: Speech) -> None:
    with av.open(str(made.film)) as film:
        length_s = (film.duration or 0) / 1e6

    assert -1e-3 <= length_s - spoken.duration_s < 1 / FRAME_RATE
    assert length_s == pytest.approx(made.rendered.duration_s, abs=1e-3)


def test_sound_and_picture_begin_and_end_together(made: Made) -> None:
    with av.open(str(made.film)) as film:
        spans = [
            (float((one.start_time or 0) * (one.time_base or 0)), float((one.duration or 0) * (one.time_base or 0)))
            for one in film.streams
        ]

    (video, audio) = spans
    assert abs(video[0] - audio[0]) < 1 / FRAME_RATE
    assert abs(video[1] - audio[1]) < 1 / FRAME_RATE


def test_the_mouth_that_is_seen_follows_the_sounds(seen: NDArray[np.float64], spoken: Speech) -> None:
    assert correlation_at(0, seen, meant_opening(spoken, len(seen))) >= 0.9


def test_the_mouth_that_is_seen_is_at_most_a_frame_late_or_early(seen: NDArray[np.float64], spoken: Speech) -> None:
    meant = meant_opening(spoken, len(seen))

    assert max(range(-6, 7), key=lambda lag: correlation_at(lag, seen, meant)) in (-1, 0, 1)


def test_lips_are_seen_to_close_for_every_p_b_and_m(seen: NDArray[np.float64], spoken: Speech) -> None:
    closures = [one for one in spoken.phones if one.ipa and one.ipa[0] in "pbm"]
    least = []
    for one in closures:
        first = max(0, int((one.start_s - LEAD_S) * FRAME_RATE))
        span = slice(first, int(one.end_s * FRAME_RATE) + 2)
        least.append(seen[span].min())
    assert len(closures) >= 6
    shut = seen[-3:].max()  # the film ends with lips at rest
    assert max(least) - shut < 0.05 * (seen.max() - shut)


def test_no_frame_of_a_speaker_is_the_one_before_it(made: Made, frames: NDArray[np.uint8]) -> None:
    changed = [bool((one != other).any()) for one, other in pairwise(frames)]

    assert len(frames) == made.rendered.frames
    assert all(changed)


def test_a_video_is_as_loud_as_it_says(made: Made) -> None:
    assert made.rendered.loudness_lufs == pytest.approx(-16, abs=1)
    assert made.rendered.true_peak_db < -1


def test_the_cover_is_a_picture_of_the_film(made: Made, frames: NDArray[np.uint8]) -> None:
    with av.open(str(made.cover)) as file:
        cover = next(file.decode(video=0)).to_ndarray(format="rgb24").astype(int)

    nearest = min(np.abs(frame.astype(int) - cover).mean() for frame in frames)
    assert cover.shape == (720, 720, 3)
    assert nearest < 4


def test_what_is_said_is_given_as_subtitles(made: Made) -> None:
    assert "Maybe" in made.rendered.srt
    assert made.rendered.vtt.startswith("WEBVTT")


def test_a_render_tells_how_far_it_is(made: Made) -> None:
    shares = [done for step, done in made.told if step == "rendering"]

    assert made.told[0] == ("timing", 0.0)
    assert len(shares) >= 3
    assert shares == sorted(shares)


def test_a_render_that_was_killed_goes_on_and_gives_the_same_bytes(
    made: Made, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_FRAMES", 30)

    def die_late(step: str, done: float) -> None:
        if step == "rendering" and done > 0.6:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        make(tmp_path, speech, tell=die_late)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    left = sorted(path.name for path in (tmp_path / "work").iterdir() if path.suffix == ".mp4")
    again = make(tmp_path, speech)

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert left
    assert again.told[2][1] >= 30 / made.rendered.frames
    assert again.film.read_bytes() == made.film.read_bytes()
    assert again.cover.read_bytes() == made.cover.read_bytes()


def test_frames_are_taken_up_only_if_the_mouth_of_all_moves_alike(
    spoken: Speech, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_FRAMES", 30)
    silent = tmp_path / "tells_no_times"
    silent.write_bytes(speech_file.encoded(Speech(spoken.sound, spoken.rate)))
    work = tmp_path / "ended" / "work"

    with pytest.raises(ProductionStopped):
        make(tmp_path / "ended", silent, stopped=lambda: len(list(work.glob("*.mp4"))) >= 2)
    again = make(tmp_path / "ended", silent, guide=speech)
    whole = make(tmp_path / "whole", silent, guide=speech)

    assert again.rendered.timing == "warped"
    assert again.film.read_bytes() == whole.film.read_bytes()


def test_drawing_in_a_second_process_gives_the_same_bytes(
    made: Made, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_FRAMES", 30)
    process = DrawingProcess(presenters.set_up)

    try:
        aside = make(tmp_path, speech, process=process)
    finally:
        process.close()

    assert aside.film.read_bytes() == made.film.read_bytes()


def test_a_render_that_nobody_wants_any_more_stops(word: Path, tmp_path: Path) -> None:
    looks = iter([False] * 4 + [True] * 100)

    with pytest.raises(ProductionStopped):
        make(tmp_path, word, stopped=lambda: next(looks))

    assert list((tmp_path / "work").iterdir()) == []


def test_an_avatar_that_there_is_not_is_refused_by_name(word: Path, tmp_path: Path) -> None:
    spec = VideoSpec("nobody_01", WORD, aspect=Aspect.SQUARE, resolution=Resolution.HD)

    with pytest.raises(NotProduced, match="nobody_01") as failed:
        make(tmp_path, word, spec)

    assert failed.value.code == "avatar_unknown"


def test_captions_leave_the_label_to_be_read(word: Path, tmp_path: Path) -> None:
    plain = structs.replace(SPEC, voice=WORD, label=True)
    written = structs.replace(plain, captions=CaptionStyle(position="top", size=0.25))
    height, width = slice(43, 70), slice(43, 160)

    bare, captioned = (
        pictures(make(tmp_path / name, word, spec).film) for name, spec in (("a", plain), ("b", written))
    )

    assert np.abs(bare[..., 0].astype(int) - captioned[..., 0]).max() > 100
    assert np.abs(bare[:, height, width].astype(int) - captioned[:, height, width]).mean() < 2


def test_a_green_screen_is_of_the_one_green_that_keyers_expect(word: Path, tmp_path: Path) -> None:
    spec = VideoSpec("sarah_full_01", WORD, aspect=Aspect.SQUARE, resolution=Resolution.HD, screen=Screen.GREEN)

    frames = pictures(make(tmp_path, word, spec).film)

    assert np.abs(frames[:, :60, :60].astype(int) - rgb_of_hex("#00b140")).max() <= 3


def test_a_transparent_video_shows_the_presenter_and_nothing_else(word: Path, tmp_path: Path) -> None:
    spec = VideoSpec(
        "sarah_full_01",
        WORD,
        aspect=Aspect.SQUARE,
        resolution=Resolution.HD,
        screen=Screen.TRANSPARENT,
        captions=CaptionStyle(),
    )

    made = make(tmp_path, word, spec)

    with av.open(str(made.film)) as film:
        decoder = VideoCodecContext.create("libvpx-vp9", "r")
        assert isinstance(decoder, VideoCodecContext)
        frames = [frame for packet in film.demux(video=0) for frame in decoder.decode(packet)]
    alpha = np.frombuffer(memoryview(frames[4].planes[3]), np.uint8).reshape(720, -1)[:, :720]
    assert len(frames) == made.rendered.frames
    assert alpha[:40, :40].max() < 6
    assert alpha[500:600, 340:380].min() > 245
    assert 0.1 < (alpha > 128).mean() < 0.6
