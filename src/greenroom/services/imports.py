"""
Imports: originals that this server fetches by itself from an address, as if somebody had uploaded them.

An import is an upload that is filled from here, by the same road as a PUT. What there is to fetch is asked of the
table, so a crash loses nothing: what was being fetched is fetched again from its beginning.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol
from urllib.parse import unquote

import structlog
from msgspec import Struct, structs

from greenroom.db import imports, library
from greenroom.db.sqlite import Transaction
from greenroom.db.uploads import NewUpload
from greenroom.domain import labels
from greenroom.domain.act import Act, by_system
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.findings import finding
from greenroom.domain.folder import FolderRef
from greenroom.domain.formats import FORMAT_OF_EXTENSION, FORMAT_OF_MIME, FORMATS, bare_mime, extension_of, same_family
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.imports import Import, ImportId, ImportState, new_import_id
from greenroom.domain.media import Finding, Format, Kind
from greenroom.domain.policy import Dialect
from greenroom.domain.retry_after import retry_after_s
from greenroom.errors import (
    AddressRefused,
    FetchFailed,
    GrantInvalid,
    NotFound,
    ParameterError,
    TypeRefused,
    Unavailable,
    UploadOver,
    UploadRefused,
)
from greenroom.media.sniff import sniff
from greenroom.services.ingest import Attempt, Ingest
from greenroom.services.signing import Signing, UploadRequest
from greenroom.storage.incoming import Incoming

log = structlog.get_logger()

_HEAD_BYTES = 4096
_PIECE_BYTES = 1024 * 1024
_LONGEST_WAIT_S = 3600.0
_LONGEST_NAME = 255
_OUR_ASSET = re.compile(r"/assets/((?:img|vid|aud)_[0-9a-f]{32})\.[a-z0-9]+")
_PASSING_STATUSES = frozenset((408, 425, 429))
_ANY_FORMAT: dict[Kind, Format] = {Kind.IMAGE: Format.JPEG, Kind.VIDEO: Format.MP4, Kind.AUDIO: Format.MP3}
"""What a file of a kind is called while nobody knows its format."""


class Reply(Protocol):
    """Another server's answer; the body comes in pieces."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def pieces(self) -> Iterator[bytes]: ...


Follow = Callable[[str, threading.Event], AbstractContextManager[Reply]]
"""Fetches an address through its redirects until the event is set; raises AddressRefused and FetchFailed."""


class ImportRequest(Struct, frozen=True):
    """What a client asks to import; None and empty where it did not say."""

    url: str
    filename: str | None = None
    content_type: str | None = None
    kind: Kind | None = None
    name: str = ""
    sha256: BlobKey | None = None
    folder: FolderRef | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}


@dataclass(slots=True)
class Fetch:
    """One try of an import."""

    stop: threading.Event = field(default_factory=threading.Event)
    attempt: Attempt | None = None
    """The upload's attempt, as soon as its bytes come."""


