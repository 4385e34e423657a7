"""
Whatever the bytes are, judging them ends with a verdict.

The short form of `scripts/fuzz-verification`: the same mutations with a few fixed seeds, the readers of
each container against bytes that only look like it, and what the campaign has found so far.
"""

import mmap
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from judging import Judge, codes, judge_with
from mutations import SUFFIXES, mutant

import media_samples as samples
from greenroom.domain.glance import Ends
from greenroom.domain.media import Format
from greenroom.media.ebml import count_tracks, read_claims, walk_webm
from greenroom.media.examiner import Examiner
from greenroom.media.gif import read_gif
from greenroom.media.glance import glance
from greenroom.media.isobmff import read_movie
from greenroom.media.jpeg import read_jpeg
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import GivenUp, Logbook
from greenroom.media.mp3 import walk_mp3
from greenroom.media.png import read_png
from greenroom.media.sniff import Sniffed, sniff
from greenroom.media.sound import check_wav, mp3_claims
from greenroom.media.webp import read_webp
from running_server import RunningServer

NO_VERDICT = {
    "examination_crashed",
    "examination_garbled",
    "examination_unavailable",
    "examination_timed_out",
}
FILES_A_FORMAT = 30
FILES_A_FORMAT_SENT = 6
FIRST_SEED = 1_000_000  # far from those of a campaign, which counts up from 0
REFUSALS = {400, 413, 415, 422}

repeatable = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


# Mutations


@pytest.mark.parametrize("format", Format)
def test_a_broken_file_gets_a_verdict(examiner: Examiner, format: Format) -> None:
    assert without_verdict(examiner, format) == []


def without_verdict(examiner: Examiner, format: Format) -> list[str]:
    """Judge the mutations of a format, one in four of them in full; say of which nothing could be said."""

    def judged(seed: int) -> list[str]:
        made = mutant(format, seed)
        found = judge_with(
            examiner, made.data, format=sniff(made.data[:4096]).format or format, deep=seed % 4 == 0
        ).damage
        return [f"{format}:{seed} {made.name}: {item.message}" for item in found if item.code in NO_VERDICT]

    with ThreadPoolExecutor(2) as pool:
        found = pool.map(judged, range(FIRST_SEED, FIRST_SEED + FILES_A_FORMAT))
        return [complaint for complaints in found for complaint in complaints]


def test_a_server_answers_every_broken_file_and_stays_healthy(server: RunningServer) -> None:
    statuses = [status_of(server, format, seed) for format in Format for seed in range(FILES_A_FORMAT_SENT)]

    assert set(statuses) <= {200, *REFUSALS}
    assert set(statuses) & REFUSALS
    assert requests.get(server.url + "/healthz", timeout=10).status_code == 200


def status_of(server: RunningServer, format: Format, seed: int) -> int:
    signed = server.signed(f"broken.{SUFFIXES[format]}")
    return server.put(signed["sign_url"], mutant(format, FIRST_SEED + seed).data).status_code


def test_a_mutation_is_the_same_in_every_run() -> None:
    first, again, other = mutant(Format.PNG, 7), mutant(Format.PNG, 7), mutant(Format.PNG, 8)

    assert first == again
    assert first.data != other.data


# Readers


def chunks(*words: bytes) -> st.SearchStrategy[bytes]:
    """Bytes in which the words of a format stand between lengths and noise."""
    lengths = st.one_of(st.integers(0, 64), st.integers(0, 0xFFFF_FFFF))
    return st.lists(
        st.one_of(
            st.sampled_from(words),
            lengths.map(lambda length: struct.pack(">I", length)),
            lengths.map(lambda length: struct.pack("<I", length)),
            st.binary(max_size=12),
        ),
        max_size=24,
    ).map(b"".join)


def box(kind: bytes, body: bytes, lie: int) -> bytes:
    return struct.pack(">I4s", max(0, len(body) + 8 + lie), kind) + body


def element(identity: bytes, body: bytes, lie: int) -> bytes:
    return identity + struct.pack(">I", 0x1000_0000 | max(0, len(body) + lie)) + body


