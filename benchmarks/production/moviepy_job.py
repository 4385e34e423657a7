"""The same composition by MoviePy, run by its own environment: `moviepy_job.py <folder> <ground>`."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from moviepy import CompositeVideoClip, ImageClip, VideoClip, VideoFileClip

SIZE, RATE = (1080, 1920), 30


def main() -> None:
    folder, ground = sys.argv[1:]
    made = json.loads(Path(folder, "materials.json").read_text())
    left, top, width, height = made["box"]
    pictures = np.memmap(Path(folder, "avatar.rgba"), np.uint8, "r").reshape(-1, height, width, 4)
    seconds = made["frames"] / RATE
    before, started = cpu_s(), time.monotonic()
    if ground == "image":
        behind = ImageClip(f"{folder}/ground.jpg")
    else:
        behind = covering(VideoFileClip(f"{folder}/ground.mp4", audio=False))

    def at(t: float) -> np.ndarray:
        return pictures[min(int(t * RATE + 1e-6), len(pictures) - 1)]

    mask = VideoClip(lambda t: at(t)[..., 3] / 255.0, is_mask=True, duration=seconds)
    avatar = VideoClip(lambda t: at(t)[..., :3], duration=seconds).with_mask(mask).with_position((left, top))
    film = CompositeVideoClip([behind.with_duration(seconds), avatar], size=SIZE).with_duration(seconds)
    film.write_videofile(
        f"{folder}/moviepy.mp4", fps=RATE, codec="libx264", preset="veryfast", ffmpeg_params=["-crf", "21"], logger=None
    )
    film.close()
    behind.close()
    print(json.dumps({"frames": made["frames"], "cpu_s": cpu_s() - before, "wall_s": time.monotonic() - started}))


def covering(film: VideoFileClip) -> VideoClip:
    """What of the film is seen, as large as the frame: cut first, and then resized, it takes MoviePy the least."""
    scale = max(SIZE[0] / film.w, SIZE[1] / film.h)
    seen = film.cropped(
        x_center=film.w / 2, y_center=film.h / 2, width=round(SIZE[0] / scale), height=round(SIZE[1] / scale)
    )
    return seen.resized(SIZE)


def cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
