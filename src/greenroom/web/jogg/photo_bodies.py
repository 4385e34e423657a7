"""
Bodies of the compatible calls that make photo avatars -> what is wished for (contract 2.5).

Every field of the contract is checked; a photograph alone is enough, as the first seed page has it.
"""

from collections.abc import Mapping

from greenroom.domain.labels import NAME_MAX
from greenroom.domain.photo_avatar import MOTION_CREDITS, Looks, MotionWish, PortraitWish
from greenroom.domain.video import Aspect
from greenroom.domain.video_wish import Named
from greenroom.errors import ParameterError
from greenroom.web.jogg import coerce
from greenroom.web.jogg.extras import callback
from greenroom.web.jogg.wishes import ASPECTS

TEXT_MAX = 1000
WELCOME_MAX = 1000
DESCRIPTION_MAX_BYTES = {"1.0": 299, "2.0": 1500, "2.0-Pro": 1500, "3.0": 1500}


def _words(*words: str) -> Mapping[str, str]:
    return {word: word for word in words}


LOOKS: Mapping[str, Mapping[str, str]] = {
    "age": _words("Teenager", "Young adult", "Adult", "Elderly"),
    "avatar_style": _words("Professional", "Social"),
    "gender": _words("Female", "Male"),
    "model": _words("classic", "modern"),
    "ethnicity": _words(
        "European", "African", "South Asian", "East Asian", "Middle Eastern", "South American", "North American"
    ),
}
"""Fields of words, in any case."""
_NEEDED = ("age", "avatar_style", "gender", "model", "aspect_ratio")
"""What a description needs; a photograph shows it."""
_MODELS = {model: model for model in MOTION_CREDITS}


def portrait_wish(body: coerce.Body, *, needs_photograph: bool = False) -> PortraitWish:
    """What a body of `photo/generate` or `new_look/generate` asks for. Raises ParameterError that names the field."""
    photograph = _photograph(body)
    if photograph is None and needs_photograph:
        raise ParameterError("image_url", "is required: a photograph of one person")
    words = {name: _word(body, name) for name in LOOKS}
    aspect = coerce.one_of(body, "aspect_ratio", ASPECTS)
    if photograph is None:
        _require(aspect, words)
    address, field = callback(body)
    return PortraitWish(
        photograph=photograph,
        name=(coerce.text(body, "name", longest=NAME_MAX) or "").strip(),
        looks=Looks(
            aspect or Aspect.PORTRAIT,
            words["age"],
            words["avatar_style"],
            words["gender"],
            words["model"],
            words["ethnicity"],
            coerce.text(body, "background", longest=TEXT_MAX) or "",
            coerce.text(body, "appearance", longest=TEXT_MAX) or "",
        ),
        consent=consent(body),
        callback_url=address,
        callback_field=field,
    )


def motion_wish(body: coerce.Body) -> MotionWish:
    """What a body of `add_motion` asks for."""
    photograph = _photograph(body)
    if photograph is None:
        raise ParameterError("image_url", "is required: an image of a photo, or any photograph of one person")
    name = (coerce.text(body, "name", longest=NAME_MAX) or "").strip()
    if not name:
        raise ParameterError("name", "is required: what the avatar will be called")
    voice_id = coerce.named(body, "voice_id")
    if voice_id is None:
        raise ParameterError("voice_id", "is required: the id of a voice; GET /v2/voices lists them")
    model = _model(body)
    return MotionWish(
        photograph=photograph,
        name=name,
        voice_id=voice_id,
        model=model,
        photo_id=coerce.text(body, "photo_id") or "",
        description=_description(body, model),
        welcome=coerce.text(body, "welcome_msg", longest=WELCOME_MAX) or "",
        consent=consent(body),
    )


def consent(body: coerce.Body) -> str:
    """What is said of the consent of who is shown: a text, or `true`."""
    if isinstance(body.get("consent"), bool) or body.get("consent") in (0, 1):
        return "given" if body.get("consent") else ""
    return coerce.text(body, "consent") or ""


def _photograph(body: coerce.Body) -> Named | None:
    first, second = coerce.named(body, "image_url"), coerce.named(body, "photo_url")
    if first is not None and second is not None and first != second:
        raise coerce.differing("image_url", first, "photo_url", second)
    if first is not None:
        return Named(first, "image_url")
    return Named(second, "photo_url") if second is not None else None


def _word(body: coerce.Body, name: str) -> str:
    words = LOOKS[name]
    value = body.get(name)
    # The lists of avatars write young_adult where this call has Young adult.
    told = value.replace("_", " ") if isinstance(value, str) else value
    return coerce.one_of({name: told}, name, words) or ""


def _require(aspect: Aspect | None, words: Mapping[str, str]) -> None:
    for name in _NEEDED:
        if not (aspect if name == "aspect_ratio" else words[name]):
            allowed = ", ".join(LOOKS[name].values()) if name in LOOKS else "portrait, landscape, square"
            text = f"is required where there is no photograph (image_url); allowed are {allowed}"
            raise ParameterError(name, text)


def _model(body: coerce.Body) -> str:
    value = body.get("model")
    # 2.0 as a number of JSON is the same as "2.0".
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    told = f"{coerce.number(body, 'model') or 0:.1f}" if is_number and value else value
    model = coerce.one_of({"model": told}, "model", _MODELS)
    if model is None:
        raise ParameterError("model", f"is required; allowed are {', '.join(MOTION_CREDITS)}")
    return model


def _description(body: coerce.Body, model: str) -> str:
    description = coerce.text(body, "description") or ""
    size, most = len(description.encode()), DESCRIPTION_MAX_BYTES[model]
    if size > most:
        raise ParameterError("description", f"has {size} bytes in UTF-8; allowed are {most} for the model {model}")
    return description