def nested(
    make: Callable[[bytes, bytes, int], bytes], outer: tuple[bytes, ...], inner: tuple[bytes, ...]
) -> st.SearchStrategy[bytes]:
    """Parts in parts, most of them with the length that is right."""
    lies = st.sampled_from((0, 0, 0, 0, 0, -1, 1, 8, 1 << 20))
    leaves = st.builds(make, st.sampled_from(inner), st.binary(max_size=48), lies)

    def around(parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
        return st.builds(make, st.sampled_from(outer), st.lists(parts, max_size=4).map(b"".join), lies)

    return st.lists(st.recursive(leaves, around, max_leaves=8), max_size=4).map(b"".join)


BOXES = nested(
    box,
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof"),
    (b"ftyp", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"stsd", b"stts", b"stsz", b"stsc", b"stco", b"elst", b"mdat"),
)
ELEMENTS = nested(
    element,
    (b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\xae", b"\x1f\x43\xb6\x75"),
    (b"\x1a\x45\xdf\xa3", b"\x2a\xd7\xb1", b"\x44\x89", b"\xe7", b"\xa3", b"\xd7", b"\x83", b"\xec"),
)
PNGS = chunks(b"IHDR", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"zTXt", b"iTXt", b"tRNS")
GIFS = chunks(b"\x21\xf9\x04", b"\x2c", b"\x21\xff\x0b", b"\x3b", b"\x00", b"\x10\x00\x10\x00")
JPEGS = chunks(b"\xff\xc0\x00\x11\x08", b"\xff\xda\x00\x08\x01", b"\xff\xd9", b"\xff\xdd\x00\x04", b"\xff\xe1")
RIFFS = chunks(b"VP8X", b"VP8 ", b"VP8L", b"ANMF", b"EXIF", b"fmt ", b"data", b"ds64", b"\x9d\x01\x2a")
MP3S = chunks(b"ID3\x04\x00\x00", b"\xff\xfb\x90\x00", b"\xff\xe3\x18\xc4", b"Xing", b"VBRI", b"TAG", b"APETAGEX")

HEADS = {
    Format.JPEG: (b"\xff\xd8\xff", JPEGS),
    Format.PNG: (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNGS),
    Format.GIF: (b"GIF89a", GIFS),
    Format.WEBP: (b"RIFF\x40\x00\x00\x00WEBP", RIFFS),
    Format.WAV: (b"RIFF\x40\x00\x00\x00WAVE", RIFFS),
    Format.MP3: (b"", MP3S),
    Format.MP4: (b"", BOXES),
    Format.MOV: (b"", BOXES),
    Format.M4A: (b"", BOXES),
    Format.WEBM: (b"", ELEMENTS),
}
LOOKALIKES = st.sampled_from(Format).flatmap(
    lambda format: st.tuples(st.just(format), HEADS[format][1].map(lambda rest: HEADS[format][0] + rest))
)


def in_memory(data: bytes) -> mmap.mmap:
    memory = mmap.mmap(-1, max(1, len(data)))
    memory.write(data)
    return memory


def read(format: Format, data: mmap.mmap) -> None:
    """Read as the child does; an image that ends in a header may say so by the errors of struct and index."""
    limits, logbook = ExamLimits(), Logbook()
    try:
        if format in IMAGE_READERS:
            IMAGE_READERS[format](data, limits, logbook)
        elif format is Format.WEBM:
            walk_webm(data), count_tracks(data), read_claims(data)
        elif format is Format.MP3:
            walk_mp3(data), mp3_claims(data)
        elif format is Format.WAV:
            check_wav(data, limits, logbook)
        else:
            read_movie(data, limits, logbook)
    except GivenUp:
        assert logbook.damage
    except (struct.error, IndexError):
        assert format in IMAGE_READERS


IMAGE_READERS: dict[Format, Callable[[mmap.mmap, ExamLimits, Logbook], object]] = {
    Format.JPEG: lambda data, limits, logbook: read_jpeg(data, 0, limits, logbook),
    Format.PNG: read_png,
    Format.GIF: read_gif,
    Format.WEBP: read_webp,
}


@repeatable
@given(st.binary(max_size=64) | LOOKALIKES.map(lambda lookalike: lookalike[1]))
@example(b"")
def test_every_beginning_has_a_name(head: bytes) -> None:
    found = sniff(head)

    assert isinstance(found, Sniffed) and found.name


@settings(repeatable, max_examples=400)
@given(LOOKALIKES)
def test_a_reader_gives_up_in_its_own_words(lookalike: tuple[Format, bytes]) -> None:
    format, data = lookalike

    read(format, in_memory(data))


@repeatable
@given(LOOKALIKES)
def test_a_glance_never_raises(lookalike: tuple[Format, bytes]) -> None:
    format, data = lookalike

    assert glance(Ends(head=data, tail=data[-64:], size_bytes=len(data)), format).info.format is format


# What the campaign found


def test_a_film_whose_picture_cannot_be_sought_is_damaged(judge: Judge) -> None:
    film = bytearray(samples.mov(1, 160, 120))
    struct.pack_into(">I", film, film.index(b"stts") - 4, 0x7FFF_FFFF)

    assert codes(judge(bytes(film))) == ["packets_unreadable"]


@pytest.mark.parametrize("rate_hz", [0x0400_0000, 0x7FFF_0000])
def test_a_sample_rate_that_no_sound_has_is_refused_before_it_costs_time(judge: Judge, rate_hz: int) -> None:
    sound = bytearray(samples.wav(0.3))
    struct.pack_into("<I", sound, 24, rate_hz)

    examination = judge(bytes(sound))

    assert codes(examination) == ["sample_rate_absurd"]
    assert "sound" not in [stage.name for stage in examination.stages]


@pytest.mark.parametrize("size", [0x2000_0000, 0x3FFF_FFFF, 0x4000_0000, 0xFFFF_FFFF])
def test_a_sound_does_not_vanish_from_a_film_by_the_size_of_its_sample(judge: Judge, size: int) -> None:
    film = bytearray(samples.mov(1, 160, 120))
    struct.pack_into(">I", film, film.rindex(b"stsz") + 16, size)

    assert codes(judge(bytes(film))) == ["box_damaged"]


def test_a_sound_does_not_vanish_from_a_film_with_its_table(judge: Judge) -> None:
    film = bytearray(samples.mov(1, 160, 120))
    struct.pack_into(">I", film, film.rindex(b"stts") - 4, 0x7FFF_FFFF)

    assert codes(judge(bytes(film))) == ["sound_missing"]


def test_a_track_number_that_costs_a_second_a_fragment_is_refused(judge: Judge) -> None:
    film = bytearray(samples.fragmented_mp4())
    struct.pack_into(">I", film, film.index(b"tkhd") + 16, 0xFFFF_FFFF)

    assert codes(judge(bytes(film))) == ["box_damaged"]


def test_a_timestamp_scale_of_impossibly_many_bytes_is_passed_over() -> None:
    scale = element(b"\x2a\xd7\xb1", b"\xff" * 200, 0)
    duration = element(b"\x44\x89", struct.pack(">d", 5.0), 0)
    segment = element(b"\x18\x53\x80\x67", element(b"\x15\x49\xa9\x66", scale + duration, 0), 0)

    assert read_claims(in_memory(segment)).duration_s == 5.0 * 1_000_000 / 1e9


def test_an_empty_track_header_at_the_very_end_turns_nothing() -> None:
    film = box(b"moov", box(b"trak", box(b"tkhd", b"", 0), 0), 0)

    assert read_movie(in_memory(film), ExamLimits(), Logbook()).tracks[0].rotation_deg == 0


def test_an_mp3_that_ends_in_its_first_frame_claims_nothing() -> None:
    assert mp3_claims(in_memory(b"\xff\xfb\x90\x00" + bytes(32) + b"Xing")).duration_s is None
