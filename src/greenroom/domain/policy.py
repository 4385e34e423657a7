"""The rules an upload and an examination are judged by: one table of limits, two moments of judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from greenroom.domain.cures import cured, cured_bytes, cured_name
from greenroom.domain.findings import finding
from greenroom.domain.formats import (
    ACCEPTED_IN_WORDS,
    FORMAT_OF_EXTENSION,
    FORMAT_OF_MIME,
    FORMATS,
    OCTET_STREAM,
    bare_mime,
    extension_of,
    names_of,
    same_family,
)
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.errors import ContentRefused, SizeRefused, TypeRefused, UploadRefused

MIB = 1024 * 1024

POLICY_VERSION = "1"
"""Written into every verdict; raised whenever a rule below changes what is accepted."""


class Dialect(StrEnum):
    """How an upload was asked for; some limits and error codes depend on it (contract 2.1, row 3)."""

    CONTENT_TYPE = "content_type"  # v2: filename, content_type, file_size
    FILE_TYPE = "file_type"  # v2: file_name, file_type
    V1 = "v1"  # filename alone
    MULTIPART = "multipart"  # one form, file and all
    API = "api"  # ours: POST /api/v1/uploads


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kind of asset may be; None where the kind has no duration."""

    max_bytes: int
    max_duration_s: float | None = None


_AAC_FAMILY = frozenset(("aac", "mp3", "alac", "opus"))
_PCM = frozenset(("pcm",))

VIDEO_CODECS: dict[Format, frozenset[str]] = {
    Format.MP4: frozenset(("h264", "hevc")),
    Format.MOV: frozenset(("h264", "hevc")),
    Format.WEBM: frozenset(("vp8", "vp9", "av1")),
}
AUDIO_CODECS: dict[Format, frozenset[str]] = {
    Format.MP4: _AAC_FAMILY,
    Format.MOV: _AAC_FAMILY | _PCM,
    Format.WEBM: frozenset(("opus", "vorbis")),
    Format.MP3: frozenset(("mp3",)),
    Format.WAV: _PCM,
    Format.M4A: _AAC_FAMILY,
}
CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "H.265",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "aac": "AAC",
    "mp3": "MP3",
    "alac": "ALAC",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "pcm": "PCM",
}


class Declared(Struct, frozen=True):
    """What a client said that its file is, after the rules found it consistent."""

    filename: str
    extension: str
    format: Format
    kind: Kind
    max_bytes: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """
    The limits, and the two judgements made by them: of a declaration and of an examined file.

    The defaults are the limits table of the documentation; MB there means MiB.
    """

    limits: Mapping[Kind, Limits] = field(
        default_factory=lambda: {
            Kind.IMAGE: Limits(10 * MIB),
            Kind.VIDEO: Limits(100 * MIB, 300.0),
            Kind.AUDIO: Limits(20 * MIB, 600.0),
        }
    )
    file_type_audio_max_bytes: int = 50 * MIB
    """The audio limit for uploads asked for with `file_name` and `file_type`."""
    duration_slack_s: float = 0.5
    """Encoders round the end of a file up to whole frames; that much over a duration limit is forgiven."""

    def max_bytes(self, kind: Kind, dialect: Dialect) -> int:
        """The size limit of a kind as that dialect promises it."""
        if kind is Kind.AUDIO and dialect is Dialect.FILE_TYPE:
            return self.file_type_audio_max_bytes
        return self.limits[kind].max_bytes

    def declare(self, filename: str, content_type: str | None, size_bytes: int | None, dialect: Dialect) -> Declared:
        """
        Check a declaration before any byte is sent.

        Raises TypeRefused for a type that is not accepted or that the name's extension contradicts,
        SizeRefused for a declared size over the limit.
        """
        extension, format_ = _declared_format(filename, content_type)
        kind = FORMATS[format_].kind
        ceiling = self.max_bytes(kind, dialect)
        if size_bytes is not None and size_bytes > ceiling:
            raise too_large(kind, size_bytes, ceiling, filename)
        return Declared(filename, extension, format_, kind, ceiling, size_bytes)

    def judge(self, examined: Examination, kind: Kind) -> MediaInfo:
        """
        Judge an examined file as an asset of `kind`; give what it is if it may become one.

        Raises TypeRefused when it is another kind of thing, ContentRefused when it is damaged, too long
        or uses a codec that is not accepted. Notes of the examination travel with the error.
        """
        info = examined.info
        if examined.damage or info is None:
            damage = examined.damage or (UNREADABLE,)
            raise ContentRefused(*damage)
        findings = [*_kind_findings(info, kind), *self._duration_findings(info, kind)]
        if findings:
            raise findings[0]
        codec_findings = _codec_findings(info)
        if codec_findings:
            raise ContentRefused(*codec_findings)
        return info

    def _duration_findings(self, info: MediaInfo, kind: Kind) -> list[UploadRefused]:
        allowed_s = self.limits[kind].max_duration_s
        if allowed_s is None or info.duration_s is None or info.duration_s <= allowed_s + self.duration_slack_s:
            return []
        measured, allowed = minutes(info.duration_s), minutes(allowed_s)
        too_long = finding(
            "duration_exceeded",
            f"The {kind.value} lasts {measured}; allowed are {allowed}.",
            measured=measured,
            allowed=allowed,
        )
        return [ContentRefused(too_long)]


UNREADABLE = finding(
    "unreadable",
    "The file could not be read as what it claims to be.",
)


