"""Providers over HTTP, each against a server that speaks its protocol on the loopback."""

import base64
import io
import json
import re
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

import av
import httpx2
import numpy as np
import pytest

from greenroom.errors import ParameterError, VoiceFailed
from greenroom.studio.speech import Speech
from greenroom.studio.voices.cloud.elevenlabs import ElevenLabsSettings
from greenroom.studio.voices.cloud.google import GoogleSettings
from greenroom.studio.voices.cloud.services import AzureSettings, OpenAISettings, PiperSettings
from greenroom.studio.voices.cloud.transcription import Transcriber, Transcript, TranscriptionSettings
from greenroom.studio.voices.cloud.transport import Call, Line, Reply
from greenroom.studio.voices.settings import VoiceSettings, casting

SCRIPT = "Hello <world> & 12 friends."
TONE = (np.sin(np.arange(24000) * 2 * np.pi * 440 / 24000) * 8000).astype(np.int16)

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Seen:
    """A request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass
class Service:
    """A provider's server: `answer` makes what it says, `seen` has what came, `slept` what was waited."""

    answer: Callable[[Seen], Answer]
    seen: list[Seen] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service(lambda seen: (500, {}, b""))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.seen.append(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, content = made.answer(made.seen[-1])
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


def transport(call: Call) -> Reply:
    """A transport as the server's own is: whatever goes wrong on the way is an OSError."""
    try:
        answer = httpx2.request(
            call.method, call.url, headers=dict(call.headers), content=call.body, timeout=call.timeout_s
        )
    except httpx2.TimeoutException as error:
        raise TimeoutError(str(error)) from error
    except httpx2.TransportError as error:
        raise ConnectionError(str(error)) from error
    return Reply(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content)


def say(service: Service, voice: str, script: str = SCRIPT, *, speed: float = 1.0, timeout_s: float = 20) -> Speech:
    url = service.url
    settings = VoiceSettings(
        OpenAISettings(url, "sk-1"),
        AzureSettings("key-2", base_url=url),
        GoogleSettings("key-3", url),
        ElevenLabsSettings("key-4", url),
        PiperSettings(url),
        timeout_s=timeout_s,
    )
    return casting(settings, transport, sleep=service.slept.append).speak(script, voice, speed=speed)


def wav() -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24000)
        file.writeframes(TONE.tobytes())
    return target.getvalue()


def mp3() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=24000, layout="mono")
        frame = av.AudioFrame.from_ndarray(TONE[None], "s16", "mono")
        frame.sample_rate, frame.time_base = 24000, Fraction(1, 24000)
        resampler = av.AudioResampler("s16p", "mono", 24000)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return target.getvalue()


def sound(content: bytes) -> Callable[[Seen], Answer]:
    return lambda seen: (200, {"content-type": "audio/wav"}, content)


# Each protocol


def test_openai_is_asked_as_its_reference_says(service: Service) -> None:
    service.answer = sound(wav())

    speech = say(service, "onyx", speed=1.25)

    assert service.seen[0].path == "/v1/audio/speech"
    assert service.seen[0].headers["authorization"] == "Bearer sk-1"
    assert service.seen[0].json == {
        "model": "gpt-4o-mini-tts", "input": SCRIPT, "voice": "onyx", "response_format": "wav", "speed": 1.25,
    }  # fmt: skip
    assert (speech.rate, speech.duration_s, speech.words) == (24000, 1.0, ())


def test_azure_is_asked_in_markup_that_is_well_formed(service: Service) -> None:
    service.answer = sound(wav())

    speech = say(service, "en-US-ChristopherNeural", SCRIPT + "\n\nBye.", speed=0.5)

    root = ElementTree.fromstring(service.seen[0].body)
    space = "{http://www.w3.org/2001/10/synthesis}"
    assert service.seen[0].path == "/cognitiveservices/v1"
    assert service.seen[0].headers["ocp-apim-subscription-key"] == "key-2"
    assert service.seen[0].headers["content-type"] == "application/ssml+xml"
    assert service.seen[0].headers["x-microsoft-outputformat"] == "riff-24khz-16bit-mono-pcm"
    assert root.find(f"{space}voice").attrib == {"name": "en-US-ChristopherNeural"}  # type: ignore[union-attr]
    assert root.find(f".//{space}prosody").attrib == {"rate": "-50%"}  # type: ignore[union-attr]
    assert "".join(root.itertext()) == SCRIPT + "Bye."
    assert np.allclose(speech.sound, TONE / 32768, atol=1e-4)


