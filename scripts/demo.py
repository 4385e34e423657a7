"""
The main job before your eyes: real files go up over signed URLs, are verified, come back the same, and become videos.
"""

import argparse
import contextlib
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME / "tests"))

import media_samples as samples  # noqa: E402 - the tests' own files
from demo_videos import make_videos  # noqa: E402
from greenroom.client import Client, ClientError, Progress, Stage, Uploaded, UploadRefused  # noqa: E402
from greenroom.client.description import described, size_in_words  # noqa: E402

WIDTH = 100
START_MAX_S = 60.0
STOP_MAX_S = 15.0
PIECE_BYTES = 256 * 1024
FILM = {"seconds": 3, "width": 1280, "height": 720, "fps": 24}

MEDIA: dict[str, Callable[[], bytes]] = {
    "photo.jpg": lambda: samples.jpeg(1920, 1080, quality=90),
    "graphic.png": lambda: samples.png_with_transparency(1280, 720),
    "card.webp": lambda: samples.webp(1280, 720),
    "loop.gif": lambda: samples.gif(480, 270, frames=30),
    "clip.mp4": lambda: samples.mp4(faststart=True, **FILM),
    "camera.mov": lambda: samples.mov(**FILM),
    "screen.webm": lambda: samples.webm(**FILM),
    "song.mp3": lambda: samples.mp3(5, bit_rate=192_000),
    "voice.wav": lambda: samples.wav(5),
    "memo.m4a": lambda: samples.m4a(5),
}


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A file that must be refused: what it is, and with which code."""

    name: str
    what: str
    content: Callable[[], bytes]
    code: int


SPOILT = (
    Spoilt(
        "cut.mp4",
        "the first half of clip.mp4, whose index stands in front, so that players still open it",
        lambda: samples.cut(samples.mp4(faststart=True, **FILM)),
        4003,
    ),
    Spoilt("holiday.jpg", "a web page with a script in it, named as a photo", samples.html, 4001),
)


@dataclass(frozen=True, slots=True)
class Journey:
    """What came of one good file: where it is, how long it took, and whether the same bytes came back."""

    name: str
    uploaded: Uploaded | None
    trouble: str
    up_s: float = 0.0
    back_s: float = 0.0


def main() -> int:
    """Run the demo; 0 if all held, 1 if anything did not."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the server running until Ctrl-C")
    parser.add_argument("--output", type=Path, default=HOME / "artefacts" / "demo", help="where the videos are put")
    chosen = parser.parse_args()
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH, color_system=None)
    try:
        with tempfile.TemporaryDirectory(prefix="greenroom-demo-") as folder:
            return run(console, Path(folder), chosen.output.resolve(), keep=chosen.keep)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130


def run(console: Console, folder: Path, output: Path, *, keep: bool) -> int:
    """Make the files, start a server, send good and spoilt ones, tell what came of them."""
    console.print(Text("Greenroom: media goes up, is verified, comes back, and becomes videos", style="bold"))
    key = f"demo-{secrets.token_hex(16)}"
    with server(folder, key) as running:
        # The server needs its time to start, and so do the encoders.
        make_files(console, folder)
        running.wait_until_healthy()
        console.print(f"A server of its own runs at {running.url}\n")
        return show(console, folder, running.url, key, output, keep=keep)


def show(console: Console, folder: Path, url: str, key: str, output: Path, *, keep: bool) -> int:
    """Send all files to the server that runs; 0 if all held, 1 if anything did not."""
    with Client(url, key) as client:
        journeys = travel(console, client, folder)
        tell_table(console, journeys)
        all_back = tell_journeys(console, journeys)
        refused = [tell_refusal(console, client, folder, spoilt) for spoilt in SPOILT]
        console.print("\nThree videos of what was uploaded, each by another call:")
        assets = {one.name: one.uploaded for one in journeys if one.uploaded is not None}
        made = all_back and make_videos(console, bars(console), url, key, folder, assets, output)
        held = made and all(refused)
        console.print(Text("\nAll held." if held else "\nNOT all held.", style="bold green" if held else "bold red"))
        if keep:
            wait_for_interrupt(console, url, key, folder)
    return 0 if held else 1


