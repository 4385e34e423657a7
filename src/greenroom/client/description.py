"""Facts about a file in words, as short as a line of a table allows."""

from collections.abc import Iterator

from greenroom.client.wire import Facts, Media, Sound

KIB = 1024
NAME_OF_CODEC = {
    "h264": "H.264",
    "hevc": "H.265",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "libdav1d": "AV1",
    "aac": "AAC",
    "mp3": "MP3",
    "mp3float": "MP3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "alac": "ALAC",
}


def described(facts: Facts) -> str:
    """What a file was verified to be: `H.264 1280x720, 3.0 s, AAC 48 kHz stereo`."""
    return ", ".join(filter(None, _parts(facts)))


def size_in_words(size_bytes: int) -> str:
    """`812 B`, `64.0 kB`, `1.3 MB`; as in the limits of the service, a kB is 1024 bytes."""
    if size_bytes < KIB:
        return f"{size_bytes} B"
    if size_bytes < KIB * KIB:
        return f"{size_bytes / KIB:.1f} kB"
    return f"{size_bytes / KIB / KIB:.1f} MB"


def printable(text: str) -> str:
    """The text without what could steer a terminal: names and messages come from elsewhere."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _parts(facts: Facts) -> Iterator[str]:
    media = facts.media or Media()
    container = media.format or (facts.content_type or facts.kind).rpartition("/")[2].upper()
    codec = _codec_name(media.video.codec) if media.video else container
    size = f"{facts.width}x{facts.height}" if facts.width and facts.height else ""
    yield f"{codec} {size}".strip()
    if media.frame_count is not None and media.frame_count > 1 and facts.kind == "image":
        yield f"{media.frame_count} frames"
    if facts.duration_s is not None and facts.kind != "image":
        yield f"{facts.duration_s:.1f} s"
    if media.audio:
        yield _sound_in_words(media.audio, container)


def _sound_in_words(sound: Sound, container: str) -> str:
    codec = _codec_name(sound.codec)
    rate = f"{sound.sample_rate_hz / 1000:g} kHz" if sound.sample_rate_hz else ""
    channels = {None: "", 1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels} channels")
    return " ".join(filter(None, ("" if codec == container else codec, rate, channels)))


def _codec_name(codec: str) -> str:
    if codec.startswith("pcm_"):
        return "PCM"
    return NAME_OF_CODEC.get(codec, codec)
