"""
From what a caller wants a video to be to the spec it is made by: everything that can be known is checked before.

Each complaint names the field as the caller knows it, what it is, what it may be, and what helps.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from msgspec import Struct

from greenroom.db import photos
from greenroom.db.sqlite import Database
from greenroom.domain import labels
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset
from greenroom.domain.guessed_language import guessed_language
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Finding, Kind
from greenroom.domain.photo_avatar import AVATAR_PREFIX, FIRST_NUMBER, PhotoState
from greenroom.domain.policy import megabytes, minutes
from greenroom.domain.production_findings import reason
from greenroom.domain.speaking_time import estimated_s
from greenroom.domain.video import (
    CAPTION_SIZES,
    CaptionStyle,
    ColorGround,
    FilmGround,
    Framing,
    Ground,
    Likeness,
    Music,
    PictureGround,
    RecordedVoice,
    Resolution,
    ScriptVoice,
    Source,
    VideoSpec,
)
from greenroom.domain.video_wish import GroundWish, MusicWish, Named, VideoWish
from greenroom.errors import ParameterError
from greenroom.services.named_assets import NamedAssets, Resolve, waits_for
from greenroom.studio import cast
from greenroom.studio.notice import Notice
from greenroom.studio.voices import languages

_COLOR = re.compile(r"#[0-9a-f]{6}")
_CAPTION_COLOR = re.compile(r"#[0-9a-f]{6}([0-9a-f]{2})?")
_MARKUP = re.compile(r"</?[a-z][\w:-]*(\s[^<>]*)?/?>|&([a-z]{2,6}|#[0-9]{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_POSITIONS = ("top", "middle", "bottom")
_GROUNDS = {"image": Kind.IMAGE, "video": Kind.VIDEO}


class VideoLimits(Struct, frozen=True):
    """What a video may be."""

    max_script_chars: int = 10_000
    max_duration_s: float = 900.0
    resolution: Resolution = Resolution.FULL_HD
    label: bool = False
    hearing_max_bytes: int = 0
    """The largest sound whose words are recognised where nobody gives them; 0 where nobody is there who hears."""


class Brief(Struct, frozen=True):
    """What there is to make: the spec, what it is made of, how long it will probably be, what is not as asked."""

    spec: VideoSpec
    assets: tuple[Asset, ...]
    estimated_s: float
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class VideoWishes:
    """Make specs of wishes. Blocks for lookups of addresses."""

    database: Database
    resolve: Resolve
    check_receiver: Callable[[str, str], object]
    """Raises AddressRefused for an address that may not be told anything; given the address and the field's name."""
    check_voice: Callable[[str, str, float, str | None], tuple[str, Sequence[Notice]]]
    """
    The language that a voice speaks, and what it, a language, a speed and a script will not be as asked; raises
    ParameterError for what cannot be.
    """
    require_fonts: Callable[[], object]
    """Raises ModelsMissing where there are no fonts to write with."""
    tracks: Callable[[], Sequence[str]]
    """The ids of the house's own music."""
    limits: VideoLimits = VideoLimits()

    def brief(self, act: Act, wish: VideoWish) -> Brief:
        """
        The spec of a wish. Addresses of others are begun to be fetched, after all else was found good.

        Raises ParameterError that names the field, and what imports raise.
        """
        _require_terms(wish)
        avatar_id, likeness, awaited = self._avatar(act, wish)
        language, notices = self._check_words(wish)
        self._check_track(wish)
        label = self.limits.label if wish.label is None else wish.label
        if label or wish.captions is not None:
            self.require_fonts()
        if wish.webhook_url:
            self.check_receiver(wish.webhook_url, wish.webhook_field)
        assets = self._assets(act, wish)
        spec = VideoSpec(
            avatar_id=avatar_id,
            voice=_voice(wish, language, assets),
            name=labels.name(wish.name, wish.field_of("name")) if wish.name.strip() else "",
            aspect=wish.aspect,
            resolution=wish.resolution or self.limits.resolution,
            screen=wish.screen,
            framing=wish.framing,
            position=wish.position,
            ground=_ground(wish.ground, assets),
            likeness=likeness,
            music=_music(wish.music, assets),
            captions=wish.captions,
            seed=wish.seed,
            label=label,
        )
        used = tuple({asset.id: asset for asset in assets.values()}.values())
        told = (Finding(one.code, one.message) for one in notices)
        warnings = (*told, *_markup(wish), *_unheeded(wish), *awaited, *waits_for(used))
        return Brief(spec, used, self._length_s(wish, assets), warnings)

    def _avatar(self, act: Act, wish: VideoWish) -> tuple[str, Likeness | None, tuple[Finding, ...]]:
        """The id of who speaks, what they are drawn from if it is a photograph, and what is to be said of that."""
        value = wish.avatar.value.strip()
        if not wish.custom_avatar and not _names_photo_avatar(value):
            return _presenter(wish.avatar), None, ()
        avatar = self.database.read(lambda tx: photos.seen_avatar(tx, act, value))
        if avatar is None:
            raise _nobody(wish)
        if avatar.state is PhotoState.FAILED:
            why = avatar.findings[0].message if avatar.findings else "it could not be made."
            raise ParameterError(wish.avatar.field, f"is {avatar.id}, which has failed: {why} Make another one")
        # What stands behind the person in the photograph is the ground, unless another one is asked for.
        likeness = Likeness(avatar.prepared, own_ground=wish.ground is None)
        waits = avatar.state is PhotoState.PENDING
        return avatar.id, likeness, (reason("avatar_awaited"),) if waits else ()

    def _check_words(self, wish: VideoWish) -> tuple[str, Sequence[Notice]]:
        """The language of what is said, and what is not as it was asked."""
        script, audio = wish.field_of("script"), wish.field_of("audio")
        if wish.script is not None and wish.audio is not None:
            raise ParameterError(script, f"and {wish.audio.field} are both given; a video has one voice: leave one out")
        if wish.script is None and wish.audio is None:
            raise ParameterError(script, f"is missing, and so is {audio}; give what is to be said, or its sound")
        if wish.captions is not None:
            self._check_captions(wish)
        language, notices = self._checked_language(wish, script)
        with _renamed(wish):
            if wish.captions is not None and language:
                languages.require_captions(language)
        return language, notices

    def _checked_language(self, wish: VideoWish, script: str) -> tuple[str, Sequence[Notice]]:
        if wish.script is None:
            return self._recorded_language(wish), ()
        self._check_script(wish.script, script)
        if not wish.voice_id:
            raise ParameterError(wish.field_of("voice_id"), "is required with a script; GET /v2/voices lists all")
        with _renamed(wish):
            return self.check_voice(wish.voice_id, wish.language, wish.speed, wish.script)

    def _recorded_language(self, wish: VideoWish) -> str:
        """That of a given sound; empty where it will be known when its words are."""
        if not wish.language and _is_to_be_heard(wish):
            return ""
        language = wish.language or guessed_language(wish.transcript)
        with _renamed(wish):
            languages.listed(language)
        return language

    def _check_captions(self, wish: VideoWish) -> None:
        if _is_to_be_heard(wish) and not self.limits.hearing_max_bytes:
            words = wish.field_of("transcript")
            text = f"cannot be written without the words of the sound, which nobody here can hear: give {words}"
            raise ParameterError(wish.field_of("caption"), text)
        assert wish.captions is not None
        _check_style(wish.captions, wish)

    def _require_hearable(self, asset: Asset, wish: VideoWish, named: Named) -> None:
        most = self.limits.hearing_max_bytes
        if _is_to_be_heard(wish) and asset.size_bytes is not None and asset.size_bytes > most:
            text = f"has {megabytes(asset.size_bytes)}; words are recognised in at most {megabytes(most)}"
            raise ParameterError(named.field, f"{text}: give {wish.field_of('transcript')}, or a smaller file")

    def _check_script(self, script: str, field: str) -> None:
        if not any(character.isalnum() for character in script):
            raise ParameterError(field, "has no word in it; give a text that can be said")
        most = self.limits.max_script_chars
        if len(script) > most:
            raise ParameterError(field, f"has {len(script):,} characters; allowed are {most:,}. Make several videos")

    def _check_track(self, wish: VideoWish) -> None:
        music = wish.music
        if music is not None and music.volume is not None and not 0 <= music.volume <= 1:
            raise ParameterError(wish.field_of("volume"), f"is {music.volume:g}; it may be from 0 to 1")
        if music is not None and music.track and music.named.value not in self.tracks():
            text = f"is {music.named.value[:40]!r}, which names no track of music; GET /v2/musics lists all"
            raise ParameterError(music.named.field, text)

    def _assets(self, act: Act, wish: VideoWish) -> dict[Named, Asset]:
        found = NamedAssets(self.database, self.resolve).all(act, _named(wish))
        if wish.audio is not None:
            self._require_length(found[wish.audio], wish.audio)
            self._require_hearable(found[wish.audio], wish, wish.audio)
        return found

    def _require_length(self, asset: Asset, named: Named) -> None:
        length_s, most_s = asset.info.duration_s if asset.info is not None else None, self.limits.max_duration_s
        if length_s is not None and length_s > most_s:
            raise ParameterError(named.field, f"lasts {minutes(length_s)}; allowed are {minutes(most_s)}. Cut it")

    def _length_s(self, wish: VideoWish, assets: dict[Named, Asset]) -> float:
        if wish.script is not None:
            return estimated_s(wish.script, wish.speed)
        assert wish.audio is not None
        info = assets[wish.audio].info
        return info.duration_s or 0.0 if info is not None else 0.0


