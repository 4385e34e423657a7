"""
Who speaks for the server: scripts become files of speech in a video's folder.

What voices need is loaded when the first one is asked for: a server that makes no videos carries none of it.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from greenroom.domain.media import Finding
from greenroom.domain.production import Spoken
from greenroom.domain.video import RecordedVoice, ScriptVoice
from greenroom.errors import GreenroomError
from greenroom.media.environment import bare_environment
from greenroom.studio.notice import Notice

if TYPE_CHECKING:
    from greenroom.studio.speech import Speech
    from greenroom.studio.voices.casting import Casting
    from greenroom.studio.voices.espeak_helper import EspeakHelper

SPEECH = "speech"
GUIDE = "guide"


@dataclass
class Speaking:
    """Speak scripts, by whoever is configured. Methods block, in any number of threads."""

    make_casting: Callable[["EspeakHelper", Mapping[str, str]], "Casting"]
    """
    Everyone who can speak, given the process of the embedded voices, which is started when one of them does, and the
    environment of such processes.
    """
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _casting: "Casting | None" = field(default=None, repr=False)
    _helper: "EspeakHelper | None" = field(default=None, repr=False)

    @property
    def casting(self) -> "Casting":
        """Everyone who can speak."""
        with self._lock:
            if self._casting is None:
                from greenroom.studio.voices.espeak_helper import EspeakHelper

                environment = bare_environment()
                self._helper = EspeakHelper(environment=environment)
                self._casting = self.make_casting(self._helper, environment)
            return self._casting

    def close(self) -> None:
        """End the process of the embedded voices."""
        with self._lock:
            if self._helper is not None:
                self._helper.close()

    def check(
        self, voice_id: str, language: str, speed: float, script: str | None = None
    ) -> tuple[str, Sequence[Notice]]:
        """
        The language in which it will be spoken, and what will not be as it is asked.

        Raises ParameterError for a voice, language or speed that cannot be, and for a script in which that voice has
        nothing to say.
        """
        notices = self.casting.check(voice_id, language, speed, script)
        return language or self.casting.voice(voice_id).locale, notices

    def speak(self, voice: ScriptVoice | RecordedVoice, folder: str) -> Spoken:
        """
        Have in a folder what a video's voice says; what an earlier attempt left there is not said again.

        Raises VoiceFailed, and ParameterError for a script in which that voice has nothing to say.
        """
        speech = self._speech(voice, folder) if isinstance(voice, ScriptVoice) else None
        guide = self._guide(voice, speech, folder)
        notices = speech.warnings if speech is not None else ()
        return Spoken(
            os.path.join(folder, SPEECH) if speech is not None else None,
            os.path.join(folder, GUIDE) if guide else None,
            speech.duration_s if speech is not None else None,
            tuple(Finding(one.code, one.message) for one in notices),
        )

    def _speech(self, voice: ScriptVoice, folder: str) -> "Speech":
        path = os.path.join(folder, SPEECH)
        there = _read(path)
        if there is not None:
            return there
        speech = self.casting.speak(voice.script, voice.voice_id, voice.language, voice.speed)
        _write(path, speech)
        return speech

    def _guide(self, voice: ScriptVoice | RecordedVoice, speech: "Speech | None", folder: str) -> bool:
        """How an embedded voice says what is said by someone who tells no times of words; whether there is such."""
        from greenroom.studio.voices.cast import stand_in

        script = voice.script if isinstance(voice, ScriptVoice) else voice.transcript
        told = speech is not None and speech.words and (speech.mouth is not None or speech.phones)
        if not script or told:
            return False
        path = os.path.join(folder, GUIDE)
        if _read(path) is not None:
            return True
        language = voice.language
        try:
            _write(path, self.casting.speak(script, stand_in(language, None).id, language))
        except GreenroomError:
            # Timing then goes by what it hears, and says so.
            return False
        return True


def _read(path: str) -> "Speech | None":
    from greenroom.studio.speech_file import NotSpeech, read

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        return read(descriptor)
    except NotSpeech:
        return None
    finally:
        os.close(descriptor)


def _write(path: str, speech: "Speech") -> None:
    """Whole or not at all: another attempt takes what it finds for the whole speech."""
    from greenroom.studio.speech_file import encoded

    new = f"{path}.new"
    with open(new, "wb") as file:
        file.write(encoded(speech))
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
