"""Sound as a provider sends it -> mono samples: WAV, MP3, Ogg, FLAC and the like by PyAV, raw samples as they are."""

import io

import av
import numpy as np

from greenroom.errors import VoiceFailed
from greenroom.studio.speech import Sound

LONGEST_S = 1800


def decoded(provider: str, data: bytes) -> tuple[Sound, int]:
    """The samples of a file and their rate; raises VoiceFailed for what is no sound, is empty, or has no end."""
    if not data:
        raise VoiceFailed(provider, "it sent an empty sound")
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            if not container.streams.audio:
                raise VoiceFailed(provider, "it sent a file without sound")
            stream = container.streams.audio[0]
            rate = int(stream.rate)
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
            parts: list[Sound] = []
            samples = 0
            for frame in container.decode(stream):
                for mono in resampler.resample(frame):
                    parts.append(mono.to_ndarray()[0].astype(np.float32))
                    samples += len(parts[-1])
                if samples > LONGEST_S * rate:
                    raise VoiceFailed(provider, f"it sent more than {LONGEST_S} s of sound")
            parts += [mono.to_ndarray()[0].astype(np.float32) for mono in resampler.resample(None)]
    except (av.FFmpegError, ValueError) as error:
        raise VoiceFailed(provider, f"it sent what is no sound ({error})") from error
    if not parts:
        raise VoiceFailed(provider, "it sent an empty sound")
    return np.concatenate(parts), rate
