"""Inserting rows: however many, with whatever is in them, they come out as they went in."""

from pathlib import Path

import pytest

from greenroom.bootstrap.house import open_catalogue
from greenroom.db.rows import Insertion
from greenroom.db.schema import search_texts
from greenroom.db.sqlite import Statement

_TEXTS = Insertion(search_texts, ["place", "text"])
_ALL = Statement("SELECT place, text FROM search_texts ORDER BY place", {})


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 200])
def test_all_rows_are_inserted(tmp_path: Path, count: int) -> None:
    rows = [(place, f'{place} "ü" \x00 ?') for place in range(count)]
    database = open_catalogue(str(tmp_path))
    try:
        database.write(lambda tx: _TEXTS.run(tx, rows)).result()
        found = database.read(lambda tx: tx.rows(_ALL, {}))
    finally:
        database.close()

    assert found == rows
