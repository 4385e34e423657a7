"""Which names and MIME types stand for which format (contract section 3, rows 4 and 5)."""

from dataclasses import dataclass

from greenroom.domain.media import Format, Kind

OCTET_STREAM = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """What a format is called: the MIME type we serve, the aliases we take, its extensions, its kinds."""

    mime: str
    aliases: frozenset[str]
    extensions: tuple[str, ...]
    kind: Kind


def _facts(kind: Kind, extensions: str, mime: str, *aliases: str) -> FormatFacts:
    return FormatFacts(mime, frozenset((mime, *aliases)), tuple(extensions.split()), kind)


FORMATS: dict[Format, FormatFacts] = {
    Format.JPEG: _facts(Kind.IMAGE, "jpg jpeg jpe jfif", "image/jpeg", "image/jpg", "image/pjpeg"),
    Format.PNG: _facts(Kind.IMAGE, "png apng", "image/png", "image/x-png", "image/apng"),
    Format.WEBP: _facts(Kind.IMAGE, "webp", "image/webp"),
    Format.GIF: _facts(Kind.IMAGE, "gif", "image/gif"),
    Format.MP4: _facts(Kind.VIDEO, "mp4 m4v", "video/mp4", "video/x-m4v", "application/mp4"),
    Format.MOV: _facts(Kind.VIDEO, "mov qt", "video/quicktime", "video/mov", "video/x-quicktime"),
    Format.WEBM: _facts(Kind.VIDEO, "webm", "video/webm"),
    Format.MP3: _facts(Kind.AUDIO, "mp3", "audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mpeg-3"),
    Format.WAV: _facts(
        Kind.AUDIO, "wav wave", "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"
    ),
    Format.M4A: _facts(Kind.AUDIO, "m4a", "audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm"),
}

FORMAT_OF_EXTENSION = {extension: name for name, facts in FORMATS.items() for extension in facts.extensions}
FORMAT_OF_MIME = {alias: name for name, facts in FORMATS.items() for alias in facts.aliases}

# One container, three names: phones and editors mix the brands, decoders do not care. What the streams
# are decides; the served type follows the bytes.
ISO_FAMILY = frozenset((Format.MP4, Format.MOV, Format.M4A))


def bare_mime(content_type: str) -> str:
    """The type without its parameters, in lower case: `Video/WebM;codecs=vp9` gives `video/webm`."""
    return content_type.partition(";")[0].strip().lower()


def extension_of(filename: str) -> str:
    """The extension of a file name in lower case without its dot, empty if it has none."""
    _, dot, extension = filename.rpartition(".")
    return extension.lower() if dot else ""


def same_family(one: Format, other: Format) -> bool:
    """Whether two formats are one container under two names."""
    return one is other or (one in ISO_FAMILY and other in ISO_FAMILY)


def names_of(kind: Kind) -> str:
    """The accepted formats of a kind in words: `MP4, MOV, WebM`."""
    return ", ".join(name.value for name, facts in FORMATS.items() if facts.kind is kind)


ACCEPTED_IN_WORDS = "; ".join(f"{kind.value}: {names_of(kind)}" for kind in Kind)
