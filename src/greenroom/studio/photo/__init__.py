"""
A photograph that talks.

    Networks(models_folder) -> the three networks that look at a portrait (`greenroom models install` puts them there)
    judged(picture, networks) -> Judgement: what speaks against an avatar from a picture, with cures
    prepare(picture, networks) -> Portrait: matted, with the points of its face; kept by `encoded`, `decoded`
    looks(portrait, Aspect.PORTRAIT) -> four images: as given, without ground, in a studio, stylised
    PhotoAvatar(portrait, (1080, 1920), Framing.FULL) -> what the composer draws frames with
"""

from greenroom.studio.photo.gates import Judgement, judged
from greenroom.studio.photo.looks import looks
from greenroom.studio.photo.networks import Networks
from greenroom.studio.photo.portrait import NoFace, NotPrepared, Portrait, decoded, encoded, prepare
from greenroom.studio.photo.talking import PhotoAvatar

__all__ = [
    "Judgement",
    "Networks",
    "NoFace",
    "NotPrepared",
    "PhotoAvatar",
    "Portrait",
    "decoded",
    "encoded",
    "judged",
    "looks",
    "prepare",
]
