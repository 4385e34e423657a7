"""Photo avatars on the wire: one call with a photograph, four images, and an avatar that every video call takes."""

import base64
import io
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
import pytest
import requests
from operating import Caller, new_account, new_caller
from PIL import Image

import media_samples
from greenroom.domain.access import Scope
from other_server import ok, other_server, says
from portraits import PEOPLE, portrait
from receiver import receiver
from running_server import RunningServer, start_server

_PATIENCE_S = 60
LOOKS = {"age": "Adult", "avatar_style": "Social", "gender": "Female", "model": "modern", "aspect_ratio": "square"}


def jpeg(picture: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture, np.uint8)).save(out, "JPEG", quality=94)
    return out.getvalue()


@pytest.fixture(scope="session")
def face() -> Any:
    """A picture of somebody who does not exist."""
    return portrait(PEOPLE["anna"])


@pytest.fixture
def caller(server: RunningServer) -> Caller:
    """Somebody with an account of their own, on a server that makes no videos by itself."""
    return new_account(server)


def uploaded(caller: Caller, body: bytes) -> dict[str, Any]:
    reply = caller.upload(body, filename="portrait.jpg")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["data"]
    return found


def data(reply: requests.Response) -> dict[str, Any]:
    body = reply.json()
    assert body["code"] == 0, body
    found: dict[str, Any] = body["data"]
    return found


def ended(caller: Caller, photo_id: str) -> dict[str, Any]:
    """A photo that is made, or has failed."""
    deadline = time.monotonic() + _PATIENCE_S
    while (photo := data(caller.get(f"/v2/photo_avatar/photo?photo_id={photo_id}")))["status"] == "in_progress":
        assert time.monotonic() < deadline, photo
        time.sleep(0.1)
    return photo


@pytest.fixture(scope="session")
def owner(server: RunningServer) -> Caller:
    return new_account(server)


@pytest.fixture(scope="session")
def made(owner: Caller, face: Any) -> dict[str, Any]:
    """What the photo call of the first seed page gives for an uploaded portrait, after it has ended."""
    url = uploaded(owner, jpeg(face))["asset_url"]
    first = data(owner.post("/v2/photo_avatar/photo/generate", {"photo_url": url, "name": "Custom Avatar"}))
    return first | {"photo": ended(owner, first["photo_id"])}


# One call makes an avatar


def test_the_photo_call_of_the_first_page_answers_with_a_photo_and_an_avatar(made: dict[str, Any]) -> None:
    assert made["photo_id"].startswith("pho_")
    assert isinstance(made["avatar_id"], int)
    assert made["photo_avatar_id"].startswith("pa_")
    assert (made["status"], made["name"]) == (0, "Custom Avatar")


def test_a_photo_has_four_images_of_the_asked_shape_under_permanent_addresses(made: dict[str, Any]) -> None:
    photo = made["photo"]

    assert (photo["status"], photo["msg"]) == ("success", None)
    assert len(photo["image_url_list"]) == len(set(photo["image_url_list"])) == len(photo["image_key_list"]) == 4
    images = [Image.open(io.BytesIO(requests.get(url, timeout=20).content)) for url in photo["image_url_list"]]
    assert {image.size for image in images} == {(1080, 1920)}
    assert [image.format for image in images] == ["JPEG", "PNG", "JPEG", "JPEG"]


def test_the_second_image_has_the_person_alone(made: dict[str, Any]) -> None:
    cut = Image.open(io.BytesIO(requests.get(made["photo"]["image_url_list"][1], timeout=20).content))
    alpha = np.asarray(cut.getchannel("A"))

    assert (int(alpha[20, 20]), int(alpha.max())) == (0, 255)


@pytest.mark.parametrize("id_", ["avatar_id", "photo_avatar_id"])
@pytest.mark.parametrize("path", ["/v2/create_video_from_avatar", "/v1/create_video_from_talking_avatar", "/v2/avatar"])
def test_every_video_call_takes_the_avatar_by_number_and_by_name(
    owner: Caller, made: dict[str, Any], path: str, id_: str
) -> None:
    voice = {"type": "script", "voice_id": "en-US-ChristopherNeural", "script": "Hello from a photograph."}
    video = data(owner.post(path, {"avatar": {"avatar_id": made[id_], "avatar_type": 1}, "voice": voice}))

    shown = owner.get(f"/api/v1/videos/{video['video_id']}").json()
    assert shown["spec"]["avatar"] == made["photo_avatar_id"]
    assert shown["spec"]["background"] is None


