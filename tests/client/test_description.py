"""How facts about a file read in a line."""

import pytest

from greenroom.client.description import described, printable, size_in_words
from greenroom.client.wire import Facts, Media, Picture, Sound

STEREO = Sound("aac", 48_000, 2)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(kind="image", width=1920, height=1080, media=Media("JPEG")), "JPEG 1920x1080"),
        (Facts(kind="image", content_type="image/png", width=8, height=9), "PNG 8x9"),
        (Facts(kind="image", width=64, height=36, media=Media("GIF", 30)), "GIF 64x36, 30 frames"),
        (
            Facts(
                kind="video",
                width=1280,
                height=720,
                duration_s=3.004,
                media=Media("MP4", 90, Picture("h264", 30.0), STEREO),
            ),
            "H.264 1280x720, 3.0 s, AAC 48 kHz stereo",
        ),
        (
            Facts(kind="video", width=1280, height=720, duration_s=3, media=Media("WebM", 90, Picture("vp9"))),
            "VP9 1280x720, 3.0 s",
        ),
        (
            Facts(kind="audio", duration_s=3, media=Media("MP3", audio=Sound("mp3", 44_100, 1))),
            "MP3, 3.0 s, 44.1 kHz mono",
        ),
        (
            Facts(kind="audio", duration_s=3, media=Media("WAV", audio=Sound("pcm_s16le", 48_000, 6))),
            "WAV, 3.0 s, PCM 48 kHz 6 channels",
        ),
        (Facts(kind="video"), "VIDEO"),
    ],
)
def test_facts_read_in_a_line(facts: Facts, words: str) -> None:
    assert described(facts) == words


@pytest.mark.parametrize(
    ("size_bytes", "words"), [(812, "812 B"), (65_536, "64.0 kB"), (1_363_149, "1.3 MB"), (0, "0 B")]
)
def test_a_size_reads_in_the_units_of_the_limits(size_bytes: int, words: str) -> None:
    assert size_in_words(size_bytes) == words


def test_what_could_steer_a_terminal_is_replaced() -> None:
    assert printable("a\x1b[31m\r\nb é") == "a\ufffd[31m\ufffd\ufffdb é"
