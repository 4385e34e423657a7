"""Speech recognition by a server with OpenAI's call for transcriptions: a sound file in, its words out."""

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from greenroom.studio.voices.cloud.transport import Line

_ITS_OWN = "gpt-"
"""Models whose names begin so answer in plain JSON only, without the language."""


class TranscriptionSettings(Struct, frozen=True):
    """`base_url` without `/v1`; `key` may be empty for a server of one's own."""

    base_url: str = "https://api.openai.com"
    key: str = ""
    model: str = "whisper-1"


class Transcript(Struct, frozen=True):
    """What is said in a sound; `language` as the server tells it, empty where it does not."""

    text: str
    language: str = ""


class Transcriber:
    """POST /v1/audio/transcriptions, as OpenAI, whisper.cpp, Speaches, LocalAI and others have it."""

    name = "transcription"

    def __init__(self, settings: TranscriptionSettings, line: Line) -> None:
        self._settings, self._line = settings, line

    def heard(self, sound: bytes, filename: str, mime: str, language: str = "") -> Transcript:
        """
        The words of a sound file, which is sent as it is. `language` is a BCP 47 tag, empty where nobody has told.

        Raises VoiceFailed.
        """
        fields = {"model": self._settings.model, "response_format": self._format()}
        if base := language.replace("_", "-").split("-")[0].lower():
            fields["language"] = base
        content_type, body = _form(fields, sound, filename, mime)
        headers = {"authorization": f"Bearer {self._settings.key}"} if self._settings.key else {}
        url = f"{self._settings.base_url.rstrip('/').removesuffix('/v1')}/v1/audio/transcriptions"
        reply = self._line.post(url, {**headers, "content-type": content_type}, body)
        found = self._line.decode(reply, Transcript)
        return Transcript(" ".join(found.text.split()), found.language)

    def _format(self) -> str:
        return "json" if self._settings.model.startswith(_ITS_OWN) else "verbose_json"


def _form(fields: Mapping[str, str], sound: bytes, filename: str, mime: str) -> tuple[str, bytes]:
    # The digest of what stands between boundaries does not occur in it.
    boundary = f"greenroom-{hashlib.sha256(sound).hexdigest()}"
    parts = [f'form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    head = f'form-data; name="file"; filename="{filename}"\r\nContent-Type: {mime}\r\n\r\n'
    parts.append(head.encode() + sound + b"\r\n")
    opened = f"--{boundary}\r\nContent-Disposition: ".encode()
    body = b"".join(opened + part for part in parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body
