"""
A film of a person who says something else: the film's own pictures, with the lower face made anew.

    judged(material, size, networks) -> Found: what speaks against it, before anything is queued
    dubbed(plan, mouths, going) -> Shown: the frames

    playback    which picture of the film each frame shows
    track       where the face is, picture by picture: a first pass over the film
    covered     in which pictures something is before the mouth
    stance      how a head stands in a picture, and smoothing without lag
    speaker     a model of the face at rest, and what the film's own mouth does
    warp        from the mouth that the film has to the one that is wanted
    painter     what is between the lips, in the film's colours (by `reference`s)
    dubbing     all of it, frame by frame
"""

from greenroom.studio.lipsync.gates import judged
from greenroom.studio.lipsync.taking import dubbed

__all__ = ["dubbed", "judged"]
