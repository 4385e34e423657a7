"""Services that speak and hear, all on one server of ours: each call as the service's own reference has it."""

import base64
import email
import email.policy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import narration

SCRIPT = "Papa may bake."
KEYS = {
    "openai": ("authorization", "Bearer key-openai"),
    "azure": ("ocp-apim-subscription-key", "key-azure"),
    "google": ("x-goog-api-key", "key-google"),
    "elevenlabs": ("xi-api-key", "key-elevenlabs"),
    "hearing": ("authorization", "Bearer key-hearing"),
}


@dataclass
class Providers:
    """The server: who is out of order, the words that are heard, and what was asked of whom."""

    url: str = ""
    refusing: set[str] = field(default_factory=set)
    heard: dict[str, str] = field(default_factory=lambda: {"text": f" {SCRIPT}\n", "language": "english"})
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, str, bytes]:
        """Status, type and content."""
        who, asked = _asked(path, headers, body)
        self.asked.append((who, asked))
        name, key = KEYS.get(who, ("", ""))
        if who in self.refusing or (name and headers[name] != key):
            return 401, "application/json", b'{"error": {"message": "Incorrect API key provided."}}'
        if who == "hearing":
            return 200, "application/json", json.dumps(self.heard).encode()
        sound = narration.wav(SCRIPT)
        if who == "google":
            return 200, "application/json", json.dumps(_google(asked, sound)).encode()
        if who == "elevenlabs":
            return 200, "application/json", json.dumps(_elevenlabs(asked, sound)).encode()
        return 200, "audio/wav", sound


def _asked(path: str, headers: Any, body: bytes) -> tuple[str, dict[str, Any]]:
    if path == "/v1/audio/transcriptions":
        return "hearing", _form(headers["content-type"], body)
    if path == "/cognitiveservices/v1":
        return "azure", {"ssml": body.decode()}
    owners = {"/v1/audio/speech": "openai", "/v1beta1/text:synthesize": "google", "/": "piper"}
    return owners.get(path, "elevenlabs"), json.loads(body)


def _form(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields of a multipart form, read by a parser that is not ours."""
    message = email.message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    found: dict[str, Any] = {}
    for part in message.iter_parts():  # type: ignore[attr-defined]
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        found[name] = data if part.get_filename() else data.decode()
        if part.get_filename():
            found["filename"], found["type"] = part.get_filename(), part.get_content_type()
    return found


def _google(asked: dict[str, Any], sound: bytes) -> dict[str, Any]:
    speech = narration.spoken(SCRIPT)
    marks = re.findall(r'<mark name="(\d+)"/>', asked["input"]["ssml"])
    points = [{"markName": mark, "timeSeconds": word.start_s} for mark, word in zip(marks, speech.words, strict=True)]
    return {"audioContent": base64.b64encode(sound).decode(), "timepoints": points}


def _elevenlabs(asked: dict[str, Any], sound: bytes) -> dict[str, Any]:
    text, length_s = asked["text"], narration.spoken(SCRIPT).duration_s
    edges = [length_s * n / len(text) for n in range(len(text) + 1)]
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": edges[:-1],
        "character_end_times_seconds": edges[1:],
    }
    return {"audio_base64": base64.b64encode(sound).decode(), "alignment": alignment}


@contextmanager
def providers() -> Iterator[Providers]:
    """The server while the context is open."""
    made = Providers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, content_type, content = made.answer(self.path.partition("?")[0], self.headers, body)
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
