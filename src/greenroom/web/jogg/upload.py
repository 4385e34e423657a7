"""`POST /v2/upload/asset` and `/v1/upload/asset`: the four dialects of contract 2.1."""

from typing import Any

import msgspec

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.idempotency import Done
from greenroom.domain.ids import UploadId
from greenroom.domain.policy import Dialect
from greenroom.errors import ParameterError
from greenroom.services.receipts import Receipts
from greenroom.services.signing import Signed, Signing, UploadRequest
from greenroom.services.uploads import SignedUploads
from greenroom.web.answers import rid_of
from greenroom.web.auth import ONCE
from greenroom.web.idempotency import Again, route_of
from greenroom.web.jogg import coerce, form
from greenroom.web.jogg.envelope import SUCCESS, Call
from greenroom.web.jogg.extras import extras
from greenroom.web.jogg.routes import Doc, Route, Table
from greenroom.web.origin import Origins
from greenroom.web.receiving import Receiver
from greenroom.web.uploads import PREFIX
from greenroom.web.views import receipt

_LONGEST_NAME = 1024
_TEXT = {"type": "string"}
_EXTRAS = {
    "name": _TEXT,
    "description": _TEXT,
    "folder": {"type": "string", "description": "An id, or a path such as /shop/boots; what it lacks is made."},
    "tags": {"type": ["array", "string"], "items": _TEXT},
    "metadata": {"type": ["object", "string"]},
    "sha256": {"type": "string", "description": "Then a file with any other SHA-256 is refused."},
    "callback_url": {"type": "string", "format": "uri", "description": "Told what came of the upload."},
}
_DOC = Doc(
    "upload",
    "Sign an upload, or take the file itself as a form.",
    {
        "type": "object",
        "required": ["asset_url", "asset_id", "id"],
        "properties": {
            "sign_url": {"type": "string", "format": "uri", "description": "PUT the file here, without a key."},
            "asset_url": {"type": "string", "format": "uri", "description": "The permanent address."},
            "asset_id": {"type": "string", "description": "In v1 the permanent address again."},
            "id": {"type": "integer"},
            "upload_id": _TEXT,
            "expires_at": {"type": "integer", "description": "Unix seconds."},
            "max_bytes": {"type": "integer"},
            "upload_headers": {"type": "object", "additionalProperties": _TEXT},
        },
    },
    {
        "type": "object",
        "properties": {
            "filename": {"type": "string", "maxLength": _LONGEST_NAME, "description": "With its extension."},
            "content_type": _TEXT,
            "file_size": {"type": ["integer", "string"], "description": "In bytes; then it is enforced."},
            "file_name": {"type": "string", "maxLength": _LONGEST_NAME, "description": "The same as filename."},
            "file_type": {"type": "string", "description": "The same as content_type."},
            **_EXTRAS,
        },
    },
    {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "asset_type": {"enum": ["image", "video", "audio"]},
            **_EXTRAS,
        },
    },
    {
        "content_type": {"filename": "product.jpg", "content_type": "image/jpeg", "file_size": 245678},
        "file_type": {"file_name": "product-image.jpg", "file_type": "image/jpeg"},
    },
)


class UploadCall:
    """Signs uploads, and takes one-shot forms."""

    def __init__(
        self,
        receiver: Receiver,
        signing: Signing,
        origins: Origins,
        form_limits: form.FormLimits,
        receipts: Receipts,
        uploads: SignedUploads,
    ) -> None:
        self._receiver = receiver
        self._signing = signing
        self._origins = origins
        self._form_limits = form_limits
        self._receipts = receipts
        self._uploads = uploads

    async def __call__(self, call: Call, act: Act) -> dict[str, Any]:
        """Answer one call: by its Content-Type it is a form or JSON."""
        origin = self._origins.origin(call.scope)
        if call.content_type.lower().startswith("multipart/form-data"):
            call.dialect = Dialect.MULTIPART
            ticket = call.scope.get(ONCE)
            reader = form.UploadForm(self._receiver, self._signing, act, self._form_limits, ticket)
            asset = await reader.received(call) or await self._asset_of(act, ticket.done)
            return form.form_receipt(asset, origin) | {"receipt": self._receipts.of(asset)}
        body = coerce.json_object(await call.body())
        call.dialect = _dialect(body, call.version)
        signed, committed = self._signing.sign(act, upload_request(body, call.dialect))
        return sign_reply(signed, await committed, origin, call.version)

    async def again(self, scope: Any, act: Act, done: Done) -> Again:
        """Answer a signing that was done before: with a fresh URL, or the receipt once the file is there."""
        version = route_of(scope["path"])[1:3]
        origin = self._origins.origin(scope)
        asset = await self._asset_of(act, done)
        if asset.state is AssetState.WAITING:
            signed, _ = await self._receiver.threads.judge(self._uploads.renew, act, _upload_of(done))
            data = sign_reply(signed, asset.number, origin, version)
        else:
            data = receipt(asset, origin) | {"receipt": self._receipts.of(asset)}
            if version == "v1":
                data["asset_id"] = data["asset_url"]
        told = {"rid": rid_of(scope), "code": 0, "msg": SUCCESS[version], "data": data}
        return Again(200, "application/json", msgspec.json.encode(told))

    async def _asset_of(self, act: Act, done: Done) -> Asset:
        seen = await self._receiver.threads.quick(self._uploads.one, act, _upload_of(done))
        return seen.record.asset

    def table(self) -> Table:
        """Where this call is found."""
        route = {"POST": Route(Scope.UPLOAD, self, _DOC)}
        return {"/v1/upload/asset": route, "/v2/upload/asset": route}


def _upload_of(done: Done) -> UploadId:
    return UploadId(next(subject for subject in done.subjects if subject.startswith("up_")))


def upload_request(body: coerce.Body, dialect: Dialect) -> UploadRequest:
    """What a JSON body asks for. Raises ParameterError that names the field."""
    filename = coerce.same(body, "filename", "file_name")
    if filename is None:
        field = "file_name" if dialect is Dialect.FILE_TYPE else "filename"
        raise ParameterError(field, "is required: the name of the file with its extension")
    if len(filename) > _LONGEST_NAME:
        raise ParameterError("filename", f"has {len(filename)} characters; allowed are {_LONGEST_NAME}")
    more = extras(body)
    return UploadRequest(
        filename=filename,
        content_type=coerce.same(body, "content_type", "file_type"),
        size_bytes=coerce.whole_number(body, "file_size"),
        dialect=dialect,
        name=coerce.text(body, "name") or "",
        description=coerce.text(body, "description") or "",
        sha256=more.sha256,
        folder=more.folder,
        tags=more.tags,
        metadata=more.metadata,
        callback_url=more.callback_url,
    )


def sign_reply(signed: Signed, number: int, origin: str, version: str) -> dict[str, Any]:
    """The reply's data: the contract's fields and ours. In v1 `asset_id` is the address (contract 2.1.2)."""
    address = origin + signed.asset_path
    return {
        "sign_url": f"{origin}{PREFIX}{signed.token}",
        "asset_url": address,
        "asset_id": address if version == "v1" else signed.asset_id,
        "id": number,
        "upload_id": signed.upload_id,
        "expires_at": int(signed.expires_at.timestamp()),
        "max_bytes": signed.max_bytes,
        "upload_headers": {"Content-Type": signed.content_type},
    }


def _dialect(body: coerce.Body, version: str) -> Dialect:
    if version == "v1":
        return Dialect.V1
    if body.get("file_name") or body.get("file_type"):
        return Dialect.FILE_TYPE
    return Dialect.CONTENT_TYPE
