"""Sounds as MP3, for previews."""

import io

import av
import numpy as np
from numpy.typing import NDArray

from greenroom.studio.sound.blocks import BLOCK

_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_BITS_A_CHANNEL = 64_000


def mp3_of(sound: NDArray[np.float32], rate: int) -> bytes:
    """An MP3 of samples (n) or of frames of stereo (n, 2); the same bytes for the same sound."""
    channels = np.atleast_2d(sound.T)
    layout = "mono" if len(channels) == 1 else "stereo"
    coded_rate = rate if rate in _RATES else 48_000
    out = io.BytesIO()
    with av.open(out, "w", format="mp3", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libmp3lame", rate=coded_rate, layout=layout)
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        stream.bit_rate = _BITS_A_CHANNEL * len(channels)
        for start in range(0, channels.shape[1], BLOCK):
            piece = np.ascontiguousarray(channels[:, start : start + BLOCK], np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
