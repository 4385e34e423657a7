"""Preflight over HTTP: what would be refused is known in milliseconds, from the ends of a file."""

from typing import Any

import pytest
import requests

import media_samples as samples
from running_server import RunningServer

END = 256 * 1024


def preflight(server: RunningServer, data: bytes, **fields: Any) -> requests.Response:
    """Send the ends of a file with what is declared of it; a field that is None is left out."""
    declared = {"filename": "clip.mp4", "file_size": len(data), **fields}
    files = {"head": data[:END], "tail": data[max(END, len(data) - END) :]}
    texts = {name: str(value) for name, value in declared.items() if value is not None}
    return requests.post(
        server.url + "/api/v1/preflight",
        data=texts,
        files={name: (name, end) for name, end in files.items()},
        headers={"x-api-key": server.key},
        timeout=10,
    )


def stretched_wav(seconds: float) -> tuple[bytes, int]:
    """The beginning of a long WAV file, and how long it would be."""
    size = round(seconds * 192_000)
    head = samples.wav(1)
    at = head.index(b"data") + 4
    return head[:at] + size.to_bytes(4, "little") + head[at + 4 :], at + 4 + size


def test_a_good_file_is_acceptable_and_says_what_stays_unknown(server: RunningServer) -> None:
    answer = preflight(server, samples.mp4()).json()

    assert answer["acceptable"] is True
    assert answer["kind"] == "video"
    assert answer["media"]["duration_s"] == pytest.approx(2.0, abs=0.05)
    assert "video_below_recommended" in [given["code"] for given in answer["advice"]]
    assert answer["unknown"][0] == "whether every picture and every sound decodes"
    assert answer["would_answer"] is None


def test_a_sound_that_is_too_long_is_told_in_words_before_it_is_sent(server: RunningServer) -> None:
    head, size = stretched_wav(100)
    answer = preflight(server, head, filename="talk.wav", file_size=size).json()
    assert answer["acceptable"] is True

    head, size = stretched_wav(610)
    answer = preflight(server, head, filename="talk.wav", file_size=size).json()

    codes = [refusal["code"] for refusal in answer["refusals"]]
    (long,) = [refusal for refusal in answer["refusals"] if refusal["code"] == "duration_exceeded"]
    assert codes == ["size_exceeded", "duration_exceeded"]
    assert (long["measured"], long["allowed"]) == ("10 min 10 s", "10 min")
    assert (answer["would_answer"]["status"], answer["would_answer"]["code"]) == (413, 4002)


def test_a_codec_that_is_not_accepted_is_told(server: RunningServer) -> None:
    answer = preflight(server, samples.prores_mov(), filename="clip.mov").json()

    assert [refusal["code"] for refusal in answer["refusals"]] == ["video_codec_unsupported"]
    assert (answer["would_answer"]["status"], answer["would_answer"]["code"]) == (422, 4003)


def test_bytes_that_are_something_else_are_told(server: RunningServer) -> None:
    answer = preflight(server, samples.avif(), filename="photo.jpg").json()

    assert [refusal["code"] for refusal in answer["refusals"]] == ["type_mismatch"]


def test_a_recording_without_its_index_is_told(server: RunningServer) -> None:
    whole = samples.mp4()
    answer = preflight(server, whole[: len(whole) // 2]).json()

    assert [refusal["code"] for refusal in answer["refusals"]] == ["moov_missing"]


def test_it_takes_milliseconds(server: RunningServer) -> None:
    preflight(server, samples.mp4(10))

    answer = preflight(server, samples.mp4(10)).json()

    assert answer["took_ms"] < 100


def test_declared_facts_count_where_the_bytes_say_nothing(server: RunningServer) -> None:
    answer = preflight(server, samples.fragmented_mp4(), duration_s=372, codecs="avc1.640028, mp4a.40.2").json()

    (refusal,) = answer["refusals"]
    assert (refusal["measured"], refusal["allowed"]) == ("6 min 12 s", "5 min")


def test_without_a_key_nothing_is_looked_at(server: RunningServer) -> None:
    reply = requests.post(server.url + "/api/v1/preflight", data={"filename": "a.mp4"}, timeout=10)

    assert reply.status_code == 401


BAD_FORMS = [
    ("filename", {"filename": None}),
    ("file_size", {"file_size": None}),
    ("file_size", {"file_size": "many"}),
    ("file_size", {"file_size": "1.5"}),
    ("head", {"file_size": 10}),
    ("duration_s", {"duration_s": "-3"}),
    ("width", {"width": "0"}),
    ("colour", {"colour": "red"}),
]


@pytest.mark.parametrize(("field", "fields"), BAD_FORMS, ids=lambda value: str(value))
def test_a_form_that_is_not_as_agreed_is_answered_with_the_field(
    server: RunningServer, field: str, fields: dict[str, Any]
) -> None:
    reply = preflight(server, samples.mp4(), **fields)

    assert reply.status_code == 422
    assert reply.json()["field"] == field


def test_more_than_the_ends_is_refused(server: RunningServer) -> None:
    form = {"head": ("head", bytes(END + 1))}
    headers = {"x-api-key": server.key}

    reply = requests.post(
        server.url + "/api/v1/preflight",
        data={"filename": "a.mp4", "file_size": "9999999"},
        files=form,
        headers=headers,
        timeout=10,
    )

    assert reply.status_code == 422
    assert reply.json()["field"] == "head"


def test_a_body_that_does_not_end_is_given_up(server: RunningServer) -> None:
    form = {"head": ("head", bytes(END)), "tail": ("tail", bytes(4 * END))}

    reply = requests.post(
        server.url + "/api/v1/preflight", data={}, files=form, headers={"x-api-key": server.key}, timeout=10
    )

    assert reply.status_code == 422


@pytest.mark.parametrize("body", [b"", b"{}", b"--x\r\nno form"], ids=["empty", "json", "torn"])
@pytest.mark.parametrize("type_", ["application/json", "multipart/form-data", "multipart/form-data; boundary=x"])
def test_what_is_no_form_is_a_parameter_error(server: RunningServer, body: bytes, type_: str) -> None:
    headers = {"x-api-key": server.key, "content-type": type_}

    reply = requests.post(server.url + "/api/v1/preflight", data=body, headers=headers, timeout=10)

    assert reply.status_code == 422


def test_an_uploaded_file_stands_with_its_advice(server: RunningServer) -> None:
    receipt = server.upload("photo.jpg", samples.jpeg(640, 360))

    codes = [given["code"] for given in receipt["advice"]]
    assert codes == ["image_below_minimum"]
    assert server.asset(receipt["asset_id"])["advice"] == receipt["advice"]