def _declared_format(filename: str, content_type: str | None) -> tuple[str, Format]:
    extension = extension_of(filename)
    by_name = FORMAT_OF_EXTENSION.get(extension)
    mime = bare_mime(content_type or "")
    if not mime or mime == OCTET_STREAM:
        if by_name is None:
            raise _unsupported("extension", f".{extension}", filename) if extension else _untyped(filename)
        return extension, by_name
    by_type = FORMAT_OF_MIME.get(mime)
    if by_type is None:
        raise _unsupported("content type", mime, filename)
    if not extension:
        return FORMATS[by_type].extensions[0], by_type
    if by_name is None:
        raise _unsupported("extension", f".{extension}", filename)
    if by_name is not by_type and not (
        same_family(by_name, by_type) and FORMATS[by_name].kind is FORMATS[by_type].kind
    ):
        raise TypeRefused(
            finding(
                "declaration_contradictory",
                f"The name ends in .{extension}, which is {by_name.value}, but the declared type is {mime}.",
                measured=f".{extension} with {mime}",
                allowed=f".{extension} with {FORMATS[by_name].mime}",
            )
        )
    return extension, by_name


def _untyped(filename: str) -> TypeRefused:
    found = finding(
        "type_unsupported",
        f"The filename {filename[:60]!r} has no extension, and nothing else says what the file is; accepted are "
        f"{ACCEPTED_IN_WORDS}.",
        measured="no extension",
        allowed=ACCEPTED_IN_WORDS,
        # Nothing need be converted.
        cure="Give the name its extension, such as .jpg, or say the type.",
    )
    return TypeRefused(found)


def _unsupported(what: str, given: str, filename: str) -> TypeRefused:
    found = finding(
        "type_unsupported",
        f"The {what} {given} is not supported; accepted are {ACCEPTED_IN_WORDS}.",
        measured=given,
        allowed=ACCEPTED_IN_WORDS,
    )
    return TypeRefused(cured_name(found, filename))


def wrong_bytes(declared: Format, name: str) -> TypeRefused:
    """The refusal of bytes that are `name` ("AVIF image") where `declared` was promised."""
    kind = FORMATS[declared].kind
    found = finding(
        "type_mismatch",
        f"The file was declared as {declared.value}, but its bytes are: {name}. "
        f"Accepted for {kind.value}: {names_of(kind)}.",
        measured=name,
        allowed=declared.value,
    )
    return TypeRefused(cured_bytes(found, kind, name))


def too_large(kind: Kind, size_bytes: int | None, ceiling: int, filename: str = "FILE") -> SizeRefused:
    """The refusal of a file over `ceiling` bytes; without a size where only 'more than that' is known."""
    measured = megabytes(size_bytes) if size_bytes is not None else f"more than {megabytes(ceiling)}"
    found = finding(
        "size_exceeded",
        f"The {kind.value} has {measured}; allowed are {megabytes(ceiling)}.",
        measured=measured,
        allowed=megabytes(ceiling),
    )
    return SizeRefused(cured(found, kind, filename, ceiling))


def _kind_findings(info: MediaInfo, kind: Kind) -> list[UploadRefused]:
    if info.kind is kind:
        return []
    mismatch = finding(
        "kind_mismatch",
        f"The file was declared as {kind.value}, but it is {info.kind.value} ({info.format.value}).",
        measured=info.kind.value,
        allowed=kind.value,
    )
    return [TypeRefused(mismatch)]


def _codec_findings(info: MediaInfo) -> list[Finding]:
    findings = []
    if info.video is not None and info.video.codec not in VIDEO_CODECS.get(info.format, frozenset()):
        findings.append(_codec_finding("video", info.video.codec, info.format, VIDEO_CODECS, info.video.index))
    if info.audio is not None and codec_family(info.audio.codec) not in AUDIO_CODECS.get(info.format, frozenset()):
        findings.append(_codec_finding("audio", info.audio.codec, info.format, AUDIO_CODECS, info.audio.index))
    return [cured(found, info.kind) for found in findings]


def _codec_finding(
    what: str, codec: str, format_: Format, table: Mapping[Format, frozenset[str]], stream: int
) -> Finding:
    allowed = ", ".join(sorted(CODEC_NAMES[name] for name in table.get(format_, frozenset())))
    name = codec_name(codec)
    return finding(
        f"{what}_codec_unsupported",
        f"The {what} is coded as {name}; accepted in {format_.value} are {allowed}.",
        measured=name,
        allowed=allowed,
        stream=stream,
    )


def codec_family(codec: str) -> str:
    """`pcm` for every kind of PCM, else the codec itself."""
    return "pcm" if codec.startswith("pcm_") else codec


def codec_name(codec: str) -> str:
    """The codec as people write it: `H.264` for `h264`."""
    return CODEC_NAMES.get(codec_family(codec), codec)


def megabytes(size_bytes: int) -> str:
    """`10 MB` for 10 MiB; where it is not whole, with the bytes: `10.25 MB (10,750,001 bytes)`."""
    if size_bytes % MIB == 0:
        return f"{size_bytes // MIB} MB"
    return f"{size_bytes / MIB:.2f} MB ({size_bytes:,} bytes)"


def minutes(duration_s: float) -> str:
    """`6 min 12 s`, `5 min`, `42.5 s`."""
    if duration_s < 60:
        return f"{duration_s:.1f} s"
    whole, rest = divmod(round(duration_s), 60)
    return f"{whole} min {rest} s" if rest else f"{whole} min"
