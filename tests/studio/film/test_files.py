"""Segments and the film they become: whole or not there, exact in time, the same bytes, and telling of themselves."""

import os
import resource
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from film_scenes import RATE
from numpy.typing import NDArray

from greenroom.domain.ids import AssetId
from greenroom.domain.video import PictureGround, RecordedVoice, ScriptVoice, Source, VideoSpec
from greenroom.errors import NotProduced
from greenroom.studio.film.coding import Coding, h264, set_up, vp9_with_alpha
from greenroom.studio.film.faststart import write_in_order
from greenroom.studio.film.frames import Canvas, canvases
from greenroom.studio.film.joining import SOUND_HZ, Blocks, Film, coded_sound, join
from greenroom.studio.film.provenance import metadata, source_type, xmp
from greenroom.studio.film.segments import SEGMENT_FRAMES, Segments
from greenroom.studio.sound import mixed
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.port import Request

SIZE = (64, 48)
CPU_AVX2 = 11  # as OpenCV numbers what processors have
FRAMES = SEGMENT_FRAMES + 31
SPEC = VideoSpec("sarah_full_01", ScriptVoice("Hello", "en"), name="Spring & <summer>")
MP4 = h264("veryfast", 21)


def bars_of(span: range, alpha: bool = False) -> Iterator[Canvas]:
    """Frames that tell their number by the height of a bright bar."""
    for index, canvas in zip(span, canvases(SIZE, RATE, alpha=alpha), strict=False):
        for plane, value in zip(canvas.planes, (30, 128, 128), strict=True):
            plane[:] = value
        canvas.planes.y[: index % 48] = 220
        if canvas.alpha is not None:
            canvas.alpha[:] = 255
            canvas.alpha[:, 32:] = 0
        yield canvas


def segments(folder: Path, coding: Coding = MP4) -> Segments:
    made = Segments(folder, "digest", FRAMES, coding)
    made.write(SIZE, RATE, bars_of(range(made.first_missing(), FRAMES), coding.alpha))
    return made


