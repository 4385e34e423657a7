"""
Lists of assets: filtered, searched, sorted, a page at a time, each as fast as the first.

A list is read in one of two ways. Either along the index of its order, looking at each asset; these indexes hold all
that is filtered by, so an asset that does not fit costs a fraction of a microsecond. Or from what has the fewest
candidates, a word, a tag or a folder: if they are few, so that sorting them costs little, or if it has them in the
order that is wanted.

Written as SQL and not as expressions: SQLite cannot know how many candidates there are, so here it is told the way.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, structs

from greenroom.db import catalogue, folders, search
from greenroom.db.sqlite import Statement, Transaction
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.asset_query import AssetQuery, Bound, Measure, Place, Sort
from greenroom.domain.folder import TOP, FolderRef
from greenroom.domain.ids import AssetId, FolderId

_FEW = 1000  # are sorted in a millisecond or two
_NOT_SHOWN = (AssetState.DELETED, AssetState.PURGED)
_BY_NUMBER = "ix_assets_by_number"
_INDEXES = {
    Sort.CREATED: _BY_NUMBER,
    Sort.NAME: "ix_assets_by_name",
    Sort.SIZE: "ix_assets_by_size",
    Sort.DURATION: "ix_assets_by_duration",
}
_KEYS = {
    Sort.CREATED: "a.number",
    Sort.NAME: "a.name COLLATE NOCASE",
    Sort.SIZE: "a.size_bytes",
    Sort.DURATION: "a.duration_s",
}
_MEASURES = {
    Measure.SIZE: "size_bytes",
    Measure.DURATION: "duration_s",
    Measure.WIDTH: "width",
    Measure.HEIGHT: "height",
    Measure.CREATED: "created_at",
}


class _Filter(Struct, frozen=True):
    """What is asked of a column, and whether a source has what fits."""

    condition: str
    has_source: bool


class _Source(Struct, frozen=True):
    """
    Where candidates may come from: rows with the numbers of assets between :low and :high.

    `order` is what they are sorted by where that is their number; `condition` says the same of an asset. `number` is
    an expression and no column: from columns that are equal SQLite would conclude that the asset's number is between
    :low and :high too, and look for it there.
    """

    rows: str
    where: str
    number: str
    order: str | None
    condition: str


class _Asked(Struct, frozen=True):
    """A query in the words of SQL; `driver` is where candidates come from, if not along the index of the order."""

    query: AssetQuery
    values: dict[str, Any]
    sources: list[_Source]
    driver: _Source | None = None

    def driven_by(self, source: _Source) -> "_Asked":
        """The same, read from that source and judged by the others."""
        return structs.replace(self, driver=source, sources=[one for one in self.sources if one is not source])

    def driven_by_numbers(self, numbers: list[int], left: list[_Source]) -> "_Asked":
        """The same, read from the assets with those numbers and judged by the sources that are left."""
        values = {**self.values, "numbers": msgspec.json.encode(numbers).decode()}
        return structs.replace(self, driver=_NUMBERED, sources=left, values=values)


def page(tx: Transaction, act: Act, query: AssetQuery, place: Place | None, most: int) -> list[tuple[Asset, Place]]:
    """
    Up to `most` assets of those that the caller may see, each with the place where the list goes on after it.

    Raises NotFound if the folder that is asked for is not there.
    """
    asked = _asked(tx, act, query)
    # Those that lack what the list is sorted by come after the others.
    stretches = (True, False) if query.sort in (Sort.SIZE, Sort.DURATION) else (True,)
    if place is not None and place.value is None:
        stretches = stretches[-1:]
    found: list[tuple[AssetId, Place]] = []
    for has_key in stretches:
        if len(found) < most:
            found += _stretch(tx, asked, has_key, place, most - len(found))
        place = None
    shown = catalogue.assets_in_order(tx, [asset_id for asset_id, _ in found])
    return [(asset, after) for asset, (_, after) in zip(shown, found, strict=True)]


def _asked(tx: Transaction, act: Act, query: AssetQuery) -> _Asked:
    values: dict[str, Any] = {"account": act.account_id, "folder": _folder(tx, act, query)}
    values |= {f"bound{number}": bound.value for number, bound in enumerate(query.bounds)}
    values |= {f"tag{number}": tag for number, tag in enumerate(query.tags)}
    values |= {f"word{number}": word for number, word in enumerate(query.words)}
    values |= {"first": search.first_place(tx, act.account_id), "match": search.match(query.words)}
    sources = [_tagged(f":tag{number}") for number in range(len(query.tags))]
    if query.words:
        sources.append(_worded(len(query.words)))
    if values["folder"] != TOP:
        sources.append(_BELOW_FOLDER if _is_deep(query) else _IN_FOLDER)
    sources += _fitting(query)
    return _by_best_way(tx, _Asked(query, values, sources))


def _folder(tx: Transaction, act: Act, query: AssetQuery) -> FolderId:
    return folders.find(tx, act, query.folder or FolderRef())


def _is_deep(query: AssetQuery) -> bool:
    return query.recursive or query.folder is None


def _by_best_way(tx: Transaction, asked: _Asked) -> _Asked:
    """The same with the driver that costs least."""
    query = asked.query
    in_order = [source for source in asked.sources if source.order]
    only_one = len(asked.sources) == 1 and all(filter_.has_source for filter_ in _filters(asked))
    if only_one and in_order and query.sort is Sort.CREATED:
        return asked.driven_by(in_order[0])
    for source in asked.sources:
        numbers = _candidates(tx, asked, source.number, source.rows, source.where)
        if len(numbers) < _FEW:
            return asked.driven_by_numbers(numbers, [one for one in asked.sources if one is not source])
    filters = [filter_.condition for filter_ in _filters(asked)]
    if filters and asked.sources and not only_one:
        fitting = " AND ".join(["a.account_id = :account", *filters])
        numbers = _candidates(tx, asked, "a.number", f"assets AS a INDEXED BY {_BY_NUMBER}", fitting)
        if len(numbers) < _FEW:
            return asked.driven_by_numbers(numbers, asked.sources)
    if not in_order:
        return asked
    if query.sort is Sort.CREATED:
        return asked.driven_by(in_order[0])
    if not only_one:
        # Many have each, but few may have all.
        by_age = structs.replace(asked, query=structs.replace(query, sort=Sort.CREATED)).driven_by(in_order[0])
        found = _stretch(tx, by_age, True, None, _FEW)
        if len(found) < _FEW:
            return asked.driven_by_numbers([place.number for _, place in found], [])
    return asked


def _candidates(tx: Transaction, asked: _Asked, number: str, rows: str, where: str) -> list[int]:
    """The numbers of candidates, so far as they are few."""
    text = f"{_BELOW}SELECT {number} FROM {rows} WHERE {where} LIMIT {_FEW}"
    found = tx.rows(Statement(text, {}), {**asked.values, "low": 0, "high": search.STRETCH - 1})
    return [number for (number,) in found]


def _stretch(
    tx: Transaction, asked: _Asked, has_key: bool, place: Place | None, most: int
) -> list[tuple[AssetId, Place]]:
    """The assets after a place that have something to sort by, or those that have not."""
    sort, descending = asked.query.sort, asked.query.descending
    values = {**asked.values, "low": 0, "high": search.STRETCH - 1, "most": most}
    if place is not None:
        values |= {"value": place.value, "number": place.number}
        if place.value is None:
            values |= {"high": place.number - 1} if descending else {"low": place.number + 1}
    rows = tx.rows(_statement(asked, has_key, place is not None and place.value is not None), values)
    return [(id_, Place(sort, value, number)) for id_, value, number in rows]


def _statement(asked: _Asked, has_key: bool, after_value: bool) -> Statement:
    query, driver = asked.query, asked.driver
    key, direction = _KEYS[query.sort], "DESC" if query.descending else "ASC"
    conditions = [filter_.condition for filter_ in _filters(asked)]
    conditions += [source.condition for source in asked.sources]
    if not query.states:
        conditions.append(f"a.state NOT IN ({_quoted(*_NOT_SHOWN)})")
    if not has_key:
        conditions.append(f"{key} IS NULL")
    elif query.sort in (Sort.SIZE, Sort.DURATION) and (query.descending or not after_value):
        # Not two lower bounds: SQLite begins at the one that it likes.
        conditions.append(f"{key} >= 0")
    if after_value:
        # Not as a comparison of pairs: with a collation SQLite would not use the index for that.
        beyond = "<" if query.descending else ">"
        conditions.append(f"{key} {beyond}= :value AND ({key} {beyond} :value OR a.number {beyond} :number)")
    if driver is None:
        rows = f"assets AS a INDEXED BY {_INDEXES[query.sort]}"
        conditions.append("a.account_id = :account AND a.number BETWEEN :low AND :high")
    else:
        rows = (
            f"{driver.rows} CROSS JOIN assets AS a INDEXED BY {_BY_NUMBER}"
            f" ON a.account_id = :account AND a.number = {driver.number}"
        )
        conditions.append(driver.where)
    by_number = (driver and driver.order) or "a.number"
    order = f"{by_number} {direction}"
    if has_key and query.sort is not Sort.CREATED:
        order = f"{key} {direction}, a.number {direction}"
    value = "NULL" if query.sort is Sort.CREATED else key
    return Statement(
        f"{_BELOW}SELECT a.id, {value}, a.number FROM {rows} WHERE {' AND '.join(conditions)}"
        f" ORDER BY {order} LIMIT :most",
        {},
    )


def _filters(asked: _Asked) -> Iterator[_Filter]:
    """What is asked of single columns, first what fewest assets fit."""
    query = asked.query
    for _, condition in _bounds(query, "a"):
        yield _Filter(condition, has_source=True)
    for column, wanted in (("format", query.formats), ("kind", query.kinds), ("state", query.states)):
        if wanted:
            yield _Filter(f"a.{column} IN ({_quoted(*wanted)})", column != "kind")
    if asked.values["folder"] == TOP and not _is_deep(query):
        yield _Filter("a.folder_id = ''", has_source=False)


def _bounds(query: AssetQuery, rows: str) -> Iterator[tuple[Bound, str]]:
    for number, bound in enumerate(query.bounds):
        yield bound, f"{rows}.{_MEASURES[bound.measure]} {'<=' if bound.is_upper else '>='} :bound{number}"


def _quoted(*members: StrEnum) -> str:
    return ", ".join(f"'{member.value}'" for member in members)


# SQLite looks at it only where it is named.
_BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT :folder UNION SELECT f.id FROM below CROSS JOIN folders AS f"
    " ON f.account_id = :account AND f.parent_id = below.id) "
)
_BELOW_FOLDER = _Source(
    rows="below CROSS JOIN assets AS f INDEXED BY ix_assets_folder_number"
    " ON f.account_id = :account AND f.folder_id = below.id",
    where="f.folder_id <> '' AND f.number BETWEEN :low AND :high",
    number="(f.number + 0)",
    order=None,
    condition="a.folder_id IN (SELECT id FROM below)",
)
_IN_FOLDER = _Source(
    rows="assets AS f INDEXED BY ix_assets_folder_number",
    where="f.account_id = :account AND f.folder_id = :folder AND f.folder_id <> '' AND f.number BETWEEN :low AND :high",
    number="(f.number + 0)",
    order="f.number",
    condition="a.folder_id = :folder",
)
_NUMBERED = _Source(
    rows="json_each(:numbers) AS n",
    where="n.value BETWEEN :low AND :high",
    number="(n.value + 0)",
    order=None,
    condition="TRUE",
)


def _tagged(tag: str) -> _Source:
    return _Source(
        rows="asset_tags AS t INDEXED BY ix_asset_tags_account_tag_number",
        where=f"t.account_id = :account AND t.tag = {tag} AND t.number BETWEEN :low AND :high",
        number="(t.number + 0)",
        order="t.number",
        condition="EXISTS (SELECT 1 FROM asset_tags AS t INDEXED BY ix_asset_tags_account_tag_number"
        f" WHERE t.account_id = :account AND t.tag = {tag} AND t.number = a.number)",
    )


def _fitting(query: AssetQuery) -> Iterator[_Source]:
    """What fits a filter that has an index of its own; the filter is a condition in any case."""
    for column, wanted in (("state", query.states), ("format", query.formats)):
        if wanted:
            where = (
                f"f.account_id = :account AND f.{column} IN ({_quoted(*wanted)}) AND f.number BETWEEN :low AND :high"
            )
            yield _fitting_by(f"ix_assets_by_{column}", where, "f.number" if len(wanted) == 1 else None)
    for measure in Measure:
        bounds = [condition for bound, condition in _bounds(query, "f") if bound.measure is measure]
        if bounds:
            yield _fitting_by(f"ix_assets_by_{measure}", " AND ".join(["f.account_id = :account", *bounds]), None)


def _fitting_by(index: str, where: str, order: str | None) -> _Source:
    return _Source(f"assets AS f INDEXED BY {index}", where, "(f.number + 0)", order, "TRUE")


def _worded(count: int) -> _Source:
    # What the index finds has the grams of the words; whether it has the words is looked up in the text.
    contains = " AND ".join(f"instr(s.text, :word{number}) > 0" for number in range(count))
    return _Source(
        rows="search_grams AS g CROSS JOIN search_texts AS s ON s.place = g.rowid",
        where=f"g.search_grams MATCH :match AND g.rowid BETWEEN :first + :low AND :first + :high AND {contains}",
        number="(g.rowid - :first)",
        order="g.rowid",
        condition=f"EXISTS (SELECT 1 FROM search_texts AS s WHERE s.place = :first + a.number AND {contains})",
    )
