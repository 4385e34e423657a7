"""Every file of the corpus is taken or refused as its name asks, refusals for the right reason."""

import pytest
from corpus import Case, all_cases, short_cases, verdict_on

from greenroom.domain.policy import Policy
from greenroom.media.examiner import Examiner

CASES = list(short_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_file_of_the_corpus_gets_its_verdict(examiner: Examiner, case: Case) -> None:
    verdict = verdict_on(case.make(), examiner, Policy())

    assert verdict.outcome in case.expected, verdict.sentence


def test_the_corpus_has_150_good_and_250_bad_files() -> None:
    cases = list(all_cases())

    assert sum(case.is_good for case in cases) >= 150
    assert sum(not case.is_good for case in cases) >= 250
    assert len({case.name for case in cases}) == len(cases)