def google(seen: Seen) -> Answer:
    """Answers as text:synthesize does: a timepoint a mark, ten to the second."""
    content = seen.json["input"]
    assert isinstance(content, dict)
    marks = re.findall(r'<mark name="(\d+)"/>', content.get("ssml", ""))
    points = [{"markName": mark, "timeSeconds": n / 10} for n, mark in enumerate(marks)]
    answer = {"audioContent": base64.b64encode(wav()).decode(), "timepoints": points, "audioConfig": {}}
    return 200, {"content-type": "application/json"}, json.dumps(answer).encode()


def test_google_tells_the_times_of_words(service: Service) -> None:
    service.answer = google

    speech = say(service, "en-US-News-N")

    request = service.seen[0].json
    assert service.seen[0].path == "/v1beta1/text:synthesize"
    assert service.seen[0].headers["x-goog-api-key"] == "key-3"
    assert request["voice"] == {"languageCode": "en-US", "name": "en-US-News-N"}
    assert request["enableTimePointing"] == ["SSML_MARK"]
    assert [word.text for word in speech.words] == ["Hello", "<world> &", "12", "friends."]
    assert [word.start_s for word in speech.words] == [0.0, 0.1, 0.2, 0.3]
    assert speech.words[-1].end_s == speech.duration_s


def test_google_is_asked_without_marks_where_they_are_too_many(service: Service) -> None:
    service.answer = google

    speech = say(service, "en-US-News-N", "word " * 400)

    assert service.seen[0].json["input"] == {"text": "word " * 400}
    assert (speech.words, [notice.code for notice in speech.warnings]) == ((), ["word_times_estimated"])


def elevenlabs(seen: Seen) -> Answer:
    """Answers as with-timestamps does: a tenth of a second a character."""
    text = str(seen.json["text"])
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": [n / 100 for n in range(len(text))],
        "character_end_times_seconds": [(n + 1) / 100 for n in range(len(text))],
    }
    answer = {
        "audio_base64": base64.b64encode(mp3()).decode(),
        "alignment": alignment,
        "normalized_alignment": alignment,
    }
    return 200, {"content-type": "application/json"}, json.dumps(answer).encode()


def test_elevenlabs_tells_the_times_of_characters(service: Service) -> None:
    service.answer = elevenlabs

    speech = say(service, "21m00Tcm4TlvDq8ikWAM")

    assert service.seen[0].path == (
        "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/with-timestamps?output_format=mp3_44100_128"
    )
    assert service.seen[0].headers["xi-api-key"] == "key-4"
    assert [(word.text, word.start_s, word.end_s) for word in speech.words] == [
        ("Hello", 0.0, 0.05), ("<world> &", 0.07, 0.12), ("12", 0.16, 0.18), ("friends.", 0.19, 0.26),
    ]  # fmt: skip
    assert speech.duration_s == pytest.approx(1.0, abs=0.1)


def test_a_speed_that_elevenlabs_does_not_take_becomes_the_nearest_and_is_told(service: Service) -> None:
    service.answer = elevenlabs

    speech = say(service, "21m00Tcm4TlvDq8ikWAM", speed=2.0)

    assert service.seen[0].json["voice_settings"] == {"speed": 1.2}
    assert [notice.code for notice in speech.warnings] == ["speed_limited"]


def test_piper_is_asked_with_a_scale_of_lengths(service: Service) -> None:
    service.answer = sound(wav())

    say(service, "en_US-lessac-medium", speed=2.0)

    assert service.seen[0].path == "/"
    assert service.seen[0].json == {"text": SCRIPT, "voice": "en_US-lessac-medium", "length_scale": 0.5}


# What is heard


def hear(service: Service, model: str = "whisper-1", language: str = "") -> Transcript:
    settings = TranscriptionSettings(service.url + "/v1/", "sk-1", model)
    line = Line(Transcriber.name, transport, 20, service.slept.append)
    return Transcriber(settings, line).heard(b"RIFF\r\n--a sound", "sound.wav", "audio/wav", language)


def transcript(**said: str) -> Callable[[Seen], Answer]:
    return lambda seen: (200, {"content-type": "application/json"}, json.dumps(said).encode())