def test_the_number_of_an_avatar_needs_no_type(owner: Caller, made: dict[str, Any]) -> None:
    body = {"avatar": str(made["avatar_id"]), "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}

    assert owner.post("/api/v1/videos", body).status_code == 202


def test_an_avatar_of_nobody_is_refused_by_the_name_of_the_field(owner: Caller) -> None:
    body = {"avatar_id": 999_999, "avatar_type": 1, "voice_id": "greenroom-en-US-amber", "script": "Hello."}
    reply = owner.post("/v2/create_video_from_avatar", body).json()

    assert (reply["code"], "avatar_id" in reply["msg"], "photo_avatars" in reply["msg"]) == (40000, True, True)


def test_the_lists_show_the_avatar_in_the_words_of_each_dialect(owner: Caller, made: dict[str, Any]) -> None:
    v2 = data(owner.get("/v2/avatars/photo_avatars?status=completed&name=custom"))["avatars"]
    v1 = data(owner.get("/v1/avatars/photo_avatars"))["avatars"]
    family = data(owner.get("/v2/photo_avatar?page=1&limit=5"))

    assert (v2[0]["id"], v2[0]["name"], v2[0]["status"], v2[0]["fail_msg"]) == (
        made["avatar_id"],
        "Custom Avatar",
        1,
        "",
    )
    assert (v1[0]["avatar_id"], v1[0]["aspect_ratio"]) == (made["avatar_id"], 0)
    assert (family["avatars"][0]["avatar_id"], family["avatars"][0]["status"]) == (made["photo_avatar_id"], 1)
    assert v2[0]["cover_url"] == made["photo"]["image_url_list"][0]


@pytest.mark.parametrize("path", ["/v2/avatars/photo_avatars", "/v2/avatars/custom", "/v1/avatars/custom"])
def test_a_filter_of_the_lists_leaves_others_out(owner: Caller, made: dict[str, Any], path: str) -> None:
    assert made["photo"]["status"] == "success"
    assert data(owner.get(f"{path}?name=nobody"))["avatars"] == []
    assert data(owner.get(f"{path}?status=failed"))["avatars"] == []


def test_our_own_call_shows_the_avatar_with_its_images(owner: Caller, made: dict[str, Any]) -> None:
    shown = owner.get(f"/api/v1/photo-avatars/{made['avatar_id']}").json()

    assert (shown["photo_avatar_id"], shown["state"], shown["findings"]) == (made["photo_avatar_id"], "ready", [])
    assert [image["look"] for image in shown["images"]] == ["original", "cutout", "studio", "stylised"]
    assert [image["url"] for image in shown["images"]] == made["photo"]["image_url_list"]


def test_hooks_are_told_of_images_and_avatar(owner: Caller, made: dict[str, Any]) -> None:
    events = {one["event"]: one["data"] for one in owner.get("/api/v1/events?limit=100").json()["data"]}

    assert events["generated_image_success"]["photo_id"] == made["photo_id"]
    assert len(events["generated_image_success"]["photo_urls"]) == 4
    assert events["generated_photo_avatar_success"]["avatar_id"] == made["avatar_id"]


def test_nobody_else_sees_the_avatar(server: RunningServer, made: dict[str, Any]) -> None:
    stranger = new_account(server)

    assert stranger.get(f"/v2/photo_avatar/photo?photo_id={made['photo_id']}").json()["code"] == 10104
    assert stranger.get(f"/api/v1/photo-avatars/{made['photo_avatar_id']}").status_code == 404
    assert stranger.call("DELETE", f"/v2/photo_avatar/{made['avatar_id']}").json()["code"] == 10104


def test_a_key_that_may_only_read_makes_none(server: RunningServer, owner: Caller) -> None:
    reader = new_caller(server, Scope.READ, account_id=owner.account_id)

    assert reader.post("/v2/photo_avatar/photo/generate", {"photo_url": "img_x"}).json()["code"] == 18025


# Gates


@pytest.fixture(scope="session")
def spoiled(face: Any) -> dict[str, bytes]:
    """Pictures that no avatar can be made of."""
    dark = (np.asarray(face) * 0.1).astype(np.uint8)
    return {
        "nobody": jpeg(np.full((700, 500, 3), 128)),
        "two": jpeg(np.hstack([face, face])),
        "small": jpeg(Image.fromarray(face).resize((120, 150))),
        "dark": jpeg(dark),
    }


@pytest.mark.parametrize(
    ("picture", "finding", "family_code"),
    [
        ("nobody", "no_face", 7003),
        ("two", "several_faces", 7004),
        ("small", "face_too_small", 40000),
        ("dark", "too_dark", 40000),
    ],
)
def test_a_photograph_is_refused_before_anything_is_charged(
    caller: Caller, spoiled: dict[str, bytes], picture: str, finding: str, family_code: int
) -> None:
    image = uploaded(caller, spoiled[picture])
    family = caller.post("/v2/photo_avatar/photo/generate", {"photo_url": image["asset_url"], "name": "x"}).json()
    official = caller.post("/v1/photo_avatar/photo/generate", LOOKS | {"image_url": image["asset_id"]}).json()
    ours = caller.post("/api/v1/photo-avatars", {"asset": image["asset_id"]})

    assert (family["code"], family["data"]["reason"]["code"]) == (family_code, finding)
    assert (official["code"], official["data"]["reason"]["code"]) == (40000, finding)
    assert (ours.status_code, ours.json()["code"], ours.json()["field"]) == (422, finding, "asset")
    assert {"measured", "allowed", "cure"} <= set(ours.json()["reason"])
    assert data(caller.get("/v2/avatars/photo_avatars"))["avatars"] == []


def test_a_photograph_is_checked_without_making_anything(caller: Caller, face: Any, spoiled: dict[str, bytes]) -> None:
    good = caller.post("/api/v1/photo-avatars/check", {"asset": uploaded(caller, jpeg(face))["id"]}).json()
    bad = caller.post("/api/v1/photo-avatars/check", {"asset": uploaded(caller, spoiled["two"])["asset_id"]}).json()

    assert (good["usable"], good["findings"], good["warnings"]) == (True, [], [])
    assert (bad["usable"], bad["findings"][0]["code"]) == (False, "several_faces")


def test_a_photograph_is_named_by_its_path_too(caller: Caller, face: Any) -> None:
    asset = uploaded(caller, jpeg(face))
    path = "/assets/" + asset["asset_url"].rpartition("/assets/")[2]

    found = caller.post("/api/v1/photo-avatars/check", {"asset": path}).json()

    assert (found.get("asset_id"), found.get("usable")) == (asset["asset_id"], True)


def test_what_is_no_image_is_no_photograph(caller: Caller) -> None:
    sound = caller.upload(media_samples.mp3(), filename="a.mp3").json()["data"]["asset_id"]
    reply = caller.post("/v2/photo_avatar/photo/generate", {"photo_url": sound}).json()

    assert (reply["code"], "photo_url" in reply["msg"], "a sound" in reply["msg"]) == (40000, True, True)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"image_url": "img_0", "age": "Ancient"}, "age"),
        ({"image_url": "img_0", "avatar_style": "Rude"}, "avatar_style"),
        ({"image_url": "img_0", "gender": "x"}, "gender"),
        ({"image_url": "img_0", "model": "futurist"}, "model"),
        ({"image_url": "img_0", "ethnicity": "Martian"}, "ethnicity"),
        ({"image_url": "img_0", "aspect_ratio": 7}, "aspect_ratio"),
        ({"image_url": "img_0", "photo_url": "img_1"}, "image_url and photo_url"),
        ({"image_url": "img_0"}, "image_url"),
        ({"image_url": "", "name": "Anna"}, "age"),
        ({**LOOKS, "aspect_ratio": ""}, "aspect_ratio"),
        (LOOKS, "image_url"),
        ({"image_url": "img_0", "webhook_url": "nowhere"}, "webhook_url"),
        ({"image_url": "img_0", "callback_url": "nowhere"}, "callback_url"),
    ],
)
def test_a_field_that_is_wrong_is_named(caller: Caller, body: dict[str, Any], named: str) -> None:
    reply = caller.post("/v2/photo_avatar/photo/generate", body).json()

    assert reply["code"] == 40000
    assert reply["msg"].startswith(f"Parameter error: {named} ")


