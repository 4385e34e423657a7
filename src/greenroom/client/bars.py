"""Progress bars on a terminal: one for each file that is on its way, one for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Display
from rich.text import Text

from greenroom.client.description import printable, size_in_words
from greenroom.client.progress import Listener, Progress, Stage

NAME_WIDTH = 24
STATE_WIDTH = 30
STATE_OF_STAGE = {
    Stage.SIGNING: "asking for a URL",
    Stage.SENDING: "sending",
    Stage.JUDGING: "being verified",
    Stage.READY: "ready",
}


class Bars:
    """The bars of the files that are on their way; nothing is drawn where `console` is no terminal."""

    def __init__(self, console: Console, expected: int) -> None:
        self.console = console
        self._display = Display(
            TextColumn("{task.description}", markup=False, table_column=None),
            BarColumn(bar_width=20),
            _Bytes(),
            _State(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            # Results go to stdout by their own way: redirecting it would send them to stderr.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._expected = expected
        self._total: TaskID | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw until the end of the block, then leave no trace."""
        with self._display:
            if self._expected > 1:
                self._total = self._display.add_task(
                    _name(f"all {self._expected} files"), total=self._expected, state="", counted=True
                )
            yield

    @contextmanager
    def of(self, name: str) -> Iterator[Listener]:
        """The bar of one file; it disappears at the end of the block."""
        task = self._display.add_task(_name(name), total=None, state="", counted=False)

        def listen(progress: Progress) -> None:
            self._display.update(
                task,
                total=progress.size_bytes,
                completed=progress.sent_bytes,
                state=_state_in_words(progress),
            )

        try:
            yield listen
        finally:
            self._display.remove_task(task)

    def count(self) -> None:
        """One more file is done with."""
        if self._total is not None:
            self._display.advance(self._total)


class _Bytes(ProgressColumn):
    def render(self, task: Task) -> Text:
        if task.fields["counted"]:
            return Text(f"{task.completed:.0f} of {task.total:.0f}".rjust(18))
        speed = f" {size_in_words(int(task.speed))}/s" if task.speed else ""
        return Text(f"{size_in_words(int(task.completed))}{speed}".rjust(18))


class _State(ProgressColumn):
    def render(self, task: Task) -> Text:
        state = Text(str(task.fields["state"]), style="dim")
        state.truncate(STATE_WIDTH, overflow="ellipsis", pad=True)
        return state


def _state_in_words(progress: Progress) -> str:
    if progress.stage is Stage.PAUSING:
        return printable(f"again in {progress.pause_s:.0f} s: {progress.problem}")
    return STATE_OF_STAGE[progress.stage]


def _name(name: str) -> str:
    text = Text(printable(name))
    text.truncate(NAME_WIDTH, overflow="ellipsis", pad=True)
    return text.plain
