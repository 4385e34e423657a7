"""What a list of assets is asked for: which of them, in which order, from which place on."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from greenroom.domain.asset import AssetState
from greenroom.domain.folder import FolderRef
from greenroom.domain.media import Format, Kind

TAGS_MAX = 10
WORDS_MAX = 10
"""How many may be asked for at once."""


class Sort(StrEnum):
    """By what a list is sorted; assets without that value come last."""

    CREATED = "created"
    NAME = "name"
    SIZE = "size"
    DURATION = "duration"


class Measure(StrEnum):
    """What can be asked for between two bounds; bytes, seconds, pixels, Unix seconds."""

    SIZE = "size"
    DURATION = "duration"
    WIDTH = "width"
    HEIGHT = "height"
    CREATED = "created"


class Bound(Struct, frozen=True):
    """One end of a range; it belongs to the range."""

    measure: Measure
    is_upper: bool
    value: float


class AssetQuery(Struct, frozen=True):
    """
    Which assets are wanted; what is empty does not matter. Without states it is all but the deleted ones.

    `words` are folded (domain/search_text.py); an asset has to have all of them, and all of the tags.
    """

    words: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    states: tuple[AssetState, ...] = ()
    formats: tuple[Format, ...] = ()
    folder: FolderRef | None = None
    recursive: bool = False
    tags: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    sort: Sort = Sort.CREATED
    descending: bool = True


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """
    Where a list goes on: after the asset with that number, which has that value of what the list is sorted by.

    There is no value in a list sorted by age, nor for assets that lack it.
    """

    sort: Sort
    value: str | float | None
    number: Annotated[int, Meta(ge=0, le=2**53)]

    def fits(self, sort: Sort) -> bool:
        """Whether it can be a place in a list of that order."""
        if sort is Sort.CREATED:
            return self.sort is sort and self.value is None
        return self.sort is sort and isinstance(self.value, str if sort is Sort.NAME else float | None)
