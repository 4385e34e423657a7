"""The states of a video, the length that a script is charged by, and the language of a text that nobody named."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain.guessed_language import guessed_language
from greenroom.domain.ids import AssetId
from greenroom.domain.production import ENDED, TRANSITIONS, VideoState, new_video_id
from greenroom.domain.speaking_time import estimated_s
from greenroom.domain.video import RecordedVoice, Source, Take, VideoSpec
from greenroom.services.production import cost

AVATAR_VIDEO = VideoSpec("81", RecordedVoice(Source(AssetId("aud_1"))))
LIP_SYNC = VideoSpec("", RecordedVoice(Source(AssetId("aud_1"))), take=Take(Source(AssetId("vid_1"))))

STATES = st.sampled_from(list(VideoState))


def reached(start: VideoState) -> set[VideoState]:
    """Every state that can come after one, over any number of steps."""
    found: set[VideoState] = set()
    ahead = set(TRANSITIONS[start])
    while ahead:
        found |= ahead
        ahead = {after for one in ahead for after in TRANSITIONS[one]} - found
    return found


@given(STATES)
def test_every_state_has_a_row_in_the_table(state: VideoState) -> None:
    assert TRANSITIONS[state] <= set(VideoState)


@given(STATES)
def test_from_wherever_it_is_a_video_can_come_to_an_end(state: VideoState) -> None:
    assert state in ENDED or reached(state) >= ENDED


@given(st.lists(STATES, min_size=1, max_size=12))
def test_no_walk_leads_out_of_completed(walk: list[VideoState]) -> None:
    legal = all(after in TRANSITIONS[before] for before, after in pairwise(walk))

    assert not legal or VideoState.COMPLETED not in walk[:-1]


def test_only_a_video_that_an_attempt_has_can_be_completed() -> None:
    assert [state for state, after in TRANSITIONS.items() if VideoState.COMPLETED in after] == [VideoState.PROCESSING]


def test_an_id_is_as_clients_of_the_dialects_know_it() -> None:
    assert len(new_video_id()) == 32
    assert int(new_video_id(), 16) >= 0


@pytest.mark.parametrize(
    ("script", "heard_s"),
    [
        ("The quick brown fox jumps over the lazy dog. " * 8, 24.0),
        ("快速的棕色狐狸跳过懒狗。" * 10, 33.9),
        ("다람쥐 헌 쳇바퀴에 타고파. " * 8, 22.3),
        ("صباح الخير يا صديقي " * 10, 22.3),
        ("สวัสดีครับยินดีต้อนรับ " * 10, 21.2),
    ],
)
def test_a_script_is_estimated_to_last_about_as_long_as_the_embedded_voices_speak(script: str, heard_s: float) -> None:
    assert estimated_s(script) == pytest.approx(heard_s, rel=0.25)


def test_twice_the_speed_is_half_the_time() -> None:
    assert estimated_s("some words", 2.0) == pytest.approx(estimated_s("some words") / 2)


@pytest.mark.parametrize(
    ("length_s", "credits"), [(0.0, 1.0), (0.5, 1.0), (120.0, 1.0), (120.01, 2.0), (240.0, 2.0), (600.5, 6.0)]
)
def test_a_credit_is_charged_for_every_two_minutes_that_are_begun(length_s: float, credits: float) -> None:
    assert cost(AVATAR_VIDEO, length_s) == credits


@pytest.mark.parametrize(
    ("length_s", "credits"), [(0.0, 0.01), (1.25, 0.01), (1.26, 0.02), (10.0, 0.08), (125.0, 1.0), (126.0, 1.01)]
)
def test_lip_sync_costs_a_credit_for_125_seconds_rounded_up_to_the_hundredth(length_s: float, credits: float) -> None:
    assert cost(LIP_SYNC, length_s) == credits


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Hello there", "en-US"),
        ("Привет, Google", "ru"),
        ("今日は良い天気です", "ja"),
        ("快速的狐狸", "zh"),
        ("안녕하세요", "ko"),
        ("صباح الخير", "ar"),
        ("", "en-US"),
    ],
)
def test_a_text_that_nobody_named_has_the_language_of_its_writing(text: str, tag: str) -> None:
    assert guessed_language(text) == tag
