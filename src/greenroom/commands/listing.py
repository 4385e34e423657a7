"""How commands show lists: as a table, or field by field where it is too wide; to programs as lines, or as JSON."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from greenroom.client.description import printable


def show_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """
    Print rows under the names of their columns; nothing is cut, however wide they are.

    On a terminal it is a table, or a block of lines for each row where the terminal is too narrow for that. Elsewhere
    it is a line for each, the names first, with tabs between.
    """
    shown = [[printable(cell) for cell in row] for row in rows]
    console = Console(highlight=False)
    if not console.is_terminal:
        for line in (head, *shown):
            print("\t".join(line))  # noqa: T201
    elif _table_width(head, shown) <= console.width:
        console.print(_table(head, shown))
    else:
        _print_blocks(console, head, shown)


def show_objects(objects: Sequence[msgspec.Struct]) -> None:
    """Print one JSON object a line."""
    for one in objects:
        print(msgspec.json.encode(one).decode())  # noqa: T201


def _table_width(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    widest = [max(map(cell_len, column)) for column in zip(head, *rows, strict=True)]
    return sum(width + 3 for width in widest) + 1  # a blank on both sides of each, and the lines between


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*head)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _print_blocks(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    label_width = max(map(len, head))
    for number, row in enumerate(rows):
        if number:
            console.print()
        for label, cell in zip(head, row, strict=True):
            if cell:
                # The terminal breaks lines that are too long; what is copied from there has no break.
                console.print(Text.assemble((f"{label:{label_width}}  ", "dim"), cell), soft_wrap=True)
