"""Verification after the answer: full decodes in the background, and judging again under newer rules."""

import functools
import io
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
import requests
from small_house import SmallHouse

import media_samples
from greenroom.db import catalogue
from greenroom.domain.asset import Asset
from greenroom.domain.asset import Verification as Reached
from greenroom.domain.media import AudioStream, Examination, Format, Kind, MediaInfo, VideoStream
from greenroom.domain.policy import Policy
from greenroom.services.verification import Verification
from running_server import KEY, RunningServer

NewServer = Callable[..., RunningServer]


def test_a_good_video_becomes_deep_by_itself(server: RunningServer) -> None:
    uploaded = server.upload("clip.mp4", media_samples.mp4())

    later = until(server, uploaded["asset_id"], lambda asset: asset["verification"] == "deep")

    assert (uploaded["verification"], later["status"]) == ("structural", "ready")


def test_a_video_that_does_not_decode_between_its_key_frames_is_rejected_later(server: RunningServer) -> None:
    signed = server.signed("clip.mp4", "video/mp4")
    accepted = server.put(signed["sign_url"], damaged_between_key_frames()).json()

    later = until(server, signed["asset_id"], lambda asset: asset["status"] == "rejected")
    shown = requests.get(signed["asset_url"], timeout=10)

    assert accepted["data"]["status"] == "ready"
    assert later["findings"]
    assert (shown.status_code, shown.headers["cache-control"]) == (410, "no-store")


def test_the_rejection_supersedes_the_receipt(server: RunningServer) -> None:
    signed = server.signed("clip.mp4", "video/mp4")
    damaged = damaged_between_key_frames()
    server.put(signed["sign_url"], damaged)
    until(server, signed["asset_id"], lambda asset: asset["status"] == "rejected")

    again = server.put(signed["sign_url"], damaged)

    assert (again.status_code, again.json()["code"]) == (422, 4003)


def test_a_video_whose_bytes_are_lost_keeps_no_other_from_being_decoded_in_full(house: SmallHouse) -> None:
    lost, there = sorted((structural(house, seconds=1), structural(house, seconds=2)), key=lambda asset: asset.id)
    assert lost.blob_key is not None
    house.store.remove([lost.blob_key])

    verification(house).deepen_all()

    found = house.database.read(lambda tx: [catalogue.asset(tx, asset.id) for asset in (lost, there)])
    assert [asset.verification for asset in found if asset is not None] == [Reached.STRUCTURAL, Reached.DEEP]


def test_what_was_lost_keeps_nothing_else_from_being_judged_again(house: SmallHouse) -> None:
    lost, there = sorted((structural(house, seconds=1), structural(house, seconds=2)), key=lambda asset: asset.id)
    assert lost.blob_key is not None
    house.store.remove([lost.blob_key])

    again = list(verification(house).reverify(("newer", "newer")))

    assert [(before.id, after.verification) for before, after in again] == [
        (lost.id, Reached.STRUCTURAL),
        (there.id, Reached.DEEP),
    ]


def structural(house: SmallHouse, seconds: int) -> Asset:
    """A video that was judged by its structure alone."""
    house.decoder.answer = seen(deep=False)
    return house.uploaded(media_samples.mp4(seconds=seconds), house.signed("clip.mp4"))


def verification(house: SmallHouse) -> Verification:
    """Who decodes in full, and finds all good."""

    def examine(fd: int, format: Format, *, deep: bool) -> Examination:
        return seen(deep=deep)

    return Verification(house.database, house.store, examine, Policy(), house.delivery.forget, house.clock)


def seen(*, deep: bool) -> Examination:
    picture = VideoStream(0, "h264", 640, 360, 30, 1.0)
    info = MediaInfo(Format.MP4, Kind.VIDEO, 640, 360, 1.0, 30, picture, AudioStream(1, "aac", 48_000, 2, 1.0))
    return Examination(info, deep=deep, decoder="by hand")


def test_the_audit_says_that_the_server_itself_rejected_or_verified_in_full(server: RunningServer) -> None:
    good = server.upload("clip.mp4", media_samples.mp4())["asset_id"]
    signed = server.signed("clip.mp4", "video/mp4")
    server.put(signed["sign_url"], damaged_between_key_frames())
    until(server, good, lambda asset: asset["verification"] == "deep")
    until(server, signed["asset_id"], lambda asset: asset["status"] == "rejected")

    assert ("asset.verified", "system") in audited(server, good)
    assert ("asset.rejected", "system") in audited(server, signed["asset_id"])


def audited(server: RunningServer, subject: str) -> list[tuple[str, str]]:
    """What was done to that subject, and by whom."""
    reply = requests.get(
        server.url + "/api/v1/audit", params={"subject": subject}, headers={"x-api-key": server.key}, timeout=10
    )
    return [(entry["action"], entry["actor"]) for entry in reply.json()["data"]]


def test_reverify_judges_again_what_older_rules_judged(new_server: NewServer) -> None:
    server = new_server()
    photo = server.upload("photo.jpg", media_samples.jpeg())["asset_id"]
    judged_by(server.data, photo, policy="0")

    first, second = reverify(server.data), reverify(server.data)

    assert first == "1 judged again, 0 changed\n"
    assert second == "0 judged again, 0 changed\n"


def test_reverify_clears_an_asset_that_was_rejected_wrongly(new_server: NewServer) -> None:
    server = new_server()
    photo = server.upload("photo.jpg", media_samples.jpeg())
    judged_by(server.data, photo["asset_id"], policy="0", state="rejected")

    said = reverify(server.data)
    until(server, photo["asset_id"], lambda asset: asset["status"] == "ready")

    assert f"{photo['asset_id']}: rejected -> ready" in said
    assert requests.get(photo["asset_url"], timeout=10).status_code == 200


def until(server: RunningServer, asset_id: str, there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The asset as soon as it is as expected."""
    deadline = time.monotonic() + 20
    while not there(asset := server.asset(asset_id)):
        if time.monotonic() > deadline:
            pytest.fail(f"still {asset['status']}, {asset['verification']}: {asset['findings']}")
        time.sleep(0.1)
    return asset


@functools.cache
def damaged_between_key_frames() -> bytes:
    """A clip whose structure and key frames are whole, with coded pictures between them that make no sense."""
    clip = bytearray(media_samples.mp4(seconds=4))
    with av.open(io.BytesIO(bytes(clip))) as container:
        places = [packet.pos for packet in container.demux(video=0) if packet.size > 300 and not packet.is_keyframe]
    noise = random.Random(1)
    for place in places:
        assert place is not None
        length = int.from_bytes(clip[place : place + 4], "big")
        # The unit's length, its header and its end stay, so that only decoding the picture can tell.
        inside = range(place + 4 + min(24, length), place + 4 + length - 8)
        for position in inside:
            clip[position] = noise.randrange(4, 256)
    return bytes(clip)


def judged_by(data: Path, asset_id: str, policy: str, state: str = "ready") -> None:
    """Make the catalogue say that an older version judged the asset."""
    with sqlite3.connect(data / "catalogue.db", timeout=10) as catalogue:
        catalogue.execute("UPDATE assets SET policy = ?, state = ? WHERE id = ?", (policy, state, asset_id))
    catalogue.close()


def reverify(data: Path) -> str:
    """What `greenroom reverify` says."""
    command = [sys.executable, "-m", "greenroom", "reverify", "--data", str(data)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    done = subprocess.run(command, env=environ | {"GREENROOM_API_KEY": KEY}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
