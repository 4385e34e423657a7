"""What is read at once and when: rules that hold for every script."""

import io
from itertools import pairwise

import av
import pytest
from heard import LANGUAGES, SCRIPTS, heard
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.studio.captions import Captions, subtitles
from greenroom.studio.captions.clusters import clusters, columns, parts
from greenroom.studio.captions.cues import MOST_COLUMNS, MOST_WORDS, SHORTEST_S, Cue, word_count
from greenroom.studio.captions.sidecars import vtt
from greenroom.studio.speech import Word

WORDS = st.text("abcdefghijklmnopqrstuvwxyzäé", min_size=1, max_size=14)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=14), min_size=1, max_size=5)


def script_of(sentences: list[list[str]]) -> str:
    return " ".join(" ".join(words).capitalize() + "!" for words in sentences)


def said(script: str, word_s: float = 0.35) -> Captions:
    return subtitles(heard(script, word_s), script)


def is_within_limits(cue: Cue) -> bool:
    return columns(cue.text.replace("\n", " ")) <= MOST_COLUMNS and word_count(cue.tokens) <= MOST_WORDS


# Text


@given(SENTENCES)
@settings(max_examples=60, deadline=None)
def test_nothing_of_a_script_is_lost_or_turned_about(sentences: list[list[str]]) -> None:
    script = script_of(sentences)

    assert " ".join(cue.text.replace("\n", " ") for cue in said(script).cues) == script


@given(SENTENCES)
@settings(max_examples=60, deadline=None)
def test_a_cue_has_at_most_five_words_32_columns_and_two_lines(sentences: list[list[str]]) -> None:
    found = said(script_of(sentences)).cues

    assert [cue.text for cue in found if not is_within_limits(cue)] == []
    assert max(len(cue.lines) for cue in found) <= 2