def test_words_that_are_allowed_are_told_as_the_contract_writes_them(caller: Caller) -> None:
    told = caller.post("/v2/photo_avatar/photo/generate", {"image_url": "img_0", "age": "Ancient"}).json()["msg"]

    assert told == "Parameter error: age is 'Ancient'; allowed are Teenager, Young adult, Adult, Elderly"


def test_a_new_look_is_told_first_that_it_needs_a_photograph(caller: Caller) -> None:
    told = caller.post("/v1/photo_avatar/new_look/generate", {}).json()["msg"]

    assert told == "Parameter error: image_url is required: a photograph of one person"


def test_without_a_photograph_and_a_provider_the_answer_says_what_is_needed(caller: Caller) -> None:
    told = caller.post("/v2/photo_avatar/photo/generate", LOOKS).json()["msg"]

    assert "image provider" in told
    assert "GREENROOM_PHOTO_IMAGES_URL" in told


def test_without_models_the_answer_says_what_to_run(new_server: Callable[..., RunningServer], tmp_path: Any) -> None:
    alone = new_server(models_folder=str(tmp_path / "none"))
    caller = new_account(alone)
    image = uploaded(caller, media_samples.jpeg())["asset_id"]
    ours = caller.post("/api/v1/photo-avatars", {"asset": image})
    theirs = caller.post("/v2/photo_avatar/photo/generate", {"photo_url": image}).json()

    assert (ours.status_code, ours.json()["code"]) == (503, "models_missing")
    assert "greenroom models install" in ours.json()["detail"]
    assert (theirs["code"], "greenroom models install" in theirs["msg"]) == (50000, True)


