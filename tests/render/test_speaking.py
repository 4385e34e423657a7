"""Who speaks for the server: scripts become files, a provider's sound is decoded elsewhere, nothing is said twice."""

import io
import threading
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import psutil
import pytest
from msgspec.structs import replace

from greenroom.bootstrap.studio import speaking
from greenroom.config import load
from greenroom.domain.video import RecordedVoice, ScriptVoice, Source
from greenroom.errors import ParameterError, VoiceFailed
from greenroom.render.speaking import Speaking
from greenroom.studio.speech import Phone, Speech
from greenroom.studio.speech_file import decoded
from greenroom.studio.voices.cast import EMBEDDED
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.port import Abilities, Request, Timings

SCRIPT = "Good morning, and welcome."
RATE = 22_050


def sound_file() -> bytes:
    """A second of a tone, as Piper sends it."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.sin(np.arange(RATE) / 20) * 9000).astype("<i2").tobytes())
    return kept.getvalue()


class Piper(ThreadingHTTPServer):
    """A server that speaks Piper's protocol, on a free port; it counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.body = sound_file()
        self.asked: list[bytes] = []


class _Answering(BaseHTTPRequestHandler):
    server: Piper

    def do_POST(self) -> None:
        self.server.asked.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *what: object) -> None:
        """Say nothing."""


class Humming:
    """Says one long sound, and tells that it does."""

    name = "hum"
    abilities = Abilities(Timings.PHONES)

    def say(self, request: Request) -> Speech:
        return Speech(np.zeros(RATE, np.float32), RATE, (), (Phone("m", 0.0, 1.0),))


@pytest.fixture
def piper() -> Iterator[Piper]:
    with Piper() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def voices(piper: Piper) -> Iterator[Speaking]:
    url = f"http://127.0.0.1:{piper.server_port}"
    listed = "ann=piper:en_US-amy-medium:en-US:female"
    found = speaking(load({"GREENROOM_VOICES_PIPER_URL": url, "GREENROOM_VOICES_LISTED": listed}))
    yield found
    found.close()


def test_an_embedded_voice_speaks_into_the_folder_and_needs_no_guide(voices: Speaking, tmp_path: Path) -> None:
    spoken = voices.speak(ScriptVoice(SCRIPT, "greenroom-en-US-reed", "en-US"), str(tmp_path))

    assert spoken.guide is None
    assert spoken.speech is not None
    speech = decoded(Path(spoken.speech).read_bytes())
    assert [word.text for word in speech.words][:2] == ["Good", "morning,"]
    assert spoken.duration_s == speech.duration_s > 1.0


def test_what_is_in_the_folder_is_not_said_again(voices: Speaking, piper: Piper, tmp_path: Path) -> None:
    first = voices.speak(ScriptVoice(SCRIPT, "ann", "en-US"), str(tmp_path))

    again = voices.speak(ScriptVoice(SCRIPT, "ann", "en-US"), str(tmp_path))

    assert again == first
    assert len(piper.asked) == 1


def test_half_a_speech_is_no_speech(voices: Speaking, tmp_path: Path) -> None:
    voice = ScriptVoice(SCRIPT, "greenroom-en-US-reed", "en-US")
    spoken = voices.speak(voice, str(tmp_path))
    path = Path(str(spoken.speech))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    voices.speak(voice, str(tmp_path))

    assert path.read_bytes() == whole


def test_a_providers_sound_comes_with_a_guide_to_time_it_by(voices: Speaking, tmp_path: Path) -> None:
    spoken = voices.speak(ScriptVoice(SCRIPT, "ann", "en-US"), str(tmp_path))

    assert spoken.duration_s == pytest.approx(1.0)
    assert decoded(Path(str(spoken.guide)).read_bytes()).phones


def test_a_voice_that_tells_sounds_and_no_words_has_a_guide_too(voices: Speaking, tmp_path: Path) -> None:
    told = Casting({**voices.casting.providers, "hum": Humming()}, (replace(EMBEDDED[0], id="bee", provider="hum"),))

    spoken = Speaking(lambda _, _environment: told).speak(
        ScriptVoice("It costs $12.50.", "bee", "en-US"), str(tmp_path)
    )

    assert [word.text for word in decoded(Path(str(spoken.guide)).read_bytes()).words] == ["It", "costs", "$12.50."]


def test_a_provider_that_sends_no_sound_is_told_by_name(voices: Speaking, piper: Piper, tmp_path: Path) -> None:
    piper.body = b"this is no sound" * 50

    with pytest.raises(VoiceFailed, match="The voice of piper failed: it sent what is no sound"):
        voices.speak(ScriptVoice(SCRIPT, "ann", "en-US"), str(tmp_path))


def test_a_recorded_sound_has_a_guide_if_its_words_are_known(voices: Speaking, tmp_path: Path) -> None:
    known = voices.speak(RecordedVoice(Source("aud_1"), SCRIPT, "en-US"), str(tmp_path))  # type: ignore[arg-type]

    assert (known.speech, known.duration_s) == (None, None)
    assert known.guide is not None


def test_a_recorded_sound_of_unknown_words_has_none(voices: Speaking, tmp_path: Path) -> None:
    unknown = voices.speak(RecordedVoice(Source("aud_1")), str(tmp_path))  # type: ignore[arg-type]

    assert (unknown.speech, unknown.guide) == (None, None)


def test_a_voice_of_an_operator_can_be_asked_for_by_its_id(voices: Speaking) -> None:
    assert voices.check("ann", "", 1.0) == ("en-US", ())


def test_a_voice_that_is_not_there_is_refused_before_anything_is_said(voices: Speaking) -> None:
    with pytest.raises(ParameterError, match="'bob' names no voice"):
        voices.check("bob", "", 1.0)


def test_the_process_of_the_embedded_voices_holds_no_secret(
    voices: Speaking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_API_KEY", "a secret")
    voices.speak(ScriptVoice(SCRIPT, "greenroom-en-US-amber"), str(tmp_path))
    [helper] = [one for one in psutil.Process().children() if "espeak_process" in " ".join(one.cmdline())]

    assert not [name for name in helper.environ() if "GREENROOM" in name]
