"""The reference shows the cast: its pictures are there, and small."""

import re
from pathlib import Path

from greenroom.studio import cast

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGE = (REFERENCE / "avatars.md").read_text("utf-8")


def test_the_table_lists_each_presenter() -> None:
    assert re.findall(r"^\| `(\d+)` \| `(\w+)` \|", PAGE, re.M) == [(str(one.number), one.id) for one in cast.people()]


def test_each_picture_is_there_and_all_are_small() -> None:
    sheets = [REFERENCE / name for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE)]

    assert len(sheets) == 5
    assert all(sheet.read_bytes()[8:12] == b"WEBP" for sheet in sheets)
    assert sum(sheet.stat().st_size for sheet in sheets) < 1_500_000
