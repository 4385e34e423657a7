"""All files of the corpus by name, what is expected of each, and what became of it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bad_corpus import bad_files
from good_corpus import good_files
from judging import judge_with

from greenroom.domain.media import Examination, Kind
from greenroom.domain.policy import Policy
from greenroom.errors import UploadRefused
from greenroom.media.examiner import Examiner
from greenroom.media.sniff import sniff

ACCEPTED = "accepted"


class Case(NamedTuple):
    """A file and the outcomes of which one is right: `accepted`, or the code of the first finding."""

    name: str
    make: Callable[[], bytes]
    expected: frozenset[str]

    @property
    def is_good(self) -> bool:
        return ACCEPTED in self.expected


class Verdict(NamedTuple):
    """What became of a file; the examination is missing where its first bytes were enough."""

    outcome: str
    sentence: str
    examination: Examination | None


def all_cases() -> Iterator[Case]:
    """The whole corpus, good files first."""
    for name, make in good_files():
        yield Case(name, make, frozenset((ACCEPTED,)))
    for name, make, codes in bad_files():
        yield Case(name, make, codes)


def short_cases() -> Iterator[Case]:
    """All but four of five cuts of each format, for the tests."""
    cuts = 0
    for case in all_cases():
        if ", cut at " in case.name:
            cuts += 1
            if cuts % 5:
                continue
        yield case


def verdict_on(data: bytes, examiner: Examiner, policy: Policy, kind: Kind | None = None) -> Verdict:
    """Judge bytes as the service does: first bytes, examination, policy."""
    sniffed = sniff(data[:4096])
    if sniffed.format is None:
        return Verdict("type_mismatch", f"This is: {sniffed.name}", None)
    examination = judge_with(examiner, data)
    info = examination.info
    if examination.damage:
        return Verdict(examination.damage[0].code, examination.damage[0].message, examination)
    assert info is not None
    try:
        policy.judge(examination, kind or info.kind)
    except UploadRefused as refusal:
        return Verdict(refusal.finding.code, refusal.finding.message, examination)
    return Verdict(ACCEPTED, "; ".join(note.message for note in examination.notes), examination)
