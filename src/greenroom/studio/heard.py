"""What is heard in a plan: its voice, when that moves the mouth, how long the film is, and the mix with music."""

from dataclasses import dataclass

from greenroom.domain.video import FRAME_RATE, Music, RecordedVoice, film_frames
from greenroom.errors import NotProduced
from greenroom.studio import speech_file
from greenroom.studio.memory import give_back_free
from greenroom.studio.plan import Plan
from greenroom.studio.sound import Bed, Mixed, bed_of_file, bed_of_sound, mixed, recorded
from greenroom.studio.sound.music import sound_of, track
from greenroom.studio.speech import Speech, Timing
from greenroom.studio.timing import timed


@dataclass(frozen=True, slots=True)
class Voice:
    """What is said: the speech, its script if there is one, and the language."""

    speech: Speech
    script: str | None
    language: str

    @property
    def duration_s(self) -> float:
        """How long it is, and with it the film."""
        return self.speech.duration_s

    @property
    def frames(self) -> int:
        """The same in whole frames."""
        return film_frames(self.duration_s)


def voice_of(plan: Plan) -> Voice:
    """The voice of a plan. Raises NotProduced for a sound that cannot be decoded."""
    voice = plan.spec.voice
    if isinstance(voice, RecordedVoice):
        sound, rate = recorded(plan.materials[voice.source.asset_id])
        return Voice(Speech(sound, rate), voice.transcript or None, voice.language)
    if plan.speech is None:
        raise NotProduced("speech_missing", "What the voice said of the script is not there. Try again.")
    return Voice(_read(plan.speech), voice.script, voice.language)


def timing_of(plan: Plan, voice: Voice) -> Timing:
    """When its words are heard, and how the mouth moves."""
    guide = plan.guide
    return timed(voice.speech, voice.script, voice.language, (lambda _: _read(guide)) if guide is not None else None)


def mix_of(plan: Plan, voice: Voice) -> Mixed:
    """All that is heard, exactly as long as the frames. Raises NotProduced for music that cannot be decoded."""
    bed = _bed(plan, plan.spec.music) if plan.spec.music else None
    give_back_free()  # what playing a track took
    made = mixed(voice.speech.sound, voice.speech.rate, bed, voice.frames / FRAME_RATE)
    give_back_free()
    return made


def _bed(plan: Plan, music: Music) -> Bed:
    if music.source is not None:
        return bed_of_file(plan.materials[music.source.asset_id], music.volume, loop=music.loop)
    found = track(int(music.track_id)) if music.track_id.isdecimal() else None
    if found is None:
        raise NotProduced("music_unknown", f"music '{music.track_id}' names no track. Take one from the list of music.")
    return bed_of_sound(sound_of(found), music.volume, loop=music.loop)


def _read(descriptor: int) -> Speech:
    try:
        return speech_file.read(descriptor)
    except speech_file.NotSpeech as error:
        raise NotProduced("speech_damaged", f"What the voice said cannot be read: {error}. Try again.") from error
