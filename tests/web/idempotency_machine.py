"""A model of idempotency keys, and a real server beside it: one effect for each key, whatever is sent and how often."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

import media_samples
from running_server import RunningServer

PHOTO = media_samples.jpeg(16, 16)
ROUTES = ("/api/v1/folders", "/api/v1/uploads", "/v2/upload/asset", "/v1/upload/asset")
BODIES: dict[str, tuple[dict[str, Any], ...]] = {
    # The last of each is refused, and so leaves nothing behind its key.
    "/api/v1/folders": ({"name": "a"}, {"name": "b"}, {"name": "a/b"}),
    "/api/v1/uploads": ({"filename": "a.jpg"}, {"filename": "b.png"}, {"filename": "c.txt"}),
    "/v2/upload/asset": ({"filename": "a.jpg"}, {"file_name": "b.jpg", "file_type": "image/jpeg"}, {"filename": "c"}),
    "/v1/upload/asset": ({"filename": "a.jpg"}, {"filename": "b.mp3"}, {"filename": "c.exe"}),
}
keys = st.sampled_from(["one", "two", "three"])
routes = st.sampled_from(ROUTES)
bodies = st.integers(0, 2)


@dataclass
class Effect:
    """What a key stands for: which body it came with, and what that made."""

    body: int
    made: str


@dataclass
class Told:
    """What an answer says, whatever its face: what was made, or why nothing was."""

    made: str = ""
    replayed: bool = False
    conflict: str = ""


class IdempotencyMachine(RuleBasedStateMachine):
    """Sends requests with few keys, so that they meet."""

    def __init__(self, server: RunningServer) -> None:
        super().__init__()
        self.server = server
        self.run = secrets.token_hex(8)
        self.effects: dict[tuple[str, str], Effect] = {}
        self.made: set[str] = set()

    def send(self, route: str, key: str, body: int) -> Told:
        """One request, and what its answer says."""
        headers = {"x-api-key": self.server.key, "Idempotency-Key": f"{self.run}-{key}"}
        asked = dict(BODIES[route][body])
        if route == "/api/v1/folders" and body != 2:
            # Siblings have different names; here it is the keys that are to be in each other's way.
            asked["name"] += f" {self.run} {key}"
        reply = requests.post(self.server.url + route, json=asked, headers=headers, timeout=30)
        assert reply.status_code < 500, reply.text
        told = reply.json()
        text = str(told.get("detail") or told.get("msg") or "")
        conflict = "in flight" if "under way" in text else "reused" if "another request" in text else ""
        data = told.get("data") or told if "code" in told and told["code"] == 0 else told
        made = str(data.get("upload_id") or data.get("folder_id") or data.get("id") or "") if reply.ok else ""
        return Told(made, "Idempotency-Replayed" in reply.headers, conflict)

    def expect(self, route: str, key: str, body: int, told: Told) -> None:
        """Compare an answer with the model, which learns what was made."""
        known = self.effects.get((route, key))
        if known is not None and known.body != body:
            assert told.conflict == "reused", told
        elif known is not None:
            assert told.replayed and told.made == known.made, told
        elif told.made:
            assert not told.replayed and told.made not in self.made, told
            self.effects[route, key] = Effect(body, told.made)
            self.made.add(told.made)
        else:
            assert not told.conflict and not told.replayed, told

    @rule(route=routes, key=keys, body=bodies)
    def one(self, route: str, key: str, body: int) -> None:
        """A request by itself."""
        self.expect(route, key, body, self.send(route, key, body))

    @rule(route=routes, key=keys, body=bodies, other=bodies)
    def two_at_once(self, route: str, key: str, body: int, other: int) -> None:
        """Two clients with the same key: at most one effect, and whoever comes second is told."""
        with ThreadPoolExecutor(2) as pool:
            sent = [pool.submit(self.send, route, key, number) for number in (body, other)]
            told = [(number, future.result()) for number, future in zip((body, other), sent, strict=True)]
        settled = [(number, answer) for number, answer in told if answer.conflict != "in flight"]
        assert settled, "somebody must be let through"
        # First those that had no effect, then the one that had, then those that were told of it.
        for number, answer in sorted(
            settled, key=lambda one: (one[1].replayed, one[1].conflict == "reused", bool(one[1].made))
        ):
            self.expect(route, key, number, answer)
