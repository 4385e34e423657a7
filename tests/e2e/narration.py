"""A voice as somebody might have recorded it, and what the voices of the house say of a script."""

import io
import wave
from functools import cache

import numpy as np

from greenroom.studio.speech import Sound, Speech
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.espeak import Espeak

WORDS = "Mama may bake a pie."


@cache
def spoken(script: str = WORDS, voice_id: str = "greenroom-en-US-amber") -> Speech:
    """What an embedded voice says of a script; always the same."""
    espeak = Espeak()
    try:
        return Casting({"espeak-ng": espeak}).speak(script, voice_id, "en-US")
    finally:
        espeak.close()


def wav(script: str = WORDS) -> bytes:
    """It said, in a WAV file."""
    speech = spoken(script)
    return wav_of(speech.sound, speech.rate)


def wav_of(sound: Sound, rate: int) -> bytes:
    """Samples as a WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()
