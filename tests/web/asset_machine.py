"""
A model of assets, and a real server beside it: whatever clients do and however time passes, both must say the same.

Two clients at once may be answered as if either had been the first, and in no other way.
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import media_samples
from running_server import RunningServer

GRANT_S = 900.0
RESTORE_S = 30 * 86400.0
PHOTO, OTHER = media_samples.jpeg(), media_samples.jpeg(320, 240)
DAMAGED = media_samples.cut(PHOTO)
BODIES = {"photo": PHOTO, "other": OTHER, "damaged": DAMAGED}
ADDRESS = {"waiting": 404, "ready": 200, "expired": 404, "deleted": 410, "purged": 410}


@dataclass
class Clock:
    """The file that says how far the server's clock is ahead; it never goes back."""

    file: Path
    ahead_s: float = 0.0

    def go_on(self, seconds: float) -> None:
        self.ahead_s += seconds
        # In one step: the server reads it at any moment.
        new = self.file.with_suffix(".new")
        new.write_text(str(self.ahead_s))
        new.replace(self.file)


@dataclass(frozen=True)
class Modelled:
    """An asset as the model has it."""

    name: str
    state: str = "waiting"
    was: str = ""
    bytes: str = ""
    version: int = 1
    grant_is_over: bool = False


Outcome = tuple[int, Modelled]
Step = Callable[[Modelled], Outcome]
"""What the model says of a request: the status of its answer, and the asset afterwards."""


def put(body: str) -> Step:
    def step(asset: Modelled) -> Outcome:
        if asset.grant_is_over:
            return 403, asset
        match asset.state:
            case "waiting":
                return (422, asset) if body == "damaged" else (200, replace(asset, state="ready", bytes=body))
            case "ready":
                return (200 if body == asset.bytes else 409), asset
            case "deleted" if not asset.bytes:
                return 410, asset
            case _:
                return 403, asset

    return step


def delete(asset: Modelled) -> Outcome:
    if asset.state in ("deleted", "purged"):
        return 200, asset
    return 200, replace(asset, state="deleted", was=asset.state, version=asset.version + 1)


def restore(asset: Modelled) -> Outcome:
    if asset.state == "purged":
        return 410, asset
    if asset.state != "deleted":
        return 200, asset
    was = "expired" if asset.was == "waiting" and asset.grant_is_over else asset.was
    return 200, replace(asset, state=was, was="", version=asset.version + 1)


def rename(name: str, wanted: int | None) -> Step:
    def step(asset: Modelled) -> Outcome:
        if wanted is not None and wanted != asset.version:
            return 412, asset
        if asset.state in ("deleted", "purged"):
            return 409, asset
        return 200, replace(asset, name=name, version=asset.version + 1)

    return step


def after(asset: Modelled, seconds: float) -> Modelled:
    """What a time brings about that is longer than a grant's."""
    state = asset.state
    if state == "waiting":
        state = "expired"
    if state == "deleted" and seconds > RESTORE_S:
        return replace(asset, state="purged", name="", version=asset.version + 1, grant_is_over=True)
    return replace(asset, state=state, grant_is_over=True)


