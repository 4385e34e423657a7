"""Videos in the JSON of our own API: what is asked for, and what is shown; a spec that is shown can be sent again."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from greenroom.domain import color
from greenroom.domain.labels import NAME_MAX
from greenroom.domain.production import Caller, Step, VideoState
from greenroom.domain.video import CAPTION_SIZES, Aspect, CaptionStyle, Framing, Resolution, Screen
from greenroom.domain.video_wish import GroundWish, MusicWish, Named, VideoWish
from greenroom.errors import ParameterError
from greenroom.web.api.answers import Body
from greenroom.web.api.fields import AssetName, AsWhole, Ink, InkOrNone, OrNumber, Tint, Url

SCRIPT_MAX = 60_000
_USUAL = CaptionStyle()
SMALLEST, LARGEST = CAPTION_SIZES

Share = Annotated[float, Field(ge=0, le=1)]
Point = Annotated[list[Share], Field(min_length=2, max_length=2, description="From the left and from the top, 0 to 1.")]
AvatarName = Annotated[
    str,
    Field(min_length=1, max_length=200, description="An id or number, as `GET /api/v1/avatars` lists."),
    OrNumber(),
]
TrackName = Annotated[
    str, Field(min_length=1, max_length=200, description="As `GET /api/v1/musics` lists."), OrNumber()
]
Words = Annotated[str, Field(min_length=1, max_length=SCRIPT_MAX)]


class _Part(Body):
    # Enumerations come as their texts.
    model_config = ConfigDict(strict=True, extra="forbid")


class Voice(_Part):
    """Who speaks the script."""

    voice_id: str = Field(min_length=1, max_length=200, description="As `GET /api/v1/voices` lists.")
    language: str = Field("", max_length=40, description="A BCP 47 tag; the voice's own if it is empty.")
    speed: float = Field(1.0, ge=0.5, le=2.0)


class Background(_Part):
    """What is behind the avatar: a `color`, or the `asset` of an image or a video."""

    type: Literal["color", "image", "video"]
    color: Tint | None = None
    asset: AssetName | None = None
    focus: Point = Field([0.5, 0.5])
    loop: bool = Field(True, description="Of a video: whether it begins again, else its last picture is held.")


class MusicBed(_Part):
    """Music under the voice: the `asset` of a sound, or a `track` of the house."""

    asset: AssetName | None = None
    track: TrackName | None = None
    volume: float = Field(0.35, ge=0, le=1)
    loop: bool = True


class Captions(_Part):
    """How what is said stands in the picture; colours are #rrggbb or #rrggbbaa, empty or null for none."""

    position: Literal["top", "middle", "bottom"] = "bottom"
    size: float = Field(_USUAL.size, ge=SMALLEST, le=LARGEST, description="In parts of the frame's short side.")
    color: Ink = _USUAL.color
    highlight: InkOrNone = Field(_USUAL.highlight, description="Of the word that is being said; none is as `color`.")
    outline: InkOrNone = _USUAL.outline
    background: InkOrNone = Field(_USUAL.background, description="Behind the words.")


class NewVideo(_Part):
    """A video to be made: an avatar that says a `script` by a `voice`, or an `audio`."""

    avatar: AvatarName
    script: Words | None = None
    voice: Voice | None = Field(None, description="Needed with a script.")
    audio: AssetName | None = Field(None, description="A sound instead of a script.")
    transcript: Words | None = Field(
        None, description="The words of `audio`; captions need them, or a provider that hears them."
    )
    language: str = Field("", max_length=40, description="Of `transcript`; that of a script is the voice's.")
    name: str = Field("", max_length=NAME_MAX)
    aspect: Aspect = Field(Aspect.PORTRAIT, strict=False)
    resolution: Resolution | None = Field(None, strict=False, description="The server's usual one if it is null.")
    screen: Screen = Field(Screen.BACKGROUND, strict=False)
    framing: Framing = Field(Framing.FULL, strict=False)
    position: Point | None = Field(
        None,
        description="Where in its free room the avatar stands, `[x, y]`, each 0 to 1; null for the usual place. At 0 "
        "and 1 it is beside the edge, and who has no room stays in the middle. Only `circle` heeds `y`; else it is 1.",
    )
    background: Background | None = None
    music: MusicBed | None = None
    captions: Captions | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), AsWhole] = 0
    label: bool | None = Field(None, description="Whether the picture says that it was made by program.")
    callback_url: Url | None = Field(None, max_length=2048)


class AssetUsed(BaseModel):
    """An asset that a video is made of; `sha256` pins its bytes once they are known to be good."""

    used_as: Literal["audio", "background", "music", "video"]
    asset_id: str
    sha256: str | None