# Motion


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"image_url": ""}, "image_url"),
        ({"name": ""}, "name"),
        ({"voice_id": ""}, "voice_id"),
        ({"voice_id": "nobody-at-all"}, "voice_id"),
        ({"model": ""}, "model"),
        ({"model": "9.0"}, "model"),
        ({"model": 9}, "model"),
        ({"model": 10**400}, "model"),
        ({"model": -(10**400)}, "model"),
        ({"welcome_msg": "🎉"}, "welcome_msg"),
        ({"welcome_msg": "សួស្តី"}, "welcome_msg"),
        ({"model": "1.0", "description": "é" * 150}, "description"),
        ({"model": "3.0", "description": "x" * 1501}, "description"),
    ],
)
def test_a_motion_with_a_wrong_field_is_refused_by_its_name(caller: Caller, change: dict[str, Any], named: str) -> None:
    good = {"image_url": "img_0", "name": "Anna", "voice_id": "greenroom-en-US-amber", "model": "2.0"}
    reply = caller.post("/v2/photo_avatar/add_motion", good | change).json()

    assert reply["code"] == 40000
    assert reply["msg"].startswith(f"Parameter error: {named} ")


def test_a_motion_of_a_photo_that_is_not_there_is_not_found(caller: Caller) -> None:
    good = {"image_url": "img_0", "name": "Anna", "voice_id": "greenroom-en-US-amber", "model": "2.0"}

    reply = caller.post("/v2/photo_avatar/add_motion", good | {"photo_id": "pho_none"}).json()

    assert (reply["code"], reply["msg"][:29]) == (10104, "Record not found. photo_id: T")


def test_a_motion_is_pending_until_its_preview_is_made(owner: Caller, made: dict[str, Any]) -> None:
    body = {"image_url": made["photo"]["image_url_list"][2], "name": "Anna", "model": 2.0, "description": "She waves."}
    first = data(owner.post("/v2/photo_avatar/add_motion", body | {"voice_id": "greenroom-en-US-amber"}))
    shown = data(owner.get(f"/v2/photo_avatar?motion_id={first['motion_id']}"))
    v1 = data(owner.get(f"/v1/photo_avatar?motion_id={first['motion_id']}"))

    assert (first["status"], first["name"]) == ("pending", "Anna")
    assert [one["code"] for one in first["warnings"]] == ["motion_model_stands_in", "motion_not_described"]
    assert (shown["status"], shown["avatar_id"], shown["motion_preview_url"]) == ("pending", first["avatar_id"], "")
    assert v1["status"] == "pending"


