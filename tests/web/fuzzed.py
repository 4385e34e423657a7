"""
Schemathesis against a real server that has something of everything, so that requests find what they name.

    with library() as found:
        faults = fuzz(found, Face.API, examples=10, seed=1)
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from operating import Caller, new_account, new_caller

import media_samples
from greenroom.domain.access import Scope
from other_server import ok, other_server, says
from receiver import receiver
from running_server import RunningServer, start_server

PHOTO = media_samples.jpeg(64, 48)
ALL_PHASES = "examples,coverage,fuzzing,stateful"
_HOOKS = Path(__file__).with_name("fuzz_hooks.py")
_ENOUGH_S = 30
_NEVER = "http://127.0.0.1:9/portrait.jpg"
"""A photograph that never comes."""
_VIDEO = {"avatar": "sarah_full_01", "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}
_ENDED = "a video that nobody tries again"


class Face(StrEnum):
    """A document, by where it is served."""

    API = "/api/v1/openapi.json"
    COMPATIBLE = "/api/v1/openapi-compatible.json"


@dataclass(frozen=True, slots=True)
class Library:
    """A server, somebody with a key that may do everything, and what there is by the names of parameters."""

    server: RunningServer
    caller: Caller
    named: Mapping[str, list[str]]


@contextlib.contextmanager
def library() -> Iterator[Library]:
    """A server with something of everything, as long as the context is open."""
    with tempfile.TemporaryDirectory() as folder, other_server(says(ok(PHOTO))) as origin, receiver() as hooked:
        server = start_server(
            Path(folder, "data"),
            rates_posts_per_minute="1000000",
            imports_allow="127.0.0.1",
            webhooks_allow="127.0.0.1",
            webhooks_allow_http="on",
            render_workers="0",
        )
        try:
            caller = new_caller(server, *Scope)
            yield Library(server, caller, _filled(server, caller, f"{origin.url}/photo.jpg", hooked.url))
        finally:
            server.stop()


def _filled(server: RunningServer, caller: Caller, photo_url: str, hook_url: str) -> dict[str, list[str]]:
    def made(path: str, **body: Any) -> dict[str, Any]:
        reply = caller.post(path, body)
        assert reply.ok, reply.text
        answered: dict[str, Any] = reply.json()
        return answered

    folders = [made("/api/v1/folders", name=name)["folder_id"] for name in ("shop", "shows", "empty")]
    uploads = [
        made("/api/v1/uploads", filename=f"{number}.jpg", folder="/shop/boots", tags=["boots"]) for number in range(9)
    ]
    for upload in uploads[:6]:
        assert server.put(upload["upload_url"], PHOTO).ok
    assets = [upload["asset_id"] for upload in uploads]
    rendition = made(f"/api/v1/assets/{assets[0]}/optimize", format="png")["rendition_id"]
    imports = [made("/api/v1/imports", url=photo_url)["import_id"] for _ in range(3)]
    _wait_until_done(caller, imports)
    # Nobody listens there, so these are tried again and again.
    imports += [made("/api/v1/imports", url="http://127.0.0.1:9/photo.jpg")["import_id"] for _ in range(3)]
    for asset in assets[4:6]:
        assert caller.call("DELETE", f"/api/v1/assets/{asset}").ok
    videos = [_cancelled(caller, made("/api/v1/videos", **_VIDEO)["video_id"]) for _ in range(6)]
    avatars = [made("/api/v1/photo-avatars", asset=_NEVER)["photo_avatar_id"] for _ in range(4)]
    hooks = [made("/api/v1/hooks", url=hook_url, events=["asset.ready"])["hook_id"] for _ in range(4)]
    return {
        "path.asset_id": assets,
        "path.rendition_id": [rendition],
        "path.upload_id": [upload["upload_id"] for upload in uploads],
        "path.folder_id": folders,
        "path.import_id": imports,
        "path.hook_id": hooks,
        "path.endpoint_id": hooks,
        "path.video_id": videos[1:],
        "path.avatar_id": avatars,
        "path.task_id": ["a_task"],
        "path.project_id": videos[1:],
        _ENDED: videos[:1],
        "body.avatar": ["sarah_full_01", "81"],
        "body.voice_id": ["greenroom-en-US-amber", "en-US-ChristopherNeural"],
        "path.delivery_id": [made(f"/api/v1/hooks/{hook}/test")["delivery_id"] for hook in hooks],
        "path.event_id": [event["event_id"] for event in caller.get("/api/v1/events").json()["data"]],
        "path.key_id": [made("/api/v1/keys", name="a key")["key_id"] for _ in range(4)],
        "path.account_id": [new_account(server).account_id for _ in range(2)],
        "header.if-match": ["*", '"1"', '"2"'],
        "query.parent_id": folders,
        "body.parent_id": folders,
        "body.folder": [*folders, "/shop/boots"],
        "body.ids[*]": assets,
        "body.url": [photo_url, hook_url],
        "body.filename": ["a.jpg", "b.mp4", "c.mp3"],
    }


def _cancelled(caller: Caller, video_id: str) -> str:
    """A video that is cancelled: the events of one that has not ended have no end, since nobody makes videos here."""
    assert caller.post(f"/api/v1/videos/{video_id}/cancel", None).ok
    return video_id


def _wait_until_done(caller: Caller, imports: list[str]) -> None:
    deadline = time.monotonic() + _ENOUGH_S
    while any(caller.get(f"/api/v1/imports/{one}").json()["state"] != "done" for one in imports):
        assert time.monotonic() < deadline, "the imports are not done"
        time.sleep(0.1)


def fuzz(found: Library, face: Face, *, examples: int, seed: int, phases: str = ALL_PHASES) -> str:
    """What schemathesis has found, in its own words; empty if there is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "schemathesis.toml")
        config.write_text(_config(found, face), "utf-8")
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
        command += [found.server.url + face, "--max-examples", str(examples), "--seed", str(seed), "--phases", phases]
        environment = os.environ | {"SCHEMATHESIS_HOOKS": str(_HOOKS), "FUZZ_KEY_ID": found.caller.key_id}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


_OURS = """
[checks]
# A malformed If-Match stands for no version, so nothing is changed.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422]
"""
_COMPATIBLE = """
[checks]
# Every answer has status 200: that a refusal is one says its code, which the check `envelope` looks at.
negative_data_rejection.enabled = false
missing_required_header.enabled = false
ignored_auth.enabled = false
use_after_free.enabled = false
"""


def _config(found: Library, face: Face) -> str:
    """The configuration as TOML; most requests name what there is, the others anything."""
    lines = ["[parameters]"]
    lines += [
        f'"{name}" = {{ dictionary = "{_word(name)}", probability = 0.7 }}' for name in found.named if name != _ENDED
    ]
    lines += [f"[dictionaries.{_word(name)}]\nvalues = {json.dumps(values)}" for name, values in found.named.items()]
    rules = _OURS + _copies(found) if face is Face.API else _COMPATIBLE
    return "\n".join([f'headers = {{ x-api-key = "{found.caller.secret}" }}', *lines, rules])


def _copies(found: Library) -> str:
    # A copy is found under its own asset only.
    pair = ", ".join(f'"{name}" = "{found.named[name][0]}"' for name in ("path.asset_id", "path.rendition_id"))
    copies = f'[[operations]]\ninclude-path-regex = "/renditions/"\nparameters = {{ {pair} }}'
    ended = f'{{ "path.video_id" = "{found.named[_ENDED][0]}" }}'
    return f'{copies}\n[[operations]]\ninclude-path-regex = "/videos/.*/events"\nparameters = {ended}'


def _word(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name)
