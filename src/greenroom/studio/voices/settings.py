"""Which voices are configured, and everyone who speaks made of that."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from greenroom.studio.voices import flite
from greenroom.studio.voices.cast import Voice
from greenroom.studio.voices.casting import Casting
from greenroom.studio.voices.cloud.elevenlabs import ElevenLabs, ElevenLabsSettings
from greenroom.studio.voices.cloud.google import Google, GoogleSettings
from greenroom.studio.voices.cloud.services import Azure, AzureSettings, OpenAI, OpenAISettings, Piper, PiperSettings
from greenroom.studio.voices.cloud.transport import Decode, Line, Transport
from greenroom.studio.voices.espeak import Espeak
from greenroom.studio.voices.espeak_helper import EspeakHelper
from greenroom.studio.voices.piper import PiperVoices
from greenroom.studio.voices.piper_files import PiperFile, listed_voices
from greenroom.studio.voices.port import Provider


class VoiceSettings(Struct, frozen=True):
    """
    The providers that are configured; None for those that are not.

    `voices` are voices of theirs that lists show; those of `piper_files`, which speak without a server, are shown
    beside them. `timeout_s` is for one request to a provider.
    """

    openai: OpenAISettings | None = None
    azure: AzureSettings | None = None
    google: GoogleSettings | None = None
    elevenlabs: ElevenLabsSettings | None = None
    piper: PiperSettings | None = None
    piper_files: tuple[PiperFile, ...] = ()
    voices: tuple[Voice, ...] = ()
    timeout_s: float = 60.0


def casting(
    settings: VoiceSettings,
    transport: Transport | None = None,
    helper: EspeakHelper | None = None,
    sleep: Callable[[float], None] = time.sleep,
    decode: Decode | None = None,
    environment: Mapping[str, str] | None = None,
) -> Casting:
    """
    Everyone who can speak: the embedded voices, flite where it is installed, and what is configured.

    `transport` carries requests to providers; without one none of them speaks. `decode` makes samples of the files that
    they send, in this process if it is None. `environment` is that of processes that speak. Nothing is started or
    called here.
    """
    providers: list[Provider] = [Espeak(helper)]
    if program := flite.installed():
        providers.append(flite.Flite(program))
    if settings.piper_files:
        providers.append(PiperVoices(settings.piper_files, settings.timeout_s, environment))
    if transport is not None:
        providers += _configured(settings, transport, sleep, decode)
    named = {voice.id for voice in settings.voices}
    from_files = [voice for voice in listed_voices(settings.piper_files) if voice.id not in named]
    voices = (*settings.voices, *from_files, *flite.VOICES)
    return Casting({provider.name: provider for provider in providers}, voices)


def _configured(
    settings: VoiceSettings, transport: Transport, sleep: Callable[[float], None], decode: Decode | None
) -> list[Provider]:
    def line(provider: str) -> Line:
        own = {"decode_file": decode} if decode is not None else {}
        return Line(provider, transport, settings.timeout_s, sleep, **own)

    found: list[Provider] = []
    if settings.openai is not None:
        found.append(OpenAI(settings.openai, line(OpenAI.name)))
    if settings.azure is not None:
        found.append(Azure(settings.azure, line(Azure.name)))
    if settings.google is not None:
        found.append(Google(settings.google, line(Google.name)))
    if settings.elevenlabs is not None:
        found.append(ElevenLabs(settings.elevenlabs, line(ElevenLabs.name)))
    if settings.piper is not None:
        found.append(Piper(settings.piper, line(Piper.name)))
    return found
