"""
Small real media files, encoded on the spot with PyAV and Pillow and kept for the run.

Every function gives the bytes of one file. The picture is a landscape with a sun that crosses the sky,
the sound a chord that swells; both are the same in every run. A name says what the file is, or what is
wrong with it.
"""

import io
import math
import os
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageDraw

SAMPLE_RATE_HZ = 48_000
SOUND_FRAME_SAMPLES = 4_800  # a tenth of a second

os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder tells its life on stderr otherwise

# The fastest that each encoder has: the files must be real, not small.
ENCODER_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "26"},
    "libx265": {"preset": "ultrafast", "crf": "30", "x265-params": "log-level=none:pools=2"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "1000000"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "35", "b": "0", "row-mt": "1"},
    "libsvtav1": {"preset": "11", "crf": "40", "svtav1-params": "lp=2"},
    "prores_ks": {"profile": "0"},
    "mpeg4": {"qscale": "5"},
}
ENCODER_OF = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp8": "libvpx",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "prores": "prores_ks",
    "mp3": "libmp3lame",
    "opus": "libopus",
}
NO_RUN_IN_THE_FILE = "+bitexact"  # no clock and no version is written: the same bytes every time


# Pictures


def landscape(width: int, height: int, moment: float = 0.3) -> Image.Image:
    """Draw hills under a sun that rises at `moment` 0 on the left and sets at 1 on the right."""
    picture = _sky(width, height).copy()
    draw = ImageDraw.Draw(picture)
    _draw_sun(draw, width, height, moment)
    _draw_ridge(draw, width, height, 0.55, 0.10, 2.1, 0.5 * moment, (96, 108, 150))
    _draw_ridge(draw, width, height, 0.68, 0.08, 3.3, 1.0 * moment, (60, 92, 98))
    _draw_ridge(draw, width, height, 0.82, 0.06, 4.7, 2.0 * moment, (28, 62, 52))
    return picture


