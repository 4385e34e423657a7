"""Key frames that do not decode are found at their moments, few or many bytes as they may have."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from judging import Judge, codes

RATE, EVERY, FRAMES = 10, 10, 41
SMALL, LARGE = (160, 120), (1280, 720)


@pytest.fixture(scope="module", params=[SMALL, LARGE], ids=["small", "large"])
def film(request: pytest.FixtureRequest) -> bytes:
    """Noise, with a key frame each second; the large ones are decoded by several threads."""
    data, rng = io.BytesIO(), np.random.default_rng(1)
    width, height = request.param
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"crf": "16", "preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = width, height, "yuv420p", EVERY
        noise = rng.integers(0, 256, (height, width, 3), np.uint8)
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return data.getvalue()


def key_frames(film: bytes) -> list[tuple[int, int]]:
    """Where each begins in the file, and how many bytes it has."""
    with av.open(io.BytesIO(film)) as file:
        return [(packet.pos or 0, packet.size) for packet in file.demux(video=0) if packet.is_keyframe]


def with_damage(film: bytes, *which: int) -> bytes:
    """The film with other bytes in the middle of some key frames, whose lengths still add up."""
    damaged = bytearray(film)
    for pos, size in (key_frames(film)[number] for number in which):
        damaged[pos + size // 3 : pos + size // 2] = b"\x55" * (size // 2 - size // 3)
    return bytes(damaged)


def test_samples_are_on_both_sides_of_what_is_worth_threads(film: bytes, request: pytest.FixtureRequest) -> None:
    three = sum(sorted(size for _, size in key_frames(film))[:3])

    assert three > 600_000 if "large" in request.node.name else three < 400_000


def test_whole_key_frames_are_good(judge: Judge, film: bytes) -> None:
    assert not judge(film).damage


@pytest.mark.parametrize("which", [(0,), (2,), (4,), (0, 2, 4)], ids=str)
def test_key_frames_that_do_not_decode_are_named_with_their_moments(
    judge: Judge, film: bytes, which: tuple[int, ...]
) -> None:
    examination = judge(with_damage(film, *which))

    assert set(codes(examination)) == {"key_frame_undecodable"}
    assert sorted(found.at_s or 0.0 for found in examination.damage) == [float(number) for number in which]
