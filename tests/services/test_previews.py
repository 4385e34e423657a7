"""Previews are made once: what is asked for first, the rest while nobody asks; what failed is tried again later."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from greenroom.domain.cast import Presenter, Preview, StockVoice, Track
from greenroom.errors import NotProduced
from greenroom.services.cast import Cast
from greenroom.services.previews import Previews

CAST = Cast(
    [Presenter(81, "sarah", "Sarah", "female", "adult", "social", "studio", "european")],
    lambda: [
        StockVoice("own", "Own", "espeak-ng", "en-US"),
        StockVoice("../paid", "Paid", "elevenlabs", "en-US"),
    ],
    lambda: [Track(7, "paper-planes", "Paper Planes", 30.0)],
)


class Maker:
    """Writes the id into the file, but cannot make what is in `broken`."""

    def __init__(self) -> None:
        self.made: list[Preview] = []
        self.broken: set[str] = set()

    def __call__(self, wishes: Sequence[Preview], path_of: Callable[[Preview], str]) -> None:
        for wish in wishes:
            if wish.id in self.broken:
                raise NotProduced("preview_crashed", "It broke.")
            self.made.append(wish)
            Path(path_of(wish)).write_text(wish.id)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def previews(tmp_path: Path, maker: Maker, clock: Clock) -> Previews:
    made = Previews(str(tmp_path / "previews" / "2"), CAST, maker, ahead_after_s=60.0, clock=clock)
    (tmp_path / "previews" / "1").mkdir(parents=True)
    made.prepare()
    return made


def found(previews: Previews, segment: str) -> Preview:
    preview = previews.named(segment)
    assert preview is not None
    return preview


def test_what_earlier_versions_made_is_removed(previews: Previews, tmp_path: Path) -> None:
    assert os.listdir(tmp_path / "previews") == ["2"]


@pytest.mark.parametrize(
    ("segment", "kind"),
    [
        ("avatars/sarah.jpg", "cover"),
        ("avatars/sarah.mp4", "film"),
        ("voices/own.mp3", "voice"),
        ("voices/../paid.mp3", "voice"),
        ("musics/7.mp3", "music"),
    ],
)
def test_each_of_the_cast_has_previews(previews: Previews, segment: str, kind: str) -> None:
    assert found(previews, segment).kind == kind


@pytest.mark.parametrize(
    "segment",
    ["avatars/nobody.jpg", "avatars/sarah.png", "voices/own.mp4", "musics/8.mp3", "", "avatars/", "a/b/c.jpg"],
)
def test_nobody_else_has(previews: Previews, segment: str) -> None:
    assert previews.named(segment) is None


def test_one_that_is_asked_for_is_made_once(previews: Previews, maker: Maker) -> None:
    cover = found(previews, "avatars/sarah.jpg")
    assert previews.shown(cover) is None
    assert previews.ask(cover) == ""
    previews.work()
    previews.ask(cover)
    previews.work()
    assert maker.made == [cover]
    blob = previews.shown(cover)
    assert blob is not None
    assert os.pread(blob.fd, 100, 0) == b"sarah"


def test_a_voice_with_an_id_that_is_a_path_is_kept_within_the_folder(previews: Previews, tmp_path: Path) -> None:
    previews.ask(found(previews, "voices/../paid.mp3"))
    previews.work()
    assert len(os.listdir(tmp_path / "previews" / "2")) == 1
    assert os.listdir(tmp_path) == ["previews"]


def test_one_that_failed_says_why_and_is_tried_again_after_a_minute(
    previews: Previews, maker: Maker, clock: Clock
) -> None:
    maker.broken = {"7"}
    track = found(previews, "musics/7.mp3")
    previews.ask(track)
    previews.work()
    assert previews.ask(track) == "It broke."
    maker.broken, clock.now = set(), clock.now + 61
    assert previews.ask(track) == ""
    previews.work()
    assert previews.shown(track) is not None


def test_after_a_while_all_are_made_but_those_that_cost_money(previews: Previews, maker: Maker, clock: Clock) -> None:
    clock.now += 59
    previews.work()
    assert maker.made == []
    clock.now += 2
    previews.work()
    assert [(one.kind, one.id) for one in maker.made] == [
        ("cover", "sarah"),
        ("voice", "own"),
        ("music", "7"),
        ("film", "sarah"),
    ]
    previews.work()
    assert len(maker.made) == 4


def test_once_all_were_looked_at_nothing_is_looked_at_again(tmp_path: Path, maker: Maker, clock: Clock) -> None:
    asked: list[float] = []

    def who_speaks() -> Sequence[StockVoice]:
        asked.append(clock.now)
        return CAST.who_speaks()

    cast = Cast(CAST.everyone, who_speaks, CAST.what_plays)
    previews = Previews(str(tmp_path / "previews" / "2"), cast, maker, ahead_after_s=60.0, clock=clock)
    previews.prepare()
    clock.now += 61
    maker.broken = {"own"}
    for _ in range(3):
        previews.work()

    assert asked == [161.0]


def test_one_that_is_lost_is_made_again_when_it_is_asked_for(previews: Previews, maker: Maker, clock: Clock) -> None:
    cover = found(previews, "avatars/sarah.jpg")
    clock.now += 61
    previews.work()
    os.unlink(os.path.join(previews.folder, cover.file_name))
    previews.ask(cover)
    previews.work()

    assert previews.shown(cover) is not None


def test_one_that_cannot_be_made_ahead_does_not_hold_up_the_others(
    previews: Previews, maker: Maker, clock: Clock
) -> None:
    clock.now += 61
    maker.broken = {"own"}
    previews.work()
    assert [one.kind for one in maker.made] == ["cover", "music", "film"]