@dataclass(frozen=True, slots=True)
class Imports:
    """Take wishes for imports, fetch them, find them."""

    signing: Signing
    ingest: Ingest
    check: Callable[[str, str], object]
    """Blocks for a lookup; raises AddressRefused that names the field for an address that may not be called."""
    follow: Follow
    own_path: Callable[[str], str | None]
    """The path of an address under one of our origins."""
    now: Callable[[], datetime]
    most_tries: int
    first_gap_s: float
    lifetime_s: float
    under_way: dict[ImportId, Fetch] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closed: threading.Event = field(default_factory=threading.Event)

    def start(self, act: Act, request: ImportRequest, field: str = "url") -> Import:
        """
        Have an original fetched soon. Two equal wishes are two imports, as two uploads of one file are.

        Raises ParameterError, AddressRefused for an address that may not be called, TypeRefused for a type that is
        not accepted, and what signing an upload raises.
        """
        if self._own_asset(request.url) is not None:
            raise ParameterError(field, "is the address of an asset of this server; use that asset itself")
        self.check(request.url, field)
        upload, any_format = _declaration(request)
        try:
            new = self.signing.declared(act, upload, self.lifetime_s)
        except TypeRefused as refused:
            raise (_by_address(refused) if request.filename is None and not request.content_type else refused) from None
        _require_kind(new, request.kind, field)
        id_ = new_import_id()

        def add(tx: Transaction) -> Import:
            self.signing.add_together(tx, [new])
            made_at = new.upload.created_at
            return imports.add(tx, act, id_, new.upload.id, request.url, any_format=any_format, now=made_at)

        return self.ingest.database.write(add).result()

    def resolve(self, act: Act, url: str, kind: Kind, field: str = "url") -> Asset:
        """
        The asset at an address, of which a file of that kind is expected: our own without a fetch, whatever its state
        is, else that of a new import.

        Raises NotFound for an asset of ours that the key may not see, and what `start` raises.
        """
        own = self._own_asset(url)
        if own is None:
            return self.start(act, ImportRequest(url, kind=kind), field).asset
        return self.ingest.database.read(lambda tx: library.seen(tx, act, own))

    def known(self, act: Act, url: str) -> list[AssetId]:
        """The assets that an address has stood for: our own, or what was fetched from it. Nothing is fetched."""
        own = self._own_asset(url)
        return [own] if own is not None else self.ingest.database.read(lambda tx: imports.fetched(tx, act, url))

    def one(self, act: Act, import_id: ImportId) -> Import:
        """One import. Raises NotFound, for a foreign one too."""
        return self._shown(self.ingest.database.read(lambda tx: _found(tx, act, import_id)))

    def page(self, act: Act, before: tuple[float, str], most: int) -> list[Import]:
        """Up to `most` imports, newest first, after the one with that Unix time and id."""
        found = self.ingest.database.read(lambda tx: imports.page(tx, act, before, most))
        return [self._shown(one) for one in found]

    def received_bytes(self, one: Import) -> int:
        """How much of it has come."""
        fetch = self.under_way.get(one.id)
        attempt = fetch.attempt if fetch is not None else None
        return attempt.progress.received_bytes if attempt is not None else one.asset.size_bytes or 0

    def cancel(self, act: Act, import_id: ImportId) -> Import:
        """
        End an import, and with it the asset that has no file yet; doing so twice changes nothing.

        Raises NotFound, and UploadOver for one that is done or has failed.
        """
        now, fetch = self.now(), self.under_way.get(import_id)
        attempt = fetch.attempt if fetch is not None else None
        transfer = attempt.progress.transfer() if attempt is not None else None

        def end(tx: Transaction) -> Import:
            one = _found(tx, act, import_id)
            if one.state is ImportState.PENDING:
                imports.cancel(tx, act, one, transfer, now)
            elif one.state is not ImportState.CANCELLED:
                raise UploadOver(one.state.value, "There is nothing to cancel; delete the asset if it is not wanted.")
            return _found(tx, act, import_id)

        cancelled = self.ingest.database.write(end).result()
        if fetch is not None:
            fetch.stop.set()
        self.ingest.published(cancelled.asset.id)
        return cancelled

    def work(self) -> None:
        """Fetch what is due, one after the other; several threads may do so at once."""
        while (claimed := self._claim()) is not None:
            one, fetch = claimed
            try:
                self._try(self._counted(one), fetch)
            finally:
                with self.lock:
                    del self.under_way[one.id]

    def close(self) -> None:
        """Begin nothing more, and end what is being fetched; it is fetched again by the next run."""
        self.closed.set()
        with self.lock:
            for fetch in self.under_way.values():
                fetch.stop.set()

    def _claim(self) -> tuple[Import, Fetch] | None:
        with self.lock:
            if self.closed.is_set():
                return None
            most = len(self.under_way) + 1
            found = self.ingest.database.read(lambda tx: imports.due(tx, self.now(), most))
            for one in found:
                if one.id not in self.under_way:
                    self.under_way[one.id] = Fetch()
                    return one, self.under_way[one.id]
        return None

    def _counted(self, one: Import) -> Import:
        self.ingest.database.write(lambda tx: imports.count_try(tx, one, 1)).result()
        return structs.replace(one, attempts=one.attempts + 1)

    def _try(self, one: Import, fetch: Fetch) -> None:
        try:
            if one.state is ImportState.PENDING and one.asset.state is not AssetState.READY:
                self._fill(one, fetch)
        except FetchFailed as problem:
            self._failed(one, fetch, problem.finding, passes=problem.passes, wait_s=problem.retry_after_s)
        except Unavailable as problem:
            self._failed(one, fetch, finding("import_delayed", str(problem)), wait_s=problem.retry_after_s)
        except UploadOver:
            self._ended(one, ImportState.CANCELLED)
        except (AddressRefused, UploadRefused) as problem:
            self._give_up(one, fetch, problem.finding, *getattr(problem, "others", ()))
        except GrantInvalid:
            self._give_up(one, fetch, finding("import_overdue", "The time of the import ran out."))
        except Exception:
            log.exception("an import failed unforeseen", id=one.id, asset=one.asset.id)
            self._failed(one, fetch, finding("import_delayed", "The server failed; its log has the details."))
        else:
            self._ended(one, ImportState.DONE if one.state is ImportState.PENDING else one.state)

    def _fill(self, one: Import, fetch: Fetch) -> None:
        incoming: Incoming | None = None
        try:
            with self.follow(one.url, fetch.stop) as reply:
                length = _accepted_length(reply, self.now())
                fetch.attempt = attempt = self.ingest.begin(one.upload_id, length, by_system(one.account_id))
                incoming = self.ingest.store.receive()
                self._receive(one, attempt, incoming, reply)
            self.ingest.complete(attempt, incoming)
        finally:
            if incoming is not None:
                incoming.discard()
            if fetch.attempt is not None:
                self.ingest.end(fetch.attempt)

    def _receive(self, one: Import, attempt: Attempt, incoming: Incoming, reply: Reply) -> None:
        pieces: list[bytes] = []
        gathered = 0
        for piece in reply.pieces():
            attempt.progress.came(len(piece), monotonic())
            self.ingest.require_within_limit(attempt, attempt.progress.received_bytes)
            self.ingest.hold(attempt, attempt.progress.received_bytes)
            pieces.append(piece)
            gathered += len(piece)
            if attempt.format is None and gathered >= _HEAD_BYTES:
                self._check_head(one, attempt, b"".join(pieces))
            if gathered >= _PIECE_BYTES:
                incoming.write(pieces)
                pieces, gathered = [], 0
        if attempt.format is None:
            self._check_head(one, attempt, b"".join(pieces))
        incoming.write(pieces)

    def _check_head(self, one: Import, attempt: Attempt, piece: bytes) -> None:
        head = piece[:_HEAD_BYTES]
        seen = sniff(head).format
        if one.any_format and seen is not None and _may_be(seen, one.asset.kind):
            attempt.upload = structs.replace(attempt.upload, declared=seen)
        self.ingest.check_head(attempt, head)

    def _failed(
        self, one: Import, fetch: Fetch, why: Finding, *, passes: bool = True, wait_s: float | None = None
    ) -> None:
        if self.closed.is_set() and fetch.stop.is_set():
            self.ingest.database.write(lambda tx: imports.count_try(tx, one, -1)).result()
            return
        gap_s = self.first_gap_s * 4 ** (one.attempts - 1)
        at = self.now() + timedelta(seconds=min(max(gap_s, wait_s or 0.0), _LONGEST_WAIT_S))
        if not passes or one.attempts >= self.most_tries or at >= one.expires_at:
            self._give_up(one, fetch, why)
        else:
            self.ingest.database.write(lambda tx: imports.try_again(tx, one, why, at)).result()

    def _give_up(self, one: Import, fetch: Fetch, *findings: Finding) -> None:
        transfer = fetch.attempt.progress.transfer() if fetch.attempt is not None else None
        now = self.now()
        self.ingest.database.write(lambda tx: imports.fail(tx, one, findings, transfer, now)).result()
        self.ingest.published(one.asset.id)
        log.info("an import failed", id=one.id, asset=one.asset.id, findings=[found.code for found in findings])

    def _ended(self, one: Import, state: ImportState) -> None:
        now = self.now()
        self.ingest.database.write(lambda tx: imports.end(tx, one, state, now)).result()

    def _shown(self, one: Import) -> Import:
        fetching = one.state is ImportState.PENDING and one.id in self.under_way
        return structs.replace(one, state=ImportState.FETCHING) if fetching else one

    def _own_asset(self, url: str) -> AssetId | None:
        path = self.own_path(url)
        ours = _OUR_ASSET.fullmatch(path) if path is not None else None
        return AssetId(ours[1]) if ours is not None else None


