"""What a media file is and what was seen in it: kinds, formats, MediaInfo, findings."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an asset is used as; decides its limits and the prefix of its id."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class Format(StrEnum):
    """A file format that Greenroom accepts, by its everyday name."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    MP4 = "MP4"
    MOV = "MOV"
    WEBM = "WebM"
    MP3 = "MP3"
    WAV = "WAV"
    M4A = "M4A"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    One reason, with a stable code, a sentence for people, and its place where it has one.

    `measured` and `allowed` are short texts with their units ("6 min 12 s", "5 min").
    """

    code: str
    message: str
    measured: str | None = None
    allowed: str | None = None
    cure: str | None = None
    at_byte: int | None = None
    at_s: float | None = None
    frame: int | None = None
    stream: int | None = None


def sentences(findings: Iterable[Finding]) -> str:
    """What findings say, each with its cure, for who has only one text to read."""
    return " ".join(f"{one.message} {one.cure or ''}".strip() for one in findings)


class VideoStream(msgspec.Struct, frozen=True, omit_defaults=True):
    """The picture of a file. Width and height are as displayed, rotation applied."""

    index: int
    codec: str
    width: int
    height: int
    frame_count: int
    duration_s: float
    frame_rate: float | None = None
    rotation_deg: int = 0
    pixel_format: str | None = None
    color_transfer: str | None = None
    color_primaries: str | None = None
    variable_frame_rate: bool = False


class AudioStream(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sound track that can be decoded."""

    index: int
    codec: str
    sample_rate_hz: int
    channels: int
    duration_s: float


class Stretch(msgspec.Struct, frozen=True):
    """A part of a recording, from one second to another."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class SoundMeasurements(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What a meter heard. Loudness as EBU R 128 has it; `measured_s` says how much of the sound it rests on.

    Of a long sound R 128 hears short stretches; the plain level all over carries them to the whole, which is right to
    about 1 LU. `true_peak_dbtp` is that of the loudest moments; `noise_floor_lufs` the loudness of the quietest, None
    where there are none; `clipped_share` the part (0 to 1) of samples that lie in flat tops.
    """

    measured_s: float = 0.0
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    noise_floor_lufs: float | None = None
    clipped_share: float = 0.0
    is_silent: bool = False
    channels_are_equal: bool = False
    silent: tuple[Stretch, ...] = ()


class PictureMeasurements(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a meter saw, looking every half second: stretches that are black, or in which nothing moves."""

    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()


class Measurements(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What was measured of a file beyond its description; None is "not measured".

    `sound` and `picture` need a full decode. `pixel_aspect` is width over height of one pixel, `audio_delay_s`
    by how much the sound begins after the picture, `wide_gamut` the colour space when it is wider than sRGB.
    """

    sound: SoundMeasurements | None = None
    picture: PictureMeasurements | None = None
    jpeg_quality: int | None = None
    index_at_end: bool | None = None
    interlaced: bool | None = None
    pixel_aspect: float | None = None
    audio_delay_s: float | None = None
    video_bit_rate: int | None = None
    audio_bit_rate: int | None = None
    wide_gamut: str | None = None


class MediaInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What was seen in a file; it belongs to the bytes, not to an asset.

    `kind` is what the bytes are by nature; `width` and `height` are as displayed; `duration_s` is the
    measured end of the last packet, never a header's claim.
    """

    format: Format
    kind: Kind
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    frame_count: int | None = None
    video: VideoStream | None = None
    audio: AudioStream | None = None
    ignored_streams: tuple[str, ...] = ()
    orientation: int = 1
    color_mode: str | None = None
    has_alpha: bool = False
    has_icc_profile: bool = False
    bit_rate: int | None = None
    brand: str | None = None
    measurements: Measurements | None = None


class Stage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of an examination: what was checked, how long it took, and the codes of what it found."""

    name: str
    checked: str
    duration_ms: float
    found: tuple[str, ...] = ()


class Examination(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    All that a look into a file's bytes gave.

    Without `info` the file could not be read at all; `damage` lists what is broken in it, `notes` what
    is unusual but harmless. `deep` says that every picture and sound in it was decoded.
    """

    info: MediaInfo | None = None
    damage: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    stages: tuple[Stage, ...] = ()
    deep: bool = False
    decoder: str = ""
