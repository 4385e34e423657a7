"""
What a file is, told from its first bytes alone.

Names and declared types are not looked at. The answer picks the one demuxer or image decoder that the
file is ever shown to, so a playlist or a script that poses as a video finds nobody who understands it.
"""

import re
from typing import NamedTuple

from greenroom.domain.media import Format


class Sniffed(NamedTuple):
    """What the bytes are, in words that follow "this is a(n)"; `format` only if it is an accepted one."""

    name: str
    format: Format | None


_WORDS = {
    Format.JPEG: "JPEG image",
    Format.PNG: "PNG image",
    Format.WEBP: "WebP image",
    Format.GIF: "GIF image",
    Format.MP4: "MP4 video",
    Format.MOV: "MOV video",
    Format.WEBM: "WebM video",
    Format.MP3: "MP3 audio",
    Format.WAV: "WAV audio",
    Format.M4A: "M4A audio",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"fLaC", "FLAC audio"),
    (b"OggS", "Ogg media"),
    (b"BM", "BMP image"),
    (b"II*\x00", "TIFF image"),
    (b"MM\x00*", "TIFF image"),
    (b"II+\x00", "TIFF image"),
    (b"MM\x00+", "TIFF image"),
    (b"8BPS", "Photoshop document"),
    (b"FLV\x01", "Flash video"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows Media file"),
    (b".RMF", "RealMedia file"),
    (b"\x00\x00\x01\xba", "MPEG program stream video"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"#!AMR", "AMR audio"),
    (b"MThd", "MIDI file"),
    (b"caff", "CAF audio"),
    (b".snd", "AU audio"),
    (b"FORM", "AIFF audio"),
    (b"wvpk", "WavPack audio"),
    (b"MAC ", "Monkey's Audio"),
    (b"\x00\x00\x01\x00", "Windows icon"),
    (b"\x00\x00\x02\x00", "Windows cursor"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 image"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL image"),
    (b"\xff\x0a", "JPEG XL image"),
    (b"qoif", "QOI image"),
    (b"DDS ", "DDS image"),
    (b"v/1\x01", "OpenEXR image"),
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"\xfd7zXZ\x00", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\x7fELF", "Linux program"),
    (b"MZ", "Windows program"),
    (b"\xcf\xfa\xed\xfe", "macOS program"),
    (b"\xca\xfe\xba\xbe", "Java class or macOS program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Microsoft Office document"),
    (b"{\\rtf", "RTF document"),
    (b"%!PS", "PostScript document"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"bplist00", "Apple property list"),
)

# ISO base media brands that are pictures, or are nothing we take.
_REFUSED_BRANDS = {
    b"avif": "AVIF image",
    b"avis": "AVIF image sequence",
    b"heic": "HEIC image",
    b"heix": "HEIC image",
    b"heim": "HEIC image",
    b"heis": "HEIC image",
    b"hevc": "HEIC image sequence",
    b"hevx": "HEIC image sequence",
    b"mif1": "HEIF image",
    b"mif2": "HEIF image",
    b"msf1": "HEIF image sequence",
    b"jpx ": "JPEG 2000 image",
    b"jp2 ": "JPEG 2000 image",
    b"mjp2": "JPEG 2000 video",
    b"crx ": "Canon raw image",
    b"aax ": "Audible audio book",
    b"f4v ": "Flash video",
}
_M4A_BRANDS = frozenset((b"M4A ", b"M4B ", b"M4P "))
_QUICKTIME_FIRST_BOXES = frozenset((b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))

_MARKUP = re.compile(
    rb"(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+)?(?P<tag>html|head|body|script|svg|iframe|img|mpd|[a-z][\w:.-]*)",
    re.IGNORECASE | re.DOTALL,
)


def sniff(head: bytes) -> Sniffed:
    """Say what a file is by its first bytes: 16 are enough for most, 4096 for all that is recognised."""
    if not head:
        return Sniffed("empty file", None)
    found = _image(head) or _riff(head) or _iso_media(head) or _ebml(head)
    if found is not None:
        return found
    refused = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if refused is not None and not (refused == "BMP image" and not _is_bmp(head)):
        return Sniffed(_ogg_in_detail(head) if refused == "Ogg media" else refused, None)
    return _audio_frames(head) or _transport_stream(head) or _tar(head) or _text(head)


