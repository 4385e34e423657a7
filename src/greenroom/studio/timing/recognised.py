"""Sounds recognised without a script: pocketsphinx' phone loop, trained on English, of use for any language."""

import pocketsphinx

from greenroom.studio.speech import Phone, Sound
from greenroom.studio.timing.aligned import FRAMES_HZ, MODEL
from greenroom.studio.timing.arpabet import IPA
from greenroom.studio.timing.resample import HEARD_HZ, pcm

_PHONES = "en-us/en-us-phone.lm.bin"
_PIECE_S = 60
_FASTEST, _SLOWEST = 24.0, 2.0
_ENOUGH = 3


class NotRecognised(Exception):
    """No speech was recognised in a sound; the text says how that was seen."""


def recognise(sound: Sound) -> tuple[Phone, ...]:
    """The sounds of speech in a sound of 16 kHz. Raises NotRecognised."""
    decoder = pocketsphinx.Decoder(
        hmm=pocketsphinx.get_model_path(MODEL),
        lm=None,
        dict=None,
        allphone=pocketsphinx.get_model_path(_PHONES),
        lw=2.0,
        beam=1e-20,
        pbeam=1e-20,
        loglevel="FATAL",
    )
    audio = pcm(sound)
    phones: list[Phone] = []
    step = _PIECE_S * HEARD_HZ * 2
    for index in range(0, len(audio), step):
        phones += _piece(decoder, audio[index : index + step], index / (2 * HEARD_HZ))
    talked_s = sum(one.end_s - one.start_s for one in phones)
    if len(phones) < _ENOUGH or not _SLOWEST < len(phones) / max(talked_s, 0.01) < _FASTEST:
        raise NotRecognised(f"{len(phones)} sounds in {talked_s:.1f} s")
    return tuple(phones)


def _piece(decoder: pocketsphinx.Decoder, audio: bytes, start_s: float) -> list[Phone]:
    try:
        decoder.start_utt()
        decoder.process_raw(audio, full_utt=True)
        decoder.end_utt()
        segments = list(decoder.seg() or ())
    except RuntimeError as error:
        raise NotRecognised(str(error)) from error
    return [
        Phone(IPA[one.word], start_s + one.start_frame / FRAMES_HZ, start_s + (one.end_frame + 1) / FRAMES_HZ)
        for one in segments
        if one.word in IPA
    ]