@contextmanager
def _renamed(wish: VideoWish) -> Iterator[None]:
    """Complaints of the studio under the caller's names of fields."""
    try:
        yield
    except ParameterError as problem:
        raise ParameterError(wish.field_of(problem.field), problem.problem) from problem


def _is_to_be_heard(wish: VideoWish) -> bool:
    """Whether captions are wanted of a sound whose words nobody has given."""
    return wish.captions is not None and wish.audio is not None and not wish.transcript.strip()


def _require_terms(wish: VideoWish) -> None:
    _require_share(wish.field_of("position"), *(wish.position or ()))
    if wish.ground is not None:
        _require_share(wish.field_of("focus"), *wish.ground.focus)
        if wish.ground.kind not in ("color", *_GROUNDS):
            text = f"is of the kind {wish.ground.kind[:40]!r}; allowed are color, image and video"
            raise ParameterError(wish.ground.named.field, text)
        if wish.ground.kind == "color" and not _COLOR.fullmatch(wish.ground.named.value.lower()):
            text = f"is {wish.ground.named.value[:40]!r}; a background's colour is written as #rrggbb"
            raise ParameterError(wish.ground.named.field, text)


def _unheeded(wish: VideoWish) -> tuple[Finding, ...]:
    """What is to be said of a position whose height the framing has no use for."""
    if wish.position is None or wish.framing is Framing.CIRCLE or wish.position[1] == 1:
        return ()
    return (reason("position_in_part"),)