@cache
def _sky(width: int, height: int) -> Image.Image:
    dusk = Image.linear_gradient("L").resize((width, height))
    return Image.merge(
        "RGB",
        (
            dusk.point(lambda low: 60 + low * 190 // 255),
            dusk.point(lambda low: 120 + low * 90 // 255),
            dusk.point(lambda low: 210 - low * 70 // 255),
        ),
    )


def _draw_sun(draw: ImageDraw.ImageDraw, width: int, height: int, moment: float) -> None:
    across, up = width * (0.1 + 0.8 * moment), height * (0.6 - 0.4 * math.sin(math.pi * moment))
    for part, colour in ((0.16, (250, 206, 150)), (0.12, (253, 222, 150)), (0.08, (255, 245, 200))):
        radius = part * height
        draw.ellipse((across - radius, up - radius, across + radius, up + radius), fill=colour)


def _draw_ridge(
    draw: ImageDraw.ImageDraw,
    width: int,
    height: int,
    level: float,
    swing: float,
    waves: float,
    shift: float,
    colour: tuple[int, int, int],
) -> None:
    step = max(1, width // 160)
    columns = np.arange(0, width + step, step)
    phase = columns / width * waves * 2 * math.pi + shift * 2 * math.pi
    heights = height * (level + swing * (np.sin(phase) + 0.4 * np.sin(2.7 * phase)) / 1.4)
    ridge = list(zip(columns.tolist(), heights.tolist(), strict=True))
    draw.polygon([(0, height), *ridge, (width, height)], fill=colour)


def _image(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


@cache
def jpeg(width: int = 640, height: int = 480, quality: int = 85, progressive: bool = False) -> bytes:
    return _image(landscape(width, height), "JPEG", quality=quality, progressive=progressive)


@cache
def jpeg_from_a_phone() -> bytes:
    """Stored lying, to be shown upright (EXIF orientation 6), with a place in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Sample"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 12.0)})
    return _image(landscape(640, 480), "JPEG", quality=85, exif=exif)


@cache
def cmyk_jpeg() -> bytes:
    return _image(landscape(320, 240).convert("CMYK"), "JPEG", quality=85)


@cache
def grey_jpeg() -> bytes:
    return _image(landscape(320, 240).convert("L"), "JPEG", quality=85)


@cache
def png(width: int = 640, height: int = 480) -> bytes:
    return _image(landscape(width, height), "PNG")


@cache
def png_with_transparency(width: int = 640, height: int = 480) -> bytes:
    picture = landscape(width, height)
    picture.putalpha(Image.radial_gradient("L").resize((width, height)))
    return _image(picture, "PNG")


@cache
def animated_png(width: int = 160, height: int = 120) -> bytes:
    return _animation(width, height, 10, "PNG")


@cache
def webp(width: int = 640, height: int = 480, quality: int = 80, lossless: bool = False) -> bytes:
    return _image(landscape(width, height), "WEBP", quality=quality, lossless=lossless, method=0)


@cache
def animated_webp(width: int = 160, height: int = 120, frames: int = 10) -> bytes:
    return _animation(width, height, frames, "WEBP", method=0)


@cache
def gif(width: int = 320, height: int = 240, frames: int = 20) -> bytes:
    """Animated, a tenth of a second a frame, endless."""
    return _animation(width, height, frames, "GIF", optimize=False)


@cache
def still_gif(width: int = 320, height: int = 240) -> bytes:
    return _image(landscape(width, height), "GIF")


def _animation(width: int, height: int, frames: int, file_format: str, **options: object) -> bytes:
    first, *others = (landscape(width, height, number / frames) for number in range(frames))
    return _image(first, file_format, save_all=True, append_images=others, duration=100, loop=0, **options)


# Videos


@cache
def mp4(
    seconds: float = 2,
    width: int = 320,
    height: int = 240,
    fps: int = 30,
    audio: bool = True,
    codec: str = "h264",
    audio_codec: str = "aac",
    faststart: bool = False,
) -> bytes:
    return _film(
        "mp4",
        codec,
        audio_codec if audio else None,
        seconds,
        width,
        height,
        fps,
        movflags="+faststart" if faststart else "-faststart",
    )


@cache
def mov(
    seconds: float = 2,
    width: int = 320,
    height: int = 240,
    fps: int = 30,
    audio: bool = True,
    codec: str = "h264",
    audio_codec: str = "aac",
) -> bytes:
    return _film("mov", codec, audio_codec if audio else None, seconds, width, height, fps)


@cache
def webm(
    seconds: float = 2,
    width: int = 320,
    height: int = 240,
    fps: int = 30,
    audio: bool = True,
    codec: str = "vp9",
) -> bytes:
    return _film("webm", codec, "opus" if audio else None, seconds, width, height, fps)


def mp4_without_audio() -> bytes:
    return mp4(audio=False)


def faststart_mp4() -> bytes:
    """The index stands before the pictures: a cut leaves a file that still opens."""
    return mp4(faststart=True)


def hevc_mp4() -> bytes:
    return mp4(seconds=1, codec="hevc")


def hevc_mov() -> bytes:
    return mov(seconds=1, codec="hevc")


def vp8_webm() -> bytes:
    return webm(codec="vp8")


def av1_webm() -> bytes:
    return webm(seconds=1, codec="av1")


def webm_without_audio() -> bytes:
    return webm(audio=False)


def mov_with_pcm_audio() -> bytes:
    return mov(audio_codec="pcm_s16le")


@cache
def mp4_with_sound_first() -> bytes:
    """As recorders write it that have the microphone before the camera."""
    return _film("mp4", "h264", "aac", 2, 320, 240, 30, sound_first=True)


def mp4_with_strange_sound_first() -> bytes:
    """Its first sound is of the kind apac, around the listener, which no decoder reads; the second is AAC."""
    film = mp4_with_two_sounds()
    entry = film.index(b"mp4a")
    setup = film.index(b"esds", entry)
    return film[:entry] + b"apac" + film[entry + 4 : setup] + b"free" + film[setup + 4 :]


def mp4_with_strange_picture_first() -> bytes:
    """Of 64 x 48; its first picture is of a kind that no decoder reads, the second is grey and H.264."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        streams = [container.add_stream("libx264", rate=30) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for stream in streams:
            grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 150, np.uint8))
            container.mux([*stream.encode(grey), *stream.encode(None)])
    film = file.getvalue()
    entry = film.index(b"avc1", film.index(b"stsd"))
    return film[:entry] + b"none" + film[entry + 4 :]


def mp4_with_mp3_audio() -> bytes:
    return mp4(audio_codec="mp3")


def one_frame_mp4() -> bytes:
    return mp4(seconds=1 / 30, audio=False)


@cache
def fragmented_mp4() -> bytes:
    """As DASH and browser recorders write: an empty index, then a piece of it before each piece of film."""
    return _film("mp4", "h264", "aac", 2, 320, 240, 30, movflags="+frag_keyframe+empty_moov")


@cache
def browser_recorder_webm(codec: str = "vp8") -> bytes:
    """As MediaRecorder writes: live, without a duration, an index, or the sizes of its parts."""
    return _film("webm", codec, "opus", 2, 320, 240, 30, live="1")


@cache
def browser_recorder_mp4() -> bytes:
    return _film("mp4", "h264", "aac", 2, 320, 240, 30, movflags="+frag_every_frame+empty_moov+default_base_moof")


@cache
def vfr_mp4() -> bytes:
    """Variable frame rate: every third picture is missing."""
    return _film("mp4", "h264", "aac", 2, 320, 240, 30, skip_every=3)


@cache
def hdr_mp4() -> bytes:
    """HEVC, 10 bits, BT.2020 and PQ, as a phone films in HDR."""
    return _film("mp4", "hevc", "aac", 1, 320, 240, 30, pixel_format="yuv420p10le", hdr=True)


@cache
def upright_phone_mp4() -> bytes:
    """Stored lying 320 x 240, to be turned by 90 degrees and shown as 240 x 320."""
    return _turned_by_90_degrees(mp4())


@cache
def mirrored_phone_mp4() -> bytes:
    """Of a front camera: stored lying 320 x 240, to be turned by 90 degrees, mirrored, and shown as 240 x 320."""
    return _with_matrix(mp4(), (0, 1, 1, 0))


@cache
def mp4_turned_as_a_whole() -> bytes:
    """Stored lying 320 x 240, with its turn by 90 degrees in the header of the film instead of the track's."""
    return _with_matrix(mp4(), (0, 1, -1, 0), b"mvhd")


@cache
def phone_mov() -> bytes:
    """To be turned by 90 degrees, with a time code track (tmcd) beside picture and sound."""
    return _turned_by_90_degrees(_film("mov", "h264", "aac", 2, 320, 240, 30, timecode="01:00:00:00"))


@cache
def mov_with_metadata_track() -> bytes:
    """Its extra track is of the kind mebx, which no decoder reads."""
    film = _film("mov", "h264", "aac", 2, 320, 240, 30, timecode="01:00:00:00")
    # FFmpeg writes no mebx: the time code's sample entry is renamed.
    entry = film.rindex(b"tmcd", 0, film.rindex(b"stts"))
    return film[:entry] + b"mebx" + film[entry + 4 :]


@cache
def mp4_with_two_sounds() -> bytes:
    return _film("mp4", "h264", "aac", 2, 320, 240, 30, second_sound=True)


# Videos that are real, but not among those that are taken


def mp4_with_vp9() -> bytes:
    return mp4(codec="vp9")


def mp4_with_av1() -> bytes:
    return mp4(seconds=1, codec="av1")


def mp4_with_mpeg4_part_2() -> bytes:
    return mp4(codec="mpeg4")


def mp4_with_ac3_audio() -> bytes:
    return mp4(audio_codec="ac3")


@cache
def prores_mov() -> bytes:
    return _film("mov", "prores", "pcm_s16le", 1, 320, 240, 30, pixel_format="yuv422p10le")


@cache
def mkv() -> bytes:
    return _film("matroska", "h264", "aac", 2, 320, 240, 30)


@cache
def mpegts() -> bytes:
    return _film("mpegts", "h264", "aac", 2, 320, 240, 30)


@cache
def avi() -> bytes:
    return _film("avi", "mpeg4", "mp3", 2, 320, 240, 30)


# Sounds


@cache
def mp3(seconds: float = 2, bit_rate: int = 128_000) -> bytes:
    return _sound("mp3", "mp3", seconds, bit_rate)


@cache
def mp3_with_cover(seconds: float = 2) -> bytes:
    """With a picture in its ID3 tag, which decoders show as a video stream."""
    cover = jpeg(300, 300)
    picture = b"\x00image/jpeg\x00\x03\x00" + cover
    frame = b"APIC" + struct.pack(">IH", len(picture), 0) + picture
    size = len(frame)
    synchsafe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + synchsafe + frame + mp3(seconds)


@cache
def wav(seconds: float = 2, codec: str = "pcm_s16le") -> bytes:
    return _sound("wav", codec, seconds)


def wav_24_bit() -> bytes:
    return wav(codec="pcm_s24le")


def wav_float() -> bytes:
    return wav(codec="pcm_f32le")


def wav_with_mp3_inside() -> bytes:
    return wav(codec="mp3")


@cache
def m4a(seconds: float = 2, codec: str = "aac") -> bytes:
    return _sound("ipod", codec, seconds, 128_000)


def alac_m4a() -> bytes:
    return m4a(codec="alac")


@cache
def flac(seconds: float = 2) -> bytes:
    return _sound("flac", "flac", seconds)


@cache
def ogg(seconds: float = 2) -> bytes:
    return _sound("ogg", "opus", seconds)


@cache
def aac(seconds: float = 2) -> bytes:
    """Bare AAC frames (ADTS), without a container."""
    return _sound("adts", "aac", seconds)


# Images and documents that are not among those that are taken


@cache
def avif() -> bytes:
    return _image(landscape(320, 240), "AVIF", speed=10)


@cache
def tiff() -> bytes:
    return _image(landscape(320, 240), "TIFF")


@cache
def bmp() -> bytes:
    return _image(landscape(320, 240), "BMP")


@cache
def pdf() -> bytes:
    return _image(landscape(320, 240), "PDF")


def svg() -> bytes:
    return (
        b'<?xml version="1.0"?>\n'
        b'<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">\n'
        b'  <script>document.title = "ran"</script>\n'
        b'  <circle cx="160" cy="120" r="80" fill="#fd9"/>\n'
        b"</svg>\n"
    )


def html() -> bytes:
    return b"<!doctype html>\n<html><body><script>document.title = 'ran'</script><p>A page.</p></body></html>\n"


@cache
def zip_() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), "Some notes.\n" * 200)
    return file.getvalue()


# Damage


def cut(whole: bytes, part: float = 0.5) -> bytes:
    """The first `part` (0 to 1) of a file, as a broken transfer leaves it."""
    return whole[: int(len(whole) * part)]


def with_a_hole(whole: bytes, at: float = 0.5, size_bytes: int = 4096) -> bytes:
    """The file with zeros from `at` (0 to 1) on; as long as before."""
    start = min(int(len(whole) * at), max(0, len(whole) - size_bytes))
    hole = bytes(min(size_bytes, len(whole) - start))
    return whole[:start] + hole + whole[start + len(hole) :]


# Encoding


def _film(
    container_format: str,
    codec: str,
    audio_codec: str | None,
    seconds: float,
    width: int,
    height: int,
    fps: int,
    *,
    pixel_format: str = "yuv420p",
    skip_every: int = 0,
    timecode: str = "",
    hdr: bool = False,
    second_sound: bool = False,
    sound_first: bool = False,
    **muxing: str,
) -> bytes:
    options = {"fflags": NO_RUN_IN_THE_FILE, **muxing}
    # A file with a name, because +faststart reads again what it has written.
    with (
        tempfile.NamedTemporaryFile() as file,
        av.open(file.name, "w", format=container_format, options=options) as container,
    ):
        sounds = [_add_sound(container, audio_codec)] if audio_codec and sound_first else []
        picture = _add_picture(container, codec, width, height, fps, pixel_format)
        if timecode:
            picture.metadata["timecode"] = timecode
        if hdr:
            picture.codec_context.color_primaries, picture.codec_context.color_trc = 9, 16
            picture.codec_context.colorspace = 9
        if audio_codec and not sound_first:
            sounds.append(_add_sound(container, audio_codec))
        if audio_codec and second_sound:
            sounds.append(_add_sound(container, audio_codec))
        _encode_interleaved(container, picture, sounds, seconds, fps, skip_every)
        container.close()
        return file.read()


def _sound(container_format: str, codec: str, seconds: float, bit_rate: int = 0) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container_format, options={"fflags": NO_RUN_IN_THE_FILE}) as container:
        stream = _add_sound(container, codec)
        if bit_rate:
            stream.codec_context.bit_rate = bit_rate
        for frame in _tones(seconds):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _add_picture(
    container: OutputContainer, codec: str, width: int, height: int, fps: int, pixel_format: str
) -> VideoStream:
    encoder = ENCODER_OF.get(codec, codec)
    stream = container.add_stream(encoder, rate=fps, options=ENCODER_OPTIONS[encoder])
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
    stream.codec_context.gop_size = fps
    stream.codec_context.flags |= av.codec.context.Flags.bitexact
    if codec == "hevc" and container.format.name in ("mp4", "mov"):
        stream.codec_context.codec_tag = "hvc1"  # the spelling that phones write and players want
    return stream


