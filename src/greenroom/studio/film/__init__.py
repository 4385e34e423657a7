"""
The way of a frame: from an avatar's picture to a finished file.

    drawing     poses -> stamps of the avatar, in this process or in a second one
    blend       pictures with transparency, laid into planes
    composing   ground, shadow, avatar, captions and label -> the frames of a film
    coding      frames -> H.264, or VP9 with an alpha channel
    segments    closed parts of a film that outlive a render that is killed
    joining     segments and sound -> one file
    faststart   the boxes of an MP4 in the order of players, with XMP
    provenance  what a film says of its own making
    cover       a good frame, as a JPEG
"""
