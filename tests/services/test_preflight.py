"""Preflight judges what was declared, what was seen, and says what stays open."""

import pytest

import media_samples as samples
from greenroom.domain.media import Kind
from greenroom.domain.policy import Policy
from greenroom.errors import ParameterError
from greenroom.media.glance import glance
from greenroom.services.preflight import NOT_SEEN, Foreseen, Preflight, PreflightRequest

END = 256 * 1024
MIB = 1024 * 1024


def foreseen(data: bytes, filename: str = "clip.mp4", **changes: object) -> Foreseen:
    fields: dict[str, object] = {
        "filename": filename,
        "content_type": None,
        "size_bytes": len(data),
        "head": data[:END],
        "tail": data[max(END, len(data) - END) :],
    }
    return Preflight(Policy(), glance).foresee(PreflightRequest(**(fields | changes)))  # type: ignore[arg-type]


def codes(outcome: Foreseen) -> list[str]:
    return [found.code for found in outcome.findings]


def test_a_good_film_has_no_refusal_and_advice() -> None:
    outcome = foreseen(samples.faststart_mp4())

    assert (outcome.kind, outcome.refusals, outcome.open) == (Kind.VIDEO, (), NOT_SEEN)
    assert "video_below_recommended" in [given.code for given in outcome.advice]


def test_type_size_and_duration_are_all_told() -> None:
    outcome = foreseen(samples.fragmented_mp4(), size_bytes=101 * MIB, duration_s=372.0)

    assert codes(outcome) == ["size_exceeded", "duration_exceeded"]


def test_a_name_that_is_not_supported_is_told_beside_what_the_bytes_are() -> None:
    outcome = foreseen(samples.mp4(), "clip.avi")

    assert codes(outcome) == ["type_unsupported"]
    assert outcome.info is not None


def test_bytes_of_another_format_are_refused_for_that_alone() -> None:
    assert codes(foreseen(samples.mkv())) == ["type_mismatch"]
    assert codes(foreseen(samples.mp3(), "clip.mp4")) == ["type_mismatch"]


def test_a_song_declared_as_a_film_is_another_kind() -> None:
    assert codes(foreseen(samples.m4a(), "clip.mp4")) == ["kind_mismatch"]


def test_an_empty_file_is_refused() -> None:
    assert codes(foreseen(b"")) == ["empty"]


def test_an_index_that_is_not_in_the_ends_is_left_open() -> None:
    data = samples.mp4(10)

    outcome = foreseen(data, head=data[:1000], tail=b"")

    assert outcome.refusals == ()
    assert outcome.open[0].startswith("duration and codecs")


def test_codecs_that_are_declared_count_where_none_were_seen() -> None:
    data = samples.mp4(10)

    outcome = foreseen(data, head=data[:1000], tail=b"", codecs=("av01.0.04M.08", " opus"))

    assert codes(outcome) == ["video_codec_unsupported"]


@pytest.mark.parametrize("name", ["head", "tail"])
def test_an_end_longer_than_the_file_is_a_parameter_error(name: str) -> None:
    with pytest.raises(ParameterError) as caught:
        foreseen(b"abc", **{name: b"abcd"})

    assert caught.value.field == name
