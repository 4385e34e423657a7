"""What is searched: differences of writing do not count, and every part of a word is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain.search_text import document, folded, grams, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Photo", "PHOTO"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("café", "CAFE"),
        ("ＡＢＣ１２", "abc12"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("İstanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ёлка", "Елка"),
        ("مُحَمَّد", "محمد"),
        ("각", "\u1100\u1161\u11a8"),
        ("ﬁlm", "film"),
    ],
)
def test_differences_of_writing_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("山", "川"), ("कि", "की"), ("a", "b")])
def test_other_letters_are_other_letters(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_word_has_a_gram_for_each_of_its_characters() -> None:
    assert grams("photo") == {"pho", "hot", "oto", "to", "o"}


def test_a_word_of_two_characters_has_grams_that_begin_with_each() -> None:
    assert grams("山田") == {"山田", "田"}


def test_no_gram_goes_from_one_word_to_the_next() -> None:
    assert grams("ab cd") == {"ab", "b", "cd", "d"}


def test_keys_and_values_of_metadata_are_searched_however_deep() -> None:
    text = document("", "", (), {"client": {"name": ["Ä", 7.5]}, "paid": True, "none": None})

    assert set(text.split()) == {"client", "name", "a", "7.5", "paid", "none"}


def test_a_question_has_each_of_its_words_once() -> None:
    assert words("  Red\tCAR red\x00car ") == ("red", "car")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
