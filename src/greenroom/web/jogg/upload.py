"""`POST /v2/upload/asset` and `/v1/upload/asset`: the four dialects of contract 2.1."""

from typing import Any

from greenroom.domain.access import Scope
from greenroom.domain.act import Act
from greenroom.domain.policy import Dialect
from greenroom.errors import ParameterError
from greenroom.services.ingest import Ingest, Signed, UploadRequest
from greenroom.services.receipts import Receipts
from greenroom.web.jogg import coerce, form
from greenroom.web.jogg.envelope import Call
from greenroom.web.jogg.extras import extras
from greenroom.web.jogg.routes import Route, Table
from greenroom.web.origin import Origins
from greenroom.web.receiving import Receiver
from greenroom.web.uploads import PREFIX

_LONGEST_NAME = 1024


class UploadCall:
    """Signs uploads, and takes one-shot forms."""

    def __init__(
        self,
        ingest: Ingest,
        receiver: Receiver,
        origins: Origins,
        form_limits: form.FormLimits,
        receipts: Receipts,
    ) -> None:
        self._ingest = ingest
        self._receiver = receiver
        self._origins = origins
        self._form_limits = form_limits
        self._receipts = receipts

    async def __call__(self, call: Call, act: Act) -> dict[str, Any]:
        """Answer one call: by its Content-Type it is a form or JSON."""
        origin = self._origins.origin(call.scope)
        if call.content_type.lower().startswith("multipart/form-data"):
            call.dialect = Dialect.MULTIPART
            reader = form.UploadForm(self._ingest, self._receiver, act, self._form_limits)
            asset = await reader.received(call)
            return form.form_receipt(asset, origin) | {"receipt": self._receipts.of(asset)}
        body = coerce.json_object(await call.body())
        call.dialect = _dialect(body, call.version)
        signed, committed = self._ingest.sign(act, upload_request(body, call.dialect))
        return sign_reply(signed, await committed, origin, call.version)

    def table(self) -> Table:
        """Where this call is found."""
        route = {"POST": Route(Scope.UPLOAD, self)}
        return {"/v1/upload/asset": route, "/v2/upload/asset": route}


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
