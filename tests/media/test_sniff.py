"""What a file is, by its first bytes."""

from collections.abc import Callable

import pytest

import media_samples as good
from greenroom.domain.media import Format
from greenroom.media.sniff import sniff

ACCEPTED: list[tuple[Callable[[], bytes], Format]] = [
    (good.jpeg, Format.JPEG),
    (good.png, Format.PNG),
    (good.webp, Format.WEBP),
    (good.gif, Format.GIF),
    (good.mp4, Format.MP4),
    (good.fragmented_mp4, Format.MP4),
    (good.mov, Format.MOV),
    (good.webm, Format.WEBM),
    (good.browser_recorder_webm, Format.WEBM),
    (good.mp3, Format.MP3),
    (good.mp3_with_cover, Format.MP3),
    (good.wav, Format.WAV),
    (good.m4a, Format.M4A),
]
REFUSED: list[tuple[Callable[[], bytes], str]] = [
    (good.avif, "AVIF image"),
    (good.tiff, "TIFF image"),
    (good.bmp, "BMP image"),
    (good.svg, "SVG image"),
    (good.html, "HTML page"),
    (good.pdf, "PDF document"),
    (good.zip_, "ZIP archive"),
    (good.mkv, "Matroska video"),
    (good.mpegts, "MPEG-TS video"),
    (good.avi, "AVI video"),
    (good.flac, "FLAC audio"),
    (good.ogg, "Opus audio"),
    (good.aac, "AAC audio"),
]
FORGED: list[tuple[bytes, str]] = [
    (b"", "empty file"),
    (bytes(64), "file of zero bytes"),
    (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/\n", "HLS playlist"),
    (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "FFmpeg concat script"),
    (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "DASH manifest"),
    (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 0 RTP/AVP 96\r\n", "SDP description"),
    (b"#!/bin/sh\necho\n", "script"),
    (b"<?php system($_GET['c']); ?>", "script"),
    (b"  \n<!-- x --><HTML><script>1</script>", "HTML page"),
    (b"\x7fELF\x02\x01\x01", "Linux program"),
    (b"MZ\x90\x00", "Windows program"),
    (b"Beyond all free tables", "text"),
    (b"the free lunch", "text"),
    ("Привет, мир".encode(), "text"),
    (b"\xff\xfeH\x00i\x00", "UTF-16 text"),
    (b'{"a": 1}', "JSON document"),
    (b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic", "HEIC image"),
    (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", "AVIF image"),
    (b"ID3\x04\x00\x00\x00\x00\x00\x00fLaC\x00\x00\x00\x22", "FLAC audio"),
    (b"RIFF\x00\x00\x00\x00CDXA", "RIFF file"),
    (b"\x8f\x1b\x00\x7f\x93\xaa\x01", "unknown data"),
]


@pytest.mark.parametrize(("sample", "format"), ACCEPTED, ids=lambda value: getattr(value, "__name__", None))
def test_an_accepted_format_is_told_from_sixteen_bytes(sample: Callable[[], bytes], format: Format) -> None:
    assert sniff(sample()[:4096]).format is format
    assert sniff(sample()[:16]).format is format


@pytest.mark.parametrize(("sample", "name"), REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_another_format_is_refused_by_its_name(sample: Callable[[], bytes], name: str) -> None:
    assert sniff(sample()[:4096]) == (name, None)


@pytest.mark.parametrize(("head", "name"), FORGED, ids=[name for _, name in FORGED])
def test_what_is_no_media_is_called_what_it_is(head: bytes, name: str) -> None:
    assert sniff(head) == (name, None)


@pytest.mark.parametrize("kind", [b"moov", b"mdat", b"wide", b"free"])
def test_a_quicktime_file_from_before_brands_is_a_mov(kind: bytes) -> None:
    assert sniff(b"\x00\x00\x00\x08" + kind + bytes(8)).format is Format.MOV


@pytest.mark.parametrize("brand", [b"M4A ", b"M4B "])
def test_an_itunes_brand_is_m4a(brand: bytes) -> None:
    assert sniff(b"\x00\x00\x00\x20ftyp" + brand + bytes(20)).format is Format.M4A


@pytest.mark.parametrize("brand", [b"isom", b"mp42", b"avc1", b"iso6", b"dash", b"3gp4", b"M4V ", b"MSNV"])
def test_any_other_film_brand_is_mp4(brand: bytes) -> None:
    assert sniff(b"\x00\x00\x00\x20ftyp" + brand + bytes(20)).format is Format.MP4


def test_a_large_id3_tag_before_the_sound_is_mp3() -> None:
    assert sniff(b"ID3\x03\x00\x00\x00\x7f\x7f\x7f" + bytes(4000)).format is Format.MP3


def test_rf64_is_wav() -> None:
    assert sniff(b"RF64\xff\xff\xff\xffWAVEds64").format is Format.WAV