# Consent and deletion


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that wants to hear of consent, keeps no bytes that nobody needs, and makes videos."""
    running = start_server(
        tmp_path_factory.mktemp("careful") / "data",
        photo_require_consent="on",
        retention_blob_grace_s="0",
        render_resolution="720p",
        imports_allow="127.0.0.0/8",
        imports_tries="1",
    )
    yield running
    running.stop()


def test_two_avatars_of_one_photograph_share_their_bytes(careful: RunningServer, face: Any) -> None:
    callers = [new_account(careful), new_account(careful)]
    made = [
        data(
            caller.post(
                "/v2/photo_avatar/photo/generate",
                {"photo_url": uploaded(caller, jpeg(face))["asset_id"], "consent": True},
            )
        )
        for caller in callers
    ]

    photos = [ended(caller, one["photo_id"]) for caller, one in zip(callers, made, strict=True)]
    assert [photo["status"] for photo in photos] == ["success", "success"]


def test_a_server_may_want_to_hear_of_consent(careful: RunningServer, face: Any) -> None:
    caller = new_account(careful)
    image = uploaded(caller, jpeg(face))["asset_id"]
    refused = caller.post("/v2/photo_avatar/photo/generate", {"photo_url": image}).json()
    made = data(
        caller.post("/v2/photo_avatar/photo/generate", {"photo_url": image, "consent": "Anna signed on 1 May."})
    )

    entries = caller.get(f"/api/v1/audit?subject={made['photo_avatar_id']}").json()["data"]
    shown = caller.get(f"/api/v1/photo-avatars/{made['avatar_id']}").json()
    assert (refused["code"], "consent" in refused["msg"]) == (40000, True)
    assert [one["detail"]["consent"] for one in entries if one["action"] == "photo_avatar.created"] == [
        "Anna signed on 1 May."
    ]
    assert shown["consent"]["statement"] == "Anna signed on 1 May."


def test_a_motion_is_made_and_told_of_and_a_deleted_avatar_leaves_nothing_of_the_face(
    careful: RunningServer, face: Any
) -> None:
    caller = new_account(careful)
    # Equal photographs share what is prepared of them, and another test has made an avatar of this one.
    other = uploaded(caller, jpeg(np.fliplr(face)))["asset_id"]
    body = {"image_url": other, "name": "Anna", "model": "2.0-Pro"}
    spoken = {"voice_id": "greenroom-en-US-amber", "welcome_msg": "Hi.", "consent": True}
    first = data(caller.post("/v2/photo_avatar/add_motion", body | spoken))
    path = f"/v2/photo_avatar?motion_id={first['motion_id']}"
    motion = _until(lambda: data(caller.get(path)), lambda one: one["status"] in ("completed", "failed"))
    told = _until(
        lambda: [one["event"] for one in caller.get("/api/v1/events?limit=100").json()["data"]],
        lambda types: "generated_motion_success" in types,
    )
    before = set(careful.blobs())

    assert (motion["status"], motion["error_msg"]) == ("completed", None)
    assert requests.get(motion["motion_preview_url"], timeout=20).headers["content-type"] == "video/mp4"
    assert "generated_avatar_video_success" not in told
    data(caller.call("DELETE", f"/v2/photo_avatar/{first['avatar_id']}"))
    assert caller.get(path).json()["code"] == 10104
    gone = _until(lambda: before - set(careful.blobs()), lambda keys: len(keys) == 1)
    assert len(gone) == 1


def test_v1_deletes_an_avatar_that_its_list_shows(careful: RunningServer, face: Any) -> None:
    caller = new_account(careful)
    image = uploaded(caller, jpeg(face))["asset_id"]
    made = data(caller.post("/v1/photo_avatar/photo/generate", {"image_url": image, "consent": True}))
    path = "/v1/avatar/custom/delete"

    unnamed = caller.call("DELETE", path).json()
    deleted = caller.call("DELETE", f"{path}?avatar_id={made['avatar_id']}").json()
    again = caller.call("DELETE", f"{path}?avatar_id={made['avatar_id']}").json()

    assert (unnamed["code"], unnamed["msg"][:28]) == (40000, "Parameter error: avatar_id i")
    assert (deleted["code"], again["code"]) == (0, 10104)
    assert data(caller.get("/v1/avatars/custom"))["avatars"] == []


def test_a_deleted_avatar_takes_along_the_preview_that_is_being_made(careful: RunningServer, face: Any) -> None:
    caller = new_account(careful)
    body = {"image_url": uploaded(caller, jpeg(face))["asset_id"], "name": "Anna", "model": "2.0", "consent": True}
    long = {"voice_id": "greenroom-en-US-amber", "welcome_msg": "There is always something more to be said. " * 20}
    first = data(caller.post("/v2/photo_avatar/add_motion", body | long))
    avatar = f"/api/v1/photo-avatars/{first['avatar_id']}"
    video_id = _until(lambda: caller.get(avatar).json()["motion"]["video_id"], bool)

    def done() -> list[str]:
        return [one["action"] for one in caller.get(f"/api/v1/audit?subject={video_id}").json()["data"]]

    _until(done, lambda actions: "video.started" in actions)
    data(caller.call("DELETE", f"/v2/photo_avatar/{first['avatar_id']}"))

    assert "video.completed" not in _until(done, lambda actions: "video.cancelled" in actions)
    told = _until(
        lambda: [one["event"] for one in caller.get("/api/v1/events?limit=100").json()["data"]],
        lambda types: "generated_motion_failed" in types,
    )
    assert not [type_ for type_ in told if type_.startswith("video.")]


def test_a_photograph_that_comes_from_elsewhere_is_judged_when_it_is_there(careful: RunningServer) -> None:
    caller = new_account(careful)
    nobody = jpeg(np.full((700, 500, 3), 128))
    with other_server(says(ok(nobody, b"content-type: image/jpeg\r\n"))) as elsewhere:
        body = {"photo_url": f"{elsewhere.url}/portrait.jpg", "name": "Custom Avatar", "consent": True}
        first = data(caller.post("/v2/photo_avatar/photo/generate", body))
        photo = ended(caller, first["photo_id"])

    events = {one["event"]: one["data"] for one in caller.get("/api/v1/events?limit=100").json()["data"]}
    assert (photo["status"], photo["image_url_list"], "No face" in photo["msg"]) == ("error", None, True)
    assert events["generated_photo_avatar_failed"]["avatar_id"] == first["avatar_id"]
    assert "No face" in events["generated_image_failed"]["error"]


def _until(look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + _PATIENCE_S
    while not enough(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)
    return seen


# Portraits of descriptions


def _images(count: int, image: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """What a server with OpenAI's images call answers."""
    body = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(image).decode()}] * count}).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_provider_makes_the_images_of_a_description(new_server: Callable[..., RunningServer], face: Any) -> None:
    with receiver(_images(4, jpeg(face)), _images(1, jpeg(face))) as provider:
        address = f"http://127.0.0.1:{provider.port}"
        alone = new_server(photo_images_url=address, photo_images_key="sk-test", photo_images_model="painter-1")
        caller = new_account(alone)
        refused = data(caller.post("/v2/photo_avatar/photo/generate", LOOKS))
        lacking = ended(caller, refused["photo_id"])
        wish = LOOKS | {"appearance": "red scarf", "ethnicity": "African"}
        photo = ended(caller, data(caller.post("/v2/photo_avatar/photo/generate", wish))["photo_id"])
        asked = [json.loads(one.body) for one in provider.told]

    assert (lacking["status"], "gave 1 images" in lacking["msg"]) == ("error", True)
    assert provider.told[0].path == "/v1/images/generations"
    assert provider.told[0].headers["authorization"] == "Bearer sk-test"
    assert (asked[1]["model"], asked[1]["n"], asked[1]["size"]) == ("painter-1", 4, "1024x1024")
    assert all(word in asked[1]["prompt"] for word in ("adult African female", "red scarf", "Casual"))
    assert (photo["status"], photo["avatar_id"], len(photo["image_url_list"])) == ("success", None, 4)
    assert requests.get(photo["image_url_list"][0], timeout=20).content == jpeg(face)
