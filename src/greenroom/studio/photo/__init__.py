"""
A photograph that talks.

    Networks(folder) -> the three networks that look at a portrait (`greenroom models install` puts them there)
    prepare(picture, networks) -> Portrait: matted, with the points of its face; kept by `encoded`, `decoded`
    PhotoAvatar(portrait, (1080, 1920), Framing.FULL) -> what the composer draws frames with
"""

from greenroom.studio.photo.networks import FILES, ModelsMissing, Networks
from greenroom.studio.photo.portrait import NoFace, NotPrepared, Portrait, decoded, encoded, prepare
from greenroom.studio.photo.talking import PhotoAvatar

__all__ = [
    "FILES",
    "ModelsMissing",
    "Networks",
    "NoFace",
    "NotPrepared",
    "PhotoAvatar",
    "Portrait",
    "decoded",
    "encoded",
    "prepare",
]
