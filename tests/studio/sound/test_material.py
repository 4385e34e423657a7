"""Sound files decoded from their descriptors, and previews that are made."""

import io
import os
import tempfile
import wave
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import media_samples
from greenroom.domain.media import Format
from greenroom.errors import NotProduced
from greenroom.studio.plan import Material
from greenroom.studio.sound import bed_of_file, mixed, mp3_of, recorded

CODECS = {"wav": ("wav", "pcm_s16le"), "mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac")}
FORMATS = {"wav": Format.WAV, "mp3": Format.MP3, "m4a": Format.M4A}
Samples = NDArray[np.float32]


def tone(rate: int, seconds: float = 2.0, hz: float = 440.0) -> Samples:
    return (0.4 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def file_of(sound: Samples, rate: int, kind: str) -> bytes:
    """Rows are channels."""
    container_format, codec = CODECS[kind]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(sound)]
    out = io.BytesIO()
    with av.open(out, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), "fltp", layout)
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return out.getvalue()


@pytest.fixture
def opened() -> Iterator[object]:
    """Bytes as an open file without a name."""
    files = []

    def open_(data: bytes, format_: Format) -> Material:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the test is over
        file.write(data)
        file.flush()
        files.append(file)
        return Material(file.fileno(), format_)

    yield open_
    for file in files:
        file.close()


def main_frequency(sound: Samples, rate: int) -> float:
    return float(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax() * rate / len(sound))


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a"])
@pytest.mark.parametrize(("rate", "channels"), [(22_050, 1), (44_100, 2), (48_000, 2)])
def test_a_recording_is_decoded_as_it_is(opened, kind: str, rate: int, channels: int) -> None:
    data = file_of(np.tile(tone(rate), (channels, 1)), rate, kind)

    sound, decoded_rate = recorded(opened(data, FORMATS[kind]))

    assert (decoded_rate, sound.dtype, sound.ndim) == (rate, np.float32, 1)
    assert len(sound) / rate == pytest.approx(2.0, abs=0.1)
    assert main_frequency(sound, rate) == pytest.approx(440, abs=1)
    assert np.abs(sound[rate // 2 : rate]).max() == pytest.approx(0.4, rel=0.05)


def test_six_channels_become_one(opened) -> None:
    sound, rate = recorded(opened(file_of(np.tile(tone(48_000), (6, 1)), 48_000, "wav"), Format.WAV))

    assert rate == 48_000
    assert main_frequency(sound, rate) == pytest.approx(440, abs=1)


def test_a_studio_rate_is_brought_to_48_khz(opened) -> None:
    sound, rate = recorded(opened(file_of(tone(96_000)[None], 96_000, "wav"), Format.WAV))

    assert (len(sound), rate) == (96_000, 48_000)


def test_a_voice_whose_channels_are_opposite_is_not_lost(opened) -> None:
    voice = tone(44_100)

    sound, _ = recorded(opened(file_of(np.stack([voice, -0.9 * voice]), 44_100, "wav"), Format.WAV))

    assert np.abs(sound).max() == pytest.approx(0.4, abs=0.01)


def test_a_recording_is_decoded_wherever_its_file_was_read_before(opened) -> None:
    material = opened(file_of(tone(44_100)[None], 44_100, "m4a"), Format.M4A)
    os.lseek(material.descriptor, 1000, os.SEEK_SET)

    again = [recorded(material)[0] for _ in range(2)]

    assert np.array_equal(*again)
    assert os.lseek(material.descriptor, 0, os.SEEK_CUR) == 1000


def test_of_two_sounds_the_one_that_can_be_decoded_is_heard(opened) -> None:
    sound, rate = recorded(opened(media_samples.mp4_with_strange_sound_first(), Format.MP4))

    assert len(sound) / rate == pytest.approx(2.0, abs=0.1)


def test_what_is_no_sound_is_told_with_a_cure(opened) -> None:
    with pytest.raises(NotProduced) as told:
        recorded(opened(b"\x00" * 4000, Format.M4A))

    assert told.value.code == "sound_unreadable"
    assert "ffmpeg -i" in str(told.value)


def test_an_image_is_no_sound(opened) -> None:
    with pytest.raises(NotProduced, match="PNG"):
        recorded(opened(b"\x89PNG\r\n", Format.PNG))


def test_the_format_is_the_one_that_was_verified_not_one_that_is_guessed(opened) -> None:
    with pytest.raises(NotProduced):
        recorded(opened(file_of(tone(44_100)[None], 44_100, "wav"), Format.M4A))


def test_a_file_without_samples_is_told(opened) -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))

    with pytest.raises(NotProduced, match="0 samples"):
        recorded(opened(out.getvalue(), Format.WAV))


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a"])
def test_a_music_file_plays_under_a_voice(opened, kind: str) -> None:
    material = opened(file_of(np.stack([tone(44_100, 3, 9000), tone(44_100, 3, 9500)]), 44_100, kind), FORMATS[kind])

    mix = mixed(np.zeros(100, np.float32), 8000, bed_of_file(material, 0.35), 10.0)

    sound = np.concatenate(list(mix.blocks()))
    assert main_frequency(sound[48_000 * 4 : 48_000 * 5, 0], 48_000) == pytest.approx(9000, abs=2)
    assert main_frequency(sound[48_000 * 4 : 48_000 * 5, 1], 48_000) == pytest.approx(9500, abs=2)
    assert mix.loudness_lufs == pytest.approx(-16, abs=1)


def test_music_that_cannot_be_decoded_is_told(opened) -> None:
    with pytest.raises(NotProduced, match="MP3"):
        mixed(tone(8000), 8000, bed_of_file(opened(b"nothing" * 600, Format.MP3), 0.35), 2.0)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [22_050, 48_000])
def test_a_preview_plays(channels: int, rate: int) -> None:
    sound = tone(rate) if channels == 1 else np.stack([tone(rate), tone(rate, hz=660)], 1)

    data = mp3_of(sound, rate)

    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        decoded = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], 1)
        assert (stream.rate, stream.channels) == (rate, channels)
    assert decoded.shape[1] / rate == pytest.approx(2.0, abs=0.06)
    assert main_frequency(decoded[0], rate) == pytest.approx(440, abs=1)
    assert main_frequency(decoded[-1], rate) == pytest.approx(440 if channels == 1 else 660, abs=1)
    assert data == mp3_of(sound, rate)
