"""What a render process is asked to make, and what it says of it: values that cross the border of processes."""

from msgspec import Struct

from greenroom.domain.media import Format
from greenroom.domain.video import VideoSpec
from greenroom.studio.notice import Notice


class Material(Struct, frozen=True):
    """An open file that the render process inherits, and what it was verified to be."""

    descriptor: int
    format: Format


class Plan(Struct, frozen=True):
    """
    One video to be made.

    `materials` has each asset of the spec by its id. `speech` is what the voice said of the script
    (`speech_file.write`); `guide` is how the embedded voice says the script or the transcript, to time a sound by that
    tells nothing itself. `work` is the path of a folder for what is kept between attempts; `fonts` that of installed
    fonts. `preset` and `crf` are x264's.
    """

    spec: VideoSpec
    materials: dict[str, Material]
    work: str
    target: int
    """The open file that becomes the film."""
    cover: int
    """The open file that becomes its cover, a JPEG."""
    fonts: str
    speech: int | None = None
    guide: int | None = None
    portrait: int | None = None
    """The open file of the prepared photograph of a photo avatar (`studio.photo.encoded`)."""
    models: str = ""
    """The path of the folder of models, for films in which a face has to be found."""
    engine: int | None = None
    """The open file of frames that an engine beside us made of the photograph (`studio.frame_file`)."""
    preset: str = "veryfast"
    crf: int = 21


class Rendered(Struct, frozen=True, tag="rendered"):
    """What came of it: the file's facts as the studio believes them; our own verification has the last word."""

    duration_s: float
    frames: int
    timing: str
    loudness_lufs: float
    true_peak_db: float
    format: Format
    srt: str = ""
    vtt: str = ""
    warnings: tuple[Notice, ...] = ()


class Rendering(Struct, frozen=True, tag="progress"):
    """How far it is: the step (`timing` or `rendering`) and the share of it that is done, 0 to 1."""

    step: str
    done: float


class NotRendered(Struct, frozen=True, tag="failed"):
    """It cannot be made: a stable code, and a sentence for the owner."""

    code: str
    message: str
