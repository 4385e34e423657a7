"""The one-shot multipart form (contract 2.1.3), parsed as a stream into the same temporary file as a PUT."""

import hashlib
from dataclasses import dataclass
from email.message import Message
from typing import Any

import msgspec
from msgspec import structs
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from greenroom.domain.act import Act
from greenroom.domain.asset import Asset
from greenroom.domain.media import Kind
from greenroom.domain.policy import Dialect
from greenroom.errors import KeyReused, ParameterError, UploadRefused
from greenroom.services.signing import Signing, UploadRequest
from greenroom.web.idempotency import Ticket
from greenroom.web.jogg.coerce import without_nul
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.extras import extras
from greenroom.web.receiving import BodyCut, Receiver, Reception, body_of
from greenroom.web.views import receipt

_FILE = "file"
_KINDS = ", ".join(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much a form may hold beside its file."""

    max_fields: int
    max_field_bytes: int


@dataclass(slots=True)
class _Part:
    name: str
    filename: str | None
    content_type: str | None
    value: bytearray


class UploadForm:
    """
    Reads one form. The file may come before or after its fields.

    The parser's callbacks only note what they saw, in order; `_act` then does it, since that may have to wait.
    """

    def __init__(
        self, receiver: Receiver, signing: Signing, act: Act, limits: FormLimits, ticket: Ticket | None
    ) -> None:
        self._ingest, self._signing = receiver.ingest, signing
        self._receiver = receiver
        self._ticket = ticket
        self._threads = receiver.threads
        self._caller = act
        self._limits = limits
        self._fields: dict[str, str] = {}
        self._part: _Part | None = None
        self._header_name = b""
        self._header_value = b""
        self._headers: Message = Message()
        self._seen: list[tuple[str, Any]] = []
        self._ended = False
        self._request: UploadRequest | None = None
        self._reception: Reception | None = None
        self._stray = ""
        self._done_before = ticket is not None and ticket.done is not None
        self._seen_bytes = 0
        self._most_bytes = 0
        self._hash = hashlib.sha256()

    async def received(self, call: Call) -> Asset | None:
        """
        Take the form and have its file judged; None if the same form was taken before under its idempotency key.

        Raises ParameterError for a form that is not well formed, too large beside its file or without one;
        else what an upload raises.
        """
        parser = MultipartParser(_boundary(call.content_type), self._callbacks())
        refusal: UploadRefused | None = None
        try:
            async for piece in body_of(call.receive):
                self._parse(parser, bytes(piece))
                await self._act()
            return await self._finished()
        except UploadRefused as problem:
            refusal = problem
            raise
        except BodyCut:
            refusal = self._reception.cut() if self._reception is not None else None
            raise
        finally:
            if self._reception is not None:
                await self._reception.end(refusal)

    def _parse(self, parser: MultipartParser, piece: bytes) -> None:
        try:
            parser.write(piece)
        except MultipartParseError as problem:
            raise ParameterError("The form", f"is not a well-formed multipart/form-data body: {problem}") from problem

    async def _finished(self) -> Asset | None:
        if not self._ended:
            raise ParameterError("The form", "ends before its last boundary")
        if self._request is None:
            raise self._fileless()
        once = self._ticket.fingerprinted(self._fingerprint()) if self._ticket is not None else None
        if self._reception is None:
            return None
        attempt = self._reception.attempt
        self._require_kind(attempt.asset.kind)
        request = self._asked(self._request.filename, self._request.content_type)
        if request != self._request:
            await self._threads.quick(self._ingest.amend, attempt, request)
        attempt.act = structs.replace(attempt.act, once=once)
        return await self._reception.finish()

    def _fileless(self) -> ParameterError:
        told = f"; the form has a file in {self._stray[:60]!r}" if self._stray else ""
        return ParameterError(_FILE, f"is required: the file itself, with its file name{told}")

    def _fingerprint(self) -> str:
        """The form as one value: its fields, and of its file the name, type and SHA-256."""
        assert self._request is not None, "there is a file"
        file = (self._request.filename, self._request.content_type, self._hash.hexdigest())
        return hashlib.sha256(msgspec.json.encode((sorted(self._fields.items()), file))).hexdigest()

    def _asked(self, filename: str, content_type: str | None) -> UploadRequest:
        """What the form asks for by the fields that came until now."""
        more = extras(self._fields)
        return UploadRequest(
            filename=filename,
            content_type=content_type,
            size_bytes=None,
            dialect=Dialect.MULTIPART,
            name=self._fields.get("name", ""),
            description=self._fields.get("description", ""),
            sha256=more.sha256,
            folder=more.folder,
            tags=more.tags,
            metadata=more.metadata,
            callback_url=more.callback_url,
        )

    def _require_kind(self, kind: Kind) -> None:
        asked = self._fields.get("asset_type", "").lower()
        if asked and asked not in list(Kind):
            raise ParameterError("asset_type", f"is {asked[:40]!r}; allowed are {_KINDS}")
        if asked and asked != kind:
            raise ParameterError("asset_type", f"is {asked!r}, but the file is declared as {kind.value}")

    # What the parser saw, in the order of the form

    def _callbacks(self) -> Any:
        return {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": lambda: self._seen.append(("part", self._headers)),
            "on_part_data": lambda data, start, end: self._seen.append(("data", data[start:end])),
            "on_part_end": lambda: self._seen.append(("end", None)),
            "on_end": self._on_end,
        }

    def _on_part_begin(self) -> None:
        self._headers = Message()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._require_small(len(self._header_name))

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._require_small(len(self._header_value))

    def _on_header_end(self) -> None:
        name, value = self._header_name.decode("latin-1"), self._header_value.decode("utf-8", "replace")
        self._header_name = self._header_value = b""
        if len(self._headers) >= self._limits.max_fields:
            raise ParameterError("The form", "has a part with too many headers")
        self._headers[name] = value

    def _on_end(self) -> None:
        self._ended = True

    async def _act(self) -> None:
        seen, self._seen = self._seen, []
        for what, value in seen:
            if what == "part":
                await self._begin_part(value)
            elif what == "data":
                await self._take_data(value)
            else:
                self._end_part()

    async def _begin_part(self, headers: Message) -> None:
        name = headers.get_param("name", header="content-disposition")
        if not isinstance(name, str) or not name:
            raise ParameterError("The form", "has a part without a name")
        filename = headers.get_filename()
        self._part = _Part(name, filename, headers.get("content-type"), bytearray())
        if name != _FILE:
            self._stray = self._stray or (name if filename else "")
            return
        if self._request is not None:
            raise ParameterError(_FILE, "is given twice; a form takes one file")
        if not filename:
            raise ParameterError(_FILE, "has no file name")
        self._request = self._asked(without_nul(filename, _FILE), headers.get("content-type"))
        if self._done_before:
            self._most_bytes = self._signing.declared(self._caller, self._request, 0.0).upload.max_bytes
        else:
            self._reception = await self._begin_file(self._request)

    async def _begin_file(self, request: UploadRequest) -> Reception:
        signed, committed = self._signing.sign(self._caller, request)
        await committed
        return await self._receiver.begin(signed.upload_id, None, self._caller)

    async def _take_data(self, data: bytes) -> None:
        assert self._part is not None
        if self._part.name == _FILE:
            await self._take_bytes(data)
            return
        self._part.value += data
        if self._stray and self._request is None and len(self._part.value) > self._limits.max_field_bytes:
            raise self._fileless()
        self._require_small(len(self._part.value), self._part.name)

    async def _take_bytes(self, data: bytes) -> None:
        if self._ticket is not None:
            self._hash.update(data)
        if self._reception is not None:
            await self._reception.feed(data)
            return
        self._seen_bytes += len(data)
        if self._seen_bytes > self._most_bytes:
            raise KeyReused(self._ticket.held[2] if self._ticket is not None else "")

    def _end_part(self) -> None:
        part, self._part = self._part, None
        if part is None or part.name == _FILE:
            return
        if len(self._fields) >= self._limits.max_fields:
            raise ParameterError("The form", f"has more than {self._limits.max_fields} fields beside the file")
        self._fields[part.name] = without_nul(part.value.decode("utf-8", "replace"), part.name)

    def _require_small(self, size: int, name: str = "A header of the form") -> None:
        if size > self._limits.max_field_bytes:
            raise ParameterError(name, f"has more than {self._limits.max_field_bytes} bytes")


def form_receipt(asset: Asset, origin: str) -> dict[str, Any]:
    """The reply's data in the words of that dialect, and ours beside them."""
    shown = receipt(asset, origin)
    return shown | {
        "asset_type": asset.kind.value,
        "file_name": asset.name,
        "file_size": asset.size_bytes,
        "duration": shown["duration_s"],
        "uploaded_at": shown["ready_at"] or shown["created_at"],
    }


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    try:
        boundary = message.get_boundary()
    except ValueError:
        # Said to be in parts (RFC 2231), with a number that is too long to be read.
        boundary = None
    if not boundary or len(boundary) > 200:
        raise ParameterError("Content-Type", "says multipart/form-data without a usable boundary")
    return boundary.encode("latin-1", "replace")
