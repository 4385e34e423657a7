"""Instants as clients and programs are told of them."""

from datetime import datetime


def unix_s(instant: datetime | None) -> int | None:
    """An instant in whole Unix seconds; None where there is none."""
    return int(instant.timestamp()) if instant is not None else None
