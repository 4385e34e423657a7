"""The policy: what may be declared, what may be kept, and what a refusal says."""

import pytest

from greenroom.domain.media import AudioStream, Examination, Finding, Format, Kind, MediaInfo, VideoStream
from greenroom.domain.policy import MIB, Dialect, Limits, Policy, megabytes, minutes, too_large, wrong_bytes
from greenroom.errors import ContentRefused, SizeRefused, TypeRefused, UploadRefused

POLICY = Policy()
CANONICAL = Dialect.CONTENT_TYPE


def film(format_: Format = Format.MP4, codec: str = "h264", sound: str | None = "aac", seconds: float = 2) -> MediaInfo:
    """A film as an examination describes one."""
    return MediaInfo(
        format=format_,
        kind=Kind.VIDEO,
        width=640,
        height=360,
        duration_s=seconds,
        video=VideoStream(0, codec, 640, 360, 60, seconds),
        audio=AudioStream(1, sound, 48_000, 2, seconds) if sound else None,
    )


def sound(format_: Format, codec: str, seconds: float = 2) -> MediaInfo:
    """A sound as an examination describes one."""
    return MediaInfo(
        format=format_, kind=Kind.AUDIO, duration_s=seconds, audio=AudioStream(0, codec, 48_000, 2, seconds)
    )


PHOTO = MediaInfo(format=Format.JPEG, kind=Kind.IMAGE, width=640, height=480)


# Declaring


@pytest.mark.parametrize(
    ("filename", "content_type", "format_", "kind"),
    [
        ("a.jpg", "image/jpeg", Format.JPEG, Kind.IMAGE),
        ("a.JPEG", "image/jpg", Format.JPEG, Kind.IMAGE),
        ("a.png", "image/png", Format.PNG, Kind.IMAGE),
        ("a.mp4", "video/mp4", Format.MP4, Kind.VIDEO),
        ("a.webm", "video/webm;codecs=vp9,opus", Format.WEBM, Kind.VIDEO),
        ("a.m4a", "audio/x-m4a", Format.M4A, Kind.AUDIO),
        ("a.mp3", None, Format.MP3, Kind.AUDIO),
        ("a.wav", "application/octet-stream", Format.WAV, Kind.AUDIO),
        ("recording", "video/quicktime", Format.MOV, Kind.VIDEO),
    ],
)
def test_a_declaration_says_format_and_kind(
    filename: str, content_type: str | None, format_: Format, kind: Kind
) -> None:
    declared = POLICY.declare(filename, content_type, None, CANONICAL)

    assert (declared.format, declared.kind) == (format_, kind)


def test_a_type_without_an_extension_gives_the_extension() -> None:
    assert POLICY.declare("recording", "image/jpeg", None, CANONICAL).extension == "jpg"


@pytest.mark.parametrize("name", ["film.mov", "film.mp4"])
def test_mp4_and_mov_may_be_declared_for_each_other(name: str) -> None:
    assert POLICY.declare(name, "video/mp4", None, CANONICAL).kind is Kind.VIDEO


@pytest.mark.parametrize(
    ("filename", "content_type", "named"),
    [
        ("a.exe", "application/x-msdownload", "application/x-msdownload"),
        ("a.exe", "image/jpeg", ".exe"),
        ("a.svg", "image/svg+xml", "image/svg+xml"),
        ("a.exe", None, ".exe"),
        ("photo", None, "no extension"),
        ("photo", "application/octet-stream", "no extension"),
        ("a.jpg.html", "image/jpeg", ".html"),
    ],
)
def test_a_type_that_is_not_accepted_is_named_with_those_that_are(
    filename: str, content_type: str | None, named: str
) -> None:
    with pytest.raises(TypeRefused) as refused:
        POLICY.declare(filename, content_type, None, CANONICAL)

    finding = refused.value.finding
    assert (finding.code, finding.measured) == ("type_unsupported", named)
    assert "video: MP4, MOV, WebM" in (finding.allowed or "")
    assert finding.cure


def test_a_name_without_an_extension_is_to_be_given_one_and_not_to_be_converted() -> None:
    with pytest.raises(TypeRefused) as refused:
        POLICY.declare("photo", None, None, CANONICAL)

    assert "The filename 'photo' has no extension" in str(refused.value)
    assert "extension" in (refused.value.finding.cure or "")
    assert "onvert" not in (refused.value.finding.cure or "")


