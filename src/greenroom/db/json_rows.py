"""Many rows in one statement: they travel as one JSON array."""

from collections.abc import Sequence

from sqlalchemy import Table, bindparam, func, insert, literal_column, select

from greenroom.db.sqlite import Statement, sql


def insert_all(table: Table, names: Sequence[str]) -> Statement:
    """
    Insert rows into those columns; the parameter `rows` is a JSON array of arrays in the same order.

    Each statement that the writer's thread runs hands Python's global lock to the loop and back, which under load
    costs more than the statement itself.
    """
    rows = func.json_each(bindparam("rows")).table_valued("value")
    values = (func.json_extract(rows.c.value, literal_column(f"'$[{position}]'")) for position in range(len(names)))
    return sql(insert(table).from_select(names, select(*values)))
