"""Which names and MIME types stand for which format."""

import pytest

from greenroom.domain.formats import (
    FORMAT_OF_EXTENSION,
    FORMAT_OF_MIME,
    FORMATS,
    bare_mime,
    extension_of,
    names_of,
    same_family,
)
from greenroom.domain.media import Format, Kind


@pytest.mark.parametrize(
    ("mime", "format_"),
    [
        ("image/jpeg", Format.JPEG),
        ("image/jpg", Format.JPEG),
        ("image/png", Format.PNG),
        ("image/webp", Format.WEBP),
        ("image/gif", Format.GIF),
        ("video/mp4", Format.MP4),
        ("video/x-m4v", Format.MP4),
        ("video/quicktime", Format.MOV),
        ("video/webm", Format.WEBM),
        ("audio/mpeg", Format.MP3),
        ("audio/mp3", Format.MP3),
        ("audio/wav", Format.WAV),
        ("audio/x-wav", Format.WAV),
        ("audio/wave", Format.WAV),
        ("audio/mp4", Format.M4A),
        ("audio/x-m4a", Format.M4A),
        ("audio/m4a", Format.M4A),
    ],
)
def test_a_mime_type_that_clients_send_is_known(mime: str, format_: Format) -> None:
    assert FORMAT_OF_MIME[mime] is format_


@pytest.mark.parametrize(
    ("extension", "format_"),
    [
        ("jpg", Format.JPEG),
        ("jpeg", Format.JPEG),
        ("png", Format.PNG),
        ("webp", Format.WEBP),
        ("gif", Format.GIF),
        ("mp4", Format.MP4),
        ("m4v", Format.MP4),
        ("mov", Format.MOV),
        ("webm", Format.WEBM),
        ("mp3", Format.MP3),
        ("wav", Format.WAV),
        ("m4a", Format.M4A),
    ],
)
def test_an_extension_that_files_have_is_known(extension: str, format_: Format) -> None:
    assert FORMAT_OF_EXTENSION[extension] is format_


@pytest.mark.parametrize("format_", list(Format))
def test_every_format_is_served_under_a_type_that_it_is_taken_under(format_: Format) -> None:
    assert FORMAT_OF_MIME[FORMATS[format_].mime] is format_


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "video/x-matroska", "image/avif", "audio/ogg"])
def test_a_type_that_is_not_accepted_is_not_known(mime: str) -> None:
    assert mime not in FORMAT_OF_MIME


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("photo.jpg", "jpg"),
        ("PHOTO.JPG", "jpg"),
        ("a.tar.gz", "gz"),
        (".jpg", "jpg"),
        ("photo", ""),
        ("photo.", ""),
        ("", ""),
        ("../../x.png", "png"),
        ("日本.PnG", "png"),
        ("photo.jpg ", "jpg "),
    ],
)
def test_the_extension_is_what_follows_the_last_dot_in_lower_case(name: str, extension: str) -> None:
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("given", "bare"),
    [
        ("image/jpeg", "image/jpeg"),
        ("Video/WebM;codecs=vp9", "video/webm"),
        (" audio/mpeg ; q=1", "audio/mpeg"),
        ("", ""),
        (";", ""),
    ],
)
def test_a_bare_type_has_no_parameters_and_no_capitals(given: str, bare: str) -> None:
    assert bare_mime(given) == bare


@pytest.mark.parametrize(
    ("one", "other"), [(Format.MP4, Format.MOV), (Format.MOV, Format.M4A), (Format.M4A, Format.MP4)]
)
def test_the_names_of_the_iso_container_are_one_family(one: Format, other: Format) -> None:
    assert same_family(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [(Format.MP4, Format.WEBM), (Format.JPEG, Format.PNG), (Format.MP3, Format.WAV)]
)
def test_other_formats_are_not_one_family(one: Format, other: Format) -> None:
    assert not same_family(one, other)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.IMAGE, "JPEG, PNG, WebP, GIF"),
        (Kind.VIDEO, "MP4, MOV, WebM"),
        (Kind.AUDIO, "MP3, WAV, M4A"),
    ],
)
def test_the_accepted_formats_of_a_kind_are_those_of_the_limits_table(kind: Kind, names: str) -> None:
    assert names_of(kind) == names
