"""The table of findings and the code that makes them agree."""

import re
from pathlib import Path

import greenroom.media
from greenroom.media.findings import FINDINGS, finding

ROOM = Path(greenroom.media.__file__).parent
MADE = re.compile(r"finding\(\s*\"([a-z0-9_]+)\"")


def test_every_finding_that_is_made_is_explained_and_every_explained_one_is_made() -> None:
    made = {code for path in ROOM.glob("*.py") for code in MADE.findall(path.read_text())}

    assert made == set(FINDINGS)


def test_every_explanation_is_two_whole_sentences() -> None:
    texts = [text for explanation in FINDINGS.values() for text in explanation]

    assert [text for text in texts if not (text[0].isupper() and text.endswith("."))] == []


def test_a_message_ends_as_a_sentence_for_its_cure_follows() -> None:
    assert finding("file_empty", "It has no bytes").message == "It has no bytes."
    assert finding("file_empty", "It has no bytes.").message == "It has no bytes."
