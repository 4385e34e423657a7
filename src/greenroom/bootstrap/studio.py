"""What settings say of the studio: who speaks, who is seen, what it may take."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from greenroom import __version__
from greenroom.config import Settings, Voices
from greenroom.domain.cast import Presenter, StockVoice, Track
from greenroom.domain.video import Resolution
from greenroom.errors import SettingError
from greenroom.net.addresses import AllowList, is_host_name
from greenroom.net.client import GuardedClient
from greenroom.net.guard import Guard
from greenroom.render.hearing import Hearing
from greenroom.render.image_provider import ImageProvider
from greenroom.render.messages import RenderLimits
from greenroom.render.portrait_orders import PortraitLimits
from greenroom.render.portraits import Portraits
from greenroom.render.previews import PreviewMaker
from greenroom.render.renderer import Renderer
from greenroom.render.speaking import Speaking
from greenroom.services.cast import Cast
from greenroom.services.making import MakingTerms, Render
from greenroom.services.previews import Previews
from greenroom.services.video_wishes import VideoLimits
from greenroom.studio.cast import people
from greenroom.studio.models import fonts_folder, usual_folder
from greenroom.studio.sound.music import tracks

if TYPE_CHECKING:
    from greenroom.studio.voices.cast import Voice
    from greenroom.studio.voices.casting import Casting
    from greenroom.studio.voices.cloud.transcription import Transcriber
    from greenroom.studio.voices.espeak_helper import EspeakHelper
    from greenroom.studio.voices.piper_files import PiperFile
    from greenroom.studio.voices.settings import VoiceSettings


_PATIENCE_IN_SPARE_TIME = 10


def video_limits(settings: Settings) -> VideoLimits:
    """What videos may be."""
    chosen = settings.render
    heard = settings.voices.transcription_max_bytes if _hears(settings.voices) else 0
    return VideoLimits(
        chosen.max_script_chars, chosen.max_duration_s, Resolution(chosen.resolution), chosen.label, heard
    )


def render_limits(settings: Settings) -> RenderLimits:
    """How much of everything the making of one video may take."""
    chosen = settings.render
    return RenderLimits(wall_s=chosen.wall_s, cpu_s=chosen.cpu_s, memory_bytes=chosen.memory_bytes)


def making_terms(settings: Settings) -> MakingTerms:
    """How videos are made, and when one is given up."""
    chosen = settings.render
    return MakingTerms(
        fonts=os.path.join(models_folder(settings), "fonts"),
        models=models_folder(settings),
        preset=chosen.preset,
        crf=chosen.crf,
        max_duration_s=chosen.max_duration_s,
        most_attempts=chosen.attempts,
        first_gap_s=chosen.retry_gap_s,
    )


def require_fonts(settings: Settings) -> None:
    """Raise ModelsMissing where there are no fonts to write captions with."""
    fonts_folder(models_folder(settings))


def models_folder(settings: Settings) -> str:
    """Where fonts and models are."""
    return settings.models.folder or usual_folder()


def portraits(settings: Settings) -> Portraits:
    """Who looks at photographs."""
    chosen = settings.photo
    return Portraits(models_folder(settings), PortraitLimits(chosen.wall_s, memory_bytes=chosen.memory_bytes))


def advisers(settings: Settings) -> Portraits:
    """Who looks at images that nobody has asked about: patiently, in the time that is left over."""
    chosen = settings.photo
    wall_s = chosen.wall_s * _PATIENCE_IN_SPARE_TIME
    limits = PortraitLimits(wall_s, memory_bytes=chosen.memory_bytes, in_spare_time=True)
    return Portraits(models_folder(settings), limits)


def image_provider(settings: Settings) -> ImageProvider | None:
    """Who makes portraits of descriptions; None if nobody is configured."""
    chosen = settings.photo
    if not chosen.images_url:
        return None
    client = GuardedClient(_guard((chosen.images_url,)))
    return ImageProvider(client, chosen.images_url, chosen.images_key, chosen.images_model, chosen.timeout_s)


def rendering(settings: Settings, renderer: Renderer) -> Render:
    """What makes films: the renderer, or the renderer with an engine of the operator's. Raises SettingError."""
    chosen = settings.photo
    if not chosen.engine_url:
        return renderer.render
    if not chosen.engine_licence:
        text = "photo.engine_licence must name the licence of the engine at photo.engine_url: setting it says you agree"
        raise SettingError(text)
    # Loaded only where there is an engine: it brings numerical libraries.
    from greenroom.render.engined_renderer import EnginedRenderer
    from greenroom.render.photo_engine import PhotoEngine

    client = GuardedClient(_guard((chosen.engine_url,)))
    engine = PhotoEngine(client, chosen.engine_url, chosen.engine_key, chosen.engine_licence, chosen.engine_timeout_s)
    return EnginedRenderer(renderer.render, engine).render


def speaking(settings: Settings) -> Speaking:
    """Who speaks scripts. Raises SettingError for voice files that cannot be used."""
    files = _piper_files(settings.voices)
    return Speaking(lambda helper, environment: _casting(settings.voices, files, helper, environment))


def _piper_files(chosen: Voices) -> "tuple[PiperFile, ...]":
    if not chosen.piper_folder:
        return ()
    if chosen.piper_url:
        raise SettingError("voices.piper_folder and voices.piper_url are both set; Piper speaks by one of them")
    from greenroom.studio.voices.piper_files import piper_files

    return piper_files(chosen.piper_folder)