def click(samples: int = FRAMES * SOUND_HZ // RATE) -> Iterator[NDArray[np.float32]]:
    """Silence with one loud moment at two seconds."""
    sound = np.zeros((samples, 2), np.float32)
    sound[2 * SOUND_HZ : 2 * SOUND_HZ + 200] = 0.8
    yield from np.array_split(sound, 13)


def put_together(paths: Sequence[Path], sound: Blocks, target: Path, coding: Coding = MP4) -> None:
    film = Film(FRAMES, RATE, coding, metadata(SPEC))
    with coded_sound(film, sound) as coded:
        join(film, paths, coded, target)


def joined(folder: Path, coding: Coding = MP4, name: str = "film") -> Path:
    film = folder / (name + coding.suffix)
    put_together(segments(folder, coding).paths(), click(), film, coding)
    return film


def published(folder: Path) -> Path:
    """The film as it is given out."""
    film = folder / "published.mp4"
    with film.open("wb") as file:
        write_in_order(joined(folder), file.fileno(), xmp(SPEC))
    return film


def bars(path: Path) -> list[int]:
    """The number that each frame tells."""
    with av.open(str(path)) as file:
        planes = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    return [round(float((plane[:, 8:24].mean(1) > 125).sum())) for plane in planes]


def boxes(data: bytes) -> list[str]:
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append(kind.decode())
        at += size
    return found


def test_every_frame_of_all_segments_is_in_the_film_once_and_in_order(tmp_path: Path) -> None:
    assert bars(published(tmp_path)) == [index % 48 for index in range(FRAMES)]


def test_frames_are_a_thirtieth_of_a_second_apart_from_nought(tmp_path: Path) -> None:
    with av.open(str(published(tmp_path))) as film:
        times = [float(frame.time or 0) for frame in film.decode(video=0)]

    assert np.abs(np.array(times) - np.arange(FRAMES) / RATE).max() < 1e-6


def test_the_film_is_as_long_as_its_frames(tmp_path: Path) -> None:
    with av.open(str(published(tmp_path))) as film:
        assert film.duration == pytest.approx(FRAMES / RATE * 1e6, abs=50)
        assert film.start_time == 0


@pytest.mark.parametrize("coding", [MP4, vp9_with_alpha()], ids=["mp4", "webm"])
def test_sound_is_heard_at_its_time(tmp_path: Path, coding: Coding) -> None:
    with av.open(str(joined(tmp_path, coding))) as film:
        first, *others = list(film.decode(audio=0))

    sound = np.concatenate([frame.to_ndarray()[0] for frame in (first, *others)])
    loud = np.flatnonzero(np.abs(sound) > 0.3)[0] / SOUND_HZ + float(first.time or 0)
    assert loud == pytest.approx(2.0, abs=0.004)


def test_a_voice_is_coded_as_it_was_mixed_and_the_same_on_both_sides(tmp_path: Path) -> None:
    espeak = Espeak()
    speech = espeak.say(Request("Besuchen Sie uns im Zentrum, es ist ganz einfach.", "f2", "de-DE"))
    espeak.close()
    mix = np.concatenate(list(mixed(speech.sound, speech.rate, None, FRAMES / RATE).blocks()))
    put_together(segments(tmp_path).paths(), iter([mix]), tmp_path / "film.mp4")

    with av.open(str(tmp_path / "film.mp4")) as film:
        heard = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], 1).T[: len(mix)]

    def level(sound: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each hundredth of a second."""
        return np.sqrt(np.square(sound).mean(1)[: len(sound) // 480 * 480].reshape(-1, 480).mean(1))

    loud = level(mix) > 0.01
    assert (level(heard - mix)[loud] / level(mix)[loud]).max() < 0.1
    assert np.abs(heard[:, 0] - heard[:, 1]).max() < 0.002


def test_a_film_says_that_it_is_bt709_in_limited_range(tmp_path: Path) -> None:
    with av.open(str(published(tmp_path))) as film:
        frame = next(film.decode(video=0))

    assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (1, 1, 1, 1)


def test_half_of_a_transparent_film_is_opaque(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path, vp9_with_alpha()))) as film:
        decoder = VideoCodecContext.create("libvpx-vp9", "r")
        assert isinstance(decoder, VideoCodecContext)
        frames = [frame for packet in film.demux(video=0) for frame in decoder.decode(packet)]

    alpha = [np.frombuffer(memoryview(frame.planes[3]), np.uint8).reshape(48, -1)[:, :64] for frame in frames]
    assert len(alpha) == FRAMES
    assert min(one[:, :30].min() for one in alpha) > 250
    assert max(one[:, 34:].max() for one in alpha) < 5


def test_the_same_film_is_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()

    assert published(tmp_path / "one").read_bytes() == published(tmp_path / "other").read_bytes()


def coded(coding: Coding) -> bytes:
    """Most of a second of moving shades and grain, as H.264."""
    width, height = 360, 640
    grain = np.random.default_rng(7).normal(0, 8, (height + 24, width + 24))
    shades = 128 + 60 * np.sin(np.arange(width) / 37)[None] * np.cos(np.arange(height) / 29)[:, None]
    codec = VideoCodecContext.create("libx264", "w")
    codec.width, codec.height, codec.options = width, height, dict(coding.options)
    set_up(codec, coding, RATE)
    data = b""
    for index in range(24):
        picture = np.full((height * 3 // 2, width), 128, np.uint8)
        part = grain[index : index + height, index : index + width]
        picture[:height] = np.clip(np.roll(shades, index * 2, 1) + part, 16, 235)
        frame = av.VideoFrame.from_ndarray(picture, "yuv420p")
        frame.pts = index
        data += b"".join(map(bytes, codec.encode(frame)))
    return data + b"".join(map(bytes, codec.encode(None)))


@pytest.mark.skipif(not cv2.checkHardwareSupport(CPU_AVX2), reason="this processor has no AVX2")
def test_a_film_is_the_same_bytes_on_processors_with_and_without_avx512() -> None:
    params = MP4.options["x264-params"].partition(":asm")[0]
    without = replace(MP4, options={**MP4.options, "x264-params": f"{params}:asm=AVX2"})

    assert coded(MP4) == coded(without)


def test_what_was_whole_before_a_failure_stays_and_nothing_else(tmp_path: Path) -> None:
    def frames() -> Iterator[Canvas]:
        yield from bars_of(range(SEGMENT_FRAMES + 5))
        raise OSError

    made = Segments(tmp_path, "digest", FRAMES, MP4)
    with pytest.raises(OSError):
        made.write(SIZE, RATE, frames())

    assert list(tmp_path.iterdir()) == made.paths()[:1]


def test_a_film_whose_making_failed_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    def frames() -> Iterator[Canvas]:
        yield from bars_of(range(SEGMENT_FRAMES + 20))
        raise OSError

    whole = tmp_path / "whole"
    whole.mkdir()
    with pytest.raises(OSError):
        Segments(tmp_path, "digest", FRAMES, MP4).write(SIZE, RATE, frames())

    assert published(tmp_path).read_bytes() == published(whole).read_bytes()


def test_a_segment_for_which_the_disk_has_no_room_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)

    def frames() -> Iterator[Canvas]:
        for canvas in canvases(SIZE, RATE):
            for plane in canvas.planes:
                plane[:] = noise.integers(0, 256, plane.shape)
            yield canvas

    with room_for_files(50_000), pytest.raises(OSError):
        Segments(tmp_path, "digest", FRAMES, MP4).write(SIZE, RATE, frames())

    assert os.listdir(tmp_path) == []


@contextmanager
def room_for_files(size_bytes: int) -> Iterator[None]:
    """No file of this process gets larger meanwhile: writing more fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_segments_of_something_else_are_not_taken(tmp_path: Path) -> None:
    segments(tmp_path)

    assert Segments(tmp_path, "another", FRAMES, MP4).done() == 0
    assert Segments(tmp_path, "digest", FRAMES, MP4).done() == 2


def test_a_missing_segment_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotProduced) as failed:
        put_together(segments(tmp_path).paths()[:1], click(), tmp_path / "film.mp4")

    assert failed.value.code == "frames_missing"


