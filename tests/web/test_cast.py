"""Lists of avatars, voices and music (contract 1.7, 2.4 and 2.6), read as their clients read them."""

from typing import Any

import pytest
import requests

from running_server import RunningServer


def data(server: RunningServer, path: str, **query: Any) -> Any:
    reply = answer(server, path, **query)
    assert reply["code"] == 0, reply
    return reply["data"]


def answer(server: RunningServer, path: str, **query: Any) -> dict[str, Any]:
    headers = {"x-api-key": server.key, "Content-Type": "application/json"}
    reply = requests.get(server.url + path, params=query, headers=headers, timeout=20)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


# Our own lists


@pytest.mark.parametrize("path", ["avatars", "voices", "musics"])
def test_our_own_lists_have_pages_for_who_asks_for_them(server: RunningServer, path: str) -> None:
    every = answer(server, f"/api/v1/{path}")
    first = answer(server, f"/api/v1/{path}", limit=1)
    rest = answer(server, f"/api/v1/{path}", limit=1000, cursor=first["next_cursor"])

    assert (len(first["data"]), every["next_cursor"], rest["next_cursor"]) == (1, None, None)
    assert first["data"] + rest["data"] == every["data"]


# Avatars


def test_a_public_avatar_has_both_of_the_ids_that_clients_read(server: RunningServer) -> None:
    first = data(server, "/v2/avatars/public")["avatars"][0]

    assert first["id"] == first["avatar_id"] == 81
    assert (first["name"], first["gender"], first["age"], first["style"]) == (
        "Sarah",
        "female",
        "young_adult",
        "social",
    )
    assert first["cover_url"] == f"{server.url}/previews/avatars/sarah_full_01.jpg"
    assert first["video_url"] == f"{server.url}/previews/avatars/sarah_full_01.mp4"


def test_the_family_of_the_first_page_lists_avatars_by_name(server: RunningServer) -> None:
    listed = data(server, "/v2/avatars", page=1, limit=3)

    assert listed["avatars"][0]["avatar_id"] == "sarah_full_01"
    assert (len(listed["avatars"]), listed["page"], listed["limit"], listed["has_more"]) == (3, 1, 3, True)


def test_pages_of_avatars_are_each_avatar_once(server: RunningServer) -> None:
    everyone = [one["avatar_id"] for one in data(server, "/v1/avatars")["avatars"]]
    pages = [data(server, "/v2/avatars/public", page=number, page_size=7)["avatars"] for number in (1, 2, 3, 4)]

    assert [one["id"] for page in pages for one in page] == everyone
    assert len(pages[0]) == 7


def test_ten_avatars_are_on_a_page(server: RunningServer) -> None:
    assert len(data(server, "/v2/avatars/public")["avatars"]) == 10


@pytest.mark.parametrize("path", ["/v2/avatars/public", "/v2/avatars", "/v1/avatars"])
@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("gender", "male", "male"),
        ("gender", "Female", "female"),
        ("age", "Young Adult", "young_adult"),
        ("age", "senior", "senior"),
        ("style", "PROFESSIONAL", "professional"),
        ("scene", "business", "business"),
        ("ethnicity", "South Asian", "south_asian"),
        ("ethnicity", "east-asian", "east_asian"),
    ],
)
def test_filters_of_avatars_take_any_case(server: RunningServer, path: str, name: str, value: str, meant: str) -> None:
    found = data(server, path, **{name: value})["avatars"]

    assert found
    assert {one[name] for one in found} == {meant}


def test_empty_filters_are_none(server: RunningServer) -> None:
    empty = dict.fromkeys(("aspect_ratio", "style", "gender", "age", "scene", "ethnicity"), "")

    assert data(server, "/v1/avatars", **empty) == data(server, "/v1/avatars")


def test_a_filter_that_is_misspelt_is_refused_by_name(server: RunningServer) -> None:
    reply = answer(server, "/v2/avatars/public", gender="femal")

    assert reply["code"] == 40000
    assert reply["msg"] == "Parameter error: gender is 'femal'; allowed are female, male"


@pytest.mark.parametrize(
    ("aspect", "number"),
    [("", 0), ("portrait", 0), ("landscape", 1), ("16:9", 1), ("2", 2), ("square", 2), ("-1", 0)],
)
def test_every_avatar_can_be_had_in_every_shape(server: RunningServer, aspect: str, number: int) -> None:
    found = data(server, "/v1/avatars", aspect_ratio=aspect)["avatars"]

    assert {one["aspect_ratio"] for one in found} == {number}
    assert len(found) == len(data(server, "/v1/avatars")["avatars"])


@pytest.mark.parametrize("path", ["/v2/avatars/custom", "/v1/avatars/custom"])
def test_nobody_has_avatars_of_their_own_yet(server: RunningServer, path: str) -> None:
    assert data(server, path, page=1, page_size=10, status="completed", name="x") == {"avatars": [], "total": 0}


