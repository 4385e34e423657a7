"""
Timing: when words are heard and how the mouth moves.

    track       sounds of speech -> the mouth at 100 Hz
    letters     the phonetic alphabet as mouth shapes
    visemes     viseme ids of others, to and from sounds of speech
"""

from greenroom.studio.timing.track import LEAD_S, mouth, opening
from greenroom.studio.timing.visemes import azure_of, oculus_of, phones_of_azure, phones_of_oculus

__all__ = ["LEAD_S", "azure_of", "mouth", "oculus_of", "opening", "phones_of_azure", "phones_of_oculus"]
