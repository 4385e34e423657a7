"""From the id of a voice and a script to Speech: who speaks, and who stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from greenroom.errors import ParameterError
from greenroom.studio.speech import Notice, Speech
from greenroom.studio.voices.aliases import foreign_voice
from greenroom.studio.voices.cast import EMBEDDED, Gender, Voice, stand_in
from greenroom.studio.voices.espeak_languages import ESPEAK_LANGUAGES, base_language, espeak_language
from greenroom.studio.voices.languages import listed, unsaid
from greenroom.studio.voices.port import Provider, Request

SLOWEST, FASTEST = 0.5, 2.0
EXAMPLES = ("en-US-ChristopherNeural", "en-US-JennyNeural", "en-US-News-N", "en-US-Wavenet-A", "en-GB-SoniaNeural")
"""Ids of other services that clients use, for the error that names near ones."""


@dataclass(frozen=True, slots=True)
class Casting:
    """
    Who can speak: providers by name, of which `espeak-ng` is always one, and voices besides the embedded ones.

    `voices` are those of configured providers that an operator lists; their ids go before all others.
    """

    providers: Mapping[str, Provider]
    voices: tuple[Voice, ...] = field(default=())

    def listed(self) -> tuple[Voice, ...]:
        """Every voice that lists show: those that can speak now."""
        return (*filter(self._speaks, self.voices), *EMBEDDED)

    def voice(self, voice_id: str) -> Voice:
        """The voice of an id, also of a service that is not configured; raises ParameterError that names near ids."""
        for voice in (*self.voices, *EMBEDDED):
            if voice.id == voice_id:
                return voice
        found = foreign_voice(voice_id)
        if found is None:
            raise ParameterError("voice_id", f"'{voice_id}' names no voice. {self._near(voice_id)}")
        return found

    def check(
        self, voice_id: str, language: str = "", speed: float = 1.0, script: str | None = None
    ) -> tuple[Notice, ...]:
        """
        What will not be as it is asked, before anything is spoken.

        Raises ParameterError for a voice, language or speed that cannot be, and for a script, where one is given, in
        which nothing can be said.
        """
        voice = self.voice(voice_id)
        listed(language or voice.locale)
        if not SLOWEST <= speed <= FASTEST:
            raise ParameterError("talk_speed", f"is {speed:g}; it may be from {SLOWEST:g} to {FASTEST:g}")
        if self._speaks(voice):
            _require_able(voice, self._languages(voice), language or voice.locale, script)
            return ()
        _require_embedded(script, language or voice.locale)
        return (_notice(voice, self._stand_in(voice, language)),)

    def speak(self, script: str, voice_id: str, language: str = "", speed: float = 1.0) -> Speech:
        """
        Speak a script by a voice, or by the one that stands in for it; a warning says so.

        `language` is empty for the voice's own. Raises ParameterError as `check` does, VoiceFailed from the provider.
        """
        notices = self.check(voice_id, language, speed)
        voice = self.voice(voice_id)
        spoken_by = voice if self._speaks(voice) else self._stand_in(voice, language)
        request = Request(script, spoken_by.provider_voice, language or voice.locale, speed)
        speech = self.providers[spoken_by.provider].say(request)
        return replace(speech, warnings=(*notices, *speech.warnings))

    def _speaks(self, voice: Voice) -> bool:
        """Whether it can speak now: its provider is configured, and has it if that tells what it has."""
        provider = self.providers.get(voice.provider)
        if provider is None:
            return False
        has = provider.abilities.voices
        return has is None or voice.provider_voice in has

    def _languages(self, voice: Voice) -> frozenset[str]:
        """The only languages that a voice speaks; none where nobody but its provider knows."""
        abilities = self.providers[voice.provider].abilities
        return frozenset({base_language(voice.locale)}) if abilities.own_language_alone else abilities.languages

    def _stand_in(self, voice: Voice, language: str) -> Voice:
        return stand_in(language or voice.locale, voice.gender)

    def _near(self, voice_id: str) -> str:
        names = {known.lower(): known for known in (*(voice.id for voice in self.listed()), *EXAMPLES)}
        by_name = {voice.name.lower(): voice.id for voice in self.listed()}
        found = [names[near] for near in get_close_matches(voice_id.lower(), names, 3, 0.5)]
        found += [by_name[near] for near in get_close_matches(voice_id.lower(), by_name, 2, 0.7)]
        near = list(dict.fromkeys(found)) or [EMBEDDED[0].id, EMBEDDED[1].id]
        return f"Near it are: {', '.join(near[:3])}. GET /v2/voices lists all"


def _require_able(voice: Voice, languages: frozenset[str], language: str, script: str | None) -> None:
    """Raise ParameterError for what a voice cannot say that speaks some languages; any if there are none."""
    if not languages:
        return
    _require_embedded(script, language)
    if base_language(language) not in languages:
        raise ParameterError("language", f"is '{language}', but {_alone(voice, languages)}")
    if script is not None and unsaid(script, language, languages):
        raise ParameterError("script", f"has no letter that can be said, for {_alone(voice, languages)}")


def _alone(voice: Voice, languages: frozenset[str]) -> str:
    names = " and ".join(sorted(ESPEAK_LANGUAGES[tag] for tag in languages))
    return f"the voice '{voice.id}' speaks {names} alone. Choose a voice of the language: GET /v2/voices lists them"


def _require_embedded(script: str | None, language: str) -> None:
    espeak_language(language)
    if script is not None and (system := unsaid(script, language)):
        text = f"has only {system} letters, which no embedded voice for {language} can say. Choose another language"
        raise ParameterError("script", text)


def _notice(voice: Voice, other: Voice) -> Notice:
    genders = {Gender.FEMALE: "a female voice", Gender.MALE: "a male voice", None: "a voice"}
    return Notice(
        "voice_fallback",
        f"'{voice.id}' is {genders[voice.gender]} of {voice.provider} that is not configured on this server; "
        f"'{other.id}' speaks in its place.",
    )