def _require_share(field: str, *values: float) -> None:
    for value in values:
        if not 0 <= value <= 1:
            raise ParameterError(field, f"has {value:g} in it; each of its two numbers may be from 0 to 1")


def _check_style(style: CaptionStyle, wish: VideoWish) -> None:
    field = wish.field_of("caption_style")
    smallest, largest = CAPTION_SIZES
    if style.position not in _POSITIONS:
        raise ParameterError(field, f"has the position {style.position[:40]!r}; allowed are {', '.join(_POSITIONS)}")
    if not smallest <= style.size <= largest:
        text = f"has the size {style.size:g}; it may be from {smallest:g} to {largest:g} of the frame's short side"
        raise ParameterError(field, text)
    for name in ("color", "highlight", "outline", "background"):
        value = getattr(style, name)
        if not (_CAPTION_COLOR.fullmatch(value.lower()) or (name != "color" and not value)):
            raise ParameterError(field, f"has the {name} {value[:40]!r}; colours are written as #rrggbb or #rrggbbaa")


def _markup(wish: VideoWish) -> tuple[Finding, ...]:
    """A warning for a script that seems to be written for another reader of it."""
    found = _MARKUP.search(wish.script or "")
    if found is None:
        return ()
    text = f"The script has {found[0][:40]!r} in it. It is not read as SSML: it stands in captions as it is written."
    return (reason("script_has_markup", text),)


