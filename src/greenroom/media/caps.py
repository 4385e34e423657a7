"""How much a picture or a sound may have of everything: judged by its header, before anything is decoded."""

from greenroom.media.findings import finding
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import Logbook


def check_size(size: tuple[int, int], limits: ExamLimits, logbook: Logbook) -> None:
    """Raise GivenUp when a picture of this width and height has no pixels or too many."""
    width, height = size
    if width < 1 or height < 1:
        raise logbook.give_up(finding("image_has_no_pixels", f"The image is {width} x {height} pixels"))
    if width * height > limits.max_pixels:
        raise logbook.give_up(
            finding(
                "too_many_pixels",
                f"The image has {width} x {height} pixels; allowed are {limits.max_pixels / 1e6:g} million",
                measured=f"{width * height / 1e6:.1f} megapixels",
                allowed=f"{limits.max_pixels / 1e6:g} megapixels",
            )
        )
    if max(size) > limits.max_image_side:
        raise logbook.give_up(
            finding(
                "side_too_long",
                f"One side of the image is {max(size)} pixels long; allowed are {limits.max_image_side}",
                measured=f"{max(size)} pixels",
                allowed=f"{limits.max_image_side} pixels",
            )
        )


def check_frames(count: int, pixels: int, limits: ExamLimits, logbook: Logbook) -> None:
    """Raise GivenUp when an animation of so many frames of so many pixels is too much."""
    if count > limits.max_animation_frames:
        raise logbook.give_up(
            finding(
                "too_many_frames",
                f"The animation has more than {limits.max_animation_frames} frames",
                measured=f"{count} frames or more",
                allowed=f"{limits.max_animation_frames} frames",
            )
        )
    if count * pixels > limits.max_animation_pixels:
        allowed = f"{limits.max_animation_pixels / 1e6:g} megapixels in all frames"
        raise logbook.give_up(
            finding(
                "animation_too_heavy",
                f"The frames of the animation have more than {allowed}",
                measured=f"{count * pixels / 1e6:.0f} megapixels in {count} frames or more",
                allowed=allowed,
            )
        )


def check_sound_form(rate_hz: int, channels: int, limits: ExamLimits, logbook: Logbook) -> None:
    """Raise GivenUp when no recorder makes sound of so many samples a second, or of so many channels."""
    lowest, highest = limits.min_sample_rate_hz, limits.max_sample_rate_hz
    if not lowest <= rate_hz <= highest:
        raise logbook.give_up(
            finding(
                "sample_rate_absurd",
                f"The sound has {rate_hz} samples per second; allowed are {lowest} to {highest}",
                measured=f"{rate_hz} Hz",
                allowed=f"{lowest} to {highest} Hz",
            )
        )
    if not 1 <= channels <= limits.max_channels:
        raise logbook.give_up(
            finding(
                "channels_absurd",
                f"The sound has {channels} channels; allowed are 1 to {limits.max_channels}",
                measured=f"{channels} channels",
                allowed=f"1 to {limits.max_channels} channels",
            )
        )
