"""
What a caller wants a video to be, in one form for all dialects: assets by whatever names them, nothing looked up yet.

The dialects make wishes of bodies; `services/video_wishes` makes a spec of a wish, or says what is wrong with it by the
name that the caller has for the field.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from greenroom.domain.video import Aspect, CaptionStyle, Framing, Playback, Resolution, Screen


class Named(Struct, frozen=True):
    """Something that a caller names, by id, number or address, and the field of the body that does."""

    value: str
    field: str


class MusicWish(Struct, frozen=True):
    """
    Music: an asset or an address by `named`, or a track of the house by its id where `track` says so, since both may be
    numbers. `volume` is 0 to 1.
    """

    named: Named
    volume: float | None = None
    loop: bool = True
    track: bool = False


class GroundWish(Struct, frozen=True):
    """What is behind the avatar. `kind` is color, image or video; `named` is #rrggbb, or an asset or address."""

    kind: str
    named: Named
    focus: tuple[float, float] = (0.5, 0.5)
    loop: bool = True


class VideoWish(Struct, frozen=True):
    """
    A video as a caller wants it. `fields` has the caller's names of `script`, `voice_id`, `language`, `talk_speed`,
    `transcript`, `caption` and others that errors are about, where they are called otherwise.
    """

    avatar: Named
    custom_avatar: bool = False
    """Whether the caller means an avatar of their own (`avatar_type` 1)."""
    script: str | None = None
    audio: Named | None = None
    transcript: str = ""
    voice_id: str = ""
    language: str = ""
    speed: float = 1.0
    name: str = ""
    aspect: Aspect = Aspect.PORTRAIT
    resolution: Resolution | None = None
    """None for the usual one of the server."""
    screen: Screen = Screen.BACKGROUND
    framing: Framing = Framing.FULL
    position: tuple[float, float] | None = None
    ground: GroundWish | None = None
    music: MusicWish | None = None
    captions: CaptionStyle | None = None
    seed: int = 0
    label: bool | None = None
    """Whether a label in the picture says that it was made by program; None for the server's setting."""
    webhook_url: str = ""
    webhook_field: str = "webhook_url"
    fields: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, name: str) -> str:
        """What the caller calls a field."""
        return self.fields.get(name, name)


class LipSyncWish(Struct, frozen=True):
    """A film whose person is to say a sound, as a caller wants it: assets or addresses."""

    film: Named
    sound: Named
    playback: Playback = Playback.NORMAL
    transcript: str = ""
    """What is said in the sound, if the caller tells: mouths are timed better by it."""
    language: str = ""
    name: str = ""
    webhook_url: str = ""
    webhook_field: str = "webhook_url"
