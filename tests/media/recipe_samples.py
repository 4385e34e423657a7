"""Files made for the optimizer: what a render cannot use as it is."""

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np
from PIL import Image, ImageCms

import media_samples


@cache
def flash_and_beep(offset_s: float = 0.0) -> bytes:
    """MKV of 3 s, dark and silent but for a flash with a beep from 1.5 s to 1.7 s; the sound may start late."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        picture = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = 160, 120, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for number in range(90):
            level = 235 if 45 <= number < 51 else 16
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), level, np.uint8))
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(picture.encode(frame))
        for start in range(round(offset_s * 48_000), 144_000, 4_800):
            moments = np.arange(start, start + 4_800) / 48_000
            loud = (moments >= 1.5) & (moments < 1.7)
            samples = (np.sin(2 * np.pi * 1000 * moments) * loud * 12_000).astype(np.int16)
            tone = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
            tone.sample_rate, tone.pts, tone.time_base = 48_000, start, Fraction(1, 48_000)
            container.mux(sound.encode(tone))
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))
    return file.getvalue()


@cache
def wav_at(level: float, seconds: float = 4, spikes: bool = False) -> bytes:
    """A chord at a part of full scale; with `spikes`, single loud clicks over a quiet one."""
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        moments = np.arange(round(seconds * 48_000)) / 48_000
        wave = (np.sin(2 * np.pi * 220 * moments) + np.sin(2 * np.pi * 331 * moments)) / 2 * level
        if spikes:
            wave[::24_000] = 0.9
        samples = np.stack((wave, wave), axis=1) * 32767
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@cache
def grey_mp4(level: int, trc: int, primaries: int, matrix: int, shape: str = "") -> bytes:
    """HEVC of 10 bits that shows one luma level (0 to 1023), tagged as said."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        options = media_samples.ENCODER_OPTIONS["libx265"]
        stream = container.add_stream("libx265", rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 128, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = trc, primaries, matrix, 1
        for number in range(5):
            frame = av.VideoFrame(128, 128, "yuv420p10le")
            for plane, value in zip(frame.planes, (level, 512, 512), strict=True):
                plane.update(np.full(plane.buffer_size // 2, value, "<u2").tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@cache
def wide_pixels_mp4() -> bytes:
    """PAL DV: 720 x 576 stored, to be shown in 16:9."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 720, 576, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(64, 45)
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.asarray(media_samples.landscape(720, 576, number / 5)))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@cache
def wide_gamut_jpeg() -> bytes:
    """One colour with a profile that is not sRGB: (200, 60, 60) in XYZ-made Lab is left to the profile's inverse."""
    file = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(io.BytesIO(_swapped_profile()))
    Image.new("RGB", (64, 64), (200, 60, 60)).save(file, "JPEG", quality=95, icc_profile=profile.tobytes())
    return file.getvalue()


def _swapped_profile() -> bytes:
    """The sRGB profile with the red and green primaries exchanged, so that its effect cannot be missed."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data)


@cache
def deep_png() -> bytes:
    """16 bits of grey, half bright."""
    file = io.BytesIO()
    Image.fromarray(np.full((48, 64), 32896, np.uint16)).save(file, "PNG")
    return file.getvalue()
