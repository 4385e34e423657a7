"""
Entries of the audit, and the chain that they stand in.

An entry's hash is the SHA-256 of the hash before it and of the entry itself as a JSON array, so that an entry which
was altered, removed or put in between is found by walking the chain.
"""

import hashlib

import msgspec
from msgspec import Struct

FIRST = "0" * 64
"""What stands before the first entry."""


class Entry(Struct, frozen=True):
    """
    One change, at an instant in Unix milliseconds.

    `subject` is the id of what was changed; `detail` what there is to know of it, as JSON.
    """

    account_id: str
    at_ms: int
    actor: str
    address: str
    request_id: str
    action: str
    subject: str
    detail: str


class Kept(Struct, frozen=True):
    """An entry in its place in the chain; `hash` are 64 hexadecimal digits."""

    sequence: int
    entry: Entry
    hash: str


class Chosen(Struct, frozen=True):
    """Which entries are asked for; None takes all."""

    subject: str | None = None
    action: str | None = None
    actor: str | None = None


def following(hash_before: str, sequence: int, entry: Entry) -> str:
    """The hash of an entry that stands after the one with `hash_before`."""
    written = msgspec.json.encode((sequence, *msgspec.structs.astuple(entry)))
    return hashlib.sha256(hash_before.encode() + written).hexdigest()
