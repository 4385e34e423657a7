"""Subtitle files: cues as SubRip and WebVTT."""

from collections.abc import Sequence

from greenroom.studio.captions.cues import Cue


def srt(found: Sequence[Cue]) -> str:
    """The cues as SubRip (.srt), in UTF-8 without a mark at its start."""
    blocks = [
        f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n{cue.text}\n"
        for number, (cue, (start, end)) in enumerate(zip(found, _milliseconds(found), strict=True), 1)
    ]
    return "\n".join(blocks)


def vtt(found: Sequence[Cue]) -> str:
    """The cues as WebVTT (.vtt)."""
    blocks = [
        f"{_time(start, '.')} --> {_time(end, '.')}\n{_escaped(cue.text)}\n"
        for cue, (start, end) in zip(found, _milliseconds(found), strict=True)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _milliseconds(found: Sequence[Cue]) -> list[tuple[int, int]]:
    """Whole milliseconds; no cue is empty or begins before the one before it has ended."""
    times: list[tuple[int, int]] = []
    for cue in found:
        start = max(round(cue.start_s * 1000), times[-1][1] if times else 0)
        times.append((start, max(round(cue.end_s * 1000), start + 1)))
    return times


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
