"""Google's text:synthesize (v1beta1), with a mark before each word, whose times it tells."""

from base64 import b64decode
from binascii import Error as Base64Error
from itertools import pairwise
from xml.sax.saxutils import escape

from msgspec import Struct

from greenroom.errors import VoiceFailed
from greenroom.studio.speech import Notice, Speech, Word
from greenroom.studio.voices.cloud.script import clean, pieces, spoken
from greenroom.studio.voices.cloud.transport import Line
from greenroom.studio.voices.pieces import Piece
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.written import written

MOST_BYTES = 5000
"""Of input in one call, by Google's limits."""


class GoogleSettings(Struct, frozen=True):
    """An API key of a project with Cloud Text-to-Speech."""

    key: str
    base_url: str = "https://texttospeech.googleapis.com"


class _Timepoint(Struct, frozen=True, rename="camel"):
    mark_name: str = ""
    time_seconds: float = 0.0


class _Answer(Struct, frozen=True, rename="camel"):
    audio_content: str
    timepoints: tuple[_Timepoint, ...] = ()


class Google:
    """Google's voices. Long scripts go without marks, which count against its limit; a notice says so."""

    name = "google"
    abilities = Abilities(Timings.WORDS)

    def __init__(self, settings: GoogleSettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def say(self, request: Request) -> Speech:
        """See Provider."""
        text = clean(request.script)
        words = pieces(text)
        marked = _marked(text, words)
        content: dict[str, object] = {"ssml": marked}
        notices: tuple[Notice, ...] = ()
        if len(marked.encode()) > MOST_BYTES:
            content = {"text": text}
            notices = (Notice("word_times_estimated", "Google tells no times of words for a script of this length."),)
        reply = self._line.json(
            f"{self._settings.base_url.rstrip('/')}/v1beta1/text:synthesize",
            {"x-goog-api-key": self._settings.key},
            {
                "input": content,
                "voice": {"languageCode": request.language, "name": request.voice},
                "audioConfig": {"audioEncoding": "LINEAR16", "speakingRate": request.speed},
                "enableTimePointing": ["SSML_MARK"],
            },
        )
        answer = self._line.decode(reply, _Answer)
        try:
            sound, rate = self._line.sound(b64decode(answer.audio_content, validate=True))
        except Base64Error as error:
            raise VoiceFailed(self.name, "its sound is not base64") from error
        times = {point.mark_name: point.time_seconds for point in answer.timepoints}
        return Speech(sound, rate, _words(request.script, words, times, len(sound) / rate), warnings=notices)


def _marked(text: str, words: list[Piece]) -> str:
    marked, at = "", 0
    for index, piece in enumerate(words):
        mark = f'<mark name="{index}"/>' if spoken(piece) else ""
        marked += escape(text[at : piece.start]).replace("\n\n", '<break time="600ms"/>') + mark
        marked += escape(text[piece.start : piece.end])
        at = piece.end
    return f"<speak>{marked}</speak>"


def _words(script: str, words: list[Piece], times: dict[str, float], duration_s: float) -> tuple[Word, ...]:
    """Words from mark to mark; none at all when a mark has no time, for a hole is worse than an alignment."""
    heard = [(index, piece) for index, piece in enumerate(words) if spoken(piece)]
    if any(str(index) not in times for index, _ in heard):
        return ()
    edges = [*(min(times[str(index)], duration_s) for index, _ in heard), duration_s]
    if any(later < earlier for earlier, later in pairwise(edges)):
        return ()
    times_of = {index: edge for (index, _), edge in zip(heard, pairwise(edges), strict=True)}
    return tuple(written(script, words, times_of))
