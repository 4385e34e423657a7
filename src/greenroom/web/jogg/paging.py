"""Pages of the lists of the compatible calls (contract 1.7): numbered from 1, with whatever their size is called."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from greenroom.errors import ParameterError
from greenroom.web.jogg import coerce

USUAL_SIZE, LARGEST_SIZE = 10, 100
ANY_SIZE = 2**63 - 1
"""The largest size of a page of v1, which names none."""
Item = TypeVar("Item")


class Page(NamedTuple):
    """A page that is asked for, and how many items fit on it."""

    number: int
    size: int

    @property
    def begin(self) -> int:
        """How many items are before it."""
        return (self.number - 1) * self.size

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """What is on it."""
        return items[self.begin : self.begin + self.size]

    def ends_before(self, total: int) -> bool:
        """Whether there are more pages after it."""
        return self.begin + self.size < total

    def counted(self, total: int) -> dict[str, int]:
        """`pagination` as the third list dialect has it."""
        pages = -(-total // self.size)
        return {"page": self.number, "page_size": self.size, "total_items": total, "total_pages": pages}


def page(query: Mapping[str, str], size_name: str = "page_size", largest_size: int = LARGEST_SIZE) -> Page:
    """The page that a query asks for. Raises ParameterError for a size that is not allowed."""
    size = coerce.whole_number(query, size_name) or USUAL_SIZE
    if size > largest_size:
        raise ParameterError(size_name, f"is {size}; allowed are 1 to {largest_size}")
    number = coerce.whole_number(query, "page") or 1
    # More than any list has, and still within what databases count.
    return Page(min(number, 10**9), size)


def page_query(size_name: str = "page_size") -> dict[str, dict[str, Any]]:
    """The parameters of a page, as the OpenAPI document says them."""
    return {
        "page": {"type": "integer", "minimum": 1, "default": 1},
        size_name: {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": USUAL_SIZE},
    }
