"""Films of people who do not exist and talk: the heads of `portraits`, animated, swaying, with a sound of their own."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from greenroom.studio import models
from greenroom.studio.photo import Networks, PhotoAvatar, prepare
from greenroom.studio.planes import planes_of_rgb
from greenroom.studio.pose import Pose
from portraits import PEOPLE, Rgb, portrait

RATE = 30
FRAMES = 60
SIZE = (360, 448)


def babble(count: int, seed: int = 3) -> list[tuple[float, ...]]:
    """A mouth that says something else than anybody is asked to, at 30 frames a second."""
    rng = np.random.default_rng(seed)
    keys = rng.uniform(0, 0.75, count // 4 + 3)
    wide = rng.uniform(-0.5, 0.4, count // 4 + 3)
    at = np.arange(count) / 4
    jaw, width = (np.interp(at, np.arange(len(row)), row) for row in (keys, wide))
    return [(float(jaw[i]), float(width[i]), 0.1, 0.0, 0.0, 0.0) for i in range(count)]


def talking(name: str, path: Path, mouths: Sequence[tuple[float, ...]], networks: Networks | None = None) -> Path:
    """One of PEOPLE who moves a mouth and sways, as an H.264 film of SIZE."""
    one = prepare(portrait(PEOPLE[name]), networks or Networks(models.usual_folder()))
    avatar = PhotoAvatar(one, SIZE, own_ground=True)
    frame = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pictures = []
    for i, mouth in enumerate(mouths):
        jaw, wide, upper, press, tuck, tongue = mouth
        sway = 0.09 * np.sin(i / 17), 0.05 * np.sin(i / 11 + 1), 0.05 * np.sin(i / 23)
        left, top, width, height = avatar.box
        drawn = avatar.draw(Pose((jaw, wide, upper, press, tuck, tongue), head=sway))
        frame[top : top + height, left : left + width] = drawn[..., :3]
        pictures.append(frame.copy())
    return written(pictures, path)


def written(pictures: Sequence[Rgb], path: Path) -> Path:
    """Pictures as an H.264 film."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"crf": "16", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        codec = stream.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = codec.color_range = 1
        codec.thread_count = 1
        for number, picture in enumerate(pictures):
            y, u, v = planes_of_rgb(picture)
            packed = np.vstack([y, u.reshape(-1, width), v.reshape(-1, width)])
            frame = av.VideoFrame.from_ndarray(packed, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            frame.colorspace = frame.color_range = 1
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
