"""Accounts: whose assets and keys they are."""

import os
import re
from datetime import datetime

from msgspec import Struct

from greenroom.domain import labels
from greenroom.domain.ids import AccountId
from greenroom.errors import ParameterError

EMAIL_MAX = 254

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Account(Struct, frozen=True):
    """An account; `email` and `username` are empty where nobody said."""

    id: AccountId
    name: str
    created_at: datetime
    email: str = ""
    username: str = ""


def new_account_id() -> AccountId:
    """An account id with 128 random bits."""
    return AccountId("acc_" + os.urandom(16).hex())


def email(value: str) -> str:
    """
    An address for mail, or the empty text.

    Raises ParameterError; so does `username`.
    """
    if not value:
        return value
    taken = labels.name(value, "email")
    if len(taken) > EMAIL_MAX or not _EMAIL.fullmatch(taken):
        raise ParameterError("email", f"is {taken[:40]!r}; it must be like name@example.com, at most {EMAIL_MAX} long")
    return taken


def username(value: str) -> str:
    """A name of one line, or the empty text."""
    return labels.name(value, "username") if value else value
