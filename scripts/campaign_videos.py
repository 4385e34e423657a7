"""Thirty videos in a dozen languages, made by a server of its own: each is looked at, and shown as a contact sheet."""

import argparse
import itertools
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import av
import httpx2
import numpy as np
from rich.console import Console

from campaign_scripts import SCRIPTS, Script
from demo import HOME, server
from demo_videos import contact_sheet

SHORT = ("one-word", "emoji", "long-word", "arabic-mixed", "thai", "chinese")
AVATARS = tuple(str(number) for number in range(81, 101))
GROUND = "#1f2d3d"
WAIT_MAX_S = 3600.0
POLL_S = 1.0
EDGE = 0.02  # of the width: nothing that is written stands so near to the edge
LOUDNESS_LUFS, LOUDNESS_LU = -16.0, 1.0
PEAK_MAX_DB = -1.0

_CUE = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n(.+?)(?:\n\n|\n?\Z)", re.S)


class Finished(NamedTuple):
    """A video that came to an end, with what is wrong with it."""

    script: Script
    faults: list[str]
    length_s: float
    took_s: float


def main() -> int:
    """Make the videos; 0 if all are whole."""
    parser = argparse.ArgumentParser(prog="scripts/video-campaign", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only six that are hard")
    parser.add_argument("--only", nargs="+", default=[], help="names of scripts")
    parser.add_argument("--resolution", default="720p", choices=("720p", "1080p", "4k"))
    parser.add_argument("--output", type=Path, default=HOME / "artefacts" / "campaign")
    chosen = parser.parse_args()
    names = chosen.only or (SHORT if chosen.short else [one.name for one in SCRIPTS])
    unknown = set(names) - {one.name for one in SCRIPTS}
    if unknown:
        parser.error(f"there is no script {', '.join(sorted(unknown))}")
    chosen.output.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False, width=110, color_system=None)
    with tempfile.TemporaryDirectory(prefix="greenroom-campaign-") as folder:
        key = secrets.token_hex(20)
        with server(Path(folder), key) as running:
            running.wait_until_healthy()
            scripts = [one for one in SCRIPTS if one.name in names]
            with httpx2.Client(base_url=running.url, headers={"x-api-key": key}, trust_env=False, timeout=60) as http:
                finished = list(made(http, scripts, chosen.resolution, chosen.output, console))
    bad = [one for one in finished if one.faults]
    seconds, took = sum(one.length_s for one in finished), sum(one.took_s for one in finished)
    console.print(f"{len(finished) - len(bad)} of {len(finished)} are whole; {seconds:.0f} s of video in {took:.0f} s")
    return 1 if bad else 0


def made(
    http: httpx2.Client, scripts: list[Script], resolution: str, output: Path, console: Console
) -> Iterator[Finished]:
    """Have them made, one after the other."""
    for place, script in enumerate(scripts):
        began = time.monotonic()
        seen = ended(http, asked(http, script, AVATARS[place % len(AVATARS)], resolution))
        took_s = time.monotonic() - began
        faults, length_s = faults_of(http, script, seen, output)
        console.print(
            f"{'ok ' if not faults else 'BAD'} {script.name:<20}{length_s:7.1f} s  {took_s:6.1f} s  {script.why}"
        )
        for fault in faults:
            console.print(f"      {fault}")
        yield Finished(script, faults, length_s, took_s)


def asked(http: httpx2.Client, script: Script, avatar: str, resolution: str) -> str:
    """Ask for a video; its id."""
    body: dict[str, Any] = {
        "avatar": avatar,
        "name": script.name,
        "script": script.text,
        "voice": {"voice_id": script.voice_id, "language": script.language},
        "aspect": script.aspect,
        "resolution": resolution,
        "background": {"type": "color", "color": GROUND},
        "captions": {} if script.captions else None,
    }
    reply = http.post("/api/v1/videos", json=body)
    if reply.status_code >= 300:
        sys.exit(f"{script.name}: {reply.status_code} {reply.text}")
    return str(reply.json()["video_id"])


def ended(http: httpx2.Client, video_id: str) -> dict[str, Any]:
    """The video once nothing more happens to it."""
    deadline = time.monotonic() + WAIT_MAX_S
    while True:
        seen: dict[str, Any] = http.get(f"/api/v1/videos/{video_id}").json()
        if seen["state"] in ("completed", "failed", "cancelled"):
            return seen
        if time.monotonic() > deadline:
            sys.exit(f"{seen['name']} is not done after {WAIT_MAX_S:.0f} s")
        time.sleep(POLL_S)


