"""Finished films as a viewer gets them: what is heard, how loud, what is seen when, and how the file is laid out."""

import io
from collections.abc import Iterator, Mapping

import av
import numpy as np
from numpy.typing import NDArray

from greenroom.studio import models
from greenroom.studio.avatar import Box
from greenroom.studio.film.label import label

RATE = 48_000


def spans(data: bytes) -> list[tuple[float, float]]:
    """When picture and sound begin and how long each lasts, in seconds; measured by packets where no header tells."""
    with av.open(io.BytesIO(data)) as film:
        return [
            (float((one.start_time or 0) * (one.time_base or 0)), float((one.duration or 0) * (one.time_base or 0)))
            for one in (film.streams.video[0], film.streams.audio[0])
        ]


def picture_at(data: bytes, time_s: float) -> NDArray[np.uint8]:
    """The frame that is seen at a time, in RGB."""
    found: NDArray[np.uint8] | None = None
    with av.open(io.BytesIO(data)) as film:
        for frame in film.decode(video=0):
            if found is not None and frame.time is not None and frame.time > time_s:
                break
            found = frame.to_ndarray(format="rgb24")
    assert found is not None, "the film has no picture"
    return found


def heard(data: bytes) -> NDArray[np.float32]:
    """The sound of a film, or of any file, in mono at 48 kHz, placed as its times say."""
    with av.open(io.BytesIO(data)) as file:
        resampler = av.AudioResampler("flt", "mono", RATE)
        pieces = [
            piece
            for frame in [*file.decode(audio=0), None]
            for piece in resampler.resample(frame)
            if piece.pts is not None and piece.pts + piece.samples > 0
        ]
    sound = np.concatenate([piece.to_ndarray()[0] for piece in pieces])
    first = round(float(pieces[0].pts * pieces[0].time_base) * RATE)
    return np.concatenate([np.zeros(max(0, first), np.float32), sound[max(0, -first) :]])


def lag_s(data: bytes, original: bytes, most_s: float = 0.5) -> float:
    """How much later a sound is heard in a film than in its own file."""
    mixed, given = heard(data), heard(original)
    size = 1 << (len(mixed) + len(given)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(mixed, size) * np.conj(np.fft.rfft(given, size)), size)
    most = round(most_s * RATE)
    shifts = np.arange(-most, most)
    return float(shifts[int(np.argmax(likeness[shifts]))] / RATE)


def loudness(data: bytes) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dB by FFmpeg's meter, of the sound as it is stored."""
    with av.open(io.BytesIO(data)) as film:
        stream = film.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        read: dict[str, str] = {}
        for frame in [*film.decode(stream), None]:
            source.push(frame)
            for out in _pulled(sink):
                read = dict(out.metadata) or read
    peaks = [float(value) for name, value in read.items() if name.endswith("true_peak")]
    return float(read["lavfi.r128.I"]), float(20 * np.log10(max(peaks)))


def _pulled(sink: "av.filter.context.FilterContext") -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield sink.pull()
        except (BlockingIOError, EOFError):
            return


def metadata(data: bytes) -> Mapping[str, str]:
    """What the container says of itself."""
    with av.open(io.BytesIO(data)) as film:
        return {name.lower(): value for name, value in film.metadata.items()}


def boxes(data: bytes) -> list[str]:
    """The names of the boxes of an MP4, in their order."""
    names, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        names.append(data[at + 4 : at + 8].decode("latin-1"))
        at += size
    return names


def first_rgba(data: bytes) -> NDArray[np.uint8]:
    """The first frame of a VP9 film with its transparency, which FFmpeg's own decoder drops."""
    with av.open(io.BytesIO(data)) as film:
        packets = [packet for packet in film.demux(video=0) if packet.size]
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frame = next(frame for packet in packets for frame in decoder.decode(packet))
    assert isinstance(frame, av.VideoFrame)
    assert "yuva" in frame.format.name, frame.format.name
    return frame.to_ndarray(format="rgba")


def part_of(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """What stands in a box of a picture."""
    return picture[box.top : box.top + box.height, box.left : box.left + box.width]


def label_likeness(picture: NDArray[np.uint8]) -> float:
    """How much what stands at the label's place in a picture looks like the label, in letters: 0 to 1."""
    height, width = picture.shape[:2]
    drawn = label((width, height), models.fonts_folder(models.usual_folder()))
    seen = part_of(picture, drawn.box)[..., :3].mean(axis=2)
    beside = picture[drawn.box.top, drawn.box.left - 2, :3].mean()
    meant = drawn.picture[..., :3].mean(axis=2) + beside * (1 - drawn.picture[..., 3] / 255)
    return float(np.corrcoef(seen.ravel(), meant.ravel())[0, 1])
