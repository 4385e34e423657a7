"""Labels: any script is welcome, one spelling is kept, and a refusal names the field and what is allowed."""

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain import labels
from greenroom.errors import ParameterError

DECOMPOSED, COMPOSED = "Ame\u0301lie", "Am\u00e9lie"


@pytest.mark.parametrize(
    "given_name", ["收藏夹", "فيلم", "👩‍👩‍👧", "../../etc/passwd", "a\u202eb", "x" * labels.NAME_MAX]
)
def test_a_name_may_be_in_any_script_and_is_data(given_name: str) -> None:
    assert labels.name(given_name) == given_name


def test_names_are_kept_composed_and_without_white_space_around_them() -> None:
    assert labels.name(f" {DECOMPOSED}\u3000") == COMPOSED


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("", "is empty"),
        (" \u3000", "is empty"),
        ("a\x00b", "NUL"),
        ("a\nb", "control character"),
        ("\ud800", "surrogate"),
        ("x" * (labels.NAME_MAX + 1), "has 1025 characters; allowed are 1024"),
        # The limit is on what is stored: this one character becomes three.
        ("\ufb2c" * labels.NAME_MAX, "has 3072 characters"),
        (7, "must be a string, not a number"),
        (None, "must be a string, not null"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_with_the_reason(wrong: object, problem: str) -> None:
    with pytest.raises(ParameterError, match=problem) as refused:
        labels.name(wrong, "folder.name")
    assert refused.value.field == "folder.name"


def test_a_description_may_be_empty_and_have_lines() -> None:
    assert labels.description("") == ""
    assert labels.description(f"{DECOMPOSED}\n\ttwo") == f"{COMPOSED}\n\ttwo"


def test_tags_keep_their_order_and_come_once() -> None:
    assert labels.tags(["旅行", " 2024 ", DECOMPOSED, "2024", COMPOSED]) == ("旅行", "2024", COMPOSED)


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        ("beach", "tags", "must be an array of strings, not a string"),
        (["a"] * 51, "tags", "has 51 tags; allowed are 50"),
        (["a", 1], "tags[1]", "must be a string, not a number"),
        (["a", " "], "tags[1]", "is empty"),
        (["x" * 65], "tags[0]", "has 65 characters; allowed are 64"),
    ],
)
def test_a_wrong_tag_is_named_by_its_place(wrong: object, field: str, problem: str) -> None:
    with pytest.raises(ParameterError, match=problem) as refused:
        labels.tags(wrong)
    assert refused.value.field == field


def test_metadata_is_kept_as_it_was_given() -> None:
    given_metadata = {"": [1, 2.5, None, True], "日": {DECOMPOSED: "x"}}

    assert labels.metadata(given_metadata) == given_metadata


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ([], "must be an object, not an array"),
        ({"a": "x" * labels.METADATA_MAX_BYTES}, "bytes as JSON; allowed are 16384"),
        (nested(9), "nested deeper than the 8 levels"),
        ({"a": "\x00"}, "NUL"),
        ({"\x00": 1}, "NUL"),
        ({"a": ["\udfff"]}, "surrogate"),
        ({"a": float("nan")}, "JSON does not know"),
        ({"a": 2**63}, "write it as a string"),
        ({1: 1}, "keys are strings"),
        ({"a": b""}, "no JSON value"),
    ],
)
def test_metadata_that_cannot_be_kept_is_refused_with_the_reason(wrong: object, problem: str) -> None:
    with pytest.raises(ParameterError, match=problem):
        labels.metadata(wrong)


def test_metadata_may_be_as_deep_as_the_limit() -> None:
    assert labels.metadata(nested(8)) == nested(8)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(max_size=3),
    lambda values: st.lists(values) | st.dictionaries(st.text(st.characters()), values),
)


@given(anything)
def test_whatever_is_given_it_is_taken_or_refused(value: Any) -> None:
    for take in (labels.name, labels.description, labels.tags, labels.metadata):
        try:
            taken: Any = take(value)
        except ParameterError:
            continue
        # What was taken can be written, and is taken again as it is.
        assert take(msgspec.json.decode(msgspec.json.encode(taken))) == taken
        if isinstance(taken, str):
            assert unicodedata.is_normalized("NFC", taken)
