"""What a client may declare of an upload beside its file: the hash it will have, and where to tell what came of it."""

import re

from greenroom.domain.ids import BlobKey
from greenroom.errors import ParameterError

CALLBACK_URL_MAX = 2048

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HTTP_URL = re.compile(
    r"https?://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@\\:\[\]]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?", re.I
)


def sha256(text: str, field: str = "sha256") -> BlobKey:
    """A SHA-256 in lower case. Raises ParameterError if it is not 64 hexadecimal digits."""
    taken = text.strip().lower()
    if not _SHA256.fullmatch(taken):
        raise ParameterError(field, f"is {text[:80]!r}; it has to be 64 hexadecimal digits, as sha256sum writes them")
    return BlobKey(taken)


def callback_url(text: str, field: str = "callback_url") -> str:
    """
    An http or https address of printable ASCII characters.

    Raises ParameterError. Whether this server may call it is judged when it does.
    """
    if len(text) > CALLBACK_URL_MAX:
        raise ParameterError(field, f"has {len(text)} characters; allowed are {CALLBACK_URL_MAX}")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ParameterError(field, "has characters that no URL has; write them percent-encoded")
    parts = _HTTP_URL.fullmatch(text)
    if parts is None or int(parts["port"] or 0) > 65535:
        raise ParameterError(
            field,
            f"is {text[:80]!r}; it has to be an https address, or http where the server's settings allow that, without "
            "a name and password in it",
        )
    return text
