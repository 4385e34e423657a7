"""Webhook endpoints of the compatible calls (contract 2.12), each path as the clients that use it read its reply."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

import media_samples
from receiver import receiver
from running_server import RunningServer

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def house(telling_server: RunningServer) -> RunningServer:
    """The server that tells receivers on this machine."""
    return telling_server


Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(house: RunningServer) -> Iterator[Call]:
    """Call a compatible route; what a test makes is removed after it."""

    def call(method: str, path: str, body: Any = None, key: str | None = None) -> dict[str, Any]:
        headers = {"x-api-key": key or house.key}
        reply = requests.request(method, house.url + path, json=body, headers=headers, timeout=20)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    yield call
    for endpoint in call("GET", "/v2/endpoints")["data"]["endpoints"]:
        call("DELETE", f"/v2/endpoint/{endpoint['endpoint_id']}")


def body(*events: str, status: str = "enabled") -> dict[str, Any]:
    return {"url": URL, "status": status, "events": events or ["generated_avatar_video_success"]}


# v2


def test_v2_makes_an_endpoint_and_lists_it_with_its_secret(call: Call) -> None:
    made = call("POST", "/v2/endpoint", body())
    listed = call("GET", "/v2/endpoints")

    endpoint = made["data"]
    assert (made["code"], made["msg"], set(made)) == (0, "Success", {"rid", "code", "msg", "data"})
    assert set(endpoint) == {"endpoint_id", "url", "secret", "status", "events", "username", "created_at"}
    assert endpoint["secret"].startswith("whsec_")
    assert type(endpoint["created_at"]) is int
    assert (endpoint["url"], endpoint["status"], endpoint["username"]) == (URL, "enabled", "default")
    assert listed["data"] == {"endpoints": [endpoint]}


def test_v2_changes_an_endpoint_but_not_its_secret(call: Call) -> None:
    made = call("POST", "/v2/endpoint", body())["data"]

    changed = call("PUT", f"/v2/endpoint/{made['endpoint_id']}", body("create_avatar_failed", status="disabled"))[
        "data"
    ]

    assert changed == made | {"events": ["create_avatar_failed"], "status": "disabled"}


def test_v2_deletes_an_endpoint(call: Call) -> None:
    made = call("POST", "/v2/endpoint", body())["data"]

    reply = call("DELETE", f"/v2/endpoint/{made['endpoint_id']}")

    assert (reply["code"], reply["data"]) == (0, {"message": "webhook deleted"})
    assert call("GET", "/v2/endpoints")["data"] == {"endpoints": []}


def test_v2_lists_the_22_events(call: Call) -> None:
    events = call("GET", "/v2/events")["data"]["events"]

    assert len(set(events)) == 22
    assert {"generated_video_success", "generated_motion_failed", "create_avatar_success"} <= set(events)


def test_the_older_prefix_of_v2_is_the_same(call: Call) -> None:
    made = call("POST", "/open/v2/endpoint/", body())["data"]

    assert call("GET", "/open/v2/endpoints")["data"]["endpoints"] == [made]


# v1


@pytest.mark.parametrize("prefix", ["/v1", "/v1/webhook"])
def test_v1_repeats_the_endpoint_beside_data(call: Call, prefix: str) -> None:
    made = call("POST", f"{prefix}/endpoint", body("generated_video_success"))

    endpoint = made["data"]
    assert (made["code"], made["msg"]) == (0, "success")
    assert {name: made[name] for name in endpoint} == endpoint
    assert re.fullmatch(r"[0-9a-f]{32}", endpoint["endpoint_id"])
    assert re.fullmatch(r"[A-Za-z0-9]{16}", endpoint["secret"])


def test_v1_lists_endpoints_in_an_object_as_the_node_reads_them(call: Call) -> None:
    made = call("POST", "/v1/endpoint", body())["data"]

    reply = call("GET", "/v1/endpoints")

    assert (reply["data"], reply["endpoints"]) == ({"endpoints": [made]}, [made])


def test_v1_lists_endpoints_in_an_array_as_the_guide_shows_them(call: Call) -> None:
    made = call("POST", "/v1/webhook/endpoint", body())["data"]

    reply = call("GET", "/v1/webhook/endpoints")

    assert (reply["data"], reply["endpoints"]) == ([made], [made])


@pytest.mark.parametrize("prefix", ["/v1", "/v1/webhook"])
def test_v1_changes_only_what_is_given(call: Call, prefix: str) -> None:
    made = call("POST", f"{prefix}/endpoint", body())["data"]

    changed = call("PUT", f"{prefix}/endpoint/{made['endpoint_id']}", {"status": "disabled", "url": "", "events": []})

    assert changed["data"] == made | {"status": "disabled"}
    assert changed["status"] == "disabled"


@pytest.mark.parametrize("prefix", ["/v1", "/v1/webhook"])
def test_v1_deletes_and_lists_its_two_events(call: Call, prefix: str) -> None:
    made = call("POST", f"{prefix}/endpoint", body())["data"]

    assert call("DELETE", f"{prefix}/endpoint/{made['endpoint_id']}")["code"] == 0
    assert call("GET", f"{prefix}/events")["data"] == ["generated_video_success", "generated_video_failed"]


def test_both_versions_show_the_same_endpoints(call: Call) -> None:
    made = [call("POST", path, body())["data"] for path in ("/v1/endpoint", "/v2/endpoint")]

    assert call("GET", "/v1/endpoints")["data"]["endpoints"] == made
    assert call("GET", "/v2/endpoints")["data"]["endpoints"] == made


# What is refused


@pytest.mark.parametrize("path", ["/v1/endpoint", "/v2/endpoint", "/v1/webhook/endpoint"])
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"url": ""}, "url is required"),
        ({"url": 0}, "url is required"),
        ({"url": 7}, "url must be a string"),
        ({"url": "ftp://127.0.0.1/a"}, "url is refused"),
        ({"url": "http://10.0.0.1/a"}, "url is refused"),
        ({"url": "http://127.0.0.1/" + "a" * 3000}, "url has 3017 characters; allowed are 2048"),
        ({"events": []}, "events is required"),
        ({"events": None}, "events is required"),
        ({"events": "generated_video_success"}, "events must be an array of strings"),
        ({"events": [1]}, "events must be an array of strings"),
        (
            {"events": ["generated_vidoe_success"]},
            "'generated_vidoe_success', which is no event; near it is 'generated_video_success'. GET /v2/events and ",
        ),
        ({"events": ["!"]}, "has '!', which is no event. GET /v2/events and GET /api/v1/events/types list them"),
        ({"status": "paused"}, "status is 'paused'; allowed are enabled and disabled"),
    ],
)
def test_bad_input_is_a_parameter_error_that_names_its_field(
    call: Call, path: str, wrong: dict[str, Any], named: str
) -> None:
    reply = call("POST", path, body() | wrong)

    assert (reply["code"], reply["data"]) == (40000, None)
    assert reply["msg"].startswith("Parameter error: ")
    assert named in reply["msg"]


def test_without_a_status_an_endpoint_is_enabled(call: Call) -> None:
    made = call("POST", "/v1/endpoint", {"url": URL, "events": ["generated_video_failed"], "status": ""})

    assert made["data"]["status"] == "enabled"


@pytest.mark.parametrize(("method", "given"), [("PUT", {"status": "enabled"}), ("DELETE", None)])
@pytest.mark.parametrize("path", ["/v1/endpoint", "/v2/endpoint", "/v1/webhook/endpoint"])
def test_an_unknown_endpoint_is_not_found(call: Call, path: str, method: str, given: Any) -> None:
    reply = call(method, f"{path}/{'0' * 32}", given)

    assert (reply["code"], reply["msg"][:19]) == (10104, "Record not found. T")


def test_the_twenty_first_endpoint_is_refused(call: Call) -> None:
    for _ in range(20):
        assert call("POST", "/v2/endpoint", body())["code"] == 0

    reply = call("POST", "/v1/endpoint", body())

    assert (reply["code"], "20 hooks" in reply["msg"]) == (40000, True)


def test_a_wrong_key_is_told_as_everywhere(call: Call) -> None:
    assert call("GET", "/v2/endpoints", key="wrong")["code"] == 10105


# Told


def test_an_endpoint_may_ask_for_our_own_events_too(house: RunningServer, call: Call) -> None:
    with receiver() as ear:
        made = call("POST", "/v1/endpoint", {"url": ear.url, "events": ["asset.ready"]})["data"]
        house.upload("a.jpg", media_samples.jpeg())
        told = ear.wait_for(1)[0]

    assert Webhook(made["secret"]).verify(told.body, told.as_dict())["event"] == "asset.ready"
    assert told.headers["user-agent"] == "Jogg-Webhook/1.0"
