"""Giving bytes to an examiner, and reading what it says."""

import tempfile
from collections.abc import Callable

from greenroom.domain.media import Examination, Format
from greenroom.media.examiner import Examiner
from greenroom.media.sniff import sniff

Judge = Callable[..., Examination]


def judge_with(examiner: Examiner, data: bytes, *, format: Format | None = None, deep: bool = False) -> Examination:
    """Judge bytes as the given format, or as what they look like."""
    name = format or sniff(data[:4096]).format
    assert name is not None
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return examiner.examine(file.fileno(), name, deep=deep)


def codes(examination: Examination) -> list[str]:
    """The codes of all damage."""
    return [found.code for found in examination.damage]
