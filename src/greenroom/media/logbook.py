"""What an examination writes down as it goes: damage, notes, and the stages with the time they took."""

from time import perf_counter

from greenroom.domain.media import Examination, Finding, MediaInfo, Stage
from greenroom.media.findings import finding

FINDINGS_KEPT = 16
_CAUSES = frozenset(("file_truncated", "trailing_data_dangerous"))


class GivenUp(Exception):
    """Nothing more can be learnt from this file; the reason is the last damage in the logbook."""


class Timed:
    """A stage that is under way."""

    def __init__(self, logbook: "Logbook", name: str, checked: str) -> None:
        self._logbook = logbook
        self._name = name
        self._checked = checked
        self._before = len(logbook.damage), len(logbook.notes)
        self._start = perf_counter()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        duration_ms = round((perf_counter() - self._start) * 1000, 2)
        damage, notes = self._before
        found = (*self._logbook.damage[damage:], *self._logbook.notes[notes:])
        codes = tuple(item.code for item in found)
        self._logbook.stages.append(Stage(self._name, self._checked, duration_ms, codes))


class Logbook:
    """Collects the findings of one examination, at most `FINDINGS_KEPT` of each sort."""

    def __init__(self) -> None:
        self.damage: list[Finding] = []
        self.notes: list[Finding] = []
        self.stages: list[Stage] = []

    def stage(self, name: str, checked: str) -> "Timed":
        """Time what happens inside, and keep it even when the file is given up there."""
        return Timed(self, name, checked)

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
            damage=tuple(sorted(self.damage, key=_is_consequence)),
            notes=tuple(self.notes),
            stages=tuple(self.stages),
            deep=deep,
            decoder=decoder,
        )


def _is_consequence(found: Finding) -> bool:
    """The cause goes first: a packet that is incomplete is no news of a file that was cut there."""
    return found.code not in _CAUSES


def _keep(findings: list[Finding], found: Finding) -> None:
    if len(findings) < FINDINGS_KEPT:
        findings.append(found)
    elif len(findings) == FINDINGS_KEPT:
        findings.append(finding("findings_left_out", f"More than {FINDINGS_KEPT} findings; the rest is left out."))
