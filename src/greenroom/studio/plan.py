"""What a process of the studio is asked to make: the spec, and where its files are."""

from msgspec import Struct

from greenroom.domain.video import VideoSpec
from greenroom.studio.speech import Notice


class Plan(Struct, frozen=True):
    """
    One video to be made. `files` has an open descriptor of the studio's process for each asset id of the spec.

    `preset` and `crf` are x264's.
    """

    spec: VideoSpec
    files: dict[str, int]
    preset: str = "veryfast"
    crf: int = 21


class Made(Struct, frozen=True):
    """What came of it: the file's facts as the studio believes them; our own verification has the last word."""

    duration_s: float
    frames: int
    timing: str
    loudness_lufs: float
    true_peak_db: float
    captions_srt: str = ""
    captions_vtt: str = ""
    warnings: tuple[Notice, ...] = ()
