"""What the examination of a real file measures of it."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from judging import Judge

import media_samples as samples
from greenroom.domain.media import Measurements


def measured(judge: Judge, data: bytes, *, deep: bool = False) -> Measurements:
    info = judge(data, deep=deep).info
    assert info is not None
    assert info.measurements is not None
    return info.measurements


def sine_file(container_format: str, codec: str, level_db: float, seconds: float = 5) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=48_000)
        stream.bit_rate = 256_000
        moments = np.arange(round(seconds * 48_000)) / 48_000
        wave = (10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * moments) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(("container_format", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame")])
def test_a_sine_at_minus_23_dbfs_reads_minus_23_lufs(judge: Judge, container_format: str, codec: str) -> None:
    sound = measured(judge, sine_file(container_format, codec, -23.0)).sound

    assert sound is not None
    assert sound.loudness_lufs == pytest.approx(-23.0, abs=0.3)
    assert sound.true_peak_dbtp == pytest.approx(-23.0, abs=0.4)
    assert sound.channels_are_equal


def test_a_video_is_heard_and_watched_when_it_is_decoded_in_full(judge: Judge) -> None:
    quick, deep = measured(judge, samples.mp4()), measured(judge, samples.mp4(), deep=True)

    assert (quick.sound, quick.picture) == (None, None)
    assert deep.sound is not None
    assert deep.sound.loudness_lufs == pytest.approx(-16, abs=0.5)
    assert deep.picture is not None


def test_what_is_cheap_is_measured_at_once(judge: Judge) -> None:
    quick = measured(judge, samples.mp4())

    assert (quick.index_at_end, quick.interlaced) == (True, False)
    assert quick.video_bit_rate == pytest.approx(373_000, rel=0.01)
    assert quick.audio_bit_rate == pytest.approx(127_000, rel=0.01)
    assert quick.audio_delay_s == pytest.approx(0, abs=0.03)


def test_an_index_at_the_front_is_seen_there(judge: Judge) -> None:
    assert measured(judge, samples.faststart_mp4()).index_at_end is False


@pytest.mark.parametrize("quality", [60, 85, 95])
def test_the_quality_of_a_jpeg_is_measured(judge: Judge, quality: int) -> None:
    assert measured(judge, samples.jpeg(quality=quality)).jpeg_quality == quality


def test_the_bit_rate_of_a_song_leaves_its_cover_out(judge: Judge) -> None:
    assert measured(judge, samples.mp3_with_cover()).audio_bit_rate == pytest.approx(128_000, rel=0.02)