def _found(tx: Transaction, act: Act, import_id: ImportId) -> Import:
    found = imports.by_id(tx, act, import_id)
    if found is None:
        raise NotFound(f"There is no import {import_id[:60]!r} in this account.")
    return found


def _declaration(request: ImportRequest) -> tuple[UploadRequest, bool]:
    """What an import declares of its file, and whether its format is any of its kind."""
    last = _last_segment(request.url)
    given = request.filename or last or "import"
    filename, any_format = given, False
    if extension_of(given) not in FORMAT_OF_EXTENSION:
        named = FORMAT_OF_MIME.get(bare_mime(request.content_type or ""))
        if named is None and request.kind is not None and not request.content_type:
            named, any_format = _ANY_FORMAT[request.kind], True
        if named is not None and (request.filename is None or any_format):
            filename = f"{given}.{FORMATS[named].extensions[0]}"
        elif request.filename is None and not request.content_type and not extension_of(given):
            end = f"ends in {last[:80]!r}, which does not tell the type" if last else "has no name at its end"
            raise ParameterError("filename", f"is needed, or content_type or kind: the address {end}")
    upload = UploadRequest(
        filename=filename,
        content_type=request.content_type,
        size_bytes=None,
        dialect=Dialect.API,
        name=request.name or given,
        sha256=request.sha256,
        folder=request.folder,
        tags=request.tags,
        metadata=request.metadata,
    )
    return upload, any_format


