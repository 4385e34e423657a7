"""What is printed of an upload: for people, for pipes, and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from greenroom.client.bars import Bars
from greenroom.client.description import described, printable, size_in_words
from greenroom.client.errors import ClientError, FileUnusable, UploadRefused
from greenroom.client.source import readable
from greenroom.client.uploader import Uploaded
from greenroom.client.wire import Facts, Reason, encoded

PIPE_WIDTH = 100
ADVICE_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: it is up, or why it is not."""

    file: Path
    result: Uploaded | ClientError
    took_s: float


class Report:
    """What is printed; the bars are on stderr."""

    def __init__(self, bars: Bars) -> None:
        self.bars = bars

    def tell(self, outcome: Outcome) -> None:
        """Print what came of a file."""
        raise NotImplementedError

    def end(self, message: str) -> None:
        """Print how it ended, if there is something to say."""
        if message:
            self.bars.console.print(Text(printable(message)), soft_wrap=True)


def report_for(as_json: bool, expected: int) -> Report:
    """The report that suits where stdout and stderr lead."""
    out = Console()
    err = Console(stderr=True, highlight=False)
    if as_json or not err.is_terminal:
        err = Console(stderr=True, highlight=False, force_terminal=False, width=PIPE_WIDTH)
    bars = Bars(err, expected)
    if as_json:
        return _AsJson(bars)
    # Where both are one terminal all goes through the console of the bars, or the two would draw over
    # each other.
    return _ForPeople(bars) if out.is_terminal and err.is_terminal else _ForPipes(bars)


class _ForPeople(Report):
    def tell(self, outcome: Outcome) -> None:
        for line in _lines(outcome):
            self.bars.console.print(line, soft_wrap=True)


class _ForPipes(Report):
    def tell(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, Uploaded):
            up = outcome.result
            print(printable(str(outcome.file)), up.asset_id, up.asset_url, sep="\t", flush=True)  # noqa: T201
            return
        for line in _lines(outcome):
            self.bars.console.print(line, soft_wrap=True)


class _AsJson(Report):
    def tell(self, outcome: Outcome) -> None:
        print(encoded(_json_line(outcome)).decode(), flush=True)  # noqa: T201


def _lines(outcome: Outcome) -> Iterator[Text]:
    name = printable(str(outcome.file))
    if isinstance(outcome.result, Uploaded):
        facts = outcome.result.facts
        what = ", ".join(filter(None, (described(facts), size_in_words(facts.size_bytes or 0))))
        yield Text.assemble(("✓ ", "green"), (name, "bold"), f"  {what}, {outcome.took_s:.1f} s")
        yield Text(f"  {outcome.result.asset_id}  {outcome.result.asset_url}")
        yield from _advice(facts)
        return
    # An unusable file is named by its error already.
    named = "" if isinstance(outcome.result, FileUnusable) else f"{name}  "
    yield Text.assemble(("✗ ", "red"), (named, "bold"), printable(_in_words(outcome.result)))
    if isinstance(outcome.result, UploadRefused) and outcome.result.cure:
        yield Text(f"  → {printable(outcome.result.cure)}", style="dim")


def _advice(facts: Facts) -> Iterator[Text]:
    for given in facts.advice[:ADVICE_SHOWN]:
        yield Text(f"  ! {printable(given.message)} Recommended: {printable(given.recommended or '-')}.", style="dim")
    left = len(facts.advice) - ADVICE_SHOWN
    if left > 0:
        yield Text(f"  ! {left} more in the asset's advice", style="dim")


def _in_words(error: ClientError) -> str:
    return f"refused ({error.code}): {error}" if isinstance(error, UploadRefused) else str(error)


class JsonLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `--json`; `status` is ready, refused or failed."""

    file: str
    status: str
    asset_id: str | None = None
    id: int | None = None
    asset_url: str | None = None
    facts: Facts | None = None
    code: int | None = None
    message: str | None = None
    reason: Reason | None = None
    took_s: float = 0.0


def _json_line(outcome: Outcome) -> JsonLine:
    file, took_s, result = readable(str(outcome.file)), round(outcome.took_s, 3), outcome.result
    if isinstance(result, Uploaded):
        return JsonLine(
            file,
            "ready",
            asset_id=result.asset_id,
            id=result.number,
            asset_url=result.asset_url,
            facts=result.facts,
            took_s=took_s,
        )
    if isinstance(result, UploadRefused):
        return JsonLine(file, "refused", code=result.code, message=str(result), reason=result.reason, took_s=took_s)
    return JsonLine(file, "failed", message=str(result), took_s=took_s)
