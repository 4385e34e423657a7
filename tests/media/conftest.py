"""One examiner for all tests of the room, and a way to judge bytes with it."""

from collections.abc import Iterator
from functools import partial

import pytest
from judging import Judge, judge_with

from greenroom.media.examiner import Examiner


@pytest.fixture(scope="session")
def examiner() -> Iterator[Examiner]:
    examiner = Examiner()
    examiner.start()
    yield examiner
    examiner.close()


@pytest.fixture
def judge(examiner: Examiner) -> Judge:
    """Judge bytes as what they look like."""
    return partial(judge_with, examiner)