@pytest.mark.parametrize(
    ("filename", "content_type"),
    [("a.jpg", "image/png"), ("a.jpg", "video/mp4"), ("a.m4a", "video/mp4"), ("a.mp4", "audio/mp4")],
)
def test_an_extension_that_contradicts_the_type_is_refused(filename: str, content_type: str) -> None:
    with pytest.raises(TypeRefused) as refused:
        POLICY.declare(filename, content_type, None, CANONICAL)

    assert refused.value.code == "declaration_contradictory"


# Sizes


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(("kind", "size"), [(Kind.IMAGE, 10 * MIB), (Kind.VIDEO, 100 * MIB)])
def test_images_and_videos_have_one_limit_in_every_dialect(kind: Kind, size: int, dialect: Dialect) -> None:
    assert POLICY.max_bytes(kind, dialect) == size


@pytest.mark.parametrize(
    ("dialect", "size"),
    [
        (Dialect.CONTENT_TYPE, 20 * MIB),
        (Dialect.V1, 20 * MIB),
        (Dialect.MULTIPART, 20 * MIB),
        (Dialect.FILE_TYPE, 50 * MIB),
    ],
)
def test_sound_has_the_limit_that_the_dialect_promises(dialect: Dialect, size: int) -> None:
    assert POLICY.max_bytes(Kind.AUDIO, dialect) == size


@pytest.mark.parametrize(
    ("name", "limit"), [("a.jpg", 10 * MIB), ("a.mp4", 100 * MIB), ("a.mp3", 20 * MIB), ("a.gif", 10 * MIB)]
)
def test_the_limit_itself_is_allowed(name: str, limit: int) -> None:
    assert POLICY.declare(name, None, limit, CANONICAL).size_bytes == limit


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [("a.jpg", 10 * MIB, "10 MB"), ("a.mp4", 100 * MIB, "100 MB"), ("a.mp3", 20 * MIB, "20 MB")],
)
def test_a_byte_more_than_the_limit_is_refused_with_measure_limit_and_cure(name: str, limit: int, words: str) -> None:
    with pytest.raises(SizeRefused) as refused:
        POLICY.declare(name, None, limit + 1, CANONICAL)

    finding = refused.value.finding
    assert (finding.code, finding.allowed) == ("size_exceeded", words)
    assert f"{limit + 1:,} bytes" in finding.message
    assert finding.cure


def test_a_size_that_is_only_known_to_be_too_large_is_said_so() -> None:
    assert too_large(Kind.IMAGE, None, 10 * MIB).finding.measured == "more than 10 MB"


# Judging


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        (PHOTO, Kind.IMAGE),
        (film(), Kind.VIDEO),
        (film(Format.MP4, "hevc", "mp3"), Kind.VIDEO),
        (film(Format.MOV, "h264", "pcm_s16le"), Kind.VIDEO),
        (film(Format.MOV, "hevc", "alac"), Kind.VIDEO),
        (film(Format.WEBM, "vp8", "vorbis"), Kind.VIDEO),
        (film(Format.WEBM, "vp9", "opus"), Kind.VIDEO),
        (film(Format.WEBM, "av1", "opus"), Kind.VIDEO),
        (film(sound=None), Kind.VIDEO),
        (sound(Format.MP3, "mp3"), Kind.AUDIO),
        (sound(Format.WAV, "pcm_f32le"), Kind.AUDIO),
        (sound(Format.M4A, "aac"), Kind.AUDIO),
        (sound(Format.M4A, "alac"), Kind.AUDIO),
    ],
)
def test_what_the_limits_table_lists_is_good(info: MediaInfo, kind: Kind) -> None:
    assert POLICY.judge(Examination(info=info), kind) is info


@pytest.mark.parametrize(
    ("info", "code", "measured"),
    [
        (film(Format.MP4, "vp9"), "video_codec_unsupported", "VP9"),
        (film(Format.MP4, "av1"), "video_codec_unsupported", "AV1"),
        (film(Format.MP4, "mpeg4"), "video_codec_unsupported", "mpeg4"),
        (film(Format.MOV, "prores"), "video_codec_unsupported", "prores"),
        (film(Format.WEBM, "h264", "opus"), "video_codec_unsupported", "H.264"),
        (film(Format.MP4, "h264", "ac3"), "audio_codec_unsupported", "ac3"),
        (film(Format.MP4, "h264", "pcm_s16le"), "audio_codec_unsupported", "PCM"),
        (film(Format.WEBM, "vp9", "aac"), "audio_codec_unsupported", "AAC"),
    ],
)
def test_a_codec_that_its_container_may_not_hold_is_refused_by_name(info: MediaInfo, code: str, measured: str) -> None:
    with pytest.raises(ContentRefused) as refused:
        POLICY.judge(Examination(info=info), Kind.VIDEO)

    finding = refused.value.finding
    assert (finding.code, finding.measured) == (code, measured)
    assert finding.allowed
    assert finding.cure


