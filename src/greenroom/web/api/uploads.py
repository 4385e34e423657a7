"""`/api/v1/uploads`: sign an upload, see how far it is, give it a fresh URL, cancel it."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain import declarations, labels
from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.asset import AssetState, UploadState
from greenroom.domain.folder import folder_ref
from greenroom.domain.formats import FORMATS
from greenroom.domain.idempotency import Done
from greenroom.domain.ids import UploadId
from greenroom.domain.media import Kind
from greenroom.domain.policy import Dialect
from greenroom.domain.timeline import ATTEMPTED, Event, Step, Transfer
from greenroom.errors import NotFound
from greenroom.services.signing import Signed, Signing, UploadRequest
from greenroom.services.uploads import SignedUploads, UploadSeen
from greenroom.web.api.answers import Body, answer, problems_of
from greenroom.web.api.fields import AsWhole, CallbackUrl, Description, FolderPath, Metadata, Name, Sha256, Tags
from greenroom.web.api.lists import Cursor, by_time, page, place
from greenroom.web.auth import Callers
from greenroom.web.idempotency import Again, Replay
from greenroom.web.uploads import PREFIX

PATH = "/api/v1/uploads"
PROTOCOLS = ("put",)
"""How bytes may be sent to an upload_url, the most robust first."""
_MOST = 100
_LARGEST = 10**15
_NEWEST = (1e300, "")


class NewUpload(Body):
    """A file that is to be uploaded."""

    filename: Name = Field(
        description="With the extension of an accepted format, unless content_type says the format.",
        examples=["holiday.jpg"],
    )
    content_type: str | None = Field(None, max_length=255, description="Inferred from the extension without it.")
    size_bytes: Annotated[int, Field(ge=1, le=_LARGEST), AsWhole] | None = Field(
        None, description="Then a file of any other size is refused."
    )
    sha256: Sha256 | None = None
    name: Name | None = Field(None, description="Of the asset; else the file's.")
    description: Description | None = None
    folder: FolderPath | None = Field(
        None, description="An id, or a path such as `/shop/boots`; what it lacks is made."
    )
    tags: Tags | None = None
    metadata: Metadata | None = None
    callback_url: CallbackUrl | None = None


class UploadPermitted(BaseModel):
    """A permission to send one file. Whoever has `upload_url` needs no key."""

    upload_id: str
    asset_id: str
    id: int = Field(description="The asset's number in its account.")
    asset_url: str = Field(description="The permanent address, which shows the file once it is ready.")
    state: UploadState
    upload_url: str | None = Field(description="To be used exactly as it is; null once the upload has ended.")
    protocols: list[str] = Field(description="How `upload_url` takes bytes. put: all of them in one PUT.")
    headers: dict[str, str] = Field(description="To be sent with the bytes.")
    offset: int = Field(description="Bytes that need not be sent again.")
    max_bytes: int
    expires_at: int = Field(description="Unix seconds; a PUT that began before may go on.")


class TransferShown(BaseModel):
    """How the bytes of one attempt came."""

    began_at: float
    first_byte_at: float | None
    last_byte_at: float | None
    received_bytes: int
    expected_bytes: int | None
    stalls: int = Field(description="Pauses of more than a second between bytes.")
    stalled_s: float
    timings_ms: dict[str, float] = Field(description="wait for a judge, examine, store.")


class StepShown(BaseModel):
    """One line of the timeline, at an instant in Unix seconds."""

    at: float
    event: Event
    by: str = Field(description="Id of a key; grant is whoever had the URL, system the server.")
    reason: str | None = Field(description="Code of the finding behind a refusal.")
    detail: str | None
    transfer: TransferShown | None


class UploadShown(BaseModel):
    """An upload as it stands."""

    upload_id: str
    asset_id: str
    id: int
    asset_url: str
    name: str
    kind: Kind
    state: UploadState
    asset_status: AssetState
    content_type: str
    size_bytes: int | None = Field(description="As declared.")
    sha256: str | None = Field(description="As declared.")
    max_bytes: int
    callback_url: str | None
    created_at: int
    expires_at: int
    offset: int = Field(description="Bytes that need not be sent again.")
    received_bytes: int = Field(description="Of the attempt in flight that is the farthest.")
    attempts: int = Field(description="Those in the timeline and in flight.")
    in_flight: list[TransferShown]
    timeline: list[StepShown] = Field(description="The first step and the last 49.")


class UploadPage(BaseModel):
    """Uploads, newest first."""

    data: list[UploadShown]
    next_cursor: str | None


def uploads_router(signing: Signing, uploads: SignedUploads, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PATH, tags=["uploads"])
    threads, origins = callers.threads, callers.origins
    permitted: dict[str, Any] = {"model": UploadPermitted}
    shown: dict[int | str, dict[str, Any]] = {200: {"model": UploadShown}}

    @router.post(
        "",
        status_code=201,
        responses={201: permitted, **problems_of(401, 403, 404, 409, 413, 415, 422, 429, 507)},
    )
    async def sign_upload(request: Request, body: NewUpload) -> Response:
        """Ask for a URL to send a file to."""
        act = await callers.act(request.scope, Scope.UPLOAD)
        origin = origins.origin(request.scope)
        signed, committed = signing.sign(act, _asked(body))
        reply = _permitted(signed, await committed, origin)
        return answer(request, reply, 201, {"location": f"{PATH}/{signed.upload_id}"})

    @router.get("", responses={200: {"model": UploadPage}, **problems_of(401, 403, 422)})
    async def list_uploads(
        request: Request,
        state: Annotated[list[UploadState] | None, Query(description="Only those in one of these states.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Uploads on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """The account's uploads, newest first."""
        act = await callers.act(request.scope, Scope.READ)
        before = place(cursor_, tuple[float, str]) or _NEWEST
        found = await threads.quick(uploads.page, act, frozenset(state or UploadState), before, limit + 1)
        origin = origins.origin(request.scope)
        return answer(
            request, page(found, limit, lambda one: by_time(one.record.upload), lambda one: _shown(one, origin))
        )

    @router.get("/{upload_id}", responses={**shown, **problems_of(401, 403, 404, 422)})
    async def get_upload(request: Request, upload_id: str) -> Response:
        """One upload: what happened to it, and what is in flight."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        found = await threads.quick(uploads.one, act, UploadId(upload_id))
        return answer(request, _shown(found, origins.origin(request.scope)))

    @router.delete("/{upload_id}", responses={**shown, **problems_of(401, 403, 404, 409, 422)})
    async def cancel_upload(request: Request, upload_id: str) -> Response:
        """
        Cancel an upload: its URLs take no more bytes, those on their way are refused, and its asset is deleted.

        Once more changes nothing; 409 for one that has its file or has expired.
        """
        act = await callers.act(request.scope, Scope.UPLOAD)
        origin = origins.origin(request.scope)
        cancelled = await threads.judge(uploads.cancel, act, UploadId(upload_id))
        return answer(request, _shown(cancelled, origin))

    @router.post("/{upload_id}/renew", responses={200: permitted, **problems_of(401, 403, 404, 409, 422, 429)})
    async def renew_upload(request: Request, upload_id: str) -> Response:
        """
        Give an upload a fresh URL, good for a whole lifetime; bytes that are kept need not be sent again.

        URLs given before stay good until their own time; to end them, cancel the upload.
        """
        act = await callers.act(request.scope, Scope.UPLOAD)
        origin = origins.origin(request.scope)
        signed, seen = await threads.judge(uploads.renew, act, UploadId(upload_id))
        return answer(request, _permitted(signed, seen.record.asset.number, origin))

    return router


def replays(uploads: SignedUploads, callers: Callers) -> dict[str, Replay]:
    """
    How signing and renewing are answered again: with the same upload as it stands now.

    The signed URL is made anew and was never kept: it opens the upload to whoever has it.
    """
    return {PATH: _replay(uploads, callers, 201), f"{PATH}/{{id}}/renew": _replay(uploads, callers, 200)}


def _replay(uploads: SignedUploads, callers: Callers, status: int) -> Replay:
    async def again(scope: Any, act: Act, done: Done) -> Again | None:
        await callers.act(scope, Scope.UPLOAD)
        origin = callers.origins.origin(scope)
        signed = [UploadId(subject) for subject in done.subjects if subject.startswith("up_")]
        if not signed:
            return None
        try:
            permitted, seen = await callers.threads.judge(uploads.renewed_or_over, act, signed[-1])
        except NotFound:
            return None
        reply = _permitted(permitted, seen.record.asset.number, origin, seen.record.upload.state)
        return Again(status, "application/json", msgspec.json.encode(reply))

    return again


def _asked(body: NewUpload) -> UploadRequest:
    return UploadRequest(
        filename=labels.name(body.filename, "filename"),
        content_type=body.content_type,
        size_bytes=body.size_bytes,
        dialect=Dialect.API,
        name=labels.name(body.name) if body.name is not None else "",
        description=labels.description(body.description) if body.description is not None else "",
        sha256=declarations.sha256(body.sha256) if body.sha256 is not None else None,
        folder=folder_ref(body.folder) if body.folder is not None else None,
        tags=labels.tags(body.tags or []),
        metadata=labels.metadata(body.metadata or {}),
        callback_url=declarations.callback_url(body.callback_url) if body.callback_url is not None else None,
    )


def _permitted(signed: Signed, number: int, origin: str, state: UploadState = UploadState.OPEN) -> dict[str, Any]:
    return {
        "upload_id": signed.upload_id,
        "asset_id": signed.asset_id,
        "id": number,
        "asset_url": origin + signed.asset_path,
        "state": state,
        "upload_url": f"{origin}{PREFIX}{signed.token}" if state is UploadState.OPEN else None,
        "protocols": PROTOCOLS,
        "headers": {"Content-Type": signed.content_type},
        "offset": 0,
        "max_bytes": signed.max_bytes,
        "expires_at": int(signed.expires_at.timestamp()),
    }


def _shown(seen: UploadSeen, origin: str) -> dict[str, Any]:
    upload, asset, timeline = seen.record.upload, seen.record.asset, seen.record.timeline
    return {
        "upload_id": upload.id,
        "asset_id": asset.id,
        "id": asset.number,
        "asset_url": origin + asset.path,
        "name": asset.name,
        "kind": asset.kind,
        "state": upload.state,
        "asset_status": asset.state,
        "content_type": FORMATS[upload.declared].mime,
        "size_bytes": upload.declared_bytes,
        "sha256": upload.sha256,
        "max_bytes": upload.max_bytes,
        "callback_url": upload.callback_url,
        "created_at": int(upload.created_at.timestamp()),
        "expires_at": int(upload.expires_at.timestamp()),
        "offset": 0,
        "received_bytes": max((transfer.received_bytes for transfer in seen.in_flight), default=0),
        "attempts": len(seen.in_flight) + sum(step.event in ATTEMPTED for step in timeline),
        "in_flight": [_transfer(transfer) for transfer in seen.in_flight],
        "timeline": [_step(step) for step in timeline],
    }


def _step(step: Step) -> dict[str, Any]:
    shown = msgspec.structs.asdict(step)
    return shown | {"transfer": _transfer(step.transfer) if step.transfer is not None else None}


def _transfer(transfer: Transfer) -> dict[str, Any]:
    # As a dict it has all its fields: a Struct leaves out those that say nothing.
    return msgspec.structs.asdict(transfer)


def _place(seen: UploadSeen) -> tuple[float, str]:
    return seen.record.upload.created_at.timestamp(), seen.record.upload.id
