"""Measures what composing and making videos costs, beside FFmpeg, the bare encode and MoviePy; prints GOAL lines."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path += [str(REPOSITORY / "benchmarks" / "dataplane")]

import machine  # noqa: E402
from goals import Goal  # noqa: E402
from materials import RATE, SCRIPT, SIZE, Materials, make  # noqa: E402

GOALS = (
    Goal("compose_to_ffmpeg", "<=", 1.0, "CPU of FFmpeg for the same composition; the worse of both grounds"),
    Goal("moviepy_to_compose", ">=", 5.0, "CPU of MoviePy to ours; the worse of both grounds"),
    Goal("whole_to_bare_encode", "<=", 2.2, "CPU of a whole video to encoding its frames; over an image"),
    Goal("whole_real_time", ">=", 1.7, "seconds of video a second, drawing in a second process; over an image"),
    Goal("memory_mb", "<=", 500, "PSS of both processes together, with music before a film, at any length"),
    Goal("memory_growth_mb", "<=", 40, "of a video that is six times as long"),
)
Cost = dict[str, float]
_LOOK_EVERY_S = 0.1
_FRESH_BYTES = 2 << 30
"""More than any job touches beside the files that it reads."""


def main() -> int:
    options = _options()
    rounds = options.rounds or (1 if options.quick else 3)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="production-") as folder:
        made = make(Path(folder), 30 if options.quick else 120, SCRIPT.split(". ")[0] if options.quick else SCRIPT)
        python = _moviepy()
        machine.wait_until_quiet(5 if options.quick else 60)
        costs = _measure(made, python, rounds)
        long = _long(made, 2 if options.quick else 6)
    measured = _figures(costs, long)
    _print(costs, options.quick)
    for goal in GOALS:
        print(f"# {goal.name}: {goal.meaning}")
        print(goal.line(measured.get(goal.name)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/production/run", description=__doc__)
    parser.add_argument("--rounds", type=int, help="how often everything is measured, in turn (3; 1 if quick)")
    parser.add_argument("--quick", action="store_true", help="one round of short videos: does it run at all?")
    parser.add_argument("--folder", help="where seven gigabytes of raw frames may be kept meanwhile")
    return parser.parse_args()


def _moviepy() -> str:
    """The Python of MoviePy's own environment, made when it is first wanted."""
    folder = HERE / ".venv"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
        (folder / "ready").touch()
    return str(python)