def _accepted(name: Format) -> Sniffed:
    return Sniffed(_WORDS[name], name)


def _image(head: bytes) -> Sniffed | None:
    if head.startswith(b"\xff\xd8\xff"):
        return _accepted(Format.JPEG)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _accepted(Format.PNG)
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _accepted(Format.GIF)
    return None


def _riff(head: bytes) -> Sniffed | None:
    outer, inner = head[:4], head[8:12]
    if outer in (b"RF64", b"BW64") and inner == b"WAVE":
        return _accepted(Format.WAV)
    if outer == b"RIFX":
        return Sniffed("big-endian RIFF file", None)
    if outer != b"RIFF":
        return None
    if inner == b"WAVE":
        return _accepted(Format.WAV)
    if inner == b"WEBP":
        return _accepted(Format.WEBP)
    names = {b"AVI ": "AVI video", b"RMID": "MIDI file", b"ACON": "animated Windows cursor"}
    return Sniffed(names.get(inner, "RIFF file"), None)


def _iso_media(head: bytes) -> Sniffed | None:
    kind = head[4:8]
    if kind == b"ftyp":
        return _by_brands(head)
    if kind in _QUICKTIME_FIRST_BOXES and _is_box_size(head[:4]):
        # QuickTime files from before 2001 have no ftyp box.
        return _accepted(Format.MOV)
    if kind in (b"styp", b"moof", b"sidx"):
        return Sniffed("fragment of a segmented MP4 video", None)
    return None


def _is_box_size(field: bytes) -> bool:
    # Text that happens to go on with "free" or "skip" begins with a letter, which would be 500 MB or more.
    size = int.from_bytes(field, "big")
    return size in (0, 1) or 8 <= size < 0x2000_0000