# Voices


def test_a_voice_has_both_names_of_its_sample(server: RunningServer) -> None:
    voice = data(server, "/v2/voices", language="english", gender="female", use_case="social_media")["voices"][0]

    assert voice["voice_id"] == "greenroom-en-US-amber"
    assert voice["audio_url"] == voice["audition_url"] == f"{server.url}/previews/voices/greenroom-en-US-amber.mp3"
    assert (voice["language"], voice["gender"], voice["age"]) == ("english", "female", "young")
    assert (voice["accent"], voice["use_case"]) == ("American", "social_media")


@pytest.mark.parametrize("path", ["/v2/voices", "/v1/voices"])
@pytest.mark.parametrize(
    ("language", "locales"),
    [
        ("english", {"en-US", "en-GB", "en-GB-scotland", "en-JM"}),
        ("English", {"en-US", "en-GB", "en-GB-scotland", "en-JM"}),
        ("en", {"en-US", "en-GB", "en-GB-scotland", "en-JM"}),
        ("en-US", {"en-US"}),
        ("EN_us", {"en-US"}),
        ("chinese", {"zh-CN"}),
        ("cantonese", {"zh-HK"}),
        ("norwegian", {"nb-NO"}),
        ("no", {"nb-NO"}),
        ("portuguese", {"pt-BR", "pt-PT"}),
        ("traditional-chinese", {"zh-CN"}),
        ("zh-TW", set()),
        ("flemish", {"nl-NL"}),
        ("nl-BE", set()),
        ("zulu", set()),
    ],
)
def test_a_language_is_looked_for_by_name_or_tag(
    server: RunningServer, path: str, language: str, locales: set[str]
) -> None:
    found = data(server, path, language=language, page_size=100)["voices"]

    assert {voice["locale"] for voice in found if voice["voice_id"].startswith("greenroom-")} == locales


def test_what_is_no_language_is_refused(server: RunningServer) -> None:
    assert answer(server, "/v2/voices", language="the queen's")["code"] == 40000


def test_the_key_check_of_the_slides_script_gets_one_voice(server: RunningServer) -> None:
    listed = data(server, "/v2/voices", language="chinese", gender="female", page=1, page_size=1)

    assert [voice["voice_id"] for voice in listed["voices"]] == ["greenroom-zh-CN-mei"]
    assert listed["has_more"] is False


def test_pages_of_voices_end(server: RunningServer) -> None:
    first = data(server, "/v2/voices")
    last = data(server, "/v2/voices", page=-(-first["total"] // 10))
    beyond = data(server, "/v2/voices", page=1000)

    assert (len(first["voices"]), first["has_more"]) == (10, True)
    assert last["has_more"] is False
    assert beyond["voices"] == []


@pytest.mark.parametrize("query", [{"gender": "Male"}, {"age": "old"}, {"use_case": "News"}, {"accent": "british"}])
def test_filters_of_voices(server: RunningServer, query: dict[str, str]) -> None:
    found = data(server, "/v2/voices", page_size=100, **query)["voices"]
    ((name, value),) = query.items()

    assert found
    assert {voice[name].lower() for voice in found} == {value.lower()}


@pytest.mark.parametrize("size", ["101", "-1", "many"])
def test_a_size_of_page_that_is_not_allowed_is_refused(server: RunningServer, size: str) -> None:
    reply = answer(server, "/v2/voices", page_size=size)

    assert reply["code"] == 40000
    assert reply["msg"].startswith("Parameter error: page_size ")


def test_a_page_of_voices_of_v1_may_have_all_of_them(server: RunningServer) -> None:
    listed = data(server, "/v1/voices", page_size=1000)

    assert (len(listed["voices"]), listed["has_more"]) == (listed["total"], False)


@pytest.mark.parametrize("path", ["/v2/voices/custom", "/v1/voices/custom"])
def test_nobody_has_voices_of_their_own(server: RunningServer, path: str) -> None:
    assert data(server, path, language="english") == {"total": 0, "voices": []}


# Music


def test_tracks_of_v2_come_with_their_pages(server: RunningServer) -> None:
    listed = data(server, "/v2/musics", page=1, page_size=3)

    pages = listed["pagination"]
    assert (pages["page"], pages["page_size"]) == (1, 3)
    assert len(listed["music"]) == min(3, pages["total_items"])
    assert pages["total_pages"] == -(-pages["total_items"] // 3)


def test_tracks_of_v1_stand_where_its_clients_look(server: RunningServer) -> None:
    assert len(data(server, "/v1/musics")["avatars"]) == data(server, "/v2/musics")["pagination"]["total_items"]
    assert data(server, "/v1/musics/custom") == {"avatars": []}


def test_the_older_prefix_and_a_slash_at_the_end_are_the_same(server: RunningServer) -> None:
    assert data(server, "/open/v2/voices/", page=2) == data(server, "/v2/voices", page=2)