def _names_photo_avatar(value: str) -> bool:
    """Whether that can be no stock presenter's id or number."""
    return value.startswith(AVATAR_PREFIX) or (value.isdecimal() and int(value[:18]) >= FIRST_NUMBER)


def _nobody(wish: VideoWish) -> ParameterError:
    value = wish.avatar.value.strip()
    if not wish.custom_avatar:
        text = f"is {value[:60]!r}, which names no avatar: GET /v2/avatars/public lists those for all, and "
        return ParameterError(wish.avatar.field, text + "GET /v2/avatars/photo_avatars this account's own")
    text = f"is {value[:60]!r}, which names no photo avatar of this account. "
    if (person := cast.person(value)) is not None:
        # Only the compatible calls say whose an avatar is.
        text += f"{person.name} is an avatar for all: avatar_type is 0 then. "
    return ParameterError(wish.avatar.field, text + "GET /v2/avatars/photo_avatars lists them all")


def _presenter(named: Named) -> str:
    if not named.value.strip():
        raise ParameterError(named.field, "is required; GET /v2/avatars/public lists all")
    person = cast.person(named.value.strip())
    if person is None:
        raise ParameterError(named.field, f"is {named.value[:60]!r}, which names no avatar. {_near(named.value)}")
    return person.id


def _near(value: str) -> str:
    known = {key.lower(): one.id for one in cast.people() for key in (one.id, one.name, str(one.number))}
    near = dict.fromkeys(known[key] for key in get_close_matches(value.lower(), known, 3, 0.5))
    names = list(near) or [one.id for one in cast.people()[:3]]
    return f"Near it are: {', '.join(names)}. GET /v2/avatars/public lists all"


def _named(wish: VideoWish) -> Iterator[tuple[Named, Kind]]:
    """The assets that a wish names, each with the kind that is needed."""
    if wish.audio is not None:
        yield wish.audio, Kind.AUDIO
    if wish.ground is not None and wish.ground.kind in _GROUNDS:
        yield wish.ground.named, _GROUNDS[wish.ground.kind]
    if wish.music is not None and not wish.music.track:
        yield wish.music.named, Kind.AUDIO


def _voice(wish: VideoWish, language: str, assets: dict[Named, Asset]) -> ScriptVoice | RecordedVoice:
    if wish.script is not None:
        return ScriptVoice(wish.script, wish.voice_id, language, wish.speed)
    assert wish.audio is not None
    return RecordedVoice(_source(wish.audio, assets), wish.transcript.strip(), language)


def _ground(wish: GroundWish | None, assets: dict[Named, Asset]) -> Ground:
    if wish is None:
        return ColorGround()
    if wish.kind == "color":
        return ColorGround(wish.named.value.lower())
    source = _source(wish.named, assets)
    if wish.kind == "image":
        return PictureGround(source, wish.focus)
    return FilmGround(source, wish.focus, wish.loop)


def _music(wish: MusicWish | None, assets: dict[Named, Asset]) -> Music | None:
    if wish is None:
        return None
    volume = Music().volume if wish.volume is None else wish.volume
    if wish.track:
        return Music(None, wish.named.value, volume, wish.loop)
    return Music(_source(wish.named, assets), "", volume, wish.loop)


def _source(named: Named, assets: dict[Named, Asset]) -> Source:
    return Source(AssetId(assets[named].id))
