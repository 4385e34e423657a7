"""Every finding that optimizing can make: reasons why there is no copy, and remarks on one that there is."""

from greenroom.domain.findings import Explanation
from greenroom.domain.media import Finding

_CHECK = "Check that the file plays on your own machine, and export it again."
_SMALLER = "Allow more bytes, make the picture smaller (--max-size), or cut the file."

OPTIMIZE_FINDINGS: dict[str, Explanation] = {
    # There is no copy
    "optimize_unreadable": Explanation("The file cannot be read as an image, video or sound.", _CHECK),
    "optimize_no_picture": Explanation("The file has no picture to make a video of.", "Optimize it as sound."),
    "optimize_no_sound": Explanation("The file has no sound.", "Optimize it as a video, or choose another file."),
    "optimize_other_kind": Explanation(
        "An image other than a GIF becomes no video and no sound.",
        "Ask for JPEG, PNG or WebP: --format jpeg, png or webp.",
    ),
    "optimize_undecodable": Explanation("Nothing in the file can be decoded.", _CHECK),
    "optimize_too_large": Explanation(
        "The picture is larger than is ever decoded here.", "Make it smaller in the program that it comes from."
    ),
    "optimize_not_small_enough": Explanation("The copy cannot be made as small as was asked.", _SMALLER),
    "optimize_out_of_memory": Explanation("Making the copy took more memory than is allowed.", _SMALLER),
    "optimize_timed_out": Explanation("Making the copy took longer than is allowed.", "Cut the file into parts."),
    "optimize_crashed": Explanation("The process that makes copies ended before it was done.", _CHECK),
    "optimize_disk_full": Explanation("There is no room for the copy on the disk.", "Make room and try again."),
    "optimize_interrupted": Explanation(
        "The server ended several times while the copy was made.",
        "Look into the server's log, then ask for the copy once more.",
    ),
    "optimize_original_gone": Explanation(
        "The original was deleted, rejected or lost before the copy was made.",
        "Restore it, then ask for the copy again.",
    ),
    "optimize_cancelled": Explanation("The making of the copy was stopped.", "Ask for it again."),
    # There is one, and this is to be known of it
    "animation_dropped": Explanation(
        "The format that was asked for has no animation: the copy shows the first frame.",
        "Ask for WebP, which keeps it moving.",
    ),
    "alpha_flattened": Explanation(
        "The format that was asked for has no transparency: what was transparent is white.",
        "Ask for PNG or WebP, which keep it.",
    ),
    "transparency_dropped": Explanation("The transparency of the video is lost in H.264.", "Keep the WebM for that."),
    "hdr_tone_mapped": Explanation(
        "The HDR picture was mapped to the range that every screen shows; colours beyond BT.709 are clipped.",
        "Nothing to do, unless the copy looks wrong: then grade it to SDR by hand.",
    ),
    "wide_gamut_clipped": Explanation("Colours beyond BT.709 are clipped.", "Nothing to do."),
    "frames_lost": Explanation("Some frames could not be decoded; those before them are shown longer.", _CHECK),
    "sound_lost": Explanation("Some of the sound could not be decoded; there is silence.", _CHECK),
    "silent": Explanation("The sound is silent, so its loudness was left as it is.", "Check the recording."),
    "sound_too_short": Explanation(
        "The sound is shorter than 0.4 s and has no measurable loudness, so that was left as it is.", "Nothing to do."
    ),
    "loudness_not_reached": Explanation(
        "The sound is too quiet to be brought to the loudness that was asked for.", "Record it louder."
    ),
    "quality_lowered": Explanation("The quality was lowered to stay under the size that was asked for.", _SMALLER),
    "surround_folded": Explanation("Sound of more than two channels was mixed down to stereo.", "Nothing to do."),
}


PASSING = frozenset(("optimize_crashed", "examination_unavailable"))
"""Codes after which a second attempt may succeed: nobody had the last word on the file."""
CANCELLED = "optimize_cancelled"


def remark(
    code: str,
    message: str = "",
    *,
    measured: str | None = None,
    allowed: str | None = None,
) -> Finding:
    """Word a finding of the table; without a message, by its cause there."""
    cause, cure = OPTIMIZE_FINDINGS[code]
    return Finding(code=code, message=message or cause, measured=measured, allowed=allowed, cure=cure)
