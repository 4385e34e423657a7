"""
What a video is made by: its spec, in one form for all routes.

A spec names assets that are known, voices and avatars that there are; `domain/video_wish` is what a caller said.
"""

import math
from enum import StrEnum

from msgspec import Struct

from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import MediaInfo


class Aspect(StrEnum):
    """The shape of the frame."""

    PORTRAIT = "9:16"
    LANDSCAPE = "16:9"
    SQUARE = "1:1"


class Resolution(StrEnum):
    """The length of the frame's short side, by its common name."""

    HD = "720p"
    FULL_HD = "1080p"
    UHD = "4k"


class Screen(StrEnum):
    """What is behind the avatar (contract 2.2, `screen_style`)."""

    BACKGROUND = "background"  # 1: an MP4 with a background
    GREEN = "green"  # 2: an MP4 with a plain green that can be keyed out
    TRANSPARENT = "transparent"  # 3: a WebM with an alpha channel


class Framing(StrEnum):
    """How much of the avatar is seen, and where (contract 2.14, `screen_style` of `/v2/avatar`)."""

    FULL = "full"  # the whole bust at the bottom of the frame
    WAIST = "waist"  # nearer: from the waist up
    CLOSEUP = "closeup"  # head and shoulders
    CIRCLE = "circle"  # in a round window in a corner


class Source(Struct, frozen=True):
    """
    An asset that a video is made of. `sha256` pins its bytes once they are known to be good: later changes of the
    asset do not change the video.
    """

    asset_id: AssetId
    sha256: BlobKey | None = None


class ScriptVoice(Struct, frozen=True, tag="script"):
    """
    A text to be spoken by a voice, whose id is as `studio.voices` knows it.

    `language` is a BCP 47 tag, empty for the voice's own; `speed` is 0.5 to 2.
    """

    script: str
    voice_id: str
    language: str = ""
    speed: float = 1.0


class RecordedVoice(Struct, frozen=True, tag="audio"):
    """A sound to be spoken by the avatar. `transcript` is what is said in it, empty if nobody told."""

    source: Source
    transcript: str = ""
    language: str = ""


class ColorGround(Struct, frozen=True, tag="color"):
    """One colour, as #rrggbb."""

    color: str = "#f2f4f7"


class PictureGround(Struct, frozen=True, tag="image"):
    """A still or animated image that fills the frame; `focus` is the point that stays in view, 0 to 1 each way."""

    source: Source
    focus: tuple[float, float] = (0.5, 0.5)


class FilmGround(Struct, frozen=True, tag="video"):
    """A video that fills the frame; at its end it begins again, or its last picture is held."""

    source: Source
    focus: tuple[float, float] = (0.5, 0.5)
    loop: bool = True


Ground = ColorGround | PictureGround | FilmGround


class Music(Struct, frozen=True):
    """Music under the voice: an asset, or a track of the house by its id. `volume` is 0 to 1."""

    source: Source | None = None
    track_id: str = ""
    volume: float = 0.35
    loop: bool = True


class Likeness(Struct, frozen=True):
    """
    What a photo avatar is drawn from. `portrait` pins its prepared photograph, once there is one.

    `own_ground` keeps what is behind the person in the photograph, instead of any other ground.
    """

    portrait: BlobKey | None = None
    own_ground: bool = False


class Playback(StrEnum):
    """How a film goes on that is shorter than what is said in it (contract 2.9, `playback_type`)."""

    NORMAL = "normal"  # it starts again
    REVERSE = "normal_reverse"  # to its end, back to its beginning, and so on
    REVERSE_BY_AUDIO = "normal_reverse_by_audio"  # to and fro in equal legs, the last of which ends with the sound


class Take(Struct, frozen=True):
    """
    A film of a person who is to say something else. `size` is that of the result, known once the film is verified.
    """

    source: Source
    playback: Playback = Playback.NORMAL
    size: tuple[int, int] | None = None


