"""
The process that speaks with a voice file of Piper: `python -m greenroom.studio.voices.piper_process`.

It reads one request from its standard input, answers on its standard output, and ends; both are MessagePack. So the
same request gives the same bits (the noise of which voices are made begins anew in each process), what the model takes
is given back, and Piper, which is under the GPL, is a program of its own.
"""

import os
import resource
import sys
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from piper import PiperVoice
    from piper.config import SynthesisConfig

MEMORY_BYTES = 8 << 30
_SEED = 1


class Asked(msgspec.Struct, frozen=True):
    """Texts to be said one by one by a speaker of a voice file (its usual one if empty), at a scale of lengths."""

    path: str
    speaker: str
    length_scale: float
    texts: list[str]


class Sign(msgspec.Struct, frozen=True, array_like=True):
    """A sign of what was said, in the International Phonetic Alphabet or a mark of Piper's, and its samples."""

    text: str
    samples: int


class Said(msgspec.Struct, frozen=True):
    """What was said for a text, in 16 bits; `signs` are empty if the voice does not tell them."""

    pcm: bytes
    signs: list[Sign]


class Answer(msgspec.Struct, frozen=True):
    """What was said, text by text, at a rate; or why nothing was."""

    rate: int = 0
    said: list[Said] = []
    error: str = ""


def speak(asked: Asked) -> Answer:
    """Say it all. The voice is as loud as its model makes it, rather than each sentence as loud as can be."""
    import onnxruntime
    from piper import PiperVoice
    from piper.config import SynthesisConfig

    onnxruntime.set_default_logger_severity(3)
    onnxruntime.set_seed(_SEED)
    voice = PiperVoice.load(asked.path, include_alignments=True)
    speaker = voice.config.speaker_id_map[asked.speaker] if asked.speaker else None
    how = SynthesisConfig(speaker, asked.length_scale * voice.config.length_scale, normalize_audio=False)
    return Answer(voice.config.sample_rate, [_said(voice, text, how) for text in asked.texts])


def _said(voice: "PiperVoice", text: str, how: "SynthesisConfig") -> Said:
    chunks = list(voice.synthesize(text, how, include_alignments=True))
    told = [chunk.phoneme_alignments or [] for chunk in chunks]
    signs = [Sign(one.phoneme, int(one.num_samples)) for signs in told for one in signs] if all(told) else []
    return Said(b"".join(chunk.audio_int16_bytes for chunk in chunks), signs)


def main() -> None:
    """Answer one request."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # What libraries print must not get between the bytes of the answer.
    target = os.dup(1)
    os.dup2(2, 1)
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    try:
        answer = speak(asked)
    except Exception as problem:  # noqa: BLE001  # whatever a model or Piper raises is why there is no sound
        answer = Answer(error=f"{type(problem).__name__}: {problem}")
    with os.fdopen(target, "wb") as output:
        output.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
