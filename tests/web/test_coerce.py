"""The loose JSON of the compatible dialects (contract 1.3)."""

from typing import Any

import pytest

from greenroom.errors import ParameterError
from greenroom.web.jogg.coerce import json_object, named, one_of, same, text, whole_number

HUGE = (2**63, 1e300, "9" * 19, "9" * 5000)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (10, 10),
        ("10", 10),
        (" 10 ", 10),
        ("007", 7),
        (10.0, 10),
        (2**63 - 1, 2**63 - 1),
        (None, None),
        ("", None),
        (0, None),
        ("0", None),
        (0.0, None),
        ("-0", None),
    ],
)
def test_a_number_may_be_a_string_and_nothing_may_be_zero_or_empty(value: Any, number: int | None) -> None:
    assert whole_number({"file_size": value}, "file_size") == number


def test_a_number_that_is_not_there_is_absent() -> None:
    assert whole_number({}, "file_size") is None


@pytest.mark.parametrize(
    "value",
    [-1, "-5", "--5", "-", "+5", 1.5, "1.5", "1e3", "1_0", "１", "²", "abc", " ", True, False, [], {}, [1], *HUGE],
)
def test_what_is_no_number_of_bytes_is_a_parameter_error_that_names_the_field(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"^file_size "):
        whole_number({"file_size": value}, "file_size")


@pytest.mark.parametrize(
    ("value", "found"), [("a.jpg", "a.jpg"), (" ", " "), ("", None), (None, None), (0, None), (0.0, None)]
)
def test_a_text_that_is_empty_null_or_zero_is_absent(value: Any, found: str | None) -> None:
    assert text({"name": value}, "name") == found


@pytest.mark.parametrize(
    ("value", "kind"), [(5, "a number"), (True, "a boolean"), (False, "a boolean"), ([], "an array"), ({}, "an object")]
)
def test_a_text_of_another_type_is_a_parameter_error_that_says_which(value: Any, kind: str) -> None:
    with pytest.raises(ParameterError, match=f"^name must be a string, not {kind}$"):
        text({"name": value}, "name")


def test_a_text_may_not_have_a_nul_in_it_since_no_database_keeps_what_follows() -> None:
    with pytest.raises(ParameterError, match="name has a NUL character"):
        text({"name": "a\x00b"}, "name")


def test_a_text_may_not_be_endless() -> None:
    with pytest.raises(ParameterError, match="has 4097 characters; allowed are 4096"):
        text({"name": "x" * 4097}, "name")


@pytest.mark.parametrize(
    "body",
    [
        {"filename": "a.jpg"},
        {"file_name": "a.jpg"},
        {"filename": "a.jpg", "file_name": "a.jpg"},
        {"filename": "", "file_name": "a.jpg"},
        {"filename": "a.jpg", "file_name": None},
        {"filename": 0, "file_name": "a.jpg"},
    ],
)
def test_either_spelling_of_a_field_gives_its_value(body: dict[str, Any]) -> None:
    assert same(body, "filename", "file_name") == "a.jpg"


def test_two_spellings_that_differ_are_a_parameter_error_that_names_both() -> None:
    with pytest.raises(ParameterError, match="filename and file_name are both given and differ"):
        same({"filename": "a.jpg", "file_name": "b.jpg"}, "filename", "file_name")


def test_long_spellings_that_differ_are_not_shown_by_their_like_beginnings() -> None:
    one, other = (f"https://example.com/{'a' * 60}/{name}.jpg" for name in "ab")

    with pytest.raises(ParameterError, match=r"are both given and differ\. Leave one of them out"):
        same({"image_url": one, "photo_url": other}, "image_url", "photo_url")


@pytest.mark.parametrize("value", [0, "0", " 0 ", "", None])
def test_nothing_is_named_by_what_counts_as_absent(value: Any) -> None:
    assert named({"music_id": value}, "music_id") is None


def test_a_number_that_is_too_large_is_not_taken_for_one_of_bytes() -> None:
    with pytest.raises(ParameterError, match="avatar_id is too large; the largest number that is taken is 9223"):
        named({"avatar_id": 10**30}, "avatar_id")


@pytest.mark.parametrize(("value", "said"), [([1], "an array"), ({}, "an object"), (True, "a boolean"), (5.5, "5[.]5")])
def test_what_names_something_is_a_text_or_a_number(value: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=f"^video_url must be a string or a whole number, not {said}$"):
        named({"video_url": value}, "video_url")


def test_a_word_is_taken_in_any_case_and_told_as_the_contract_writes_it() -> None:
    words = {"Young adult": 1, "2.0-Pro": 2}

    assert (one_of({"age": "YOUNG adult"}, "age", words), one_of({"age": "2.0-pro"}, "age", words)) == (1, 2)
    with pytest.raises(ParameterError, match=r"^age is 'Old'; allowed are Young adult, 2\.0-Pro$"):
        one_of({"age": "Old"}, "age", words)


def test_no_body_is_an_empty_object() -> None:
    assert json_object(b"") == {}


def test_a_body_may_begin_with_a_byte_order_mark_as_programs_of_windows_write_it() -> None:
    assert json_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"name": "\xe4.jpg"}', "is not in UTF-8, as JSON has to be: byte 10 is 0xe4"),
        ('{"name": "a"}'.encode("utf-16"), "is not in UTF-8, as JSON has to be: byte 0 is 0xff"),
        (b"filename=a.jpg&content_type=image%2Fjpeg", r"is an HTML form \(name=value\); this call takes a JSON object"),
        (b'{"a": 1,}', "is not valid JSON: .*trailing comma"),
    ],
)
def test_a_body_that_is_not_json_is_told_what_it_is_instead(raw: bytes, said: str) -> None:
    with pytest.raises(ParameterError, match=f"^The body {said}"):
        json_object(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": 1} {"b": 2}',
    ],
)
def test_a_body_that_is_no_json_object_is_a_parameter_error(raw: bytes) -> None:
    with pytest.raises(ParameterError, match=r"^The body "):
        json_object(raw)