def _add_sound(container: OutputContainer, codec: str) -> AudioStream:
    stream = container.add_stream(ENCODER_OF.get(codec, codec), rate=SAMPLE_RATE_HZ)
    assert isinstance(stream, AudioStream)
    stream.codec_context.layout = "stereo"
    stream.codec_context.flags |= av.codec.context.Flags.bitexact
    return stream


def _encode_interleaved(
    container: OutputContainer,
    picture: VideoStream,
    sounds: list[AudioStream],
    seconds: float,
    fps: int,
    skip_every: int,
) -> None:
    """Feed picture and sound side by side, so that no muxer has to hold much back."""
    tones = _tones(seconds)
    fed_s = 0.0
    for frame in _pictures(picture.width, picture.height, seconds, fps, skip_every):
        container.mux(picture.encode(frame))
        while sounds and fed_s < (frame.time or 0):
            tone = next(tones, None)
            if tone is None:
                break
            fed_s += tone.samples / SAMPLE_RATE_HZ
            _encode_into_each(container, sounds, tone)
    for tone in tones if sounds else ():
        _encode_into_each(container, sounds, tone)
    container.mux(picture.encode(None))
    for sound in sounds:
        container.mux(sound.encode(None))


def _encode_into_each(container: OutputContainer, sounds: list[AudioStream], tone: av.AudioFrame) -> None:
    for stream in sounds:
        container.mux(stream.encode(tone))


