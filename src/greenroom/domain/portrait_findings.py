"""What may speak against a photo avatar of a picture, in words: for refusals, and for advice on what is uploaded."""

from typing import NamedTuple


class PortraitFinding(NamedTuple):
    """What is wrong, what to do, and what is wanted instead."""

    cause: str
    cure: str
    wanted: str


REFUSALS: dict[str, PortraitFinding] = {
    "no_face": PortraitFinding(
        "No face was found in the picture.",
        "Send a photograph of one person who looks ahead.",
        "one person who looks ahead",
    ),
    "no_human_face": PortraitFinding(
        "Something like a face was found, but it is not surely a human one.",
        "Send a photograph of a person: drawings, animals and masks cannot be animated.",
        "a photograph of a person",
    ),
    "several_faces": PortraitFinding(
        "More than one face is large enough to be meant.",
        "Crop the picture so that it shows one person.",
        "one person alone",
    ),
    "face_too_small": PortraitFinding(
        "The face has too few pixels.",
        "Send a larger picture, or one that was taken from nearer.",
        "60 px and more between the outer corners of the eyes",
    ),
    "face_turned": PortraitFinding(
        "The face looks to the side, up or down.",
        "Send a picture in which the person looks into the camera.",
        "a look into the camera",
    ),
    "face_tilted": PortraitFinding(
        "The head is tilted too far.", "Turn the picture upright, or hold the head straight.", "an upright head"
    ),
    "face_cut": PortraitFinding(
        "The face reaches beyond the picture.",
        "Send a picture with some room around the whole head.",
        "room around the whole head",
    ),
    "blurred": PortraitFinding(
        "The face is out of focus or moved.", "Send a sharp picture, as the camera took it.", "a sharp face"
    ),
    "too_dark": PortraitFinding(
        "The face is too dark.", "Take the picture in more light, or brighten it.", "soft, even light"
    ),
    "too_bright": PortraitFinding("The face is overexposed.", "Take the picture in softer light.", "soft, even light"),
    "mouth_covered": PortraitFinding(
        "The mouth does not look like one: something may be in front of it.",
        "Send a picture in which hands, masks, cups and microphones are away from the mouth.",
        "nothing before the mouth",
    ),
    "eyes_closed": PortraitFinding(
        "The eyes are closed, or covered.", "Send a picture with open eyes, no sunglasses.", "open eyes"
    ),
}
"""Why there would be no avatar."""

WARNINGS: dict[str, PortraitFinding] = {
    "edge_doubtful": PortraitFinding(
        "The person and the ground have like colours, so the edge of the hair may not be clean.",
        "For a clean edge, take the picture before a plain ground of another colour.",
        "a plain ground of another colour",
    ),
}
"""What would not be best of an avatar that there would be."""

NOT_SEEN = "portrait_not_seen"
"""The code that tells that looking at an image failed, so that nothing is known of it."""
