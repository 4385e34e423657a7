"""Films and images that are made to be measured: each picture of a film tells by its brightness which one it is."""

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

import media_samples
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Format
from greenroom.domain.video import FilmGround, Ground, PictureGround, Source
from greenroom.studio.ground import open_ground
from greenroom.studio.ground.port import Backdrop
from greenroom.studio.plan import Material
from greenroom.studio.planes import Planes

ASSET = AssetId("background")
FRAME = (36, 64)
Rgb = tuple[int, int, int]

# From ITU-T H.273, table 4: the weights of red and blue.
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
LOSSLESS = {
    "libx264": {"qp": "0", "preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "lossless=1:bframes=0:log-level=none:pools=1"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "4", "b": "8000000"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "lossless": "1"},
}


def codes(rgb: Rgb, matrix: int = 1, *, limited: bool = True, bits: int = 8) -> tuple[int, int, int]:
    """Y, Cb and Cr of a colour, by the formulas of H.273 (equations 39 to 44) in floating point."""
    kr, kb = WEIGHTS[matrix]
    red, green, blue = (part / 255 for part in rgb)
    y = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - y) / (2 * (1 - kb)), (red - y) / (2 * (1 - kr))
    one = 1 << bits - 8
    if limited:
        return round(one * (219 * y + 16)), round(one * (224 * cb + 128)), round(one * (224 * cr + 128))
    most, middle = (256 * one) - 1, 128 * one
    return round(most * y), min(most, round(most * cb + middle)), min(most, round(most * cr + middle))


@dataclass(frozen=True)
class Coding:
    """How a film is coded. `colours` are matrix, primaries, transfer and range as H.273 and FFmpeg number them."""

    encoder: str = "libx264"
    container: str = "mp4"
    size: tuple[int, int] = (64, 48)
    pixels: str = "yuv420p"
    colours: tuple[int, int, int, int] = (1, 1, 1, 1)
    rate: int = 30
    group: int = 12
    options: dict[str, str] = field(default_factory=dict)
    pixel_aspect: Fraction = Fraction(1)
    interlaced: bool = False
    alpha: bool = False


def film(pictures: Iterable[av.VideoFrame], coding: Coding = Coding(), times: list[int] | None = None) -> bytes:
    """A film of pictures, shown at the numbers of `times` in thousandths of a second, or at the rate of the coding."""
    file = io.BytesIO()
    base = Fraction(1, 1000) if times else Fraction(1, coding.rate)
    with av.open(file, "w", format=coding.container, options={"fflags": "+bitexact"}) as container:
        stream = _stream(container, coding)
        if times:
            stream.codec_context.time_base = base
        for number, picture in enumerate(pictures):
            picture.pts, picture.time_base = (times[number] if times else number), base
            picture.colorspace, picture.color_primaries = coding.colours[0], coding.colours[1]
            picture.color_trc, picture.color_range = coding.colours[2], coding.colours[3]
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


def _stream(container: av.container.OutputContainer, coding: Coding) -> VideoStream:
    stream = container.add_stream(
        coding.encoder, rate=coding.rate, options={**LOSSLESS[coding.encoder], **coding.options}
    )
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = coding.size
    stream.pix_fmt = coding.pixels
    context = stream.codec_context
    context.gop_size = coding.group
    context.sample_aspect_ratio = coding.pixel_aspect
    context.colorspace, context.color_primaries, context.color_trc, context.color_range = coding.colours
    context.flags |= av.codec.context.Flags.bitexact
    if coding.interlaced:
        context.flags |= av.codec.context.Flags.interlaced_dct
    if coding.alpha:
        stream.metadata["alpha_mode"] = "1"
    return stream


def level(number: int) -> int:
    """The brightness of picture `number` of a numbered film."""
    return 20 + number * 3


def number_of(planes: Planes) -> float:
    """Which picture of a numbered film is shown, from the middle of it."""
    height, width = planes.y.shape
    middle = planes.y[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4]
    return round((float(middle.mean()) - 20) / 3, 1)


def numbered(count: int, size: tuple[int, int] = (64, 48)) -> Iterator[av.VideoFrame]:
    """Pictures of one brightness each, all different."""
    for number in range(count):
        yield flat_frame((level(number), 128, 128), size)


def moving(count: int, size: tuple[int, int] = (64, 48)) -> Iterator[av.VideoFrame]:
    """The sun over the hills, at its way."""
    for number in range(count):
        yield av.VideoFrame.from_image(media_samples.landscape(*size, number / count)).reformat(format="yuv420p")


def flat_frame(values: tuple[int, ...], size: tuple[int, int] = (64, 48), pixels: str = "yuv420p") -> av.VideoFrame:
    """A frame whose planes have one value each."""
    frame = av.VideoFrame(*size, pixels)
    deep = frame.format.components[0].bits > 8
    for plane, value in zip(frame.planes, values, strict=True):
        plane.update(value.to_bytes(2 if deep else 1, "little") * (plane.buffer_size // (2 if deep else 1)))
    return frame


def frame_of(luma: NDArray[np.uint8]) -> av.VideoFrame:
    """A grey frame with these values of brightness."""
    height, width = luma.shape
    grey = np.full(((height + 1) // 2 * 2, (width + 1) // 2), 128, np.uint8)
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, values in zip(frame.planes, (luma, grey[: (height + 1) // 2], grey[: (height + 1) // 2]), strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = values
        plane.update(padded.tobytes())
    return frame


def png_of(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    """An image as a file."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


class Opened:
    """Backgrounds made of files in memory, which are let go of together."""

    def __init__(self) -> None:
        self.descriptors: list[int] = []
        self._backdrops: list[Backdrop] = []

    def film(
        self,
        data: bytes,
        format_: Format = Format.MP4,
        *,
        frame: tuple[int, int] = FRAME,
        rate: int = 30,
        focus: tuple[float, float] = (0.5, 0.5),
        loop: bool = True,
        threads: int = 2,
    ) -> Backdrop:
        """A film behind a frame."""
        return self._opened(data, format_, FilmGround(Source(ASSET), focus, loop), frame, rate, threads)

    def picture(
        self,
        data: bytes,
        format_: Format,
        *,
        frame: tuple[int, int] = FRAME,
        rate: int = 30,
        focus: tuple[float, float] = (0.5, 0.5),
    ) -> Backdrop:
        """An image behind a frame."""
        return self._opened(data, format_, PictureGround(Source(ASSET), focus), frame, rate, 1)

    def _opened(
        self, data: bytes, format_: Format, ground: Ground, frame: tuple[int, int], rate: int, threads: int
    ) -> Backdrop:
        descriptor = os.memfd_create("background")
        self.descriptors.append(descriptor)
        os.write(descriptor, data)
        backdrop = open_ground(ground, {ASSET: Material(descriptor, format_)}, frame, rate, threads=threads)
        self._backdrops.append(backdrop)
        return backdrop

    def close(self) -> None:
        """Let go of all."""
        for backdrop in self._backdrops:
            backdrop.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
