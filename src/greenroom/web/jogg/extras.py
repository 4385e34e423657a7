"""What the compatible upload calls take beyond their contract: hash, folder, tags, metadata and a callback address."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from greenroom.domain import declarations, labels
from greenroom.domain.folder import FolderRef, folder_ref
from greenroom.domain.ids import BlobKey
from greenroom.errors import ParameterError
from greenroom.web.jogg import coerce

_JSON = re.compile(r"\s*[\[{]")


class Extras(Struct, frozen=True):
    """The extra fields of one request; empty and None where they are absent."""

    sha256: BlobKey | None = None
    folder: FolderRef | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}
    callback_url: str | None = None


_NONE = Extras()
_FIELDS = frozenset(("sha256", "folder", "tags", "metadata", "callback_url", "webhook_url"))


def extras(body: coerce.Body) -> Extras:
    """
    The extra fields of a JSON body, or of a form's texts. Raises ParameterError that names the field.

    Tags are an array or a text with commas; arrays and objects may also be texts of JSON, as forms send them.
    """
    if _FIELDS.isdisjoint(body):
        return _NONE
    sha256, folder = coerce.text(body, "sha256"), coerce.text(body, "folder")
    return Extras(
        sha256=declarations.sha256(sha256) if sha256 else None,
        folder=folder_ref(folder) if folder else None,
        tags=labels.tags(_tags(body)),
        metadata=labels.metadata(_json(body, "metadata") or {}),
        callback_url=callback(body)[0] or None,
    )


def callback(body: coerce.Body) -> tuple[str, str]:
    """
    The address that is to be told what comes of a wish, empty if there is none, and by which of its names it is given.

    Raises ParameterError by that name.
    """
    address = coerce.same(body, "webhook_url", "callback_url")
    field = "callback_url" if coerce.text(body, "webhook_url") is None else "webhook_url"
    return (declarations.callback_url(address, field), field) if address else ("", "webhook_url")


def _tags(body: coerce.Body) -> Any:
    value = _json(body, "tags") or []
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return value
    texts = [str(tag) if isinstance(tag, int | float) and not isinstance(tag, bool) else tag for tag in value]
    return [tag for tag in texts if tag is not None and not (isinstance(tag, str) and not tag.strip())]


def _json(body: coerce.Body, field: str) -> Any:
    value = body.get(field)
    if not isinstance(value, str) or not _JSON.match(value):
        return value or None
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ParameterError(field, f"is not valid JSON: {problem}") from problem