def _pictures(width: int, height: int, seconds: float, fps: int, skip_every: int) -> Iterator[av.VideoFrame]:
    count = max(1, round(seconds * fps))
    for number in range(count):
        if skip_every and number % skip_every == skip_every - 1:
            continue
        frame = av.VideoFrame.from_ndarray(np.asarray(landscape(width, height, number / count)))
        frame.pts, frame.time_base = number, Fraction(1, fps)
        yield frame


def _tones(seconds: float) -> Iterator[av.AudioFrame]:
    total = round(seconds * SAMPLE_RATE_HZ)
    for start in range(0, total, SOUND_FRAME_SAMPLES):
        moments = np.arange(start, min(start + SOUND_FRAME_SAMPLES, total)) / SAMPLE_RATE_HZ
        swell = 0.25 + 0.1 * np.sin(2 * np.pi * 1.5 * moments)
        left = np.sin(2 * np.pi * 220 * moments) + 0.5 * np.sin(2 * np.pi * 330 * moments)
        right = np.sin(2 * np.pi * 220 * moments) + 0.5 * np.sin(2 * np.pi * 440 * moments)
        samples = np.stack((left * swell, right * swell), axis=1) * 0.6 * 32767
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE_HZ, Fraction(1, SAMPLE_RATE_HZ), start
        yield frame


def _turned_by_90_degrees(film: bytes) -> bytes:
    return _with_matrix(film, (0, 1, -1, 0))


def _with_matrix(film: bytes, turn: tuple[int, int, int, int], header: bytes = b"tkhd") -> bytes:
    """Write a turn into the first track's header (ISO 14496-12, 8.3.2) or another, since the muxer takes none."""
    a, b, c, d = (number * (1 << 16) for number in turn)
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 240 << 16, 0, 1 << 30)
    matrix = film.index(upright, film.index(header))
    return film[:matrix] + turned + film[matrix + len(turned) :]
