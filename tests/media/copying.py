"""Having copies made, and measuring them with means other than the optimizer's own."""

import io
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

import av
import numpy as np
from PIL import Image

from greenroom.domain.recipe import Recipe
from greenroom.domain.rendition import Optimized
from greenroom.media.optimizing.optimizer import Optimizer


@dataclass(frozen=True)
class Copy:
    """A copy and what the optimizer says of it."""

    data: bytes
    told: Optimized

    @property
    def remarks(self) -> list[str]:
        return [found.code for found in self.told.remarks]

    def picture(self) -> Image.Image:
        return Image.open(io.BytesIO(self.data))

    def film(self) -> "Film":
        return Film(self.data)


@cache
def copy_of(data: bytes, recipe: Recipe, optimizer: Optimizer | None = None) -> Copy:
    """Have a copy made by a real process; the same one again for the same question."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(data)
        source.flush()
        told = (optimizer or Optimizer()).run(source.fileno(), target.fileno(), recipe, lambda done: None)
        target.seek(0)
        return Copy(target.read(), told)


class Film:
    """A film or sound, decoded in full."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with av.open(io.BytesIO(data)) as container:
            self.container = container.format.name
            video = next(iter(container.streams.video), None)
            audio = next(iter(container.streams.audio), None)
            self.video_codec = video.codec_context.codec.canonical_name if video else None
            self.audio_codec = audio.codec_context.codec.canonical_name if audio else None
            self.pixel_format = video.codec_context.pix_fmt if video else None
            self.bit_rate = audio.codec_context.bit_rate if audio else None
            self.metadata = dict(container.metadata)
            frames = [frame for stream in (video, audio) if stream for frame in _all_frames(data, stream.index)]
        self.pictures = [frame for frame in frames if isinstance(frame, av.VideoFrame)]
        self.sounds = [frame for frame in frames if isinstance(frame, av.AudioFrame)]

    @property
    def size(self) -> tuple[int, int]:
        return self.pictures[0].width, self.pictures[0].height

    @property
    def steps(self) -> set[Fraction]:
        """The times between two pictures, all different ones."""
        moments = [frame.pts * frame.time_base for frame in self.pictures]
        return {later - earlier for earlier, later in pairwise(moments)}

    @property
    def colours(self) -> tuple[int, int, int, int]:
        """Matrix, primaries, transfer, range, by the numbers of H.273."""
        frame = self.pictures[0]
        return int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc), int(frame.color_range)

    @property
    def picture_s(self) -> float:
        return len(self.pictures) * float(next(iter(self.steps)))

    @property
    def sound_s(self) -> float:
        last = self.sounds[-1]
        return float(last.pts * last.time_base + Fraction(last.samples, last.sample_rate))

    def rgb(self, number: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        return self.pictures[number].to_ndarray(format="rgb24")

    def samples(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        """All sound as one channel."""
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in self.sounds])

    def first_boxes(self) -> list[bytes]:
        """The kinds of the outermost boxes of an MP4 in their order."""
        at, kinds = 0, []
        while at + 8 <= len(self.data):
            size, kind = struct.unpack_from(">I4s", self.data, at)
            kinds.append(kind)
            at += size
        return kinds

    def loudness(self) -> tuple[float, float]:
        """Integrated loudness in LUFS and true peak in dBTP."""
        with av.open(io.BytesIO(self.data)) as container:
            stream = container.streams.audio[0]
            graph = av.filter.Graph()
            first, meter, last = (
                graph.add_abuffer(template=stream),
                graph.add("ebur128", "metadata=1:peak=true"),
                graph.add("abuffersink"),
            )
            first.link_to(meter)
            meter.link_to(last)
            graph.configure()
            seen: dict[str, str] = {}
            for frame in container.decode(stream):
                graph.push(frame)
                for out in _pulled(graph):
                    seen = {**seen, **out.metadata}
        return float(seen["lavfi.r128.I"]), 20 * float(np.log10(float(seen["lavfi.r128.true_peak"])))


def _all_frames(data: bytes, index: int) -> Iterator[av.VideoFrame | av.AudioFrame]:
    with av.open(io.BytesIO(data)) as container:
        yield from container.decode(container.streams[index])


def _pulled(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield graph.pull()  # type: ignore[misc]
        except (av.BlockingIOError, av.EOFError):
            return