def _by_brands(head: bytes) -> Sniffed:
    major = head[8:12]
    end = min(int.from_bytes(head[:4], "big"), len(head), 256)
    compatible = {head[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _REFUSED_BRANDS and not (major == b"mif1" and b"avif" in compatible):
        return Sniffed(_REFUSED_BRANDS[major], None)
    if major == b"mif1":
        return Sniffed("AVIF image", None)
    if major == b"qt  ":
        return _accepted(Format.MOV)
    if major in _M4A_BRANDS:
        return _accepted(Format.M4A)
    return _accepted(Format.MP4)


def _ebml(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    # DocType is element 0x4282; its size is one byte for any name that we know.
    at = head.find(b"\x42\x82", 4, 128)
    if at < 0 or at + 3 > len(head):
        return Sniffed("Matroska or WebM video", Format.WEBM if len(head) < 64 else None)
    doc_type = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].rstrip(b"\x00")
    if doc_type == b"webm":
        return _accepted(Format.WEBM)
    return Sniffed("Matroska video" if doc_type == b"matroska" else "EBML document", None)


def _is_bmp(head: bytes) -> bool:
    # "BM" alone begins many a text; the size of the second header tells.
    return len(head) < 18 or int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)


def _ogg_in_detail(head: bytes) -> str:
    for mark, name in (
        (b"\x80theora", "Ogg video"),
        (b"OpusHead", "Opus audio"),
        (b"\x01vorbis", "Ogg audio"),
    ):
        if mark in head[:256]:
            return name
    return "Ogg media"


def _audio_frames(head: bytes) -> Sniffed | None:
    if head.startswith(b"ID3") and len(head) >= 10 and max(head[6:10]) < 0x80:
        return _after_id3(head)
    if len(head) >= 4 and _is_adts(head):
        return Sniffed("AAC audio", None)
    if len(head) >= 4 and _is_mpeg_layer_3(head[:4]) and _next_frame_agrees(head):
        return _accepted(Format.MP3)
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE6 in (0xE4, 0xE6) and 0 < head[2] >> 4 < 15 and head[3]:
        return Sniffed("MPEG layer I or II audio", None)
    if head.startswith(b"\x0b\x77"):
        return Sniffed("Dolby Digital audio", None)
    if head.startswith(b"ADIF"):
        return Sniffed("AAC audio", None)
    return None


def _after_id3(head: bytes) -> Sniffed:
    # The size is four times seven bits. A cover picture can put the sound far beyond these bytes;
    # then ID3 alone decides, since hardly anything but MP3 carries it.
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    sound = head[10 + size :].lstrip(b"\x00")
    if sound.startswith(b"fLaC"):
        return Sniffed("FLAC audio", None)
    if len(sound) >= 4 and _is_adts(sound):
        return Sniffed("AAC audio", None)
    return _accepted(Format.MP3)


def _is_adts(head: bytes) -> bool:
    """Whether AAC in its ADTS wrapping begins here: the layer bits are 0 there, and never in MPEG audio."""
    return head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and (head[2] >> 2 & 0xF) < 13


def _is_mpeg_layer_3(head: bytes) -> bool:
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return (
        head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and version != 1
        and layer == 1
        and 0 < bit_rate < 15
        and sample_rate < 3
    )


def mpeg_frame_bytes(head: bytes) -> int:
    """Give the length of the MPEG layer III frame that begins with these four bytes."""
    version = head[1] >> 3 & 3
    rates_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    rates_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    kilobits = (rates_1 if version == 3 else rates_2)[head[2] >> 4]
    rate_hz = (44_100, 48_000, 32_000)[head[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]
    padding = head[2] >> 1 & 1
    return (144 if version == 3 else 72) * kilobits * 1000 // rate_hz + padding


def _next_frame_agrees(head: bytes) -> bool:
    # Eleven set bits are common in text in UTF-16 and in noise; a second frame where it belongs is not.
    following = head[mpeg_frame_bytes(head[:4]) :][:4]
    return len(following) < 4 or _is_mpeg_layer_3(following)


def _transport_stream(head: bytes) -> Sniffed | None:
    for packet_bytes, first in ((188, 0), (192, 4), (204, 0)):
        marks = head[first::packet_bytes][:8]
        if len(head) > first and set(marks) == {0x47} and (len(marks) > 1 or _is_program_table(head)):
            return Sniffed("MPEG-TS video", None)
    return None


def _is_program_table(head: bytes) -> bool:
    return len(head) >= 4 and head[1] & 0x1F in (0, 1) and head[3] & 0x10 == 0x10 and not head[:16].isascii()


def _tar(head: bytes) -> Sniffed | None:
    return Sniffed("tar archive", None) if head[257:262] == b"ustar" else None


def _text(head: bytes) -> Sniffed:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Sniffed("UTF-16 text", None)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"#!"):
        return Sniffed("script", None)
    if text.startswith(b"#EXTM3U"):
        return Sniffed("HLS playlist", None)
    if text.startswith(b"ffconcat"):
        return Sniffed("FFmpeg concat script", None)
    if text.startswith(b"v=0") and b"\nm=" in text:
        return Sniffed("SDP description", None)
    if text.startswith(b"<"):
        return Sniffed(_markup_name(text), None)
    if text.startswith((b"{", b"[")) and _is_text(text):
        return Sniffed("JSON document", None)
    if not head.strip(b"\x00"):
        return Sniffed("file of zero bytes", None)
    return Sniffed("text" if _is_text(head) else "unknown data", None)


def _markup_name(text: bytes) -> str:
    if text.startswith((b"<?php", b"<%", b"<?=")):
        return "script"
    match = _MARKUP.match(text)
    tag = match["tag"].lower().rpartition(b":")[2] if match else b""
    if tag == b"svg" or b"<svg" in text[:1024].lower():
        return "SVG image"
    if tag == b"mpd":
        return "DASH manifest"
    if tag in (b"html", b"head", b"body", b"script", b"iframe", b"img") or b"<html" in text[:1024].lower():
        return "HTML page"
    return "XML document" if text.startswith(b"<?xml") or tag else "text"


def _is_text(head: bytes) -> bool:
    try:
        text = head[:1024].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head[:1024]) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return not any(character < " " and character not in "\t\n\r\f\x1b" for character in text)
