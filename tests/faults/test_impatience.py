"""Fault 5, raced: a server that waits for no judgement at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from patience import soon

import media_samples
from running_server import RunningServer

PHOTOS = [media_samples.jpeg(64 + number, 48) for number in range(40)]
DAMAGED = [media_samples.cut(photo) for photo in PHOTOS[:10]]


def test_fault_05_however_the_wait_and_the_judgement_race_each_upload_ends(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server(uploads_judgement_wait_s="0.001")
    signed = [server.signed("photo.jpg") for _ in PHOTOS + DAMAGED]
    urls = [data["sign_url"] for data in signed]

    with ThreadPoolExecutor(24) as clients:
        answers = list(clients.map(server.put, urls, PHOTOS + DAMAGED))
    states = soon(
        lambda: [server.asset(data["asset_id"])["status"] for data in signed],
        lambda states: "verifying" not in states,
    )

    assert {answer.status_code for answer in answers[:40]} <= {200, 202}
    assert {answer.status_code for answer in answers[40:]} <= {202, 422}
    assert states == ["ready"] * 40 + ["waiting"] * 10
    assert soon(server.temporary_files, lambda names: not names) == []
