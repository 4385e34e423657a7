"""A glance at the ends of a file finds what the examination of all of it finds, and never more."""

from collections.abc import Callable
from time import process_time

import pytest
import recipe_samples
from good_corpus import good_files
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import Judge

import media_samples as samples
from greenroom.domain.glance import Ends
from greenroom.domain.media import Format, Kind
from greenroom.media.glance import glance
from greenroom.media.image_measuring import jpeg_quality
from greenroom.media.sniff import sniff

GOOD: list[Callable[[], bytes]] = [
    samples.jpeg,
    samples.jpeg_from_a_phone,
    samples.cmyk_jpeg,
    samples.png,
    samples.png_with_transparency,
    recipe_samples.deep_png,
    samples.webp,
    samples.animated_webp,
    samples.gif,
    samples.mp4,
    samples.faststart_mp4,
    samples.hevc_mov,
    samples.mov_with_pcm_audio,
    samples.mov_with_metadata_track,
    samples.phone_mov,
    samples.mirrored_phone_mp4,
    samples.mp4_turned_as_a_whole,
    samples.vfr_mp4,
    samples.fragmented_mp4,
    samples.mp4_with_mp3_audio,
    samples.mp4_with_av1,
    samples.webm,
    samples.vp8_webm,
    samples.browser_recorder_webm,
    samples.mp3,
    samples.mp3_with_cover,
    samples.wav,
    samples.wav_24_bit,
    samples.wav_float,
    samples.m4a,
    samples.alac_m4a,
]


def ends_of(data: bytes, most: int = 256 * 1024) -> Ends:
    head = data[:most]
    return Ends(head, data[max(len(head), len(data) - most) :], len(data))


def format_of(data: bytes) -> Format:
    found = sniff(data[:4096]).format
    assert found is not None
    return found


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.__name__)
def test_a_glance_and_an_examination_agree(judge: Judge, sample: Callable[[], bytes]) -> None:
    data = sample()

    seen, examined = glance(ends_of(data), format_of(data)), judge(data).info

    assert examined is not None
    assert seen.damage == ()
    assert (seen.info.kind, seen.info.width, seen.info.height) == (examined.kind, examined.width, examined.height)
    assert seen.info.color_mode in (None, examined.color_mode)
    codecs = [stream.codec for stream in (seen.info.video, seen.info.audio) if stream]
    assert codecs == [stream.codec for stream in (examined.video, examined.audio) if stream]
    assert seen.info.duration_s is None or seen.info.duration_s == pytest.approx(examined.duration_s, abs=0.5)


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.__name__)
@pytest.mark.parametrize("most", [16, 100, 700, 3000])
def test_shorter_ends_say_less_but_nothing_wrong(sample: Callable[[], bytes], most: int) -> None:
    data = sample()
    whole = glance(ends_of(data), format_of(data)).info

    seen = glance(ends_of(data, most), format_of(data))

    assert seen.damage == ()
    assert seen.info.width in (None, whole.width)
    assert seen.info.video is None or whole.video is None or seen.info.video.codec == whole.video.codec


def test_an_index_at_the_end_is_read_from_the_tail() -> None:
    data = samples.mp4(10)

    seen = glance(ends_of(data, 30_000), Format.MP4)

    assert seen.info.duration_s == pytest.approx(10, abs=0.1)
    assert seen.info.measurements is not None
    assert seen.info.measurements.index_at_end


def test_an_index_in_the_hole_leaves_duration_and_codecs_open() -> None:
    data = samples.mp4(10)

    seen = glance(ends_of(data, 1000), Format.MP4)

    assert seen.info.duration_s is None
    assert seen.open == ("duration and codecs: the index (moov box) is not in the part that was sent",)


def test_a_film_that_was_cut_is_damaged() -> None:
    data = samples.faststart_mp4()[:-1000]

    assert [found.code for found in glance(ends_of(data), Format.MP4).damage] == ["file_truncated"]


def test_an_mp3_without_a_header_of_its_length_is_measured_by_its_bit_rate() -> None:
    data = samples.mp3(5)
    first = data.index(b"Info") if b"Info" in data else data.index(b"Xing")
    bare = data[:first] + bytes(4) + data[first + 4 :]

    seen = glance(ends_of(bare), Format.MP3)

    assert seen.info.duration_s == pytest.approx(5, abs=0.2)


@pytest.mark.parametrize("quality", [35, 60, 75, 85, 92, 98])
def test_the_quality_of_a_jpeg_is_read_from_its_tables(quality: int) -> None:
    assert jpeg_quality(samples.jpeg(quality=quality)) == pytest.approx(quality, abs=1)


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("data", [b"", bytes(5000), b"\xff" * 5000, bytes(range(256)) * 20], ids=len)
def test_nonsense_is_no_reason_to_fail(format: Format, data: bytes) -> None:
    assert glance(Ends(data, b"", len(data)), format).info.format is format


def test_ends_know_what_lies_in_the_hole() -> None:
    ends = Ends(b"abc", b"xyz", 10)

    assert ends.read(1, 2) == b"bc"
    assert ends.read(8, 9) == b"yz"
    assert ends.read(2, 3) is None
    assert Ends(b"abcd", b"cdef", 6).read(1, 4) == b"bcde"


def test_the_kind_is_a_guess_until_a_track_is_seen() -> None:
    assert glance(Ends(samples.m4a()[:40], b"", 10_000), Format.M4A).info.kind is Kind.AUDIO


def test_an_index_of_thousands_of_empty_boxes_takes_no_time() -> None:
    empty = b"\x00\x00\x00\x08free"
    trak = (8 + 8 * 500).to_bytes(4, "big") + b"trak" + empty * 500
    inside = trak * 60
    data = samples.mp4()[:32] + (8 + len(inside)).to_bytes(4, "big") + b"moov" + inside

    began = process_time()
    glance(Ends(data, b"", len(data)), Format.MP4)

    assert process_time() - began < 0.2


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_bytes_that_were_changed_are_no_reason_to_fail(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(GOOD))()
    changed = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, min(len(changed), 4000) - 1))] = data.draw(st.integers(0, 255))

    assert glance(ends_of(bytes(changed), data.draw(st.integers(0, 9000))), format_of(sample)).info is not None


@pytest.mark.parametrize(("name", "make"), list(good_files()), ids=lambda value: value if type(value) is str else "")
def test_no_good_file_is_foretold_to_be_refused(name: str, make: Callable[[], bytes]) -> None:
    data = make()

    found = [glance(ends_of(data, most), format_of(data)).damage for most in (256 * 1024, 40_000, 5_000)]

    assert found == [(), (), ()]