@pytest.mark.parametrize(("model", "shape"), [("whisper-1", "verbose_json"), ("gpt-4o-transcribe", "json")])
def test_a_sound_is_sent_as_it_is_in_a_form(service: Service, model: str, shape: str) -> None:
    service.answer = transcript(text=" Hello  there.\n", language="english")

    found = hear(service, model, "en-GB")

    seen = service.seen[0]
    boundary = seen.headers["content-type"].removeprefix("multipart/form-data; boundary=")
    parts = seen.body.split(b"--" + boundary.encode())
    assert found == Transcript("Hello there.", "english")
    assert (seen.path, seen.headers["authorization"]) == ("/v1/audio/transcriptions", "Bearer sk-1")
    assert (parts[0], parts[-1], len(parts)) == (b"", b"--\r\n", 6)
    assert parts[2].endswith(b'name="response_format"\r\n\r\n' + shape.encode() + b"\r\n")
    assert parts[3].endswith(b'name="language"\r\n\r\nen\r\n')
    assert b'name="file"; filename="sound.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--a sound\r\n' in parts[4]


def test_hearing_is_tried_again_where_that_may_help_and_else_told_with_its_cure(service: Service) -> None:
    answers = iter([(503, {}, b""), transcript(text="Yes.")(Seen("", {}, b"")), (413, {}, b"")])
    service.answer = lambda seen: next(answers)

    found = hear(service)
    with pytest.raises(VoiceFailed, match="it answered 413") as refused:
        hear(service)

    assert (found.text, service.slept, refused.value.passes) == ("Yes.", [1.0], False)


# What goes wrong


def test_what_passes_is_tried_again_when_the_provider_says(service: Service) -> None:
    answers = iter([(429, {"retry-after": "3"}, b""), (503, {}, b""), (200, {}, wav())])
    service.answer = lambda seen: next(answers)

    speech = say(service, "onyx")

    assert service.slept == [3.0, 2.0]
    assert speech.duration_s == 1.0


def test_a_provider_that_wants_to_be_left_for_long_is_not_waited_for(service: Service) -> None:
    service.answer = lambda seen: (429, {"retry-after": "3600"}, b"")

    with pytest.raises(VoiceFailed, match=r"openai failed: it answered 429. Its quota is used up") as caught:
        say(service, "onyx")

    assert (len(service.seen), service.slept, caught.value.passes) == (1, [], True)


def test_a_provider_that_stays_broken_is_given_up(service: Service) -> None:
    with pytest.raises(VoiceFailed, match=r"azure failed: it answered 500. Try again later"):
        say(service, "en-US-ChristopherNeural")

    assert len(service.seen) == 4


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b'{"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}',
         "elevenlabs failed: it answered 401: Invalid API key. Check the key"),
        (404, b"<html>nothing</html>", "elevenlabs failed: it answered 404. Check the address and the name"),
        (400, b'{"error": {"message": "Unknown model."}}', "it answered 400: Unknown model. The voice, the language"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_its_cure_and_not_tried_again(
    service: Service, status: int, body: bytes, told: str
) -> None:
    service.answer = lambda seen: (status, {}, body)

    with pytest.raises(VoiceFailed, match=re.escape(told)) as caught:
        say(service, "21m00Tcm4TlvDq8ikWAM")

    assert (len(service.seen), caught.value.passes) == (1, False)


@pytest.mark.parametrize(
    ("voice", "content", "told"),
    [
        ("onyx", b"", "an empty sound"),
        ("onyx", b"not a sound at all" * 9, "what is no sound"),
        ("en-US-News-N", b"{}", "not as its protocol says"),
        ("en-US-News-N", b'{"audioContent": "?"}', "not base64"),
        ("21m00Tcm4TlvDq8ikWAM", b"[]", "not as its protocol says"),
    ],
)
def test_an_answer_that_is_no_sound_is_an_error(service: Service, voice: str, content: bytes, told: str) -> None:
    service.answer = sound(content)

    with pytest.raises(VoiceFailed, match=told):
        say(service, voice)


def late(seen: Seen) -> Answer:
    time.sleep(1.5)
    return 200, {}, wav()


def test_a_provider_that_does_not_answer_is_given_up(service: Service) -> None:
    service.answer = late

    with pytest.raises(VoiceFailed, match=r"piper failed: no answer within 0.1 s"):
        say(service, "en_US-lessac-medium", timeout_s=0.1)


def test_a_provider_that_is_not_there_is_told(service: Service) -> None:
    service.url = "http://127.0.0.1:9"

    with pytest.raises(VoiceFailed, match="piper failed: it cannot be reached"):
        say(service, "en_US-lessac-medium")


@pytest.mark.parametrize("voice", ["onyx", "en-US-News-N", "en-US-JennyNeural"])
def test_a_script_without_words_is_not_sent(service: Service, voice: str) -> None:
    with pytest.raises(ParameterError, match="script has nothing"):
        say(service, voice, "😀 ...")

    assert service.seen == []
