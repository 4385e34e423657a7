"""
English voices of flite, where that program is installed, with times of phones.

It tells no times of words: those are found from the phones or the sound by whoever needs them.
"""

import os
import shutil
import subprocess
import tempfile
import wave

import numpy as np

from greenroom.errors import VoiceFailed
from greenroom.studio.speech import Phone, Sound, Speech
from greenroom.studio.voices.cast import Age, Gender, Voice
from greenroom.studio.voices.level import levelled
from greenroom.studio.voices.normal import pieces_of
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.stretches import spoken_alone

_IPA = {
    "aa": "ɑː", "ae": "æ", "ah": "ʌ", "ao": "ɔː", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ", "b": "b", "ch": "tʃ",
    "d": "d", "dh": "ð", "dx": "ɾ", "eh": "ɛ", "el": "l", "em": "m", "en": "n", "er": "ɝ", "ey": "eɪ", "f": "f",
    "g": "ɡ", "hh": "h", "hv": "h", "ih": "ɪ", "iy": "iː", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "ng": "ŋ", "nx": "n", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ",
    "uh": "ʊ", "uw": "uː", "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ", "pau": "",
}  # fmt: skip
VOICES = (
    Voice("greenroom-en-US-slate", "Slate", "flite", "rms", "en-US", Gender.MALE, Age.MIDDLE_AGED, "American",
          "narration", "Welcome. I read your script aloud, word by word."),
    Voice("greenroom-en-US-willow", "Willow", "flite", "slt", "en-US", Gender.FEMALE, Age.MIDDLE_AGED, "American",
          "narration", "Welcome. I read your script aloud, word by word."),
    Voice("greenroom-en-GB-thistle", "Thistle", "flite", "awb", "en-GB", Gender.MALE, Age.MIDDLE_AGED, "Scottish",
          "narration", "Welcome. I read your script aloud, word by word."),
)  # fmt: skip
"""The voices that are inside the program."""


def installed() -> str | None:
    """Where flite is; None where it is not installed."""
    return shutil.which("flite")


class Flite:
    """The program `flite`; a sentence for each run of it."""

    name = "flite"

    def __init__(self, program: str, timeout_s: float = 60.0) -> None:
        self._program, self._timeout_s = program, timeout_s
        self.abilities = Abilities(Timings.PHONES, frozenset({"en"}))

    def say(self, request: Request) -> Speech:
        """See Provider. Runs of other writing systems are left out, and a notice says so."""
        pieces = pieces_of(request.script, request.language)
        english, notices = spoken_alone(request.script, pieces, request.language, request.voice)
        sounds: list[Sound] = []
        phones: list[Phone] = []
        rate, samples = 0, 0
        for stretch in english:
            sound, rate, ends = self._run(stretch.text, request)
            phones += _phones(ends, samples / rate, (samples + len(sound)) / rate)
            silence = np.zeros(round(stretch.pause_after_s * rate), np.float32)
            sounds += [sound, silence]
            samples += len(sound)
            if len(silence):
                phones.append(Phone("", samples / rate, (samples + len(silence)) / rate))
            samples += len(silence)
        return Speech(levelled(np.concatenate(sounds), rate), rate, (), tuple(phones), warnings=notices)

    def _run(self, text: str, request: Request) -> tuple[Sound, int, list[tuple[str, float]]]:
        """A sentence's sound, its rate, and the end of each phone in seconds."""
        with tempfile.TemporaryDirectory(prefix="flite-") as folder:
            target = os.path.join(folder, "said.wav")
            command = [self._program, "-voice", request.voice, "--setf", f"duration_stretch={1 / request.speed:.4f}"]
            # A text that begins with a space is never taken for an option or a file.
            command += ["-t", f" {text}", "-o", target, "-psdur"]
            try:
                done = subprocess.run(command, capture_output=True, timeout=self._timeout_s, check=True)
                with wave.open(target, "rb") as said:
                    rate, pcm = said.getframerate(), said.readframes(said.getnframes())
            except (OSError, EOFError, subprocess.SubprocessError, wave.Error) as error:
                raise VoiceFailed(self.name, str(error), "Check that the program works: flite -lv") from error
        pairs = (pair.rpartition(b":") for pair in done.stdout.split())
        ends = [(name.decode(), float(end)) for name, _, end in pairs]
        return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), rate, ends


def _phones(ends: list[tuple[str, float]], start_s: float, end_s: float) -> list[Phone]:
    """Phones in the time of all that is said; what remains behind the last one is silence."""
    phones: list[Phone] = []
    at = start_s
    for name, end in ends:
        until = min(start_s + end, end_s)
        if until > at:
            phones.append(Phone(_IPA.get(name, name), at, until))
            at = until
    return [*phones, Phone("", at, end_s)] if at < end_s else phones