def _last_segment(url: str) -> str:
    path = "".join(re.split(r"[?#]", url, maxsplit=1)[0].split("/", 3)[3:])
    last = unquote(path.rpartition("/")[2])
    printable = "".join(character for character in last if character.isprintable()).strip()[-_LONGEST_NAME:]
    return labels.name(printable) if printable else ""


def _by_address(refused: TypeRefused) -> TypeRefused:
    """The refusal of an address for its extension, which may be that of a program that gives the file."""
    cure = f"{refused.finding.cure} If the address gives another type of file, say filename, content_type or kind."
    return TypeRefused(structs.replace(refused.finding, cure=cure), *refused.others)


def _may_be(seen: Format, kind: Kind) -> bool:
    return any(facts.kind is kind and same_family(seen, format_) for format_, facts in FORMATS.items())


def _require_kind(new: NewUpload, kind: Kind | None, field: str) -> None:
    if kind is not None and new.kind is not kind:
        format_ = new.upload.declared.value
        raise ParameterError(field, f"is of {format_}, which is {new.kind.value}; {kind.value} is wanted here")


def _accepted_length(reply: Reply, now: datetime) -> int | None:
    """The length of the file in an answer, where it is told. Raises FetchFailed, TypeRefused if it is no plain file."""
    if reply.status != 200:
        passes = reply.status >= 500 or reply.status in _PASSING_STATUSES
        message = f"The server answered with the status {reply.status}."
        found = finding("fetch_status", message, measured=str(reply.status), allowed="200")
        raise FetchFailed(found, passes=passes, retry_after_s=retry_after_s(reply.headers.get("retry-after", ""), now))
    coding = reply.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        message = f"The answer has the Content-Encoding {coding[:40]}, though the plain file was asked for."
        raise TypeRefused(finding("content_encoding_unsupported", message, measured=coding[:40], allowed="none"))
    length = reply.headers.get("content-length")
    return int(length) if length is not None else None
