"""The motion of a presenter: what it does with speech, and that nothing jumps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.cast import GESTURES
from greenroom.studio.gestures import TALKING
from greenroom.studio.motion import Motion, poses
from greenroom.studio.speech import Method, Mouth, Speech, Timing
from greenroom.studio.timing import mouth
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.port import Request

SCRIPT = (
    "Hello everyone, and welcome back to the studio! Today I want to show you something new. Have you ever wondered "
    "how a video is made? First, we write a script, and then, a presenter speaks it. My favourite part is the ending: "
    "it never fails to surprise people. Thank you for watching."
)
TAIL_S = 2.0
RATE = 30


@dataclass(frozen=True)
class Spoken:
    speech: Speech
    timing: Timing


@pytest.fixture(scope="module")
def spoken() -> Iterator[Spoken]:
    espeak = Espeak()
    speech = espeak.say(Request(SCRIPT, "f2", "en-US"))
    drawn = mouth(speech.phones, speech.duration_s, speech.sound, speech.rate)
    yield Spoken(speech, Timing(speech.words, drawn, Method.PHONES))
    espeak.close()


def moved(spoken: Spoken, seed: int = 7, frame_rate: float = RATE) -> Motion:
    speech = spoken.speech
    length_s = speech.duration_s + TAIL_S
    return poses(spoken.timing, speech.sound, speech.rate, frame_rate, seed, script=SCRIPT, duration_s=length_s)


def curves(motion: Motion) -> dict[str, NDArray[np.float64]]:
    columns: dict[str, Callable[[int], float]] = {
        "blink": lambda i: motion[i].blink,
        "gaze_x": lambda i: motion[i].gaze[0],
        "gaze_y": lambda i: motion[i].gaze[1],
        "brow": lambda i: motion[i].brow,
        "smile": lambda i: motion[i].smile,
        "turn": lambda i: motion[i].head[0],
        "nod": lambda i: motion[i].head[1],
        "tilt": lambda i: motion[i].head[2],
        "breath": lambda i: motion[i].breath,
        "reach": lambda i: motion[i].reach,
    }
    return {name: np.array([read(i) for i in range(len(motion))]) for name, read in columns.items()}


FASTEST = {
    # In a thirtieth of a second, in the pose's own units.
    "blink": 0.65,
    "gaze_x": 0.4,
    "gaze_y": 0.3,
    "brow": 0.2,
    "smile": 0.06,
    "turn": 0.03,
    "nod": 0.03,
    "tilt": 0.025,
    "breath": 0.25,
    "reach": 0.13,
}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_jumps_from_one_frame_to_the_next(spoken: Spoken, seed: int) -> None:
    found = curves(moved(spoken, seed))

    steps = {name: float(np.abs(np.diff(curve)).max()) for name, curve in found.items()}
    assert {name: step for name, step in steps.items() if step > FASTEST[name]} == {}


@pytest.mark.parametrize("seed", range(6))
def test_a_pose_stays_within_what_an_avatar_can_do(spoken: Spoken, seed: int) -> None:
    found = curves(moved(spoken, seed))

    assert all(found[name].min() >= 0 and found[name].max() <= 1 for name in ("blink", "smile", "reach"))
    assert all(np.abs(found[name]).max() <= 1 for name in ("gaze_x", "gaze_y", "brow", "breath"))
    assert np.abs(found["turn"]).max() < 0.3
    assert np.abs(found["nod"]).max() < 0.2
    assert np.abs(found["tilt"]).max() < 0.2


def test_the_same_seed_gives_the_same_film_and_another_one_another(spoken: Spoken) -> None:
    assert list(moved(spoken, 7)) == list(moved(spoken, 7))
    assert list(moved(spoken, 7)) != list(moved(spoken, 8))


def test_a_film_may_be_begun_at_any_frame(spoken: Spoken) -> None:
    motion = moved(spoken)

    whole = list(motion)
    assert motion[417] == whole[417]
    assert motion[100:103] == whole[100:103]
    assert motion[-1] == whole[-1]
    assert len(motion) == int(np.ceil((spoken.speech.duration_s + TAIL_S) * RATE))


def test_the_mouth_of_a_frame_is_that_of_its_time(spoken: Spoken) -> None:
    motion, track = moved(spoken), spoken.timing.mouth

    assert [motion[i].mouth for i in (30, 33)] == [pytest.approx(at(track, i), abs=1e-5) for i in (30, 33)]


def at(track: Mouth, frame: int) -> list[float]:
    return [float(np.interp(frame / RATE, np.arange(len(track)) / 100, channel)) for channel in track.T]


def test_motion_does_not_depend_on_the_frame_rate(spoken: Spoken) -> None:
    slow, fast = curves(moved(spoken, frame_rate=30)), curves(moved(spoken, frame_rate=60))

    assert np.abs(slow["reach"] - fast["reach"][::2]).max() < 0.02
    assert np.abs(slow["nod"] - fast["nod"][::2]).max() < 0.002


@pytest.mark.parametrize("seed", range(4))
def test_eyes_blink_every_few_seconds_and_are_open_in_between(spoken: Spoken, seed: int) -> None:
    blink = curves(moved(spoken, seed))["blink"]
    starts = np.flatnonzero((blink[1:] >= 0.5) & (blink[:-1] < 0.5)) / RATE

    assert 3 <= len(starts) <= 14
    assert np.diff(starts).max() < 8
    assert (blink < 0.05).mean() > 0.8


@pytest.mark.parametrize("seed", range(4))
def test_eyes_are_open_in_the_first_and_the_last_frame_whenever_a_film_ends(spoken: Spoken, seed: int) -> None:
    speech = spoken.speech

    ends = [
        poses(spoken.timing, speech.sound, speech.rate, RATE, seed, script=SCRIPT, duration_s=frames / RATE)
        for frames in range(150, 450, 3)
    ]

    assert {(motion[0].blink, motion[-1].blink) for motion in ends} == {(0.0, 0.0)}


@pytest.mark.parametrize("seed", range(4))
def test_eyes_are_mostly_on_the_viewer_and_sometimes_aside(spoken: Spoken, seed: int) -> None:
    found = curves(moved(spoken, seed))
    # Eyes that turn against the head look where they looked before.
    looked = np.abs(found["gaze_x"] + 1.9 * found["turn"])

    assert (looked < 0.15).mean() > 0.6
    assert looked[:20].max() < 0.15


def test_the_head_nods_where_words_are_stressed(spoken: Spoken) -> None:
    words = [word for word in spoken.timing.words if len(word.text) > 4]
    nod = np.mean([curves(moved(spoken, seed))["nod"] for seed in range(12)], axis=0)

    in_words = np.concatenate([nod[int(w.start_s * RATE) : int(w.end_s * RATE) + 3] for w in words])
    assert in_words.mean() > nod.mean() + 0.002
    assert nod.max() > 0.02


def test_a_question_tilts_the_head_and_lifts_the_brows(spoken: Spoken) -> None:
    [asked] = [word for word in spoken.timing.words if word.text.startswith("made")]
    end = int(asked.end_s * RATE)
    films = [curves(moved(spoken, seed)) for seed in range(8)]

    assert np.mean([np.abs(film["tilt"][end]) for film in films]) > 0.06
    assert np.mean([film["brow"][end] for film in films]) > 2 * np.mean([film["brow"].mean() for film in films])


def test_hands_are_named_by_the_cast_and_change_at_rest_only(spoken: Spoken) -> None:
    names = {name for name, _ in TALKING} | {"wave"}
    motion = moved(spoken)

    changes = [i for i in range(1, len(motion)) if motion[i].gesture != motion[i - 1].gesture]
    assert names <= set(GESTURES)
    assert len(changes) >= 4
    assert all(min(motion[i].reach, motion[i - 1].reach) < 0.02 for i in changes)


@pytest.mark.parametrize("seed", range(6))
def test_hands_greet_with_a_greeting_and_rest_at_both_ends(spoken: Spoken, seed: int) -> None:
    motion = moved(spoken, seed)

    assert "wave" in {pose.gesture for pose in motion[:60]}
    assert motion[0].reach < 0.02
    assert motion[-1].reach == 0


def test_a_presenter_smiles_more_when_everything_is_said(spoken: Spoken) -> None:
    smile = curves(moved(spoken))["smile"]

    assert smile[-1] > 0.55
    assert smile[-1] > smile[100:500].mean() + 0.2


def test_speech_without_words_moves_too(spoken: Spoken) -> None:
    speech = spoken.speech
    wordless = Timing((), spoken.timing.mouth, Method.ENERGY)

    found = curves(poses(wordless, speech.sound, speech.rate, RATE, 3))
    assert found["reach"].max() > 0.9
    assert found["nod"].max() > 0.02


def test_a_presenter_who_says_nothing_breathes_blinks_and_keeps_hands_folded() -> None:
    nothing = Timing((), np.zeros((800, 6), np.float32), Method.ENERGY)

    found = curves(poses(nothing, np.zeros(8 * 16000, np.float32), 16000, RATE, 1))
    assert found["reach"].max() == 0
    assert np.ptp(found["breath"]) > 0.5
    assert found["blink"].max() > 0.95
    assert np.ptp(found["turn"]) > 0.005
