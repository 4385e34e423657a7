"""
Timing: when words are heard and how the mouth moves.

    timed       speech -> Timing, by the best method that works
    aligned     an English script found in its sound, by an acoustic model
    warped      a script in any language, spoken by a voice with known times and bent onto the sound
    recognised  sounds of speech without a script
    energy      the mouth by loudness
    track       sounds of speech -> the mouth at 100 Hz
    letters     the phonetic alphabet as mouth shapes
    visemes     viseme ids of others, to and from sounds of speech
    script      a script as the words that are heard
    arpabet     the acoustic model's names of sounds
    resample    sounds at 16 kHz
"""

from greenroom.studio.timing.timed import Speak, timed
from greenroom.studio.timing.track import LEAD_S, mouth, opening
from greenroom.studio.timing.visemes import azure_of, oculus_of, phones_of_azure, phones_of_oculus

__all__ = [
    "LEAD_S",
    "Speak",
    "azure_of",
    "mouth",
    "oculus_of",
    "opening",
    "phones_of_azure",
    "phones_of_oculus",
    "timed",
]
