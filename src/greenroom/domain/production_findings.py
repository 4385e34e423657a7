"""Every reason of ours why a video fails, and every warning at its acceptance; the studio's own have codes of its."""

from greenroom.domain.findings import Explanation
from greenroom.domain.media import Finding
from greenroom.domain.production import Video

_AGAIN = "Retry the video."
_OPERATOR = "Look into the server's log, then retry the video."

VIDEO_FINDINGS: dict[str, Explanation] = {
    # Warnings
    "asset_awaited": Explanation(
        "An asset of the video has no verified file yet; the video begins when it has.",
        "What is being fetched or verified needs nothing more; what is to be uploaded goes to its upload URL.",
    ),
    "script_has_markup": Explanation(
        "The script has tags or entities in it. They are not read as SSML: they stand in captions as they are written.",
        "Write what is to be said as plain text; pauses come from punctuation.",
    ),
    "film_gone": Explanation(
        "The film of the video was deleted, or rejected later; its files have no addresses any more.",
        "Restore the asset, or make the video again by its spec.",
    ),
    "position_in_part": Explanation(
        "Only a round window heeds the second number of a position: in other framings the avatar stands at the bottom.",
        "Give 1 as the second number, or the framing 'circle'.",
    ),
    # Assets
    "asset_refused": Explanation(
        "An asset of the video has no file that can be used, and will get none.",
        "Make a new video with a good file, or a good address.",
    ),
    "asset_gone": Explanation(
        "An asset of the video was deleted or rejected before the video was begun.",
        "Restore the asset and retry, or make a new video without it.",
    ),
    "avatar_gone": Explanation(
        "The photo avatar was deleted, or could not be made.", "Make an avatar anew, and a new video with it."
    ),
    "avatar_awaited": Explanation(
        "The photo avatar is still being made; the video begins when it is there.", "Wait for it."
    ),
    # Voice
    "voice_failed": Explanation("The voice gave no sound.", "Choose another voice, or try again later."),
    "voice_silent": Explanation("The voice found nothing to say in the script.", "Give a script with words."),
    "voice_impossible": Explanation("The voice cannot speak the script.", "Choose another voice or language."),
    "transcription_failed": Explanation(
        "The words of the sound, which nobody gave, could not be recognised.", "Give the words of the sound, or retry."
    ),
    "transcription_impossible": Explanation(
        "The words of the sound, which nobody gave, cannot be recognised.",
        "Give the words of the sound, or leave captions out.",
    ),
    "transcript_recognised": Explanation(
        "Nobody gave the words of the sound: they were recognised by a provider, and may be wrong.",
        "Read them in the spec; to correct them, make the video again with the right words.",
    ),
    "video_too_long": Explanation("The speech lasts longer than a video may.", "Shorten the script, or cut the sound."),
    # The making
    "render_crashed": Explanation("The process that makes videos ended before it was done.", _OPERATOR),
    "render_timed_out": Explanation(
        "Making the video took longer than is allowed.", "Shorten the script, or ask for a smaller resolution."
    ),
    "render_out_of_memory": Explanation(
        "Making the video took more memory than is allowed.", "Ask for a smaller resolution."
    ),
    "render_disk_full": Explanation("There is no room for the video on the disk.", "Make room, then retry the video."),
    "render_interrupted": Explanation("Its making was interrupted several times, as when the server ends.", _OPERATOR),
    "render_refused": Explanation(
        "The finished file did not pass the verification that every file has to pass.", _OPERATOR
    ),
    "quota_exceeded": Explanation(
        "The finished video does not fit into what the account may hold.", "Delete assets for good, then retry."
    ),
}

PASSING = frozenset(("render_crashed", "render_refused", "voice_failed", "render_disk_full", "transcription_failed"))
"""Codes after which another attempt may succeed."""


_WAITS = ("asset_awaited", "avatar_awaited")


def reason(code: str, message: str = "", *, cure: str | None = None) -> Finding:
    """Word a finding of the table; without a message its cause is the sentence, without a cure that of the table."""
    cause, usual_cure = VIDEO_FINDINGS[code]
    return Finding(code, message or cause, cure=cure or usual_cure)


def merged(warnings: tuple[Finding, ...], more: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Warnings with others, each once."""
    return tuple({(one.code, one.message): one for one in (*warnings, *more)}.values())


def warnings_now(video: Video) -> tuple[Finding, ...]:
    """What is not as it was asked for with a video, as things stand."""
    return (*video.warnings, reason("film_gone")) if video.film_gone else video.warnings


def lasting(warnings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Warnings without those of waits, which end when a video is begun or has ended."""
    return tuple(one for one in warnings if one.code not in _WAITS)
