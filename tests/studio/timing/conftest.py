"""What is timed: real speech of the embedded voices, whose sounds are known to the sample."""

from collections.abc import Callable, Iterator

import pytest

from greenroom.studio.speech import Speech
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.port import Request


@pytest.fixture(scope="session")
def say() -> Iterator[Callable[..., Speech]]:
    """A script spoken, in a language, at a speed."""
    espeak = Espeak()
    yield lambda script, language="en-US", speed=1.0, voice="f2": espeak.say(Request(script, voice, language, speed))
    espeak.close()