CAPTION_SIZES = (0.01, 0.25)
"""The smallest and the largest size of captions."""


class CaptionStyle(Struct, frozen=True):
    """
    How captions look: `size` in parts of the frame's short side; colours as #rrggbb or #rrggbbaa, all but `color` empty
    for none.
    """

    position: str = "bottom"  # top, middle or bottom
    size: float = 0.058
    color: str = "#ffffff"
    highlight: str = "#ffd84d"
    outline: str = "#000000"
    background: str = ""


class VideoSpec(Struct, frozen=True):
    """All that a video is made by. The same spec and the same bytes of its assets give the same frames."""

    avatar_id: str
    """The id of a stock presenter, as `studio.cast` knows it, or that of a photo avatar, which has a likeness."""
    voice: ScriptVoice | RecordedVoice
    name: str = ""
    aspect: Aspect = Aspect.PORTRAIT
    resolution: Resolution = Resolution.FULL_HD
    screen: Screen = Screen.BACKGROUND
    framing: Framing = Framing.FULL
    position: tuple[float, float] | None = None
    """
    Where in its free room the avatar stands, 0 to 1 from the left and from the top; None for the usual place. Only a
    round window heeds the second.
    """
    ground: Ground = ColorGround()
    """Unseen where `screen` is green or transparent."""
    music: Music | None = None
    captions: CaptionStyle | None = None
    seed: int = 0
    likeness: Likeness | None = None
    """None for a stock presenter."""
    take: Take | None = None
    """A film whose person says it, instead of an avatar: with one there are no avatar, ground, music and captions."""
    label: bool = False
    """Whether the picture says that it was made by program; the file's metadata always do."""


_SHORT_SIDE = {Resolution.HD: 720, Resolution.FULL_HD: 1080, Resolution.UHD: 2160}
FRAME_RATE = 30


def film_frames(duration_s: float) -> int:
    """How many frames a film has whose voice lasts so long: none of it is cut off."""
    return max(1, math.ceil(duration_s * FRAME_RATE - 1e-6))


def frame_size(aspect: Aspect, resolution: Resolution) -> tuple[int, int]:
    """Width and height of the frame in pixels."""
    short = _SHORT_SIDE[resolution]
    long = short * 16 // 9
    return {Aspect.PORTRAIT: (short, long), Aspect.LANDSCAPE: (long, short), Aspect.SQUARE: (short, short)}[aspect]


LARGEST_SIDES = (2160, 3840)
"""The most pixels that a film's short and long side have."""


def taken_size(film: MediaInfo) -> tuple[int, int]:
    """The size of the result that is made of a verified film: as it is shown, even, and no larger than any video."""
    assert film.width and film.height, "a verified film has a size"
    # A result has square pixels, whatever those of the film are.
    measured = film.measurements
    width, height = film.width * ((measured.pixel_aspect if measured else None) or 1.0), film.height
    short, long = LARGEST_SIDES
    scale = min(1.0, short / min(width, height), long / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def size_of(spec: VideoSpec) -> tuple[int, int]:
    """Width and height of a video in pixels."""
    if spec.take is not None and spec.take.size is not None:
        return spec.take.size
    return frame_size(spec.aspect, spec.resolution)


def sources(spec: VideoSpec) -> tuple[Source, ...]:
    """Every asset that a video is made of, each once."""
    return tuple(dict.fromkeys(source for _, source in used_sources(spec)))


def used_sources(spec: VideoSpec) -> tuple[tuple[str, Source], ...]:
    """What a video is made of, each with what it is used as: video, audio, background or music."""
    found = [("video", spec.take.source)] if spec.take is not None else []
    if isinstance(spec.voice, RecordedVoice):
        found.append(("audio", spec.voice.source))
    if not isinstance(spec.ground, ColorGround):
        found.append(("background", spec.ground.source))
    if spec.music is not None and spec.music.source is not None:
        found.append(("music", spec.music.source))
    return tuple(found)
