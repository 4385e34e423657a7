"""Voices of Piper from files of one's own: neural voices without a server, with exact times where their models tell."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from greenroom.errors import VoiceFailed
from greenroom.studio.speech import Phone, Sound, Speech
from greenroom.studio.voices.aliases import PIPER
from greenroom.studio.voices.level import levelled
from greenroom.studio.voices.normal import pieces_of
from greenroom.studio.voices.piper_files import SPEAKER_MARK, PiperFile
from greenroom.studio.voices.piper_process import Answer, Asked, Said
from greenroom.studio.voices.piper_signs import sounds_of, word_times
from greenroom.studio.voices.port import Abilities, Request, Timings
from greenroom.studio.voices.stretches import Stretch, spoken_alone
from greenroom.studio.voices.written import written

MODULE = "greenroom.studio.voices.piper_process"


class PiperVoices:
    """
    Piper, with voice files; a process of its own for each request.

    `timeout_s` is for one request; `environment` is that process's, that of this one where none is given.
    """

    name = PIPER

    def __init__(
        self, files: Sequence[PiperFile], timeout_s: float = 60.0, environment: Mapping[str, str] | None = None
    ) -> None:
        self._files = {file.name: file for file in files}
        self._timeout_s, self._environment = timeout_s, environment
        names = frozenset(name for file in files for name in file.voices)
        self.abilities = Abilities(Timings.PHONES, voices=names, own_language_alone=True)

    def say(self, request: Request) -> Speech:
        """See Provider. Runs of other writing systems are left out, and a notice says so."""
        pieces = pieces_of(request.script, request.language)
        stretches, notices = spoken_alone(request.script, pieces, request.language, request.voice)
        name, _, speaker = request.voice.partition(SPEAKER_MARK)
        texts = [_plain(stretch.text) for stretch in stretches]
        answer = self._answer(Asked(self._files[name].path, speaker, 1 / request.speed, texts))
        heard = _Heard(answer.rate)
        for stretch, said in zip(stretches, answer.said, strict=True):
            heard.add(stretch, said)
        if not heard.samples:
            raise VoiceFailed(self.name, f"the voice '{request.voice}' gave no sound")
        sound = levelled(np.concatenate(heard.sounds), answer.rate)
        if not all(said.signs for said in answer.said):
            return Speech(sound, answer.rate, warnings=notices)
        owners = {owner for stretch in stretches for owner in stretch.owners}
        pieces = [piece if index in owners else replace(piece, said="") for index, piece in enumerate(pieces)]
        words = tuple(written(request.script, pieces, heard.times))
        return Speech(sound, answer.rate, words, tuple(heard.phones), warnings=notices)

    def _answer(self, asked: Asked) -> Answer:
        try:
            ran = subprocess.run(
                [sys.executable, "-P", "-m", MODULE],
                input=msgspec.msgpack.encode(asked),
                capture_output=True,
                env=self._environment,
                timeout=self._timeout_s,
                start_new_session=True,
                check=False,
            )
            answer = msgspec.msgpack.decode(ran.stdout, type=Answer)
        except subprocess.TimeoutExpired:
            raise VoiceFailed(self.name, f"it took longer than {self._timeout_s:g} s", passes=True) from None
        except msgspec.DecodeError:
            last = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise VoiceFailed(self.name, f"its process ended with status {ran.returncode}: {last[:200]}") from None
        if answer.error:
            raise VoiceFailed(self.name, answer.error[:300], "Check that the voice file is whole")
        return answer


def _plain(text: str) -> str:
    """Text in which Piper sees no sounds written out, as which it reads what is between double brackets."""
    while "[[" in text:
        text = text.replace("[[", "[ [")
    return text


class _Heard:
    """Gathers what was said, stretch after stretch; `times` are those of the script's pieces."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.samples = 0
        self.sounds: list[Sound] = []
        self.phones: list[Phone] = []
        self.times: dict[int, tuple[float, float]] = {}

    def add(self, stretch: Stretch, said: Said) -> None:
        """Put a stretch behind the others, and its pause."""
        sound = np.frombuffer(said.pcm, "<i2").astype(np.float32) / np.float32(32768)
        pause = np.zeros(round(stretch.pause_after_s * self._rate), np.float32)
        for owner, first, last in word_times(stretch, said.signs):
            begin_s = self.times[owner][0] if owner in self.times else self._at_s(min(first, len(sound)))
            self.times[owner] = begin_s, self._at_s(min(last, len(sound)))
        at = 0
        for name, samples, is_stressed in sounds_of(said.signs):
            until = min(at + samples, len(sound))
            if until > at:
                self.phones.append(Phone(name, self._at_s(at), self._at_s(until), is_stressed))
            at = until
        if at < len(sound) + len(pause):
            self.phones.append(Phone("", self._at_s(at), self._at_s(len(sound) + len(pause))))
        self.sounds += [sound, pause]
        self.samples += len(sound) + len(pause)

    def _at_s(self, sample: int) -> float:
        """When a sample of the newest stretch is heard."""
        return (self.samples + sample) / self._rate
