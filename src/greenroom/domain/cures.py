"""The commands that make a refused file acceptable: ours, and the same by FFmpeg or ImageMagick."""

import shlex

from msgspec import structs

from greenroom.domain.formats import extension_of
from greenroom.domain.media import Finding, Kind

_FILE = "FILE"
_NAME_MAX = 120
_LONGEST_VIDEO_S = 300
_SOUND_KBPS = 192

_KIND_OF_WORD = {"image": Kind.IMAGE, "video": Kind.VIDEO, "audio": Kind.AUDIO}
_READ_BY_US = frozenset(
    (
        "AVIF image", "TIFF image", "BMP image", "JPEG 2000 image",
        "Matroska video", "AVI video", "MPEG-TS video", "MPEG video", "MPEG program stream video", "Flash video",
        "Windows Media file", "Ogg video",
        "FLAC audio", "Opus audio", "Ogg audio", "AAC audio", "AIFF audio", "AU audio", "CAF audio", "AMR audio",
        "WavPack audio", "Monkey's Audio", "Dolby Digital audio", "MPEG layer I or II audio",
    )
)  # fmt: skip
"""What the optimizer reads of the formats that are not accepted, by the names that bytes are told by."""
_READ_BY_IMAGEMAGICK = frozenset(("HEIC image", "HEIF image", "JPEG XL image", "Photoshop document"))
_EXTENSIONS = {
    Kind.IMAGE: ("avif", "tif", "tiff", "bmp", "jp2"),
    Kind.VIDEO: ("mkv", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "vob", "flv", "wmv", "asf", "ogv", "mxf", "dv"),
    Kind.AUDIO: (
        "flac", "ogg", "oga", "opus", "aac", "aif", "aiff", "au", "caf", "amr", "wma", "wv", "ape", "ac3", "mp2"
    ),
}  # fmt: skip
_KIND_OF_EXTENSION = {extension: kind for kind, extensions in _EXTENSIONS.items() for extension in extensions}


def our_command(file: str, max_bytes: int | None = None) -> str:
    """`greenroom optimize 'my clip.mov'`, to be pasted into a shell."""
    limit = f" --max-bytes {max_bytes}" if max_bytes is not None else ""
    return f"greenroom optimize {_quoted(file)}{limit}"


def other_command(kind: Kind, file: str, max_bytes: int | None = None) -> str:
    """The same by FFmpeg, for an image by ImageMagick."""
    name = _quoted(file)
    if kind is Kind.IMAGE:
        limit = f" -define jpeg:extent={max_bytes // 1024}KB" if max_bytes is not None else ""
        return f"magick {name} -auto-orient -resize '1920x1080>' -quality 85{limit} copy.jpg"
    if kind is Kind.AUDIO:
        return f"ffmpeg -i {name} -af loudnorm=I=-16:TP=-1.5 -c:a libmp3lame -b:a 192k -ar 44100 copy.mp3"
    limit = ""
    if max_bytes is not None:
        # What the longest video that is accepted may have a second, so that any fits.
        kbps = int(max_bytes * 0.95 / 125 / _LONGEST_VIDEO_S) - _SOUND_KBPS
        limit = f" -maxrate {kbps}k -bufsize {kbps}k"
    scale = "scale=w=1920:h=1080:force_original_aspect_ratio=decrease:force_divisible_by=2"
    coding = f"-c:v libx264 -crf 23 -preset medium{limit} -pix_fmt yuv420p -c:a aac -b:a 192k"
    return f"ffmpeg -i {name} -vf {scale} {coding} -movflags +faststart copy.mp4"


def cure(kind: Kind, file: str = _FILE, max_bytes: int | None = None) -> str:
    """Both commands in a sentence."""
    by = "ImageMagick" if kind is Kind.IMAGE else "FFmpeg"
    ours, other = our_command(file, max_bytes), other_command(kind, file, max_bytes)
    return f"Make a copy that is accepted: `{ours}`; or with {by}: `{other}`."


def cured(found: Finding, kind: Kind, file: str = _FILE, max_bytes: int | None = None) -> Finding:
    """The finding with the commands for a file of that kind after what its cure says already."""
    return structs.replace(found, cure=f"{found.cure or ''} {cure(kind, file, max_bytes)}".lstrip())


def cured_bytes(found: Finding, kind: Kind, name: str) -> Finding:
    """
    The finding with the commands for bytes that are `name` ("AVIF image") where `kind` was promised.

    As it is where no conversion leads there: from a document, or from a sound to a video.
    """
    if name in _READ_BY_IMAGEMAGICK and kind is Kind.IMAGE:
        return structs.replace(found, cure=f"{found.cure} With ImageMagick: `{other_command(kind, _FILE)}`.")
    same_kind = _KIND_OF_WORD.get(name.rpartition(" ")[2].lower(), kind) is kind
    return cured(found, kind) if name in _READ_BY_US and same_kind else found


def cured_name(found: Finding, filename: str) -> Finding:
    """The finding with the commands for a file of that name, where its extension says that it can be converted."""
    kind = _KIND_OF_EXTENSION.get(extension_of(filename))
    return cured(found, kind, filename) if kind is not None else found


def _quoted(file: str) -> str:
    """The name as one word of a shell; a placeholder for one that no shell should be given."""
    if not file or len(file) > _NAME_MAX or not file.isprintable():
        return _FILE
    return shlex.quote(f"./{file}" if file.startswith("-") else file)
