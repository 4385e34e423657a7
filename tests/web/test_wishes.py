"""Bodies of the compatible calls that make videos, each field as contract 2.2, 2.13 and 2.14 have it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenroom.domain.production import Caller
from greenroom.domain.video import Aspect, CaptionStyle, Framing, Screen
from greenroom.domain.video_wish import GroundWish, MusicWish, Named, VideoWish
from greenroom.errors import ParameterError
from greenroom.web.jogg.wishes import wish

NESTED: dict[str, Any] = {
    "avatar": {"avatar_type": 0, "avatar_id": 81},
    "voice": {"type": "script", "voice_id": "en-US-ChristopherNeural", "script": "Hello."},
    "aspect_ratio": "portrait",
    "screen_style": 1,
    "caption": False,
}
FLAT: dict[str, Any] = {
    "avatar_id": 81,
    "avatar_type": 0,
    "voice_id": "en-US-ChristopherNeural",
    "script": "Check out our amazing product!",
    "aspect_ratio": "portrait",
    "screen_style": 1,
    "background_image": "img_abc123",
    "background_music": "aud_ghi789",
}
FAMILY: dict[str, Any] = {
    "avatar": {"avatar_id": "sarah_full_01"},
    "video_background": {"type": "image", "value": "https://cdn.example.com/product-image.jpg"},
    "voice": {"type": "script", "input": "Check out this amazing product!", "voice_id": "en-US-News-N"},
}
# What the official node sends: every field, empty where there is nothing.
NODE: dict[str, Any] = {
    "screen_style": 1,
    "avatar_id": "81",
    "avatar_type": "0",
    "voice_id": "en-US-ChristopherNeural",
    "script": "",
    "audio_url": "https://media.example.com/assets/aud_1.mp3",
    "aspect_ratio": 0,
    "caption": False,
    "video_name": "",
}


def official(**more: Any) -> VideoWish:
    return wish(NESTED | more, Caller.AVATAR_V2)


def family(**more: Any) -> VideoWish:
    return wish(FAMILY | more, Caller.PROJECT_V2)


def refusal(body: dict[str, Any], caller: Caller = Caller.AVATAR_V2) -> ParameterError:
    with pytest.raises(ParameterError) as refused:
        wish(body, caller)
    return refused.value


# Whole bodies


def test_the_nested_body_of_the_official_schema() -> None:
    assert official() == VideoWish(
        avatar=Named("81", "avatar.avatar_id"),
        script="Hello.",
        voice_id="en-US-ChristopherNeural",
        fields={"script": "voice.script", "voice_id": "voice.voice_id", "language": "script_language"},
    )


def test_the_flat_body_of_the_second_page() -> None:
    assert wish(FLAT, Caller.AVATAR_V2) == VideoWish(
        avatar=Named("81", "avatar_id"),
        script="Check out our amazing product!",
        voice_id="en-US-ChristopherNeural",
        ground=GroundWish("image", Named("img_abc123", "background_image")),
        music=MusicWish(Named("aud_ghi789", "background_music")),
        fields={"language": "script_language"},
    )


def test_the_body_of_the_first_page() -> None:
    assert family() == VideoWish(
        avatar=Named("sarah_full_01", "avatar.avatar_id"),
        script="Check out this amazing product!",
        voice_id="en-US-News-N",
        aspect=Aspect.LANDSCAPE,
        ground=GroundWish("image", Named("https://cdn.example.com/product-image.jpg", "video_background.value")),
        fields={"script": "voice.input", "voice_id": "voice.voice_id", "language": "script_language"},
    )


def test_the_sound_of_the_first_page_needs_no_voice() -> None:
    voice = {"type": "audio", "audio_url": "https://cdn.example.com/narration.mp3"}

    asked = wish({"avatar": {"avatar_id": "sarah_full_01"}, "voice": voice}, Caller.PROJECT_V2)

    assert asked.audio == Named("https://cdn.example.com/narration.mp3", "voice.audio_url")
    assert (asked.script, asked.voice_id) == (None, "")


def test_empty_fields_of_the_official_node_are_absent() -> None:
    asked = wish(NODE, Caller.TALKING_V1)

    assert (asked.script, asked.audio) == (None, Named("https://media.example.com/assets/aud_1.mp3", "audio_url"))
    assert (asked.name, asked.captions, asked.aspect, asked.custom_avatar) == ("", None, Aspect.PORTRAIT, False)


# Field by field


@pytest.mark.parametrize("caller", [Caller.AVATAR_V2, Caller.PROJECT_V2, Caller.TALKING_V1])
@pytest.mark.parametrize(
    ("spelling", "aspect"),
    [
        ("portrait", Aspect.PORTRAIT),
        ("9:16", Aspect.PORTRAIT),
        (0, Aspect.PORTRAIT),
        ("0", Aspect.PORTRAIT),
        ("Landscape", Aspect.LANDSCAPE),
        ("16:9", Aspect.LANDSCAPE),
        (1, Aspect.LANDSCAPE),
        ("square", Aspect.SQUARE),
        ("1:1", Aspect.SQUARE),
        ("2", Aspect.SQUARE),
        (2.0, Aspect.SQUARE),
    ],
)
def test_the_shape_of_the_frame_has_three_spellings(caller: Caller, spelling: Any, aspect: Aspect) -> None:
    body = {"avatar_id": 81, "voice_id": "v", "script": "Hello.", "aspect_ratio": spelling}

    assert wish(body, caller).aspect is aspect


@pytest.mark.parametrize(
    ("caller", "usual"),
    [
        (Caller.AVATAR_V2, Aspect.PORTRAIT),
        (Caller.PROJECT_V2, Aspect.LANDSCAPE),
        (Caller.TALKING_V1, Aspect.PORTRAIT),
    ],
)
def test_a_shape_that_is_not_given_is_the_usual_one_of_the_call(caller: Caller, usual: Aspect) -> None:
    assert wish({"avatar_id": 81, "voice_id": "v", "script": "Hello."}, caller).aspect is usual


@pytest.mark.parametrize(
    ("caller", "style", "screen", "framing"),
    [
        (Caller.AVATAR_V2, 0, Screen.BACKGROUND, Framing.FULL),
        (Caller.AVATAR_V2, 1, Screen.BACKGROUND, Framing.FULL),
        (Caller.AVATAR_V2, "2", Screen.GREEN, Framing.FULL),
        (Caller.AVATAR_V2, 3, Screen.TRANSPARENT, Framing.FULL),
        (Caller.TALKING_V1, 3, Screen.TRANSPARENT, Framing.FULL),
        (Caller.PROJECT_V2, "", Screen.BACKGROUND, Framing.FULL),
        (Caller.PROJECT_V2, "hd", Screen.BACKGROUND, Framing.FULL),
        (Caller.PROJECT_V2, "Waist", Screen.BACKGROUND, Framing.WAIST),
        (Caller.PROJECT_V2, "circle", Screen.BACKGROUND, Framing.CIRCLE),
        (Caller.PROJECT_V2, "closeup", Screen.BACKGROUND, Framing.CLOSEUP),
    ],
)
def test_each_call_has_its_own_words_for_the_screen_style(
    caller: Caller, style: Any, screen: Screen, framing: Framing
) -> None:
    asked = wish({"avatar_id": 81, "voice_id": "v", "script": "Hello.", "screen_style": style}, caller)

    assert (asked.screen, asked.framing) == (screen, framing)


@pytest.mark.parametrize(
    ("caller", "style", "allowed"),
    [(Caller.AVATAR_V2, "circle", "1, 2, 3"), (Caller.PROJECT_V2, 2, "hd, waist, circle, closeup")],
)
def test_the_words_of_another_call_are_refused(caller: Caller, style: Any, allowed: str) -> None:
    problem = refusal({"avatar_id": 81, "voice_id": "v", "script": "Hello.", "screen_style": style}, caller)

    assert str(problem) == f"screen_style is {style!r}; allowed are {allowed}"


@pytest.mark.parametrize(("kind", "custom"), [(0, False), ("0", False), ("", False), (1, True), ("1", True)])
def test_the_type_of_an_avatar_says_whether_it_is_the_callers_own(kind: Any, custom: bool) -> None:
    assert official(avatar={"avatar_id": 81, "avatar_type": kind}).custom_avatar is custom


def test_the_type_picks_between_a_script_and_a_sound() -> None:
    both = {"voice_id": "v", "script": "What is said.", "audio_url": "aud_1"}

    spoken, given = official(voice=both | {"type": "script"}), official(voice=both | {"type": "AUDIO"})

    assert (spoken.script, spoken.audio) == ("What is said.", None)
    assert (given.script, given.audio) == (None, Named("aud_1", "voice.audio_url"))
    assert given.transcript == "What is said."


@pytest.mark.parametrize(
    ("voice", "field"),
    [
        ({"voice_id": "v", "script": "a", "audio_url": "aud_1"}, "voice.script and voice.audio_url"),
        ({"voice_id": "v"}, "voice.script"),
        ({"voice_id": "v", "script": " \n"}, "voice.script"),
        ({"voice_id": "v", "type": "audio", "script": "a"}, "voice.audio_url"),
        ({"voice_id": "v", "type": "script", "audio_url": "aud_1"}, "voice.script"),
        ({"voice_id": "v", "type": "song", "script": "a"}, "voice.type"),
        ({"voice_id": "v", "script": "a", "input": "b"}, "voice.script and voice.input"),
        ({"script": "a"}, "voice.voice_id"),
        ({"voice_id": "v", "script": ["a"]}, "voice.script"),
        ("en-US-ChristopherNeural", "voice"),
    ],
)
def test_a_voice_that_says_nothing_or_too_much_is_refused_by_name(voice: Any, field: str) -> None:
    assert refusal(NESTED | {"voice": voice}).field == field


def test_a_flat_body_is_told_of_its_own_names() -> None:
    assert refusal({"voice_id": "v", "script": "a"}).field == "avatar_id"
    assert refusal({"avatar_id": 81, "script": "a"}).field == "voice_id"
    assert refusal({"avatar_id": 81, "voice_id": "v"}).field == "script"


def test_the_same_thing_nested_and_flat_is_taken_once_and_differences_are_refused() -> None:
    assert official(avatar_id="81").avatar == Named("81", "avatar.avatar_id")
    assert refusal(NESTED | {"avatar_id": 82}).field == "avatar.avatar_id and avatar_id"


@pytest.mark.parametrize(("speed", "taken"), [(None, 1.0), ("", 1.0), (0, 1.0), (0.5, 0.5), ("1.25", 1.25), (2, 2.0)])
def test_the_speed_of_talking_is_half_to_double(speed: Any, taken: float) -> None:
    assert family(talk_speed=speed).speed == taken


@pytest.mark.parametrize("speed", [0.4, 2.1, -1, "fast", True, [1], 10**400, -(10**400)])
def test_any_other_speed_is_refused(speed: Any) -> None:
    assert refusal(FAMILY | {"talk_speed": speed}, Caller.PROJECT_V2).field == "talk_speed"


def test_a_speed_for_a_given_sound_is_refused() -> None:
    voice = {"type": "audio", "audio_url": "aud_1"}

    assert refusal(FAMILY | {"voice": voice, "talk_speed": 1.5}, Caller.PROJECT_V2).field == "talk_speed"


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("", ""),
        ("english", "en"),
        ("English", "en"),
        ("traditional-chinese", "zh-TW"),
        ("Traditional Chinese", "zh-TW"),
        ("en-US", "en-US"),
        ("pt_BR", "pt-BR"),
        ("de", "de"),
    ],
)
def test_a_language_is_a_name_of_the_contract_or_a_tag(language: str, tag: str) -> None:
    assert family(script_language=language).language == tag


def test_a_language_that_is_neither_is_refused() -> None:
    assert refusal(FAMILY | {"script_language": "the Queen's"}, Caller.PROJECT_V2).field == "script_language"


@pytest.mark.parametrize(
    ("background", "ground"),
    [
        ({"type": "color", "value": "#1A2b3C"}, ("color", "#1a2b3c")),
        ({"type": "Color", "value": "white"}, ("color", "#ffffff")),
        ({"type": "image", "value": "img_1"}, ("image", "img_1")),
        ({"type": "image", "value": 17}, ("image", "17")),
        ({"type": "video", "value": "https://media.example.com/assets/vid_1.mp4"}, None),
    ],
)
def test_a_background_is_a_colour_an_image_or_a_video(background: Any, ground: tuple[str, str] | None) -> None:
    kind, value = ground or ("video", "https://media.example.com/assets/vid_1.mp4")

    assert family(video_background=background).ground == GroundWish(kind, Named(value, "video_background.value"))


@pytest.mark.parametrize("background", [None, "", {}, {"type": "", "value": ""}])
def test_an_empty_background_is_absent(background: Any) -> None:
    assert family(video_background=background).ground is None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"video_background": {"type": "color", "value": "very blue"}}, "video_background.value"),
        ({"video_background": {"type": "color", "value": "#12345680"}}, "video_background.value"),
        ({"video_background": {"type": "image"}}, "video_background.value"),
        ({"video_background": {"value": "img_1"}}, "video_background.type"),
        ({"video_background": {"type": "film", "value": "vid_1"}}, "video_background.type"),
        ({"video_background": "img_1"}, "video_background"),
        ({"background_image": "img_2"}, "background_image and video_background"),
    ],
)
def test_a_background_that_is_none_is_refused_by_name(more: dict[str, Any], field: str) -> None:
    assert refusal(FAMILY | more, Caller.PROJECT_V2).field == field


@pytest.mark.parametrize("style", [2, 3])
def test_a_background_is_refused_where_it_could_not_be_seen(style: int) -> None:
    assert refusal(FLAT | {"screen_style": style}).field == "background_image"


@pytest.mark.parametrize("field", ["background_music", "audio_background", "music_id"])
@pytest.mark.parametrize("value", ["aud_1", 12, "12", "https://media.example.com/assets/aud_1.mp3"])
def test_music_is_named_by_id_number_or_address(field: str, value: Any) -> None:
    # The number of a track and that of an asset may be the same.
    assert official(**{field: value}).music == MusicWish(Named(str(value), field), track=field == "music_id")


@pytest.mark.parametrize(
    ("caption", "wanted"), [(True, True), (False, False), ("true", True), ("", False), (1, True), (0, False)]
)
def test_captions_are_on_or_off(caption: Any, wanted: bool) -> None:
    assert official(caption=caption).captions == (CaptionStyle() if wanted else None)


def test_the_style_of_captions() -> None:
    style = {"position": "Top", "font_size": 54, "font_color": "#FFCC00", "background_color": "rgba(0, 0, 0, 0.5)"}

    asked = family(caption=True, caption_style=style)

    assert asked.captions == CaptionStyle(position="top", size=0.05, color="#ffcc00", background="#00000080")


def test_who_says_how_captions_look_wants_some_unless_they_say_no() -> None:
    style = {"position": "middle"}

    assert family(caption_style=style).captions == CaptionStyle(position="middle")
    assert family(caption_style=style, caption=False).captions is None


@pytest.mark.parametrize(
    ("style", "field"),
    [
        ({"position": "left"}, "caption_style.position"),
        ({"font_size": 8}, "caption_style.font_size"),
        ({"font_size": "huge"}, "caption_style.font_size"),
        ({"font_color": "ink"}, "caption_style.font_color"),
        ({"background_color": "#12"}, "caption_style.background_color"),
    ],
)
def test_a_style_that_is_none_is_refused_by_name_also_when_captions_are_off(style: Any, field: str) -> None:
    assert refusal(NESTED | {"caption_style": style}).field == field


@pytest.mark.parametrize(
    ("size", "part"), [("small", 44 / 1080), ("48px", 48 / 1080), ("48", 48 / 1080), (48, 48 / 1080)]
)
def test_the_size_of_letters_is_in_pixels_or_a_word(size: Any, part: float) -> None:
    captions = family(caption_style={"font_size": size}).captions

    assert captions is not None
    assert captions.size == part


def test_an_address_to_tell_has_two_names() -> None:
    assert official(webhook_url="https://example.com/hook").webhook_url == "https://example.com/hook"
    assert official(callback_url="https://example.com/hook").webhook_field == "callback_url"
    assert refusal(NESTED | {"webhook_url": "ftp://example.com"}).field == "webhook_url"


def test_fields_that_the_contract_does_not_know_are_ignored() -> None:
    assert official(colour="red", voice=NESTED["voice"] | {"mood": "happy"}) == official()


# For all bodies

_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["script", "audio", "color", "landscape", "81", "en", "#fff", "top", "https://example.com/a.mp3"]),
)
_ANYTHING = _LEAF | st.lists(_LEAF, max_size=2) | st.dictionaries(st.text(max_size=5), _LEAF, max_size=2)
_NAMES = st.sampled_from(
    [
        *("avatar_id", "avatar_type", "voice_id", "script", "audio_url", "aspect_ratio", "screen_style", "caption"),
        *("video_name", "webhook_url", "background_image", "background_music", "audio_background", "talk_speed"),
        *("script_language", "transcript"),
    ]
)
_PARTS = {
    "avatar": st.dictionaries(st.sampled_from(["avatar_id", "avatar_type"]), _ANYTHING),
    "voice": st.dictionaries(st.sampled_from(["type", "voice_id", "script", "input", "audio_url"]), _ANYTHING),
    "video_background": st.dictionaries(st.sampled_from(["type", "value"]), _ANYTHING),
    "caption_style": st.dictionaries(
        st.sampled_from(["position", "font_size", "font_color", "background_color"]), _ANYTHING
    ),
}
_EMPTY = st.sampled_from([None, "", 0])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(_NAMES, _ANYTHING),
    st.fixed_dictionaries({}, optional={name: part | _ANYTHING for name, part in _PARTS.items()}),
    st.sampled_from([Caller.AVATAR_V2, Caller.PROJECT_V2, Caller.TALKING_V1]),
)
def test_any_body_gives_a_wish_or_is_refused_by_the_name_of_a_field(flat: Any, nested: Any, caller: Caller) -> None:
    try:
        asked = wish({**flat, **nested}, caller)
    except ParameterError as problem:
        assert problem.field
    else:
        assert (asked.script is None) != (asked.audio is None)


@given(st.dictionaries(_NAMES.filter(lambda name: name not in FLAT), _EMPTY))
def test_a_field_that_is_empty_is_as_one_that_is_not_there(empty: dict[str, Any]) -> None:
    assert wish({**empty, **FLAT}, Caller.AVATAR_V2) == wish(FLAT, Caller.AVATAR_V2)
