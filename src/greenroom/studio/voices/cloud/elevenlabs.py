"""ElevenLabs' text-to-speech with timestamps: a time for each character of the script."""

from base64 import b64decode
from binascii import Error as Base64Error
from urllib.parse import quote

from msgspec import Struct

from greenroom.errors import VoiceFailed
from greenroom.studio.speech import Notice, Speech, Word
from greenroom.studio.voices.cloud.script import clean, pieces, spoken
from greenroom.studio.voices.cloud.transport import Line
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.written import written

SLOWEST, FASTEST = 0.7, 1.2
"""The speeds that ElevenLabs takes."""


class ElevenLabsSettings(Struct, frozen=True):
    """An API key; `output_format` is one of ElevenLabs' names."""

    key: str
    base_url: str = "https://api.elevenlabs.io"
    model: str = "eleven_multilingual_v2"
    output_format: str = "mp3_44100_128"


class _Alignment(Struct, frozen=True):
    characters: tuple[str, ...]
    character_start_times_seconds: tuple[float, ...]
    character_end_times_seconds: tuple[float, ...]


class _Answer(Struct, frozen=True):
    audio_base64: str
    alignment: _Alignment | None = None


class ElevenLabs:
    """ElevenLabs' voices. A speed that it does not take becomes the nearest one; a notice says so."""

    name = "elevenlabs"
    abilities = Abilities(Timings.WORDS)

    def __init__(self, settings: ElevenLabsSettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def say(self, request: Request) -> Speech:
        """See Provider."""
        text = clean(request.script)
        speed = min(FASTEST, max(SLOWEST, request.speed))
        base = f"{self._settings.base_url.rstrip('/')}/v1/text-to-speech/{quote(request.voice, safe='')}"
        reply = self._line.json(
            f"{base}/with-timestamps?output_format={self._settings.output_format}",
            {"xi-api-key": self._settings.key},
            {"text": text, "model_id": self._settings.model, "voice_settings": {"speed": speed}},
        )
        answer = self._line.decode(reply, _Answer)
        try:
            sound, rate = self._line.sound(b64decode(answer.audio_base64, validate=True))
        except Base64Error as error:
            raise VoiceFailed(self.name, "its sound is not base64") from error
        words = _words(request.script, text, answer.alignment) if answer.alignment else ()
        return Speech(sound, rate, words, warnings=_notices(request.speed, speed))


def _notices(asked: float, given: float) -> tuple[Notice, ...]:
    if asked == given:
        return ()
    return (Notice("speed_limited", f"ElevenLabs speaks at {given:g} times its speed; {asked:g} was asked for."),)


def _words(script: str, text: str, alignment: _Alignment) -> tuple[Word, ...]:
    """Words from the times of their letters; none where the characters are not those that were sent."""
    starts, ends = alignment.character_start_times_seconds, alignment.character_end_times_seconds
    if "".join(alignment.characters) != text or not len(text) == len(starts) == len(ends):
        return ()
    words = pieces(text)
    times = {}
    for index, piece in enumerate(words):
        if spoken(piece):
            letters = [at for at in range(piece.start, piece.end) if text[at].isalnum()]
            times[index] = (starts[letters[0]], ends[letters[-1]])
    return tuple(written(script, words, times))
