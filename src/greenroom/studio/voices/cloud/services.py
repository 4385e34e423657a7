"""OpenAI-compatible speech, Azure's REST call and Piper's HTTP server: sound alone, without times."""

import math

from msgspec import Struct

from greenroom.studio.speech import Speech
from greenroom.studio.voices.cloud.script import clean, paragraphs, ssml
from greenroom.studio.voices.cloud.transport import Line
from greenroom.studio.voices.port import Abilities, Request, Timings

SOUND_ALONE = Abilities(Timings.NONE)


class OpenAISettings(Struct, frozen=True):
    """`base_url` without `/v1`; `key` may be empty for a server of one's own."""

    base_url: str = "https://api.openai.com"
    key: str = ""
    model: str = "gpt-4o-mini-tts"
    response_format: str = "wav"


class OpenAI:
    """POST /v1/audio/speech, as OpenAI, Kokoro-FastAPI, LocalAI and others have it."""

    name = "openai"
    abilities = SOUND_ALONE

    def __init__(self, settings: OpenAISettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def say(self, request: Request) -> Speech:
        """See Provider."""
        headers = {"authorization": f"Bearer {self._settings.key}"} if self._settings.key else {}
        content = {
            "model": self._settings.model,
            "input": clean(request.script),
            "voice": request.voice,
            "response_format": self._settings.response_format,
            "speed": request.speed,
        }
        base_url = self._settings.base_url.rstrip("/").removesuffix("/v1")
        reply = self._line.json(f"{base_url}/v1/audio/speech", headers, content)
        return Speech(*self._line.sound(reply.body))


class AzureSettings(Struct, frozen=True):
    """A key of the Speech service and its region; `base_url` replaces the region's address."""

    key: str
    region: str = "eastus"
    base_url: str = ""
    output_format: str = "riff-24khz-16bit-mono-pcm"


class Azure:
    """The REST call of Azure's Speech service, with SSML; it has no times."""

    name = "azure"
    abilities = SOUND_ALONE

    def __init__(self, settings: AzureSettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def say(self, request: Request) -> Speech:
        """See Provider."""
        base = self._settings.base_url or f"https://{self._settings.region}.tts.speech.microsoft.com"
        headers = {
            "ocp-apim-subscription-key": self._settings.key,
            "content-type": "application/ssml+xml",
            "x-microsoft-outputformat": self._settings.output_format,
            "user-agent": "greenroom",
        }
        body = ssml(request.language, request.voice, request.speed, paragraphs(clean(request.script)))
        reply = self._line.post(f"{base.rstrip('/')}/cognitiveservices/v1", headers, body.encode())
        return Speech(*self._line.sound(reply.body))


class PiperSettings(Struct, frozen=True):
    """The address of `python -m piper.http_server`."""

    base_url: str = "http://localhost:5000"


class Piper:
    """Piper's HTTP server: JSON in, WAV out. Its speed is a scale of lengths."""

    name = "piper"
    abilities = SOUND_ALONE

    def __init__(self, settings: PiperSettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def say(self, request: Request) -> Speech:
        """See Provider."""
        scale = math.floor(1000 / request.speed + 0.5) / 1000
        content = {"text": clean(request.script), "voice": request.voice, "length_scale": scale}
        reply = self._line.json(f"{self._settings.base_url.rstrip('/')}/", {}, content)
        return Speech(*self._line.sound(reply.body))