@dataclass
class Client:
    """Does to the server what is done to the model."""

    server: RunningServer
    session: requests.Session = field(default_factory=requests.Session)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"x-api-key": self.server.key, **more.pop("headers", {})}
        return self.session.request(method, f"{self.server.url}{path}", headers=headers, timeout=30, **more)

    def asset(self, signed: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.send("GET", f"/api/v1/assets/{signed['asset_id']}").json()
        return found


@dataclass
class Request:
    """One request of a client, and what the model makes of it."""

    step: Step
    ask: Callable[[Client, dict[str, Any]], int]


def sending(body: str) -> Request:
    def ask(client: Client, signed: dict[str, Any]) -> int:
        return client.session.put(signed["sign_url"], data=BODIES[body], timeout=30).status_code

    return Request(put(body), ask)


def deleting() -> Request:
    return Request(delete, lambda client, signed: client.send("DELETE", address_of(signed)).status_code)


def restoring() -> Request:
    return Request(restore, lambda client, signed: client.send("POST", f"{address_of(signed)}/restore").status_code)


def renaming(name: str, version: int | None) -> Request:
    def ask(client: Client, signed: dict[str, Any]) -> int:
        headers = {"if-match": f'"{version}"'} if version is not None else {}
        return client.send("PATCH", address_of(signed), json={"name": name}, headers=headers).status_code

    return Request(rename(name, version), ask)


def address_of(signed: dict[str, Any]) -> str:
    return f"/api/v1/assets/{signed['asset_id']}"


class AssetMachine(RuleBasedStateMachine):
    """Each history has assets of its own in one server, known by a word in their names."""

    def __init__(self, server: RunningServer, clock: Clock, pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self.clock = clock
        self.pool = pool
        self.clients = [Client(server), Client(server)]
        self.word = secrets.token_hex(6)
        self.signed: list[dict[str, Any]] = []
        self.model: list[Modelled] = []

    def teardown(self) -> None:
        for client in self.clients:
            client.session.close()

    def new_name(self) -> str:
        return f"{self.word} {secrets.token_hex(3)}.jpg"

    def request(self, data: st.DataObject, asset: Modelled) -> Request:
        """Any request that may be made of an asset."""
        version = data.draw(st.none() | st.just(asset.version) | st.integers(1, 5), label="If-Match")
        return data.draw(
            st.sampled_from(
                [
                    *(sending(body) for body in BODIES),
                    deleting(),
                    deleting(),
                    restoring(),
                    restoring(),
                    renaming(self.new_name(), version),
                ]
            )
        )

    @rule()
    def sign(self) -> None:
        if len(self.signed) < 4:
            name = self.new_name()
            self.signed.append(self.clients[0].server.signed(name))
            self.model.append(Modelled(name))

    @precondition(lambda self: self.signed)
    @rule(data=st.data(), place=st.integers(0, 3))
    def one_client(self, data: st.DataObject, place: int) -> None:
        place %= len(self.signed)
        request = self.request(data, self.model[place])
        status, self.model[place] = request.step(self.model[place])

        assert request.ask(self.clients[0], self.signed[place]) == status

    @precondition(lambda self: self.signed)
    @rule(data=st.data(), place=st.integers(0, 3))
    def two_clients_at_once(self, data: st.DataObject, place: int) -> None:
        place %= len(self.signed)
        before = self.model[place]
        one, other = self.request(data, before), self.request(data, before)
        asked = [
            self.pool.submit(request.ask, client, self.signed[place])
            for request, client in zip((one, other), self.clients, strict=True)
        ]
        statuses = tuple(answer.result() for answer in asked)
        shown = self.shown(place)
        explained = [
            asset
            for asset, told in (self.in_order(before, one, other), self.in_order(before, other, one, turned=True))
            if told == statuses and self.expected(asset) == shown
        ]

        assert explained, f"{before} gave {statuses} and {shown}"
        self.model[place] = explained[0]

    @precondition(lambda self: self.signed)
    @rule(seconds=st.sampled_from([GRANT_S + 100, GRANT_S + 100, RESTORE_S + 1000]))
    def time_passes(self, seconds: float) -> None:
        self.clock.go_on(seconds)
        self.model = [after(asset, seconds) for asset in self.model]
        end = time.monotonic() + 20
        while time.monotonic() < end and not self.agrees():
            time.sleep(0.02)

    @invariant()
    def the_server_says_what_the_model_says(self) -> None:
        assert [self.shown(place) for place in range(len(self.model))] == [self.expected(one) for one in self.model]

    @invariant()
    def a_search_finds_what_was_not_deleted(self) -> None:
        found = self.clients[0].send("GET", "/api/v1/assets", params={"q": self.word, "sort": "created"}).json()["data"]
        visible = [asset for asset in self.model if asset.state not in ("deleted", "purged")]

        assert [asset["name"] for asset in found] == [asset.name for asset in visible]

    def agrees(self) -> bool:
        return all(self.shown(place) == self.expected(asset) for place, asset in enumerate(self.model))

    def in_order(
        self, asset: Modelled, first: Request, second: Request, *, turned: bool = False
    ) -> tuple[Modelled, tuple[int, int]]:
        """The asset after both, and what the first and the second client are told."""
        one, asset = first.step(asset)
        other, asset = second.step(asset)
        return asset, (other, one) if turned else (one, other)

    def shown(self, place: int) -> tuple[Any, ...]:
        signed = self.signed[place]
        found = self.clients[0].asset(signed)
        address = self.clients[0].session.get(signed["asset_url"], timeout=30)
        return (
            found["name"], found["status"], found["version"], found["deleted_at"] is not None,
            address.status_code, address.content if address.status_code == 200 else b"",
        )  # fmt: skip

    def expected(self, asset: Modelled) -> tuple[Any, ...]:
        body = BODIES[asset.bytes] if asset.state == "ready" else b""
        is_deleted = asset.state in ("deleted", "purged")
        return asset.name, asset.state, asset.version, is_deleted, ADDRESS[asset.state], body
