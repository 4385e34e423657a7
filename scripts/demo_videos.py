"""The second half of the demo: videos from what was uploaded, asked for as the two seed pages do, and looked at."""

import io
import time
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import Progress as Bars
from rich.text import Text

from greenroom.client import Client
from greenroom.studio.voices.settings import VoiceSettings, casting

SCRIPT = "Check out our amazing product! Uploaded once, verified, and ready for every video."
NARRATION = "This voice was uploaded as a file. My lips follow what they hear."
WAIT_MAX_S = 600.0
POLL_S = 0.5
SHEET_FRAMES = 6
SHEET_HEIGHT = 480


@dataclass(frozen=True, slots=True)
class Wish:
    """A video to be asked for: the call, its body, where its state is told, and the word for being done there."""

    name: str
    what: str
    call: str
    body: Mapping[str, Any]
    state: str
    done: str


@dataclass(frozen=True, slots=True)
class Made:
    """A video that is there."""

    wish: Wish
    path: Path
    sheet: Path
    url: str
    took_s: float


class Failed(Exception):
    """A video that did not become what it should; the text says why."""


def narration() -> bytes:
    """A voice as somebody might have recorded it: a WAV file."""
    speech = casting(VoiceSettings()).speak(NARRATION, "greenroom-en-GB-rowan")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes((np.clip(speech.sound, -1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()


def wishes(assets: Mapping[str, Any]) -> tuple[Wish, ...]:
    """What is asked for: three videos, by three of the calls."""
    return (
        Wish(
            "product.mp4",
            "script, image behind, music, captions",
            "/v2/create_video_from_avatar",
            {
                "avatar_id": 81,
                "avatar_type": 0,
                "voice_id": "en-US-ChristopherNeural",
                "script": SCRIPT,
                "aspect_ratio": "portrait",
                "screen_style": 1,
                "background_image": assets["photo.jpg"].asset_id,
                "background_music": assets["song.mp3"].asset_id,
                "caption": True,
            },
            "/v2/avatar_video/",
            "completed",
        ),
        Wish(
            "narrated.mp4",
            "the uploaded voice, an uploaded film behind",
            "/v2/avatar",
            {
                "avatar": {"avatar_id": "marcus_full_01"},
                "video_background": {"type": "video", "value": assets["clip.mp4"].asset_url},
                "voice": {"type": "audio", "audio_url": assets["narration.wav"].asset_url},
            },
            "/v2/project/",
            "success",
        ),
        Wish(
            "overlay.webm",
            "transparent, to be laid over other films",
            "/v2/create_video_from_avatar",
            {
                "avatar": {"avatar_type": 0, "avatar_id": 85},
                "voice": {"type": "script", "voice_id": "en-US-JennyNeural", "script": "Put me anywhere."},
                "aspect_ratio": "square",
                "screen_style": 3,
                "caption": False,
            },
            "/v2/avatar_video/",
            "completed",
        ),
    )


def make_videos(
    console: Console, display: Bars, url: str, key: str, folder: Path, assets: Mapping[str, Any], output: Path
) -> bool:
    """Have the videos made, fetch them, draw a contact sheet of each; True if all three are as they should be."""
    output.mkdir(parents=True, exist_ok=True)
    sound = folder / "narration.wav"
    sound.write_bytes(narration())
    with Client(url, key) as client:
        assets = {**assets, sound.name: client.upload(sound)}
    good = True
    with httpx2.Client(base_url=url, headers={"x-api-key": key}, trust_env=False, timeout=60) as http, display:
        for wish in wishes(assets):
            try:
                made = _made(http, display, wish, output)
            except Failed as problem:
                console.print(Text(f"{wish.name}: {problem}", style="red"))
                good = False
            else:
                _tell(console, made)
    return good


def _made(http: httpx2.Client, display: Bars, wish: Wish, output: Path) -> Made:
    began = time.monotonic()
    asked = _data(http.post(wish.call, json=dict(wish.body)))
    task = display.add_task(wish.name, total=1.0, step="waiting")
    while True:
        seen = _data(http.get(wish.state + str(asked.get("video_id") or asked["project_id"])))
        progress = seen.get("progress") or 0
        display.update(task, completed=progress / 100 if progress > 1 else progress, step=seen["status"])
        if seen["status"] == wish.done:
            break
        if seen["status"] == "failed":
            raise Failed(f"failed: {seen.get('error')}")
        if time.monotonic() - began > WAIT_MAX_S:
            raise Failed(f"is not done after {WAIT_MAX_S:.0f} s")
        time.sleep(POLL_S)
    took_s = time.monotonic() - began
    path = output / wish.name
    path.write_bytes(http.get(seen["video_url"]).raise_for_status().content)
    sheet = path.with_suffix(".jpg")
    contact_sheet(path).save(sheet, quality=88)
    return Made(wish, path, sheet, seen["video_url"], took_s)


def _data(reply: httpx2.Response) -> Any:
    told = reply.json()
    if told.get("code") != 0:
        raise Failed(f"{told.get('code')}: {told.get('msg')}")
    return told["data"]


def _tell(console: Console, made: Made) -> None:
    with av.open(str(made.path)) as film:
        picture = film.streams.video[0]
        length_s = (film.duration or 0) / 1e6
        size = f"{picture.codec_context.width}x{picture.codec_context.height}"
    console.print(Text.assemble((f"{made.wish.name:<14}", "green"), made.wish.what))
    console.print(f"  {size}, {length_s:.1f} s, made in {made.took_s:.1f} s: {made.path}", soft_wrap=True)
    console.print(Text(f"  {made.url}", style="dim"), soft_wrap=True)
    console.print(Text(f"  contact sheet: {made.sheet}", style="dim"), soft_wrap=True)


def contact_sheet(path: Path) -> Image.Image:
    """Frames from the whole of a film, in one row or two; what is transparent shows squares."""
    frames = [Image.fromarray(_over_squares(frame)) for frame in _frames(path)]
    step = max(1, len(frames) // SHEET_FRAMES)
    chosen = frames[step // 2 :: step][:SHEET_FRAMES]
    width = round(SHEET_HEIGHT * chosen[0].width / chosen[0].height)
    columns = SHEET_FRAMES // 2 if width > SHEET_HEIGHT else SHEET_FRAMES
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (width * min(columns, len(chosen)), SHEET_HEIGHT * rows))
    for place, frame in enumerate(chosen):
        corner = (place % columns * width, place // columns * SHEET_HEIGHT)
        sheet.paste(frame.resize((width, SHEET_HEIGHT), Image.Resampling.LANCZOS), corner)
    return sheet


def _frames(path: Path) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """A picture of each third of a second, with its transparency."""
    found = []
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        packets = film.demux(stream)
        # FFmpeg's own decoder of VP9 leaves the transparency out.
        decoder = av.CodecContext.create("libvpx-vp9", "r") if path.suffix == ".webm" else None
        for packet in packets:
            for frame in decoder.decode(packet) if decoder is not None else packet.decode():
                if isinstance(frame, av.VideoFrame) and len(found) * 10 <= round((frame.time or 0) * 30):
                    found.append(frame.to_ndarray(format="rgba"))
    return found


def _over_squares(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width] // max(16, height // 30)
    ground = np.where((x + y) % 2, 205, 240)[..., None]
    alpha = picture[..., 3:] / 255
    return (picture[..., :3] * alpha + ground * (1 - alpha)).astype(np.uint8)
