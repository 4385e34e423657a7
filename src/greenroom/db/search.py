"""
The search index: which assets have which words and tags.

Kept up in the transaction of each change, at its end and for all changed assets together: SQLite's full-text index
writes a part of its own for each savepoint. An asset's place in it is the number of its account, then its own, so
that each account has a stretch to itself, with the newest at its end.

An asset that waits for its file comes in when it waits no longer, or when somebody searches in its account: of many a
signed upload nothing ever comes, and most are over before anybody asks.

Written as SQL and not as expressions: full-text tables are SQLite's own.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from greenroom.db.sqlite import Statement, Transaction
from greenroom.domain.ids import AccountId, AssetId
from greenroom.domain.search_text import GRAM_LENGTH, document, grams

_encode = msgspec.json.encode
_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_metadata = msgspec.json.Decoder(dict[str, Any]).decode

STRETCH = 2**32
"""The places of an account."""

# The tokenizer takes ASCII punctuation for gaps between words, and every other sign for a letter.
_AS_LETTERS = {sign: 0xF000 + sign for sign in range(33, 127) if not chr(sign).isalnum()}


def _statement(text: str) -> Statement:
    return Statement(text, {})


_NUMBER_ACCOUNTS = _statement(
    "INSERT OR IGNORE INTO search_accounts (account_id)"
    " SELECT a.account_id FROM json_each(:ids) AS wanted JOIN assets AS a ON a.id = wanted.value"
)
_ACCOUNT_NUMBER = _statement("SELECT number FROM search_accounts WHERE account_id = :account")
_CHANGED = _statement(
    f"SELECT c.number * {STRETCH} + a.number, a.id, a.name, a.description, a.tags, a.metadata, t.text"
    " FROM json_each(:ids) AS wanted"
    " JOIN assets AS a ON a.id = wanted.value"
    " JOIN search_accounts AS c ON c.account_id = a.account_id"
    f" LEFT JOIN search_texts AS t ON t.place = c.number * {STRETCH} + a.number"
)
_LAST_NUMBER = _statement("SELECT coalesce(max(number), 0) FROM assets WHERE account_id = :account")
_LEFT_OUT = _statement(
    "SELECT a.id, a.number FROM assets AS a INDEXED BY ix_assets_by_state"
    " WHERE a.account_id = :account AND a.state = 'waiting' AND a.number > :after"
    " AND NOT EXISTS (SELECT 1 FROM search_texts AS t WHERE t.place = :first + a.number)"
    " ORDER BY a.number LIMIT :most"
)
_REMOVE_GRAMS = _statement(
    "INSERT INTO search_grams (search_grams, rowid, grams)"
    " SELECT 'delete', value ->> 0, value ->> 1 FROM json_each(:rows)"
)
_ADD_GRAMS = _statement("INSERT INTO search_grams (rowid, grams) SELECT value ->> 0, value ->> 1 FROM json_each(:rows)")
_KEEP_TEXTS = _statement(
    "INSERT OR REPLACE INTO search_texts (place, text) SELECT value ->> 0, value ->> 1 FROM json_each(:rows)"
)
_REMOVE_TAGS = _statement("DELETE FROM asset_tags WHERE asset_id IN (SELECT value FROM json_each(:ids))")
_ADD_TAGS = _statement(
    "INSERT INTO asset_tags (account_id, tag, number, asset_id)"
    " SELECT a.account_id, tag.value, a.number, a.id"
    " FROM json_each(:ids) AS wanted JOIN assets AS a ON a.id = wanted.value, json_each(a.tags) AS tag"
)


def relabelled(tx: Transaction, asset_id: AssetId) -> None:
    """
    Say that an asset waits no longer, or that its name, description, tags or metadata changed.

    It is found by them from then on.
    """
    tx.at_end(index, asset_id)


def index(tx: Transaction, asset_ids: Iterable[AssetId]) -> None:
    """Have these assets found by what they are called now."""
    ids = _encode(sorted(set(asset_ids))).decode()
    tx.run(_NUMBER_ACCOUNTS, {"ids": ids})
    removed, added, tagged = [], [], []
    for place, asset_id, name, description, tags, metadata, old in tx.rows(_CHANGED, {"ids": ids}):
        new = document(name, description, _decode_tags(tags), _decode_metadata(metadata))
        if new != old:
            added.append((place, new))
            if old is not None:
                removed.append((place, old))
        if old is not None or tags != "[]":
            tagged.append(asset_id)
    if removed:
        tx.run(_REMOVE_GRAMS, {"rows": _rows_of_grams(removed)})
    if added:
        tx.run(_ADD_GRAMS, {"rows": _rows_of_grams(added)})
        tx.run(_KEEP_TEXTS, {"rows": _encode(added).decode()})
    if tagged:
        ids = _encode(tagged).decode()
        tx.run(_REMOVE_TAGS, {"ids": ids})
        tx.run(_ADD_TAGS, {"ids": ids})


def left_out(tx: Transaction, account_id: AccountId, after: int, most: int) -> tuple[list[AssetId], int]:
    """
    Up to `most` assets of an account that wait and are not in the index, of those with higher numbers than `after`.

    Also the number up to which there are no others.
    """
    last = tx.row(_LAST_NUMBER, {"account": account_id})
    values = {"account": account_id, "after": after, "first": first_place(tx, account_id), "most": most}
    found = tx.rows(_LEFT_OUT, values)
    upto = found[-1][1] if len(found) == most else last[0] if last else 0
    return [asset_id for asset_id, _ in found], upto


def first_place(tx: Transaction, account_id: AccountId) -> int:
    """Where the places of an account begin; 0, where no account's are, while it has no assets."""
    found = tx.row(_ACCOUNT_NUMBER, {"account": account_id})
    return int(found[0]) * STRETCH if found else 0


def match(words: Iterable[str]) -> str:
    """
    The question to the index for texts that may have all of these folded words.

    It asks for as many grams as cover each word, not for all: whether they stand side by side has to be looked up in
    the texts in any case.
    """
    return " ".join(part for word in words for part in _covering(word))


def _covering(word: str) -> Iterator[str]:
    if len(word) < GRAM_LENGTH:
        yield f'"{_token(word)}" *'
        return
    last = len(word) - GRAM_LENGTH
    for start in (*range(0, last, GRAM_LENGTH), last):
        yield f'"{_token(word[start : start + GRAM_LENGTH])}"'


def _rows_of_grams(texts: list[tuple[int, str]]) -> str:
    # The text as a whole, which is quicker than each of its grams: white space stays what it is.
    return _encode([(place, " ".join(grams(_token(text)))) for place, text in texts]).decode()


def _token(text: str) -> str:
    return text.translate(_AS_LETTERS)