def test_missing_sound_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotProduced) as failed:
        put_together(segments(tmp_path).paths(), click(SOUND_HZ), tmp_path / "film.mp4")

    assert failed.value.code == "sound_missing"


def test_players_find_the_header_before_the_media(tmp_path: Path) -> None:
    assert boxes(published(tmp_path).read_bytes()) == ["ftyp", "moov", "uuid", "mdat"]


def test_a_film_tells_machines_that_a_program_made_it(tmp_path: Path) -> None:
    data = published(tmp_path).read_bytes()

    with av.open(str(tmp_path / "published.mp4")) as film:
        comment = film.metadata["comment"]
    assert b"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia" in data
    assert b"Spring &amp; &lt;summer&gt;" in data
    assert comment.startswith("Synthetic media")


def test_a_transparent_film_tells_it_too(tmp_path: Path) -> None:
    with av.open(str(joined(tmp_path, vp9_with_alpha()))) as film:
        assert film.metadata["DIGITAL_SOURCE_TYPE"] == source_type(SPEC)


@pytest.mark.parametrize(
    ("spec", "term"),
    [
        (SPEC, "algorithmicMedia"),
        (VideoSpec("a", ScriptVoice("Hi", "en"), ground=PictureGround(Source(AssetId("img_1")))), "composite"),
        (VideoSpec("a", RecordedVoice(Source(AssetId("aud_1")))), "composite"),
    ],
)
def test_a_film_with_something_that_was_uploaded_is_a_composite(spec: VideoSpec, term: str) -> None:
    assert source_type(spec).endswith("/" + term)
