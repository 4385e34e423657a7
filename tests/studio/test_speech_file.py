"""What a voice said survives the way through a file, to the bit."""

import tempfile

import numpy as np
import pytest

from greenroom.studio.speech import Notice, Phone, Speech, Word
from greenroom.studio.speech_file import NotSpeech, decoded, encoded, read

_SOUND = np.linspace(-1, 1, 2205, dtype=np.float32)
_FULL = Speech(
    _SOUND,
    22050,
    (Word("Hello,", 0.0, 0.05, 0, 6),),
    (Phone("h", 0.0, 0.02, stressed=True), Phone("", 0.02, 0.1)),
    np.linspace(0, 1, 60, dtype=np.float32).reshape(10, 6),
    (Notice("voice_fallback", "another voice speaks"),),
)
_BARE = Speech(_SOUND[:0], 48000)


def _same(one: Speech, other: Speech) -> bool:
    mouths = (one.mouth is None) == (other.mouth is None) and (
        one.mouth is None or other.mouth is None or np.array_equal(one.mouth, other.mouth)
    )
    facts = [(s.rate, s.words, s.phones, s.warnings) for s in (one, other)]
    return mouths and np.array_equal(one.sound, other.sound) and facts[0] == facts[1]


@pytest.mark.parametrize("speech", [_FULL, _BARE])
def test_speech_comes_back_as_it_was(speech: Speech) -> None:
    assert _same(decoded(encoded(speech)), speech)


def test_a_file_is_read_from_its_beginning_wherever_it_stands() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(encoded(_FULL))
        file.flush()
        assert _same(read(file.fileno()), _FULL)
        assert _same(read(file.fileno()), _FULL)


@pytest.mark.parametrize("cut", [0, 4, 20, -1, -5000])
def test_half_a_file_is_no_speech(cut: int) -> None:
    with pytest.raises(NotSpeech):
        decoded(encoded(_FULL)[:cut])


def test_what_follows_the_speech_is_not_passed_over() -> None:
    with pytest.raises(NotSpeech, match="longer"):
        decoded(encoded(_FULL) + b"x")
