"""
Every finding that the rules of uploads make: one table of code, cause and cure, and the way to word one.

What looking into a file finds has a table of its own, in `media/findings.py`.
"""

from typing import NamedTuple

from greenroom.domain.media import Finding


class Explanation(NamedTuple):
    """What a finding means, in one sentence, and what its owner can do about it, in another."""

    cause: str
    cure: str


_SEND_AGAIN = "Send it again; the URL stays good until it expires."

FINDINGS: dict[str, Explanation] = {
    # What was declared
    "type_unsupported": Explanation(
        "The extension or the declared type is not one that is accepted.",
        "Convert the file: images to JPG or PNG, video to MP4 (H.264), audio to MP3.",
    ),
    "declaration_contradictory": Explanation(
        "The extension of the name and the declared type are of different formats.",
        "Make the extension and the type say the same.",
    ),
    "size_exceeded": Explanation(
        "The file is larger than its kind may be.",
        "Compress it, lower its resolution or bit rate, or cut it.",
    ),
    "quota_stored_bytes": Explanation(
        "The account would hold more bytes than it may; those of uploads that are under way count too.",
        "Delete assets for good, let uploads under way end, or ask the operator for more.",
    ),
    "quota_assets": Explanation(
        "The account would have more assets than it may; those that wait for their bytes count too.",
        "Delete assets for good, let unused uploads expire, or ask the operator for more.",
    ),
    "quota_media_s": Explanation(
        "The videos and sounds of the account would last longer than they may, all together.",
        "Delete videos or sounds for good, or ask the operator for more.",
    ),
    # The transfer
    "content_type_mismatch": Explanation(
        "The PUT has another Content-Type than the upload was signed for.",
        "Send the same type as at signing.",
    ),
    "content_encoding_unsupported": Explanation(
        "The body has a Content-Encoding, but a file is taken as it is, byte for byte.",
        "Send the file itself, without compression by the transfer.",
    ),
    "content_range_unsupported": Explanation(
        "The body is said to be a part of the file by its Content-Range; a PUT takes all of it.",
        "Send the whole file in one PUT, without Content-Range; switch chunks and resuming off in the client.",
    ),
    "length_invalid": Explanation("The Content-Length is no number.", "Let the HTTP client set the Content-Length."),
    "length_mismatch": Explanation(
        "The body is not as long as was declared at signing.",
        "Declare the real size of the file, and send all of it.",
    ),
    "transfer_incomplete": Explanation("The connection ended before the body did; nothing was kept.", _SEND_AGAIN),
    "checksum_mismatch": Explanation(
        "The SHA-256 of the body is not the one that was declared at signing: other bytes, or damaged on their way.",
        "Compare `sha256sum FILE` with what was declared, and send that file again; the URL stays good until it "
        "expires.",
    ),
    "empty": Explanation("The body has no bytes.", "Check the path of the file, and send all of it."),
    "other_bytes": Explanation(
        "The upload has its file already, and what was sent now is another one; the stored file is unchanged.",
        "Request a new upload URL for another file.",
    ),
    "judgement_interrupted": Explanation(
        "The server was interrupted while it judged the file, which was not kept.", _SEND_AGAIN
    ),
    # What is fetched by its address
    "address_malformed": Explanation(
        "The address is not an http or https URL, or is written in a way that programs read differently.",
        "Give the address as a browser shows it, with its name in plain spelling.",
    ),
    "address_forbidden": Explanation(
        "The address leads to a network, a port or a scheme that this server does not call.",
        "Give an address on the public internet; the operator can open others in the settings.",
    ),
    "address_unknown": Explanation("There is no host of that name.", "Check the spelling of the address."),
    "lookup_failed": Explanation("The host's name could not be looked up.", "Try again later."),
    "unreachable": Explanation(
        "The server at the address took no connection.", "See to it that it is up, and can be reached from outside."
    ),
    "tls_failed": Explanation(
        "The server's certificate is not valid for its name, or it speaks no TLS.",
        "Renew its certificate, with all that lies between it and a public authority.",
    ),
    "fetch_timeout": Explanation("The server was too slow.", "Try again later, or from a faster server."),
    "fetch_broken": Explanation(
        "The connection ended before the answer did, or the answer is no HTTP.", "Try again later."
    ),
    "too_many_redirects": Explanation(
        "The address leads from one to the next, too often or in a circle.", "Give the address at their end."
    ),
    "fetch_status": Explanation(
        "The server answered with another status than 200.",
        "Open the address in a browser without being signed in: it has to give the file itself.",
    ),
    "fetch_stopped": Explanation(
        "The server was stopped while it fetched the file.", "Nothing is to be done: it is fetched when it runs again."
    ),
    "import_delayed": Explanation(
        "The server could not take the file for now.", "Nothing is to be done: it is tried again by itself."
    ),
    "import_overdue": Explanation(
        "The time of the import ran out before the file was fetched.", "Import it again when its server is up."
    ),
    # What the bytes are
    "type_mismatch": Explanation(
        "The bytes are not of the format that was declared.",
        "Send a real file of the declared type, or declare what it is if that is accepted.",
    ),
    "kind_mismatch": Explanation(
        "The file is of another kind than was declared: a sound where a video was promised.",
        "Upload it with a name and a type of what it is.",
    ),
    "duration_exceeded": Explanation("The file lasts longer than its kind may.", "Cut it, or upload it in parts."),
    "video_codec_unsupported": Explanation(
        "The picture is coded in a way that its container may not hold here.", "Encode the picture as H.264 in MP4."
    ),
    "audio_codec_unsupported": Explanation(
        "The sound is coded in a way that its container may not hold here.",
        "Encode the sound as one of those, such as AAC in MP4.",
    ),
    "unreadable": Explanation(
        "The file could not be read as what it claims to be.",
        "Check that it plays on your own machine, and export it again.",
    ),
}


def finding(
    code: str,
    message: str,
    *,
    measured: str | None = None,
    allowed: str | None = None,
    stream: int | None = None,
    cure: str | None = None,
) -> Finding:
    """Word a finding of the table; without a cure it has that from there."""
    return Finding(code, message, measured, allowed, cure or FINDINGS[code].cure, stream=stream)
