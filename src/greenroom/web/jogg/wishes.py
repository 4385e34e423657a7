"""
Bodies of the compatible calls that make videos -> what is wished for (contract 2.2, 2.13, 2.14).

All three calls take all fields, nested or flat; what a word of `screen_style` means and which shape is usual is each
call's own. Every field of the contract is honoured, or refused by the name that the caller has for it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from greenroom.domain import color, languages
from greenroom.domain.declarations import callback_url
from greenroom.domain.labels import NAME_MAX
from greenroom.domain.production import Caller
from greenroom.domain.video import Aspect, CaptionStyle, Framing, Screen
from greenroom.domain.video_wish import GroundWish, MusicWish, Named, VideoWish
from greenroom.errors import ParameterError
from greenroom.web.jogg import coerce

SCRIPT_MAX = 60_000
"""Characters: no limit of a script, but what a body can hold."""
FONT_SIZE_MIN, FONT_SIZE_MAX = 16, 160
SPEED_MIN, SPEED_MAX = 0.5, 2.0

ASPECTS: Mapping[str, Aspect] = {
    **dict.fromkeys(("portrait", "9:16", "0"), Aspect.PORTRAIT),
    **dict.fromkeys(("landscape", "16:9", "1"), Aspect.LANDSCAPE),
    **dict.fromkeys(("square", "1:1", "2"), Aspect.SQUARE),
}
_POSITIONS = {"top": "top", "middle": "middle", "center": "middle", "bottom": "bottom"}
# In pixels of a frame whose short side has 1080.
_SIZES = {"small": 44, "medium": 62, "large": 84}
_REFERENCE_SIDE = 1080
T = TypeVar("T")


class Vocabulary(NamedTuple):
    """What one of the calls means by its words; `usual` is the shape of a frame that is not given."""

    usual: Aspect
    styles: Mapping[str, tuple[Screen, Framing]]


_NUMBERED = {
    "1": (Screen.BACKGROUND, Framing.FULL),
    "2": (Screen.GREEN, Framing.FULL),
    "3": (Screen.TRANSPARENT, Framing.FULL),
}
_WORDED = {
    "hd": (Screen.BACKGROUND, Framing.FULL),
    "waist": (Screen.BACKGROUND, Framing.WAIST),
    "circle": (Screen.BACKGROUND, Framing.CIRCLE),
    "closeup": (Screen.BACKGROUND, Framing.CLOSEUP),
}
VOCABULARIES = {
    Caller.AVATAR_V2: Vocabulary(Aspect.PORTRAIT, _NUMBERED),
    Caller.PROJECT_V2: Vocabulary(Aspect.LANDSCAPE, _WORDED),
    Caller.TALKING_V1: Vocabulary(Aspect.PORTRAIT, _NUMBERED),
}


class Given(NamedTuple):
    """A value of a body, and the name under which it stands there."""

    value: Any
    field: str


def wish(body: coerce.Body, caller: Caller) -> VideoWish:
    """What a body asks for. Raises ParameterError that names the field."""
    vocabulary = VOCABULARIES[caller]
    flat = coerce.flattened(body, "avatar", "voice", "video_background", "caption_style")
    screen, framing = coerce.one_of(flat, "screen_style", vocabulary.styles) or next(iter(vocabulary.styles.values()))
    speech = _speech(flat)
    webhook = _either(flat, ("webhook_url", "callback_url"), coerce.text)
    return VideoWish(
        avatar=_avatar(flat),
        custom_avatar=bool(_either(flat, ("avatar.avatar_type", "avatar_type"), _avatar_type).value),
        **speech,
        name=coerce.text(flat, "video_name", longest=NAME_MAX) or "",
        aspect=coerce.one_of(flat, "aspect_ratio", ASPECTS) or vocabulary.usual,
        screen=screen,
        framing=framing,
        ground=_ground(flat, screen),
        music=_music(flat),
        captions=_captions(flat),
        webhook_url=callback_url(webhook.value, webhook.field) if webhook.value else "",
        webhook_field=webhook.field,
    )


def _either(flat: coerce.Body, fields: Iterable[str], read: Callable[[coerce.Body, str], T | None]) -> Given:
    """
    What stands under one of several names; None under that which fits the body best if it is absent.

    Raises ParameterError where it stands under two, differently.
    """
    fields = tuple(fields)
    found = [Given(value, field) for field in fields if (value := read(flat, field)) is not None]
    for other in found[1:]:
        if other.value != found[0].value:
            raise coerce.differing(found[0].field, found[0].value, other.field, other.value)
    return found[0] if found else Given(None, _usual_name(flat, fields))


def _usual_name(flat: coerce.Body, fields: tuple[str, ...]) -> str:
    nested = any(name.startswith(("avatar.", "voice.")) for name in flat)
    return fields[0] if nested else next((field for field in fields if "." not in field), fields[0])


def _avatar(flat: coerce.Body) -> Named:
    given = _either(flat, ("avatar.avatar_id", "avatar_id"), coerce.named)
    if given.value is None:
        raise ParameterError(given.field, "is required: the id of an avatar; GET /v2/avatars/public lists them")
    return Named(*given)


def _avatar_type(flat: coerce.Body, field: str) -> int | None:
    return coerce.one_of(flat, field, {"0": 0, "1": 1})


def _script(flat: coerce.Body, field: str) -> str | None:
    script = coerce.text(flat, field, longest=SCRIPT_MAX)
    return script if script is not None and script.strip() else None


def _speech(flat: coerce.Body) -> dict[str, Any]:
    script = _either(flat, ("voice.script", "voice.input", "script"), _script)
    audio = _either(flat, ("voice.audio_url", "audio_url"), coerce.named)
    voice_id = _either(flat, ("voice.voice_id", "voice_id"), coerce.named)
    language = _either(flat, ("script_language", "voice.script_language"), coerce.text)
    speed = _either(flat, ("talk_speed", "voice.talk_speed"), _speed)
    transcript = _either(flat, ("transcript", "voice.transcript"), _script)
    said: dict[str, Any] = {
        "voice_id": voice_id.value or "",
        "language": languages.tag(language.value, language.field) if language.value else "",
        "fields": _names(script=script, voice_id=voice_id, language=language, talk_speed=speed, transcript=transcript),
    }
    if _spoken_by_voice(flat, script, audio):
        if not voice_id.value:
            raise ParameterError(voice_id.field, "is required: the id of a voice; GET /v2/voices lists them")
        return said | {"script": script.value, "speed": speed.value or 1.0}
    if speed.value not in (None, 1.0):
        raise ParameterError(speed.field, f"is {speed.value:g}, but a given sound is taken as it is; leave it out")
    # The text of a sound that is given: what captions are written from.
    return said | {"audio": Named(*audio), "transcript": transcript.value or script.value or ""}


def _names(**given: Given) -> dict[str, str]:
    return {name: one.field for name, one in given.items() if one.field != name}


def _spoken_by_voice(flat: coerce.Body, script: Given, audio: Given) -> bool:
    kind = _either(flat, ("voice.type", "voice_type"), _voice_kind)
    if kind.value is None:
        if script.value is not None and audio.value is not None:
            text = f"are both given; leave one out, or say by {kind.field} script or audio which it is"
            raise ParameterError(f"{script.field} and {audio.field}", text)
        if script.value is None and audio.value is None:
            raise ParameterError(script.field, f"is required, or else {audio.field}: what the avatar is to say")
        return script.value is not None
    wanted, what = (script, "a text") if kind.value == "script" else (audio, "a sound")
    if wanted.value is None:
        raise ParameterError(wanted.field, f"is required, since {kind.field} is {kind.value!r}: {what} to be spoken")
    return bool(kind.value == "script")


def _voice_kind(flat: coerce.Body, field: str) -> str | None:
    return coerce.one_of(flat, field, {"script": "script", "audio": "audio"})


def _speed(flat: coerce.Body, field: str) -> float | None:
    speed = coerce.number(flat, field)
    if speed is not None and not SPEED_MIN <= speed <= SPEED_MAX:
        raise ParameterError(field, f"is {speed:g}; allowed is {SPEED_MIN:g} to {SPEED_MAX:g}")
    return speed


def _ground(flat: coerce.Body, screen: Screen) -> GroundWish | None:
    image = coerce.named(flat, "background_image")
    value = coerce.named(flat, "video_background.value")
    kind = coerce.one_of(flat, "video_background.type", {kind: kind for kind in ("color", "image", "video")})
    if image is not None and value is not None:
        raise ParameterError("background_image and video_background", "are both given; leave one out")
    ground = GroundWish("image", Named(image, "background_image")) if image is not None else _told(kind, value)
    if ground is not None and screen is not Screen.BACKGROUND:
        text = "is given, but screen_style leaves no place for it; leave one of them out"
        raise ParameterError(ground.named.field.partition(".")[0], text)
    return ground


def _told(kind: str | None, value: str | None) -> GroundWish | None:
    field = "video_background.value"
    if value is None:
        if kind is not None:
            raise ParameterError(field, f"is required, since video_background.type is {kind!r}")
        return None
    if kind is None:
        raise ParameterError("video_background.type", "is required; allowed are color, image, video")
    return GroundWish(kind, Named(color.color(value, field) if kind == "color" else value, field))


def _music(flat: coerce.Body) -> MusicWish | None:
    given = _either(flat, ("background_music", "audio_background", "music_id"), coerce.named)
    return MusicWish(Named(*given), track=given.field == "music_id") if given.value is not None else None


def _captions(flat: coerce.Body) -> CaptionStyle | None:
    wanted = coerce.boolean(flat, "caption")
    position = coerce.one_of(flat, "caption_style.position", _POSITIONS)
    size = _font_size(flat)
    ink = coerce.text(flat, "caption_style.font_color")
    behind = coerce.text(flat, "caption_style.background_color")
    style = CaptionStyle()
    if position is not None:
        style = replace(style, position=position)
    if size is not None:
        style = replace(style, size=size)
    if ink is not None:
        style = replace(style, color=color.color(ink, "caption_style.font_color"))
    if behind is not None:
        style = replace(style, background=_background(behind))
    # Who says how captions are to look wants some.
    styled = not (position is None and size is None and ink is None and behind is None)
    return style if wanted or (wanted is None and styled) else None


def _background(behind: str) -> str:
    found = color.color(behind, "caption_style.background_color", alpha=True)
    return "" if len(found) == 9 and found.endswith("00") else found


def _font_size(flat: coerce.Body) -> float | None:
    field = "caption_style.font_size"
    word = flat.get(field)
    told = word.strip().lower().removesuffix("px") if isinstance(word, str) else word
    pixels = _SIZES[told] if isinstance(told, str) and told in _SIZES else coerce.number({field: told}, field)
    if pixels is None:
        return None
    if not FONT_SIZE_MIN <= pixels <= FONT_SIZE_MAX:
        allowed = f"{FONT_SIZE_MIN} to {FONT_SIZE_MAX}, in pixels of a frame whose short side has {_REFERENCE_SIDE}"
        raise ParameterError(field, f"is {pixels:g}; allowed is {allowed}, or small, medium, large")
    return pixels / _REFERENCE_SIDE
