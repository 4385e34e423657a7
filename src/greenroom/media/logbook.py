"""What an examination writes down as it goes: damage, notes, and the stages with the time they took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from greenroom.domain.media import Examination, Finding, MediaInfo, Stage
from greenroom.media.findings import finding

FINDINGS_KEPT = 16


class GivenUp(Exception):
    """Nothing more can be learnt from this file; the reason is the last damage in the logbook."""


class Logbook:
    """Collects the findings of one examination, at most `FINDINGS_KEPT` of each sort."""

    def __init__(self) -> None:
        self.damage: list[Finding] = []
        self.notes: list[Finding] = []
        self.stages: list[Stage] = []

    @contextmanager
    def stage(self, name: str, checked: str) -> Iterator[None]:
        """Time what happens inside, and keep it even when the file is given up there."""
        start = perf_counter()
        try:
            yield
        finally:
            self.stages.append(Stage(name, checked, round((perf_counter() - start) * 1000, 2)))

    def damaged(self, found: Finding) -> None:
        _keep(self.damage, found)

    def noted(self, found: Finding) -> None:
        _keep(self.notes, found)

    def give_up(self, found: Finding) -> GivenUp:
        """Note the damage and give the exception to raise: `raise logbook.give_up(…)`."""
        self.damaged(found)
        return GivenUp(found.code)

    def examination(self, info: MediaInfo | None, *, deep: bool, decoder: str) -> Examination:
        return Examination(
            info=info,
            damage=tuple(self.damage),
            notes=tuple(self.notes),
            stages=tuple(self.stages),
            deep=deep,
            decoder=decoder,
        )


def _keep(findings: list[Finding], found: Finding) -> None:
    if len(findings) < FINDINGS_KEPT:
        findings.append(found)
    elif len(findings) == FINDINGS_KEPT:
        findings.append(finding("findings_left_out", f"More than {FINDINGS_KEPT} findings; the rest is left out."))
