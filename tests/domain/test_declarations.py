"""Declarations: a hash in one spelling, an address that a program can call; what else there is names its field."""

import pytest

from greenroom.domain.declarations import CALLBACK_URL_MAX, callback_url, sha256
from greenroom.errors import ParameterError

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize("written", [HASH, HASH.upper(), f" {HASH}\n"])
def test_a_hash_is_taken_in_one_spelling(written: str) -> None:
    assert sha256(written) == HASH


@pytest.mark.parametrize("wrong", ["", HASH[1:], HASH + "0", "g" + HASH[1:], "٠" * 64, "sha256:" + HASH[7:]])
def test_what_is_no_sha_256_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError, match="64 hexadecimal digits") as refused:
        sha256(wrong, "file.sha256")
    assert refused.value.field == "file.sha256"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "HTTPS://Example.com:8443/a/b?c=d&e=%20#f",
        "http://127.0.0.1:9000/",
        "http://[::1]:9000/hook",
        "https://example.com/@user",
        "https://example.com/" + "a" * (CALLBACK_URL_MAX - 20),
    ],
)
def test_an_address_that_a_program_can_call_is_kept_as_it_is(address: str) -> None:
    assert callback_url(address) == address


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://:443/",
        "https://user:secret@example.com/",
        "https://user@example.com/",
        "https://example.com:99999/",
        "https://example.com\\@evil.example/",
        "https://example.com/a b",
        "https://example.com/\r\nX: y",
        "https://例え.jp/",
        "https://example.com/\x00",
        "https://example.com/" + "a" * CALLBACK_URL_MAX,
    ],
)
def test_an_address_that_nobody_should_call_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError) as refused:
        callback_url(wrong)
    assert refused.value.field == "callback_url"
