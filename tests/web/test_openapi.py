"""The OpenAPI documents of both faces, and the page that shows them."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from greenroom.web.jogg.not_built import PATHS
from running_server import RunningServer

OURS, COMPATIBLE = "/api/v1/openapi.json", "/api/v1/openapi-compatible.json"


def document(server: RunningServer, address: str) -> dict[str, Any]:
    reply = requests.get(server.url + address, timeout=10)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


CLIENTS_PAGE = Path(__file__).parents[2] / "docs" / "howto" / "jogg_clients.md"


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation) for path, methods in found["paths"].items() for method, operation in methods.items()
    ]


@pytest.mark.parametrize("address", [OURS, COMPATIBLE])
def test_every_call_says_what_it_does_and_what_it_answers(server: RunningServer, address: str) -> None:
    for path, method, operation in operations(document(server, address)):
        said = operation.get("summary") or operation.get("description")
        assert said, f"{method} {path}"
        good = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        assert "204" in operation["responses"] or good["content"], f"{method} {path} does not say what it answers"


def test_operations_have_ids_of_their_own(server: RunningServer) -> None:
    for address in (OURS, COMPATIBLE):
        ids = [operation["operationId"] for _, _, operation in operations(document(server, address))]
        assert len(ids) == len(set(ids))


def test_what_takes_a_key_says_what_comes_without_one(server: RunningServer) -> None:
    for path, method, operation in operations(document(server, OURS)):
        reply = requests.request(method, server.url + path.replace("{", "").replace("}", ""), timeout=10)
        assert (reply.status_code == 401) == ("401" in operation["responses"]), f"{method} {path}: {reply.status_code}"
        assert ("security" in operation) == ("401" in operation["responses"]), f"{method} {path}"


def test_every_post_with_a_key_takes_an_idempotency_key_and_says_what_that_may_be_told(server: RunningServer) -> None:
    for path, method, operation in operations(document(server, OURS)):
        named = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert ("Idempotency-Key" in named) == (method == "post"), f"{method} {path}"
        if method == "post":
            assert {"409", "422", "429"} <= set(operation["responses"]), path


def test_the_examples_of_the_compatible_document_are_taken(server: RunningServer) -> None:
    found = document(server, COMPATIBLE)
    for path, method, operation in operations(found):
        for example in (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {}).values()
        ):
            if "{" in path or any(name.endswith("url") for name in example["value"]):
                continue  # its id, or the server that it names, is not there
            reply = requests.request(
                method, server.url + path, json=example["value"], headers={"x-api-key": server.key}, timeout=10
            )
            assert reply.json()["code"] == 0, f"{method} {path}: {reply.text}"


def test_the_page_needs_nothing_from_elsewhere(server: RunningServer) -> None:
    reply = requests.get(server.url + "/reference", timeout=10)

    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "http://" not in reply.text and "https://" not in reply.text


def test_the_page_for_clients_lists_every_compatible_call(server: RunningServer) -> None:
    told = set(re.findall(r"`([A-Z]+ /v[12]/[^`]+)`", CLIENTS_PAGE.read_text("utf-8")))
    of_hooks = [call for call in told if re.search(r"/v2/(endpoint|events)", call)]
    under_v1 = {call.replace("/v2/", f"{prefix}/") for call in of_hooks for prefix in ("/v1", "/v1/webhook")}
    answered = {
        f"{method.upper()} {re.sub('{[a-z_]+}', '{id}', path)}"
        for path, method, _ in operations(document(server, COMPATIBLE))
    }

    assert told | under_v1 == answered


def test_the_page_for_clients_lists_every_call_that_is_not_built() -> None:
    _, not_built, _ = re.split(r"## What is (?:not|different)\n", CLIENTS_PAGE.read_text("utf-8"))

    assert sorted(re.findall(r"`/(v[12]/[^`]+)`", not_built)) == sorted(PATHS.split())