def make_files(console: Console, folder: Path) -> None:
    """Encode all files into `folder`."""
    began = time.monotonic()
    contents = MEDIA | {spoilt.name: spoilt.content for spoilt in SPOILT}
    with bars(console) as display:
        task = display.add_task("making files", total=len(contents), step="")
        for name, content in contents.items():
            display.update(task, step=name)
            (folder / name).write_bytes(content())
            display.advance(task)
    took = time.monotonic() - began
    console.print(f"Made {len(MEDIA)} media files and {len(SPOILT)} spoilt ones in {took:.1f} s: {folder}")


# The server


@dataclass(frozen=True, slots=True)
class Server:
    """A server of our own that was started; it may still be busy with that."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path

    def wait_until_healthy(self) -> None:
        """Return when the server says that it is well; end the program with its log if it never does."""
        deadline = time.monotonic() + START_MAX_S
        with httpx2.Client(trust_env=False, timeout=2) as client:
            while self.process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(httpx2.TransportError):
                    if client.get(f"{self.url}/healthz").status_code == 200:
                        return
                time.sleep(0.05)
        status = self.process.poll()
        why = "did not become healthy" if status is None else f"ended with status {status}"
        sys.exit(f"The server {why}. Its log:\n\n{self.log_path.read_text(errors='replace')}")


@contextlib.contextmanager
def server(folder: Path, key: str) -> Iterator[Server]:
    """Start a server with a new data folder on a free port; stop it at the end."""
    port = free_port()
    log_path = folder / "server.log"
    # What the user has set for a server of his own must not reach this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    command = [str(HOME / ".venv/bin/greenroom"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            env=environment | {"GREENROOM_API_KEY": key},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", process, log_path)
    finally:
        stop(process)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end; kill it if it does not."""
    process.terminate()
    try:
        process.wait(STOP_MAX_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# Good files


def travel(console: Console, client: Client, folder: Path) -> list[Journey]:
    """Send every file and fetch it again, one after the other."""
    with bars(console) as display, httpx2.Client(trust_env=False) as reader:
        tasks = {name: display.add_task(name, total=None, step="waiting") for name in MEDIA}
        return [there_and_back(client, reader, folder / name, display, task) for name, task in tasks.items()]


def there_and_back(client: Client, reader: httpx2.Client, path: Path, display: Bars, task: TaskID) -> Journey:
    """Send one file and compare what its permanent URL gives."""

    def show(progress: Progress) -> None:
        step = "again soon" if progress.stage is Stage.PAUSING else progress.stage.value
        display.update(task, total=progress.size_bytes, completed=progress.sent_bytes, step=step)

    began = time.monotonic()
    try:
        uploaded = client.upload(path, show)
    except ClientError as error:
        display.update(task, step="refused")
        return Journey(path.name, None, str(error))
    up_s = time.monotonic() - began
    began = time.monotonic()
    trouble = difference(reader, uploaded, path, lambda gone: display.update(task, completed=gone, step="coming back"))
    display.update(task, step=trouble or "same bytes")
    return Journey(path.name, uploaded, trouble, up_s, time.monotonic() - began)


def difference(reader: httpx2.Client, uploaded: Uploaded, path: Path, arrived: Callable[[int], None]) -> str:
    """What differs between a file and what its permanent URL gives; empty if nothing does."""
    digest = hashlib.sha256()
    with reader.stream("GET", uploaded.asset_url) as response:
        for piece in response.iter_raw(PIECE_BYTES):
            digest.update(piece)
            arrived(response.num_bytes_downloaded)
    if response.status_code != 200:
        return f"GET answered {response.status_code}"
    if digest.hexdigest() != hashlib.sha256(path.read_bytes()).hexdigest():
        return "other bytes came back"
    if response.headers["Content-Type"] != uploaded.facts.content_type:
        return f"served as {response.headers['Content-Type']}, verified as {uploaded.facts.content_type}"
    return ""


def tell_table(console: Console, journeys: list[Journey]) -> None:
    """Print the journeys as a table that fits 80 columns; each permanent URL has a line, so that it can be copied."""
    console.print(Text(f"{'file':<12}{'verified to be':<41}{'size':>9}{'up':>8}{'back':>8}", style="bold"))
    for journey in journeys:
        for line in lines_of(journey):
            console.print(line, soft_wrap=True)


def lines_of(journey: Journey) -> Iterator[Text]:
    """The lines of one file."""
    name = (f"{journey.name:<12}", "red" if journey.trouble else "green")
    if journey.uploaded is None:
        yield Text.assemble(name, journey.trouble)
        return
    facts = journey.uploaded.facts
    size, up, back = size_in_words(facts.size_bytes or 0), f"{journey.up_s:.2f} s", f"{journey.back_s:.2f} s"
    yield Text.assemble(name, f"{described(facts):<41}{size:>9}{up:>8}{back:>8}")
    yield Text(f"  {journey.uploaded.asset_url}", style="dim")


def tell_journeys(console: Console, journeys: list[Journey]) -> bool:
    """Print whether all came back as they went, and what did not; True if all did."""
    for journey in journeys:
        if journey.trouble:
            console.print(Text(f"{journey.name}: {journey.trouble}", style="red"))
    good = sum(not journey.trouble for journey in journeys)
    console.print(f"\n{good} of {len(journeys)} files came back from their permanent URLs with the same SHA-256.")
    return good == len(journeys)


# Spoilt files


def tell_refusal(console: Console, client: Client, folder: Path, spoilt: Spoilt) -> bool:
    """Send a spoilt file and print how it is refused; True if it is, and with the right code."""
    console.print(Text.assemble("\n", (spoilt.name, "bold"), f" is {spoilt.what}:"))
    try:
        client.upload(folder / spoilt.name)
    except UploadRefused as refusal:
        mark = "✓" if refusal.code == spoilt.code else f"✗ ({spoilt.code} was expected)"
        console.print(indented(2, f"{mark} refused with {refusal.code}: {refusal}"))
        if refusal.cure:
            console.print(indented(4, f"→ {refusal.cure}"))
        return refusal.code == spoilt.code
    except ClientError as error:
        console.print(indented(2, f"✗ {error}", style="red"))
        return False
    console.print(indented(2, "✗ taken, though it should have been refused", style="red"))
    return False


def indented(columns: int, text: str, style: str = "") -> Padding:
    """A text of which every line is indented."""
    return Padding(Text(text, style=style), (0, 0, 0, columns), expand=False)


# Afterwards


def wait_for_interrupt(console: Console, url: str, key: str, folder: Path) -> None:
    """Print how to go on by hand and leave the server running until Ctrl-C."""
    lines = f"""
The server stays until Ctrl-C; then it and its files go. In another terminal:

  KEY={key}
  FILE={folder}/clip.mp4

  # sign
  REPLY=$(curl -s {url}/v2/upload/asset -H "x-api-key: $KEY" \\
    -H 'Content-Type: application/json' \\
    -d '{{"filename": "clip.mp4", "content_type": "video/mp4"}}')
  SIGN_URL=$(echo "$REPLY" | sed 's/.*"sign_url": *"\\([^"]*\\)".*/\\1/')
  ASSET_URL=$(echo "$REPLY" | sed 's/.*"asset_url": *"\\([^"]*\\)".*/\\1/')

  # PUT
  curl -X PUT "$SIGN_URL" -H 'Content-Type: video/mp4' --data-binary @"$FILE"

  # GET
  curl -o back.mp4 "$ASSET_URL" && cmp back.mp4 "$FILE" && echo same

  # or all of it
  cd {HOME}
  .venv/bin/greenroom upload --url {url} --key $KEY \\
    {folder}/*.m*
"""
    console.print(Text(lines), soft_wrap=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


def bars(console: Console) -> Bars:
    """Bars that leave no trace; none where there is no terminal."""
    return Bars(
        TextColumn("{task.description:<14}", markup=False),
        BarColumn(bar_width=40),
        TextColumn("{task.fields[step]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


if __name__ == "__main__":
    sys.exit(main())