@given(SENTENCES)
@settings(max_examples=60, deadline=None)
def test_no_cue_goes_across_the_end_of_a_sentence(sentences: list[list[str]]) -> None:
    assert [cue.text for cue in said(script_of(sentences)).cues if "!" in cue.text[:-1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_writing_system_is_kept_as_it_is_written(language: str) -> None:
    script = SCRIPTS[language]

    text = "".join(cue.text for cue in said(script).cues)

    assert "".join(text.split()) == "".join(script.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_writing_system_is_cut_to_what_can_be_read(language: str) -> None:
    found = said(SCRIPTS[language]).cues

    assert [cue.text for cue in found if columns(cue.text.replace("\n", "")) > MOST_COLUMNS] == []


@pytest.mark.parametrize(
    ("script", "texts"),
    [
        ("Dr. Smith met Mr. Lee.", ["Dr. Smith met Mr. Lee."]),
        ("It is 3.5 km away. Go!", ["It is 3.5 km away.", "Go!"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Well… maybe not", ["Well… maybe not"]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("Wow 🎉! Great", ["Wow 🎉!", "Great"]),
        ("One two. Three four.", ["One two.", "Three four."]),
    ],
)
def test_a_sentence_ends_where_a_reader_sees_its_end(script: str, texts: list[str]) -> None:
    assert [cue.text.replace("\n", " ") for cue in said(script).cues] == texts


def test_a_sentence_is_cut_at_its_comma_and_evenly() -> None:
    assert [cue.text for cue in said("one two three, four five six seven").cues] == [
        "one two three,",
        "four five six seven",
    ]
    assert [len(cue.tokens) for cue in said("alpha bravo charlie delta echo foxtrot").cues] == [3, 3]


def test_a_number_stays_with_what_it_counts() -> None:
    assert [
        cue.text
        for cue in said("我们今天来谈谈2024年的《红楼梦》。").cues
        if "2024" in cue.text and "2024年" not in cue.text
    ] == []


def test_what_is_not_spoken_stays_where_it_is_written() -> None:
    assert [cue.text for cue in said("🎬 Hello – “world” 🌍").cues] == ["🎬 Hello – “world” 🌍"]


def test_words_that_the_script_does_not_have_are_shown_as_they_are() -> None:
    words = (Word("Hello", 0.0, 0.5), Word("there", 0.5, 1.0))

    assert [cue.text for cue in subtitles(words, "").cues] == ["Hello there"]


def test_without_words_there_is_nothing() -> None:
    empty = subtitles((), "")

    assert (empty.cues, empty.srt, empty.vtt) == ((), "", "")


def test_one_word_is_one_cue() -> None:
    assert [cue.text for cue in said("Yes").cues] == ["Yes"]


@given(st.text("ab-/é\u0301กาเน้क्षि中文。👍🏽\u200d🇩🇪", min_size=1, max_size=60), st.integers(2, 20))
@settings(max_examples=100, deadline=None)
def test_a_text_that_is_too_wide_is_cut_between_characters(text: str, most: int) -> None:
    pieces = parts(text, lambda part: columns(part) <= most)

    assert "".join(pieces) == text
    assert [one for one in pieces if columns(one) > most and len(clusters(one)) > 1] == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("สวัสดีชาวโลกวันนี้อากาศดีมาก", ["สวัสดีชาว", "โลกวันนี้อา", "กาศดีมาก"]),
        ("မင်္ဂလာပါကမ္ဘာလောကကြီး", ["မင်္ဂလာပါ", "ကမ္ဘာလောကကြီး"]),
        ("東京へ行きましょう。「はい」", ["東京へ行きま", "しょう。", "「はい」"]),
    ],
)
def test_where_no_spaces_tell_words_text_is_cut_between_syllables(text: str, pieces: list[str]) -> None:
    assert parts(text, lambda part: columns(part) <= 8 + 4 * ("。" in text)) == pieces


# Time


@given(SENTENCES, st.floats(0.05, 0.6))
@settings(max_examples=60, deadline=None)
def test_cues_follow_each_other_and_are_there_when_their_words_are_heard(
    sentences: list[list[str]], word_s: float
) -> None:
    found = said(script_of(sentences), word_s).cues

    assert all(one.end_s <= two.start_s + 1e-9 for one, two in pairwise(found))
    assert all(cue.start_s <= token.start_s < cue.end_s for cue in found for token in cue.tokens)


@given(SENTENCES, st.floats(0.05, 0.6))
@settings(max_examples=60, deadline=None)
def test_a_cue_stands_long_enough_unless_the_next_words_are_there(sentences: list[list[str]], word_s: float) -> None:
    found = said(script_of(sentences), word_s).cues

    short = [one for one, two in pairwise(found) if one.end_s - one.start_s < SHORTEST_S - 1e-6]
    assert [cue for cue, two in pairwise(found) if cue in short and cue.end_s < two.tokens[0].start_s - 0.21] == []


def test_short_gaps_are_closed_and_long_ones_are_not() -> None:
    script = "One two. Three four. Five six."
    times = [(0.0, 0.5), (0.5, 1.0), (1.4, 1.8), (1.8, 2.2), (6.0, 6.5), (6.5, 7.0)]
    words = tuple(Word(word.text, *time, word.start, word.end) for word, time in zip(heard(script), times, strict=True))

    found = subtitles(words, script).cues

    assert found[0].end_s == found[1].start_s == 1.4
    assert 2.2 < found[1].end_s < 3.0


def test_no_cue_outlasts_the_film() -> None:
    assert subtitles((Word("Yes", 0.1, 0.3, 0, 3),), "Yes", ends_s=0.5).cues[-1].end_s == 0.5


def test_the_pieces_of_a_long_word_share_its_time() -> None:
    word = Word("a" * 80, 1.0, 3.0, 0, 80)

    tokens = [token for cue in subtitles((word,), "a" * 80).cues for token in cue.tokens]

    assert (tokens[0].start_s, tokens[-1].end_s) == (1.0, 3.0)
    assert all(one.end_s == two.start_s for one, two in pairwise(tokens))


# Files


@pytest.mark.parametrize("language", LANGUAGES)
def test_subtitle_files_say_the_same_to_a_player(language: str) -> None:
    found = said(SCRIPTS[language])

    assert read_by_a_player(found.srt, "srt") == read_by_a_player(found.vtt, "webvtt") == expected(found)


def test_vtt_escapes_what_would_be_markup() -> None:
    assert "A &lt;b&gt; &amp; c" in said("A <b> & c").vtt


def test_times_of_subtitles_never_overlap_by_rounding() -> None:
    found = said("One. Two. Three.", 0.0004).cues

    assert "-->" in vtt(found)
    assert [line for line in vtt(found).splitlines() if "-->" in line and line[:12] >= line[17:]] == []


def read_by_a_player(text: str, format_: str) -> list[tuple[int, int, str]]:
    with av.open(io.BytesIO(text.encode()), format=format_) as container:
        packets = [packet for packet in container.demux() if packet.size]
        return [(packet.pts or 0, packet.duration or 0, plain(bytes(packet).decode())) for packet in packets]


def plain(text: str) -> str:
    return text.strip().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def expected(found: Captions) -> list[tuple[int, int, str]]:
    times = [(round(cue.start_s * 1000), round(cue.end_s * 1000)) for cue in found.cues]
    return [(start, end - start, cue.text) for (start, end), cue in zip(times, found.cues, strict=True)]