def test_all_wrong_codecs_are_told_at_once() -> None:
    with pytest.raises(ContentRefused) as refused:
        POLICY.judge(Examination(info=film(Format.MP4, "vp9", "vorbis")), Kind.VIDEO)

    assert [other.code for other in refused.value.others] == ["audio_codec_unsupported"]


@pytest.mark.parametrize(
    ("info", "kind"),
    [(film(seconds=300.4), Kind.VIDEO), (sound(Format.MP3, "mp3", 600.4), Kind.AUDIO)],
)
def test_a_frame_more_than_the_longest_duration_is_forgiven(info: MediaInfo, kind: Kind) -> None:
    assert POLICY.judge(Examination(info=info), kind) is info


@pytest.mark.parametrize(
    ("info", "kind", "measured", "allowed"),
    [
        (film(seconds=301), Kind.VIDEO, "5 min 1 s", "5 min"),
        (film(seconds=372), Kind.VIDEO, "6 min 12 s", "5 min"),
        (sound(Format.MP3, "mp3", 601), Kind.AUDIO, "10 min 1 s", "10 min"),
    ],
)
def test_what_is_too_long_is_refused_with_its_length(info: MediaInfo, kind: Kind, measured: str, allowed: str) -> None:
    with pytest.raises(ContentRefused) as refused:
        POLICY.judge(Examination(info=info), kind)

    finding = refused.value.finding
    assert (finding.code, finding.measured, finding.allowed) == ("duration_exceeded", measured, allowed)
    assert finding.cure


@pytest.mark.parametrize(
    ("info", "declared"),
    [(film(), Kind.AUDIO), (sound(Format.M4A, "aac"), Kind.VIDEO), (PHOTO, Kind.VIDEO)],
)
def test_another_kind_than_was_declared_is_a_wrong_type(info: MediaInfo, declared: Kind) -> None:
    with pytest.raises(TypeRefused) as refused:
        POLICY.judge(Examination(info=info), declared)

    assert (refused.value.code, refused.value.finding.allowed) == ("kind_mismatch", declared.value)


def test_damage_counts_more_than_anything_else() -> None:
    damage = Finding(code="file_truncated", message="The file ends early.")

    with pytest.raises(ContentRefused) as refused:
        POLICY.judge(Examination(info=film(seconds=10_000), damage=(damage,)), Kind.VIDEO)

    assert refused.value.finding is damage


def test_a_file_of_which_nothing_could_be_read_is_refused() -> None:
    with pytest.raises(ContentRefused) as refused:
        POLICY.judge(Examination(), Kind.IMAGE)

    assert refused.value.code == "unreadable"


def test_every_number_can_be_chosen() -> None:
    strict = Policy({Kind.IMAGE: Limits(5), Kind.VIDEO: Limits(6, 1.0), Kind.AUDIO: Limits(7, 1.0)}, 8)

    limits = [strict.max_bytes(kind, CANONICAL) for kind in Kind] + [strict.max_bytes(Kind.AUDIO, Dialect.FILE_TYPE)]

    assert limits == [5, 6, 7, 8]
    with pytest.raises(UploadRefused):
        strict.judge(Examination(info=film(seconds=2)), Kind.VIDEO)


# Words


def test_bytes_of_another_type_are_named_with_what_was_promised() -> None:
    finding = wrong_bytes(Format.JPEG, "AVIF image").finding

    assert (finding.code, finding.measured, finding.allowed) == ("type_mismatch", "AVIF image", "JPEG")


@pytest.mark.parametrize(
    ("size", "words"),
    [(10 * MIB, "10 MB"), (10 * MIB + 1, "10.00 MB (10,485,761 bytes)"), (0, "0 MB")],
)
def test_sizes_are_told_in_megabytes_and_in_bytes_where_that_is_not_exact(size: int, words: str) -> None:
    assert megabytes(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2.04, "2.0 s"), (59.9, "59.9 s"), (60, "1 min"), (61, "1 min 1 s"), (372.4, "6 min 12 s"), (3600, "60 min")],
)
def test_durations_are_told_in_minutes_and_seconds(seconds: float, words: str) -> None:
    assert minutes(seconds) == words
