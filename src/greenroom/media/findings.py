"""Every finding that an examination can make: one table of code, cause and cure, and the way to word one."""

from typing import NamedTuple

from greenroom.domain.media import Finding


class Explanation(NamedTuple):
    """What a finding means, in one sentence, and what its owner can do about it, in another."""

    cause: str
    cure: str


_EXPORT_AGAIN = "Export or record the file again and upload the new one."
_UPLOAD_AGAIN = "Upload the file again from its origin; if that is short too, export it again."
_SMALLER = "Make a smaller version of the file and upload that."

FINDINGS: dict[str, Explanation] = {
    # The file as a whole
    "file_empty": Explanation("The file has no bytes.", _UPLOAD_AGAIN),
    "file_truncated": Explanation("The file ends before the data that its own headers promise.", _UPLOAD_AGAIN),
    "container_unreadable": Explanation("The structure of the file is broken beyond reading.", _EXPORT_AGAIN),
    "moov_missing": Explanation(
        "The MP4 or MOV file lacks its index (the moov box), which recorders write last.",
        "Let the recorder finish before copying the file, then upload it again.",
    ),
    "box_damaged": Explanation("A box of the MP4 or MOV file has an impossible size.", _EXPORT_AGAIN),
    "element_damaged": Explanation("An element of the WebM file is broken.", _UPLOAD_AGAIN),
    "sound_interrupted": Explanation(
        "Between the frames of the sound stands something that is no sound.", _UPLOAD_AGAIN
    ),
    "duration_mismatch": Explanation(
        "The duration in the header differs by more than a second from that of the data.",
        "Remux the file (`ffmpeg -i in -c copy out`) or export it again.",
    ),
    "no_media": Explanation("The file holds neither a picture nor a sound that can be decoded.", _EXPORT_AGAIN),
    "trailing_data_dangerous": Explanation(
        "After the end of the media comes what looks like a page, a script, a program, an archive or a document.",
        "Save the file again in an editor, which leaves out what does not belong to it.",
    ),
    "polyglot": Explanation(
        "The file is at the same time a file of another kind, which its name does not say.",
        "Save the file again in an editor, which leaves out what does not belong to it.",
    ),
    # Pictures
    "image_damaged": Explanation("The image cannot be decoded to its end.", _EXPORT_AGAIN),
    "image_has_no_pixels": Explanation("The image is zero pixels wide or high.", _EXPORT_AGAIN),
    "image_coding_unsupported": Explanation(
        "The image is coded in a way of its format that browsers do not show.",
        "Save it again as an ordinary JPEG (8 bits, baseline or progressive) or as PNG.",
    ),
    "checksum_wrong": Explanation("A checksum in the file does not fit what it protects.", _UPLOAD_AGAIN),
    "too_many_scans": Explanation(
        "The progressive JPEG has more scans than any honest one.", "Save it again as a baseline JPEG."
    ),
    "metadata_bomb": Explanation(
        "Compressed text or a colour profile in the image inflates to more than is ever kept.",
        "Save the image again without its metadata.",
    ),
    "too_many_pixels": Explanation("The image has more pixels than are ever decoded here.", _SMALLER),
    "side_too_long": Explanation("One side of the picture is longer than is ever decoded here.", _SMALLER),
    "too_many_frames": Explanation("The animation has more frames than are ever decoded here.", _SMALLER),
    "animation_too_heavy": Explanation(
        "The frames of the animation together have more pixels than are ever decoded here.", _SMALLER
    ),
    # Streams and packets
    "too_many_boxes": Explanation(
        "The film is made of more boxes than any honest one.", "Write the file anew without the empty boxes."
    ),
    "too_many_streams": Explanation(
        "The file has more streams than any honest recording.", "Keep one picture and one sound track."
    ),
    "too_many_packets": Explanation(
        "The file has more packets than any honest recording of an accepted length.", _EXPORT_AGAIN
    ),
    "frame_rate_too_high": Explanation(
        "The video has more frames per second than are ever decoded here.",
        "Convert the video to 60 frames per second or fewer.",
    ),
    "sample_rate_absurd": Explanation(
        "The sound has fewer or more samples per second than any recorder makes.",
        "Convert it to 44,100 or 48,000 samples per second; if its header is wrong, export it again.",
    ),
    "channels_absurd": Explanation(
        "The sound has no channel, or more of them than any recording.", "Mix it down to one or two channels."
    ),
    "packet_corrupt": Explanation("A packet is marked as damaged or lies outside the file.", _UPLOAD_AGAIN),
    "packets_unreadable": Explanation("Reading the packets of the file stops with an error.", _UPLOAD_AGAIN),
    "nal_damaged": Explanation(
        "The coded picture data of a frame does not add up: its parts overrun their packet.", _UPLOAD_AGAIN
    ),
    "frame_header_damaged": Explanation("A coded frame does not begin as its codec requires.", _UPLOAD_AGAIN),
    "key_frame_undecodable": Explanation("A key frame of the video cannot be decoded.", _UPLOAD_AGAIN),
    "frame_undecodable": Explanation("A frame of the video cannot be decoded.", _UPLOAD_AGAIN),
    "sound_undecodable": Explanation("Part of the sound cannot be decoded.", _UPLOAD_AGAIN),
    "sound_missing": Explanation("The sound track has no samples.", _EXPORT_AGAIN),
    "picture_missing": Explanation("The video track has no frames.", _EXPORT_AGAIN),
    # The examination itself
    "examination_timed_out": Explanation(
        "Judging the file took longer than any honest file of its size takes.", _EXPORT_AGAIN
    ),
    "examination_out_of_memory": Explanation("Judging the file took more memory than any honest file takes.", _SMALLER),
    "examination_crashed": Explanation("The decoder crashed on the file.", _EXPORT_AGAIN),
    "examination_garbled": Explanation("The decoder gave no answer that makes sense.", _EXPORT_AGAIN),
    "examination_unavailable": Explanation(
        "The decoder could not be started; the file itself was not judged.",
        "Try again later; the operator finds the reason in the server's log.",
    ),
    # Harmless oddities
    "cover_art_ignored": Explanation("The file carries a cover picture, which is ignored.", "Nothing to do."),
    "stream_ignored": Explanation("The file has a stream that is not used.", "Nothing to do."),
    "decoder_complained": Explanation(
        "The strict decoder complained about a frame that decodes without loss.", "Nothing to do."
    ),
    "sound_concealed": Explanation(
        "A few sound packets, such as the first after a cut, could not be decoded.", "Nothing to do."
    ),
    "end_missing": Explanation(
        "The file ends after all of its media, but before the end that its header names.", "Nothing to do."
    ),
    "edit_list": Explanation("The file plays only a part of what it stores, by an edit list.", "Nothing to do."),
    "header_size_unset": Explanation(
        "The header does not say how long the file is, as when it was written to a pipe.", "Nothing to do."
    ),
    "metadata_unreadable": Explanation("Some metadata of the file cannot be read, and is ignored.", "Nothing to do."),
    "trailer_known": Explanation(
        "After the picture comes what phones add to it, such as a gain map or a short film.", "Nothing to do."
    ),
    "trailing_data": Explanation("Bytes that nobody needs follow the end of the media.", "Nothing to do."),
    "findings_left_out": Explanation("There were more findings than are kept.", "Cure the first ones."),
}


def finding(
    code: str,
    message: str,
    *,
    measured: str | None = None,
    allowed: str | None = None,
    at_byte: int | None = None,
    at_s: float | None = None,
    frame: int | None = None,
    stream: int | None = None,
) -> Finding:
    """Word a finding of the table; its cure comes from there, and follows it, so that it ends as a sentence."""
    return Finding(
        code=code,
        message=message.rstrip(".") + ".",
        measured=measured,
        allowed=allowed,
        cure=FINDINGS[code].cure,
        at_byte=at_byte,
        at_s=None if at_s is None else round(at_s, 3),
        frame=frame,
        stream=stream,
    )