class ProgressShown(BaseModel):
    """How far it is: the share that is done, and the seconds that are probably left."""

    step: Step
    done: float = Field(ge=0, le=1)
    left_s: float | None


class OutcomeShown(BaseModel):
    """What was made; `timing` is how the times of mouth and words were found."""

    asset_id: str
    duration_s: float
    width: int
    height: int
    timing: str
    loudness_lufs: float
    true_peak_db: float


class VideoShown(BaseModel):
    """A video as it stands. `findings` say why it failed, `warnings` what is not as it was asked for."""

    video_id: str
    state: VideoState
    name: str
    progress: ProgressShown
    video_url: str | None
    cover_url: str | None
    srt_url: str | None
    vtt_url: str | None
    outcome: OutcomeShown | None
    findings: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    spec: NewVideo = Field(description="What it is made by; sent again, it makes the same video.")
    assets: list[AssetUsed]
    asked_by: Caller
    attempts: int
    callback_url: str | None
    created_at: int
    started_at: int | None
    ended_at: int | None
    version: int


class VideoPage(BaseModel):
    """Videos, newest first."""

    data: list[VideoShown]
    next_cursor: str | None


_NAMES = {
    "voice_id": "voice.voice_id",
    "talk_speed": "voice.speed",
    "caption": "captions",
    "caption_style": "captions",
    "focus": "background.focus",
}


def wish_of(body: NewVideo) -> VideoWish:
    """What a body asks for. Raises ParameterError for fields that contradict each other."""
    if (body.script is None) == (body.audio is None):
        which = "are both given; leave one out" if body.script is not None else "are both missing; one is needed"
        raise ParameterError("script and audio", which)
    if body.script is not None and body.voice is None:
        raise ParameterError("voice", "is required with a script: an object with the voice_id of who speaks it")
    if body.script is not None and body.transcript is not None:
        raise ParameterError("transcript", "is for the words of audio; a script needs none")
    if body.audio is not None and body.voice is not None:
        raise ParameterError("voice", "is given, but audio is not spoken by a voice; leave one of them out")
    voice = body.voice
    return VideoWish(
        avatar=Named(body.avatar, "avatar"),
        script=body.script,
        audio=Named(body.audio, "audio") if body.audio is not None else None,
        transcript=body.transcript or "",
        voice_id=voice.voice_id if voice is not None else "",
        language=(voice.language if voice is not None else "") or body.language,
        speed=voice.speed if voice is not None else 1.0,
        name=body.name,
        aspect=body.aspect,
        resolution=body.resolution,
        screen=body.screen,
        framing=body.framing,
        position=_point(body.position) if body.position is not None else None,
        ground=_ground(body.background, body.screen) if body.background is not None else None,
        music=_music(body.music) if body.music is not None else None,
        captions=_captions(body.captions) if body.captions is not None else None,
        seed=body.seed,
        label=body.label,
        webhook_url=body.callback_url or "",
        webhook_field="callback_url",
        fields=_NAMES | {"language": "voice.language" if voice is not None else "language"},
    )


def _point(given: list[float]) -> tuple[float, float]:
    return given[0], given[1]


def _ground(given: Background, screen: Screen) -> GroundWish:
    name, other = ("color", "asset") if given.type == "color" else ("asset", "color")
    value = getattr(given, name)
    if value is None:
        raise ParameterError(f"background.{name}", f"is required, since background.type is {given.type}")
    if getattr(given, other) is not None:
        raise ParameterError(f"background.{other}", f"does not go with background.type {given.type}; leave it out")
    if screen is not Screen.BACKGROUND:
        raise ParameterError("background", f"cannot be seen with screen {screen.value}; leave one of them out")
    if given.type == "color":
        value = color.color(value, "background.color")
    return GroundWish(given.type, Named(value, f"background.{name}"), _point(given.focus), given.loop)


def _music(given: MusicBed) -> MusicWish:
    if (given.asset is None) == (given.track is None):
        which = "are both given; leave one out" if given.asset is not None else "are both missing; one is needed"
        raise ParameterError("music.asset and music.track", which)
    if given.asset is not None:
        return MusicWish(Named(given.asset, "music.asset"), given.volume, given.loop)
    return MusicWish(Named(given.track or "", "music.track"), given.volume, given.loop, track=True)


def _captions(given: Captions) -> CaptionStyle:
    colors = {name: (getattr(given, name) or "").lower() for name in ("color", "highlight", "outline", "background")}
    return CaptionStyle(position=given.position, size=given.size, **colors)