def faults_of(http: httpx2.Client, script: Script, seen: dict[str, Any], output: Path) -> tuple[list[str], float]:
    """What is wrong with a video, and how long it is; its contact sheet is drawn on the way."""
    if seen["state"] != "completed":
        return [f"{seen['state']}: {[one['message'] for one in seen['findings']]}"], 0.0
    path = output / f"{script.name}.mp4"
    path.write_bytes(http.get(seen["video_url"]).raise_for_status().content)
    contact_sheet(path).save(path.with_suffix(".jpg"), quality=85)
    outcome = seen["outcome"]
    faults = [f"warning: {one['message']}" for one in seen["warnings"] if one["code"] not in EXPECTED]
    if abs(outcome["loudness_lufs"] - LOUDNESS_LUFS) > LOUDNESS_LU or outcome["true_peak_db"] > PEAK_MAX_DB:
        faults.append(f"loudness {outcome['loudness_lufs']} LUFS, true peak {outcome['true_peak_db']} dB")
    length_s, film_faults = film_of(path, outcome["duration_s"])
    faults += film_faults
    srt = http.get(seen["srt_url"]).raise_for_status().content.decode()
    faults += subtitle_faults(script, srt, length_s)
    return faults, length_s


EXPECTED = ("voice_fallback",)
"""Notices that the scripts ask for: the seed pages' voices are spoken by others here."""


def film_of(path: Path, promised_s: float) -> tuple[float, list[str]]:
    """The length of a film, and what is wrong with its pictures and its sound."""
    frames = bright = sounds = 0
    last = -1.0
    faults = []
    with av.open(str(path)) as film:
        for frame in film.decode(video=0, audio=0):
            if isinstance(frame, av.AudioFrame):
                sounds += frame.samples
                continue
            frames += 1
            if frame.time is None or frame.time <= last:
                faults.append(f"frame {frames} is shown at {frame.time} s, after one at {last} s")
            last = frame.time or 0.0
            if frames % 15 == 1:
                bright += written_at_the_edge(frame)
        rate = film.streams.audio[0].codec_context.sample_rate
    length_s = frames / 30
    if bright:
        faults.append(f"something is written at the edge of {bright} of {frames // 15} frames that were looked at")
    if abs(length_s - promised_s) > 1 / 30 or abs(sounds / rate - length_s) > 0.1:
        faults.append(f"{length_s:.3f} s of pictures, {sounds / rate:.3f} s of sound, {promised_s:.3f} s promised")
    return length_s, faults


def written_at_the_edge(frame: av.VideoFrame) -> bool:
    """Whether there is anything as bright as captions within EDGE of the left or right edge."""
    light = frame.to_ndarray(format="gray")
    edge = round(light.shape[1] * EDGE)
    return bool((np.concatenate((light[:, :edge], light[:, -edge:]), axis=1) > 225).sum() > 20)


def subtitle_faults(script: Script, srt: str, length_s: float) -> list[str]:
    """Whether all of a script can be read, in order, at times that are within the film."""
    cues = [(_seconds(cue[:4]), _seconds(cue[4:8]), cue[8]) for cue in _CUE.findall(srt)]
    faults = []
    said, asked_for = _bare("".join(text for _, _, text in cues)), _bare(script.text)
    if said != asked_for:
        faults.append(f"captions say {said[:60]}… ({len(said)} signs), the script {asked_for[:60]}… ({len(asked_for)})")
    if any(start >= end for start, end, _ in cues) or any(
        one[1] > following[0] + 1e-6 for one, following in itertools.pairwise(cues)
    ):
        faults.append("captions overlap or have no length")
    if cues and cues[-1][1] > length_s + 0.05:
        faults.append(f"the last caption ends at {cues[-1][1]:.2f} s, the film at {length_s:.2f} s")
    return faults


def _seconds(parts: tuple[str, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _bare(text: str) -> str:
    """A text without spaces, hyphens of broken lines and marks of direction."""
    return re.sub(r"[\s\u00ad\u200b\u200e\u200f\u2066-\u2069]+", "", text)


if __name__ == "__main__":
    sys.exit(main())
