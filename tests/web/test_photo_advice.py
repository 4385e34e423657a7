"""An uploaded image says whether it would do for a photo avatar, soon after its upload and unasked."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

import media_samples
from greenroom.bootstrap import house
from greenroom.db import catalogue
from greenroom.domain.ids import AssetId
from portraits import PEOPLE, portrait
from running_server import RunningServer, start_server

_PATIENCE_S = 120
_FACE = portrait(PEOPLE["anna"])


def jpeg(picture: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture, np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


def was_looked_at(server: RunningServer, asset_id: str) -> bool:
    """By the catalogue: where nothing speaks against an avatar nothing is said."""
    database = house.open_catalogue(str(server.data))
    asset = database.read(lambda tx: catalogue.asset(tx, AssetId(asset_id)))
    database.close()
    assert asset is not None
    return asset.portrait is not None


def advice_on(server: RunningServer, asset_id: str) -> list[dict[str, Any]]:
    """All that is said for photo avatars, after it was looked at."""
    deadline = time.monotonic() + _PATIENCE_S
    while not was_looked_at(server, asset_id):
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.1)
    return [one for one in server.asset(asset_id)["advice"] if one.get("purpose") == "photo_avatar"]


@pytest.fixture(scope="module")
def adviser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that looks at images nobody has asked about."""
    running = start_server(tmp_path_factory.mktemp("advice") / "data", photo_advice="on")
    yield running
    running.stop()


def test_two_faces_are_told_with_the_code_of_the_refusal_and_a_cure(adviser: RunningServer) -> None:
    picture = np.hstack([_FACE, _FACE[:, ::-1]])
    (given,) = advice_on(adviser, adviser.upload("two.jpg", jpeg(picture))["asset_id"])

    assert (given["code"], given["measured"], given["recommended"]) == ("several_faces", "2 faces", "one person alone")
    assert given["message"].startswith("A photo avatar of it would be refused: more than one face")
    assert given["cure"] == "Only needed for a photo avatar: crop the picture so that it shows one person."


def test_the_gate_says_the_same_when_an_avatar_is_asked_for(adviser: RunningServer) -> None:
    wide = np.full((900, 1200, 3), 200, np.uint8)
    wide[300:450, 500:620] = Image.fromarray(_FACE).resize((120, 150))
    asset_id = adviser.upload("small.jpg", jpeg(wide))["asset_id"]
    refused = adviser.sign({"photo_url": asset_id, "name": "x"}, "/v2/photo_avatar/photo/generate")

    assert [one["code"] for one in advice_on(adviser, asset_id)] == [refused["data"]["reason"]["code"]]


def test_a_portrait_that_would_do_gets_no_advice(adviser: RunningServer) -> None:
    assert advice_on(adviser, adviser.upload("anna.jpg", jpeg(_FACE))["asset_id"]) == []


def test_a_landscape_gets_one_line_that_asks_for_nothing_as_a_background(adviser: RunningServer) -> None:
    (given,) = advice_on(adviser, adviser.upload("hills.jpg", media_samples.jpeg(1920, 1080))["asset_id"])

    assert given["code"] == "no_face"
    assert given["cure"].startswith("Only needed for a photo avatar")


def test_a_look_that_a_crash_has_cut_off_is_done_by_the_next_run(new_server: Callable[..., RunningServer]) -> None:
    first = new_server(photo_advice="on")
    asset_id = first.upload("two.jpg", jpeg(np.hstack([_FACE, _FACE])))["asset_id"]
    first.kill()
    before = was_looked_at(first, asset_id)
    again = new_server(first.data, photo_advice="on")

    assert not before
    assert [one["code"] for one in advice_on(again, asset_id)] == ["several_faces"]


def test_nobody_looks_where_it_is_switched_off(new_server: Callable[..., RunningServer]) -> None:
    off = new_server(photo_advice="off")
    asset_id = off.upload("hills.jpg", media_samples.jpeg(640, 480))["asset_id"]
    checked = off.sign({"photo_url": asset_id, "name": "x"}, "/v2/photo_avatar/photo/generate")
    # In the time that it was looked at on demand it would have been looked at unasked, too.
    unasked = was_looked_at(off, asset_id)
    off.stop()
    on = new_server(off.data, photo_advice="on")

    assert (checked["data"]["reason"]["code"], unasked) == ("no_face", False)
    assert [one["code"] for one in advice_on(on, asset_id)] == ["no_face"]