def _casting(
    chosen: Voices, files: "tuple[PiperFile, ...]", helper: "EspeakHelper", environment: Mapping[str, str]
) -> "Casting":
    # Loaded only when somebody speaks: it brings numerical libraries that a server without videos has no use for.
    from greenroom.render.calls import ProviderCalls
    from greenroom.render.sounds import SoundDecoder
    from greenroom.studio.voices.settings import casting

    addresses = (chosen.openai_url, chosen.azure_url, chosen.google_url, chosen.elevenlabs_url, chosen.piper_url)
    calls = ProviderCalls(GuardedClient(_guard(addresses)))
    settings = voice_settings(chosen, files)
    return casting(settings, calls, helper, decode=SoundDecoder(), environment=environment)


def hearing(settings: Settings) -> Hearing | None:
    """Who hears the words of sounds; None where nobody is configured."""
    chosen = settings.voices
    if not _hears(chosen):
        return None
    return Hearing(lambda: _transcriber(chosen), chosen.transcription_model, chosen.transcription_max_bytes)


def _hears(chosen: Voices) -> bool:
    return bool(chosen.transcription_url or chosen.transcription_key)


def _transcriber(chosen: Voices) -> "Transcriber":
    from greenroom.render.calls import ProviderCalls
    from greenroom.studio.voices.cloud.transcription import Transcriber, TranscriptionSettings
    from greenroom.studio.voices.cloud.transport import Line

    base_url = chosen.transcription_url or TranscriptionSettings().base_url
    line = Line(Transcriber.name, ProviderCalls(GuardedClient(_guard((base_url,)))), chosen.transcription_timeout_s)
    return Transcriber(TranscriptionSettings(base_url, chosen.transcription_key, chosen.transcription_model), line)


def voice_settings(chosen: Voices, files: "tuple[PiperFile, ...]" = ()) -> "VoiceSettings":
    """The providers whose key or address is set, and the voice files that were found."""
    from greenroom.studio.voices.cloud.elevenlabs import ElevenLabsSettings
    from greenroom.studio.voices.cloud.google import GoogleSettings
    from greenroom.studio.voices.cloud.services import AzureSettings, OpenAISettings, PiperSettings
    from greenroom.studio.voices.settings import VoiceSettings

    openai = OpenAISettings(chosen.openai_url or OpenAISettings().base_url, chosen.openai_key, chosen.openai_model)
    azure = AzureSettings(chosen.azure_key, chosen.azure_region, chosen.azure_url)
    elevenlabs = ElevenLabsSettings(chosen.elevenlabs_key, chosen.elevenlabs_url, chosen.elevenlabs_model)
    return VoiceSettings(
        openai=openai if chosen.openai_key or chosen.openai_url else None,
        azure=azure if chosen.azure_key else None,
        google=GoogleSettings(chosen.google_key, chosen.google_url) if chosen.google_key else None,
        elevenlabs=elevenlabs if chosen.elevenlabs_key else None,
        piper=PiperSettings(chosen.piper_url) if chosen.piper_url else None,
        piper_files=files,
        voices=tuple(_voice(text) for text in chosen.listed),
        timeout_s=chosen.timeout_s,
    )


def _voice(text: str) -> "Voice":
    from greenroom.studio.voices.cast import Gender, Voice

    id_, _, rest = text.partition("=")
    provider, there, locale, *gender = rest.split(":")
    return Voice(id_, id_, provider, there, locale, Gender(gender[0]) if gender else None)


def _guard(addresses: Sequence[str]) -> Guard:
    """Calls what is on the internet, and the hosts that the operator has named: those are no strangers."""
    parts = [urlsplit(address) for address in addresses if address]
    ports = {one.port or (80 if one.scheme == "http" else 443) for one in parts} | {443}
    return Guard(frozenset(("http", "https")), frozenset(ports), AllowList.of(_hosts([one.hostname for one in parts])))


def _hosts(names: Sequence[str | None]) -> list[str]:
    return [name for name in names if name and (is_host_name(name) or name.replace(".", "").isdigit() or ":" in name)]


@cache
def tracks_of_the_house() -> tuple[Track, ...]:
    """The music there is, as lists show it."""
    return tuple(Track(one.id, one.name, one.duration_s, one.genre, one.mood, one.about) for one in tracks())


def previews_of(settings: Settings, cast: Cast, voices: Speaking, renderer: Renderer) -> Previews:
    """What lists show of the cast."""
    folder = os.path.join(os.path.abspath(settings.data), "previews")
    fonts = making_terms(settings).fonts
    maker = PreviewMaker(voices, renderer, os.path.join(folder, "making"), fonts)
    ahead_after_s = settings.previews.ahead_after_s if settings.render.workers else None
    return Previews(os.path.join(folder, __version__), cast, maker.make, ahead_after_s or None)


def the_cast(voices: Speaking) -> Cast:
    """Who and what there is, as lists show it."""
    presenters = [
        Presenter(one.number, one.id, one.name, one.gender, one.age, one.style, one.scene, one.ethnicity, one.about)
        for one in people()
    ]

    def who_speaks() -> list[StockVoice]:
        return [
            StockVoice(
                voice.id,
                voice.name,
                voice.provider,
                voice.locale,
                voice.gender or "",
                voice.age,
                voice.accent,
                voice.use_case,
            )
            for voice in voices.casting.listed()
        ]

    return Cast(presenters, who_speaks, tracks_of_the_house)
