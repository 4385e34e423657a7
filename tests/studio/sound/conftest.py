"""What is mixed: a voice that speaks in phrases, music that plays through, and meters that are not ours."""

from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.studio.speech import Sound
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.port import Request

RATE = 48_000


@pytest.fixture(scope="session")
def spoken() -> tuple[Sound, int]:
    """Real speech, with its rate."""
    espeak = Espeak()
    speech = espeak.say(Request("Our new kitchen lamp is here. It is bright, and it costs very little.", "f2", "en-US"))
    espeak.close()
    return speech.sound, speech.rate


@pytest.fixture(scope="session")
def phrases(spoken: tuple[Sound, int]) -> tuple[Sound, int]:
    """The speech, four seconds of nothing, the speech again."""
    sound, rate = spoken
    return np.concatenate([sound, np.zeros(4 * rate, np.float32), sound]), rate


@pytest.fixture(scope="session")
def music() -> NDArray[np.float32]:
    """Seven seconds of a steady chord in stereo at 48 kHz, above the voice so that filters can tell them apart."""
    at = np.arange(7 * RATE) / RATE
    left, right = (sum(np.sin(2 * np.pi * hz * at) for hz in chord) for chord in ((9000, 9500), (9100, 9700)))
    return np.stack([left, right], 1).astype(np.float32) * np.float32(0.2)


@pytest.fixture(scope="session")
def metered() -> Callable[[NDArray[np.float32]], tuple[float, float]]:
    """FFmpeg's meter: integrated loudness and true peak of stereo at 48 kHz."""
    return _metered


def _metered(sound: NDArray[np.float32]) -> tuple[float, float]:
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="stereo", time_base=f"1/{RATE}")
    meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    read: dict[str, str] = {}
    for start in [*range(0, len(sound), RATE), -1]:
        source.push(_frame(sound, start) if start >= 0 else None)
        for frame in _pulled(sink):
            read = dict(frame.metadata) or read
    peaks = [float(value) for name, value in read.items() if name.endswith("true_peak")]
    return float(read["lavfi.r128.I"]), float(20 * np.log10(max(peaks)))


def _frame(sound: NDArray[np.float32], start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[start : start + RATE].T), "fltp", "stereo")
    frame.sample_rate = RATE
    frame.pts = start
    return frame


def _pulled(sink: av.filter.context.FilterContext) -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield sink.pull()
        except (BlockingIOError, EOFError):
            return
