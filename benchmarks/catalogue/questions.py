"""What is asked of the catalogue, in groups of which each has a goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from catalogue_made import BEGAN, RARE_CJK, RARE_TAG, RARE_WORD, SECONDS_APART, Made

from greenroom.domain.act import Act
from greenroom.domain.asset import AssetState
from greenroom.domain.asset_query import AssetQuery, Bound, Measure, Sort
from greenroom.domain.folder import TOP, FolderLimits, FolderRef
from greenroom.domain.ids import DEFAULT_ACCOUNT, FolderId
from greenroom.domain.media import Format, Kind
from greenroom.domain.search_text import words
from greenroom.services.folders import Folders
from greenroom.services.library import Library

PAGE = 20
PAGES = 1000

GROUPS = {
    "list_sorted": "a page in each order",
    "list_filtered": "a page of what a filter leaves, in each order",
    "list_folder": "a page of a folder, with and without those below, and of a key that is restricted to one",
    "list_rare": "a page of what a few assets fit, or none",
    "search_latin": "a word of Latin letters, frequent and in the middle of words",
    "search_cjk": "one, two and more Chinese, Japanese and Korean characters",
    "search_rare": "words that few assets have, or none",
    "search_narrowed": "words and filters together, and words in other orders",
    "folder_counts": "how many folders and assets are in a folder and below it",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask, which gives how many it found; a list can be asked for a page far behind too."""

    group: str
    name: str
    ask: Callable[[], int]
    late: Callable[[], Callable[[], int] | None] = lambda: None

    def a_thousand_pages_on(self) -> Callable[[], int] | None:
        """The same question for page 1,000; None where there is none."""
        return self.late()


def questions(made: Made) -> Iterator[Question]:
    """All of them."""
    library = Library(made.database, _now, lambda _: None, 0.0)
    for group, name, query, act in _lists(made):
        yield Question(group, name, partial(_page, library, act, query), partial(_far, library, act, query))
    folders = Folders(made.database, FolderLimits(), _now, lambda _: None)
    yield Question("folder_counts", "the folders at the top", lambda: len(folders.page(_ANYBODY, TOP, "", PAGE)))
    for name, folder in (("a folder with much below it", made.large_folder), ("a small folder", made.small_folder)):
        yield Question("folder_counts", name, partial(_count, folders, FolderId(folder)))


def _lists(made: Made) -> Iterator[tuple[str, str, AssetQuery, Act]]:
    restricted = Act(DEFAULT_ACCOUNT, "key", within=FolderId(made.large_folder))
    large, small = FolderRef(id=FolderId(made.large_folder)), FolderRef(id=FolderId(made.small_folder))
    for sort in Sort:
        for descending in (True, False):
            query = AssetQuery(sort=sort, descending=descending)
            yield "list_sorted", f"by {sort}, {'largest' if descending else 'smallest'} first", query, _ANYBODY
        for name, query in _filtered(sort):
            yield "list_filtered", f"{name}, by {sort}", query, _ANYBODY
        for name, query in _rare(sort):
            yield "list_rare", f"{name}, by {sort}", query, _ANYBODY
        for name, folder, deep in (
            ("a large folder with all below", large, True), ("a large folder", large, False),
            ("a small folder", small, False), ("the top alone", FolderRef(), False),
        ):  # fmt: skip
            query = AssetQuery(folder=folder, recursive=deep, sort=sort)
            yield "list_folder", f"{name}, by {sort}", query, _ANYBODY
        yield "list_folder", f"by a restricted key, by {sort}", AssetQuery(sort=sort), restricted
    for group, texts in _WORDS.items():
        for text in texts:
            yield group, text, AssetQuery(words=words(text)), _ANYBODY
    for text in ("mountain", "東京", "a", "mountain river"):
        yield "search_narrowed", f"{text}, by name", AssetQuery(words=words(text), sort=Sort.NAME), _ANYBODY
        yield "search_narrowed", f"{text}, WebM", AssetQuery(words=words(text), formats=(Format.WEBM,)), _ANYBODY
        yield "search_narrowed", f"{text}, tagged", AssetQuery(words=words(text), tags=("forest",)), _ANYBODY
        yield "search_narrowed", f"{text}, by a restricted key", AssetQuery(words=words(text)), restricted


def _filtered(sort: Sort) -> Iterator[tuple[str, AssetQuery]]:
    half = BEGAN + SECONDS_APART * 50_000
    yield "videos", AssetQuery(kinds=(Kind.VIDEO,), sort=sort)
    yield "rejected", AssetQuery(states=(AssetState.REJECTED,), sort=sort)
    yield "PNG", AssetQuery(formats=(Format.PNG,), sort=sort)
    yield "a tag", AssetQuery(tags=("mountain",), sort=sort)
    yield "two tags", AssetQuery(tags=("mountain", "東京"), sort=sort)
    yield "1 to 2 MB", AssetQuery(bounds=_between(Measure.SIZE, 1e6, 2e6), sort=sort)
    yield "10 to 20 s", AssetQuery(bounds=_between(Measure.DURATION, 10, 20), sort=sort)
    yield (
        "1920 x 1080",
        AssetQuery(bounds=(*_between(Measure.WIDTH, 1920, 1920), *_between(Measure.HEIGHT, 1080, 1080)), sort=sort),
    )
    yield "the older half", AssetQuery(bounds=(Bound(Measure.CREATED, True, half),), sort=sort)


def _rare(sort: Sort) -> Iterator[tuple[str, AssetQuery]]:
    yield "WebM", AssetQuery(formats=(Format.WEBM,), sort=sort)
    yield "GIF, of which there is none", AssetQuery(formats=(Format.GIF,), sort=sort)
    yield "a rare tag", AssetQuery(tags=(RARE_TAG,), sort=sort)
    yield "a tag and a format that exclude each other", AssetQuery(tags=("mountain",), formats=(Format.GIF,), sort=sort)
    yield "the ten oldest", AssetQuery(bounds=(Bound(Measure.CREATED, True, BEGAN + 10.5 * SECONDS_APART),), sort=sort)
    yield "wider than any", AssetQuery(bounds=(Bound(Measure.WIDTH, False, 10_000),), sort=sort)


_WORDS = {
    "search_latin": ("mountain", "ountai", "in", "a", "mp4", "mountain river", "Strasse", "музыка", "0012"),
    "search_cjk": ("東京", "山田太郎", "山", "视频", "회의", "음악 사진", "会議 北京"),
    "search_rare": (RARE_WORD, RARE_CJK, "xyl", "zzzz", "qx", "薔", "龍", "mountaintop"),
}
_ANYBODY = Act(DEFAULT_ACCOUNT, "key")


def _between(measure: Measure, lowest: float, highest: float) -> tuple[Bound, Bound]:
    return Bound(measure, False, lowest), Bound(measure, True, highest)


def _page(library: Library, act: Act, query: AssetQuery) -> int:
    return len(library.page(act, query, None, PAGE))


def _far(library: Library, act: Act, query: AssetQuery) -> Callable[[], int] | None:
    before = library.page(act, query, None, PAGE * (PAGES - 1))
    if len(before) < PAGE * (PAGES - 1):
        return None
    place = before[-1][1]
    return lambda: len(library.page(act, query, place, PAGE))


def _count(folders: Folders, folder: FolderId) -> int:
    return folders.one(_ANYBODY, folder).folder.counts.all_assets


def _now() -> datetime:
    return datetime.now(UTC)