def _measure(made: Materials, python: str, rounds: int) -> dict[str, list[Cost]]:
    """Everything in turn, round by round, so that what disturbs one disturbs the others too."""
    ffmpeg = subprocess.run(
        [python, "-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    for ground in ("image", "film"):
        _job(made, "keep", ground)
    costs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for ground in ("image", "film"):
            jobs = {
                "ours": lambda ground=ground: _job(made, "compose", ground),
                "FFmpeg": lambda ground=ground: _ffmpeg(made, ffmpeg, ground),
                "MoviePy": lambda ground=ground: _told([python, HERE / "moviepy_job.py", made.folder, ground]),
                "whole video": lambda ground=ground: _job(made, "whole", ground),
                "bare encode": lambda ground=ground: _job(made, "bare", ground),
            }
            for name, job in jobs.items():
                _make_ready(made, ground)
                costs.setdefault(f"{name}, {ground}", []).append(job())
    return costs


def _make_ready(made: Materials, ground: str) -> None:
    """
    Have in memory what a job will read, and memory at hand for what it makes.

    A virtual machine gives both back to its host within a minute: seen to double what a job costs, whosever it is.
    """
    machine.fetch_memory(_FRESH_BYTES)
    for name in ("avatar.rgba", f"frames-{ground}.yuv"):
        with open(made.path(name), "rb") as file:
            while file.read(1 << 24):
                pass


def _long(made: Materials, times: int) -> tuple[float, float]:
    """The memory, in MB, of a video with music before a film that is so many times as long, and of one that is not."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(made.folder), prefix="production-") as folder:
        long = make(Path(folder), 2, ". ".join([made.script.rstrip(".")] * times))
        return _memory_of(long), _memory_of(made)


def _memory_of(made: Materials) -> float:
    """The most that a video with music before a film takes at any moment, in MB."""
    with _begun(_command(made, "rich", "film")) as job:
        most_mb = 0.0
        while job.poll() is None:
            most_mb = max(most_mb, _memory_mb(job.pid))
            time.sleep(_LOOK_EVERY_S)
    if job.returncode:
        raise subprocess.CalledProcessError(job.returncode, job.args)
    return most_mb


def _job(made: Materials, job: str, ground: str) -> Cost:
    return _told(_command(made, job, ground))


def _command(made: Materials, job: str, ground: str) -> list[str | Path]:
    return [sys.executable, HERE / "jobs.py", made.folder, job, ground]


def _told(command: list[str | Path]) -> Cost:
    # Nobody looks at its memory meanwhile: adding up the pages of two processes takes a tenth of a core.
    with _begun(command) as job:
        said, _ = job.communicate()
    if job.returncode:
        raise subprocess.CalledProcessError(job.returncode, job.args)
    cost: Cost = json.loads(said.splitlines()[-1])
    return cost


def _begun(command: list[str | Path]) -> subprocess.Popen[str]:
    # One thread for linear algebra, as the server's processes have (`media.environment`); MoviePy too.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen([str(one) for one in command], stdout=subprocess.PIPE, text=True, env=environment)


def _memory_mb(pid: int) -> float:
    """What a process and its children take, what they share counted once (the sum of their PSS); 0 when it is over."""
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        rolls = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in (pid, *children)]
        return sum(int(roll.split("\nPss:")[1].split()[0]) for roll in rolls if "\nPss:" in roll) / 1024
    return 0.0


def _ffmpeg(made: Materials, ffmpeg: str, ground: str) -> Cost:
    left, top, width, height = made.box
    size = f"{SIZE[0]}:{SIZE[1]}"
    behind = ["-i", made.path("ground.jpg" if ground == "image" else "ground.mp4")]
    # As one who knows FFmpeg would have it: a still image is scaled once, and of a film only what is seen.
    once, each = ",loop=loop=-1:size=1:start=0,setpts=N/30/TB", f"crop=ih*{SIZE[0]}/{SIZE[1]}:ih,"
    fit = f"[1:v]{'' if ground == 'image' else each}scale={size}:flags=bicubic,format=yuv420p"
    fit += once if ground == "image" else ",fps=30"
    graph = f"{fit}[b];[b][0:v]overlay={left}:{top}:alpha=premultiplied:format=yuv420:shortest=1[v]"
    command = [ffmpeg, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", "30"]
    command += ["-i", made.path("avatar.rgba"), *behind, "-filter_complex", graph, "-map", "[v]"]
    command += ["-frames:v", str(made.frames), "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-g", "120"]
    command += ["-threads:v", "2", "-pix_fmt", "yuv420p", made.path("ffmpeg.mp4")]
    before, started = _children_s(), time.monotonic()
    subprocess.run(command, check=True)
    return {"frames": made.frames, "cpu_s": _children_s() - before, "wall_s": time.monotonic() - started}


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _per_second(costs: list[Cost], what: str) -> float:
    return statistics.median(cost[what] / cost["frames"] * RATE for cost in costs)


def _ratio(costs: dict[str, list[Cost]], one: str, other: str) -> float:
    """The median of the rounds' ratios, for each round has its own weather."""
    pairs = zip(costs[one], costs[other], strict=True)
    return statistics.median(a["cpu_s"] / a["frames"] / (b["cpu_s"] / b["frames"]) for a, b in pairs)


def _figures(costs: dict[str, list[Cost]], memory_mb: tuple[float, float]) -> dict[str, float]:
    grounds = ("image", "film")
    return {
        "compose_to_ffmpeg": max(_ratio(costs, f"ours, {g}", f"FFmpeg, {g}") for g in grounds),
        "moviepy_to_compose": min(_ratio(costs, f"MoviePy, {g}", f"ours, {g}") for g in grounds),
        "whole_to_bare_encode": _ratio(costs, "whole video, image", "bare encode, image"),
        "whole_real_time": 1 / _per_second(costs["whole video, image"], "wall_s"),
        "memory_mb": max(memory_mb),
        "memory_growth_mb": max(0.0, memory_mb[0] - memory_mb[1]),
    }


def _print(costs: dict[str, list[Cost]], quick: bool) -> None:
    print(f"\n{'1080 x 1920 at 30 frames a second':32}{'CPU s/s':>10}{'wall s/s':>10}")
    for name, found in costs.items():
        print(f"{name:32}{_per_second(found, 'cpu_s'):>10.3f}{_per_second(found, 'wall_s'):>10.3f}")
    if quick:
        print("\nThis was a quick run: its figures show that the benchmark works, not how fast anything is.")
    print()


if __name__ == "__main__":
    sys.exit(main())
