"""
The only place that knows which error is which HTTP status and business code.

Three faces tell the same error in three ways: the compatible calls (HTTP 200 and a business code, contract 1.4
and 1.5), the PUT to a sign_url (a real status and one of the first seed page's codes), and our own API (RFC 9457).
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
import structlog

from greenroom import errors
from greenroom.domain.media import Finding
from greenroom.domain.policy import Dialect

log = structlog.get_logger()

INVALID_KEY = 10105
NO_PERMISSION = 18025
NOT_FOUND = 10104
INSUFFICIENT_CREDIT = 18020
PARAMETER_ERROR = 40000
SYSTEM_ERROR = 50000
RATE_LIMITED = 429


@dataclass(frozen=True, slots=True)
class Told:
    """How one class of error is told: the status and code of a PUT, the code of a compatible call, our status."""

    put_status: int
    put_code: int
    jogg_code: int
    file_type_code: int
    """The code for callers that use the first seed page's field names."""
    api_status: int


TABLE: dict[type[errors.GreenroomError], Told] = {
    errors.GreenroomError: Told(500, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 500),
    errors.ParameterError: Told(400, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.AddressRefused: Told(400, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.KeyRefused: Told(401, INVALID_KEY, INVALID_KEY, INVALID_KEY, 401),
    errors.ScopeMissing: Told(403, NO_PERMISSION, NO_PERMISSION, NO_PERMISSION, 403),
    errors.NotFound: Told(404, NOT_FOUND, NOT_FOUND, NOT_FOUND, 404),
    errors.NotBuiltYet: Told(501, SYSTEM_ERROR, SYSTEM_ERROR, SYSTEM_ERROR, 501),
    errors.GrantError: Told(403, INVALID_KEY, INVALID_KEY, INVALID_KEY, 403),
    errors.GrantInvalid: Told(403, INVALID_KEY, INVALID_KEY, INVALID_KEY, 403),
    errors.GrantExpired: Told(403, 4004, PARAMETER_ERROR, 4004, 403),
    errors.UploadRefused: Told(422, 4003, PARAMETER_ERROR, 4003, 422),
    errors.TypeRefused: Told(415, 4001, PARAMETER_ERROR, 4001, 415),
    errors.SizeRefused: Told(413, 4002, PARAMETER_ERROR, 4002, 413),
    errors.ContentRefused: Told(422, 4003, PARAMETER_ERROR, 4003, 422),
    errors.LengthRefused: Told(400, 4003, PARAMETER_ERROR, 4003, 400),
    errors.ChecksumRefused: Told(422, 4003, PARAMETER_ERROR, 4003, 422),
    errors.OtherBytesRefused: Told(409, 4003, PARAMETER_ERROR, 4003, 409),
    # What the request asks for is right; the account's allowance is used up, and no other request of it helps.
    errors.QuotaExceeded: Told(403, 4003, INSUFFICIENT_CREDIT, 4003, 403),
    errors.InsufficientCredit: Told(402, INSUFFICIENT_CREDIT, INSUFFICIENT_CREDIT, INSUFFICIENT_CREDIT, 402),
    errors.UploadOver: Told(410, 4003, PARAMETER_ERROR, 4003, 409),
    errors.VideoOver: Told(409, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.IdempotencyError: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.KeyInFlight: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.KeyReused: Told(422, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.AnswerLost: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.ReceiptInvalid: Told(422, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.FolderConflict: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.FolderNameTaken: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.FolderCycle: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.FolderNotEmpty: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.FoldersFull: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.FetchFailed: Told(502, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 502),
    errors.Outdated: Told(412, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 412),
    errors.HooksFull: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.HookDisabled: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.AssetNotReady: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.AssetInUse: Told(409, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 409),
    errors.AssetPurged: Told(410, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 410),
    errors.NotOptimized: Told(422, PARAMETER_ERROR, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.PortraitRefused: Told(422, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.FaceMissing: Told(422, 4003, PARAMETER_ERROR, 7003, 422),
    errors.TakeRefused: Told(422, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.FaceUnfit: Told(422, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.FacesSeveral: Told(422, 4003, PARAMETER_ERROR, 7004, 422),
    errors.VoiceFailed: Told(502, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 502),
    errors.NotProduced: Told(422, 4003, PARAMETER_ERROR, PARAMETER_ERROR, 422),
    errors.ModelsMissing: Told(503, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 503),
    errors.ModelsNotFetched: Told(502, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 502),
    errors.Unavailable: Told(503, 4003, RATE_LIMITED, RATE_LIMITED, 503),
    errors.StorageFull: Told(507, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 507),
    errors.RateLimited: Told(429, RATE_LIMITED, RATE_LIMITED, RATE_LIMITED, 429),
    errors.TooBusy: Told(503, 4003, RATE_LIMITED, RATE_LIMITED, 503),
    errors.SettingError: Told(500, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 500),
    errors.DataFolderInUse: Told(500, 4003, SYSTEM_ERROR, SYSTEM_ERROR, 500),
}

FILE_TYPE_TEXTS = {
    4001: "Invalid file type",
    4002: "File too large",
    4003: "Upload failed",
    4004: "URL expired",
    7003: "Face not detected",
    7004: "Multiple faces",
}
"""The messages of the first seed page and its family."""

_GUIDE_TEXTS: dict[type[errors.GreenroomError], str] = {
    errors.TypeRefused: "File format not supported",
    errors.SizeRefused: "File size exceeds limit",
    errors.QuotaExceeded: "Quota exceeded",
    errors.UploadRefused: "Upload failed",
}
"""The texts of the second seed page."""


MEMBERS: dict[type[errors.GreenroomError], dict[str, str]] = {
    errors.ParameterError: {"field": "field"},
    errors.UploadRefused: {"reason": "finding", "others": "others"},
    errors.UploadOver: {"state": "state"},
    errors.VideoOver: {"state": "state"},
    errors.FolderNameTaken: {"folder_id": "folder_id"},
    errors.FolderNotEmpty: {"folders": "folders", "assets": "assets"},
    errors.Outdated: {"version": "version"},
    errors.AssetNotReady: {"state": "state"},
    errors.AssetInUse: {"used_by": "used_by"},
    errors.PortraitRefused: {"field": "field", "reason": "finding", "others": "others"},
    errors.RateLimited: {"retryAfter": "retry_after_s", "limit": "limit", "current": "current"},
}
"""What problem documents have beyond what all of them have, and which attribute of the error it is."""


def members(error: type[errors.GreenroomError]) -> dict[str, str]:
    """The row of an error's class in `MEMBERS`, or of the nearest class above it that has one."""
    return next((MEMBERS[kind] for kind in error.__mro__ if kind in MEMBERS), {})


def told(error: errors.GreenroomError) -> Told:
    """The row of an error's class, or of the nearest class above it."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def sentence(error: errors.GreenroomError) -> str:
    """What went wrong and, where there is one, the cure."""
    with_cure = errors.UploadRefused | errors.AddressRefused | errors.PortraitRefused
    cure = error.finding.cure if isinstance(error, with_cure) else None
    return f"{error} {cure}" if cure else str(error)


def reason(error: errors.GreenroomError) -> dict[str, Any] | None:
    """The `data` of an error answer: the findings of a refused upload, the wait of a busy server (contract 1.6)."""
    if isinstance(error, errors.RateLimited):
        return {"retryAfter": error.retry_after_s, "limit": error.limit, "current": error.current}
    if isinstance(error, errors.UploadRefused | errors.PortraitRefused):
        return {"reason": error.finding, "others": error.others}
    if isinstance(error, errors.Unavailable):
        return {"reason": Finding(code=error.code, message=str(error)), "retryAfter": error.retry_after_s}
    return None


def put_answer(error: errors.GreenroomError) -> tuple[int, int, str, dict[str, Any] | None]:
    """HTTP status, business code, message and data for the PUT to a sign_url."""
    row = told(error)
    text = FILE_TYPE_TEXTS.get(row.put_code)
    message = f"{text}: {sentence(error)}" if text else sentence(error)
    data = reason(error) or {"reason": Finding(code=error.code, message=str(error))}
    return row.put_status, row.put_code, message, data


def jogg_answer(error: errors.GreenroomError, dialect: Dialect | None) -> tuple[int, str, dict[str, Any] | None]:
    """Business code, message and data for a compatible call, in the words of the dialect that was used."""
    row = told(error)
    if dialect is Dialect.FILE_TYPE and row.file_type_code in FILE_TYPE_TEXTS:
        return row.file_type_code, f"{FILE_TYPE_TEXTS[row.file_type_code]}: {sentence(error)}", reason(error)
    text = sentence(error)
    if isinstance(error, errors.UploadRefused):
        guide = next(_GUIDE_TEXTS[kind] for kind in type(error).__mro__ if kind in _GUIDE_TEXTS)
        text = f"{guide} ({text})"
    if isinstance(error, errors.PortraitRefused) and not isinstance(error, errors.TakeRefused):
        text = f"Photo quality insufficient ({text})"
    if row.jogg_code == PARAMETER_ERROR:
        text = f"Parameter error: {text}"
    return row.jogg_code, _FIXED_TEXTS.get(row.jogg_code, "{}").format(text), reason(error)


_FIXED_TEXTS = {
    NOT_FOUND: "Record not found. {}",
    INVALID_KEY: "Invalid API key: {}",
    INSUFFICIENT_CREDIT: "Insufficient credit: {}",
    RATE_LIMITED: "Rate limit exceeded. Please try again later. {}",
}


def retry_after(error: errors.GreenroomError) -> list[tuple[bytes, bytes]]:
    """The `Retry-After` header of an error that passes."""
    if isinstance(error, errors.Unavailable):
        return [(b"retry-after", b"%d" % error.retry_after_s)]
    return []


def problem_document(error: errors.GreenroomError, rid: str) -> tuple[int, bytes]:
    """Status and body of an RFC 9457 problem document; `code` is stable, `request_id` finds it in the log."""
    status = told(error).api_status
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence(error),
        "code": error.code,
        "request_id": rid,
    }
    document |= {name: getattr(error, attribute) for name, attribute in members(type(error)).items()}
    return status, msgspec.json.encode(document)


def as_ours(problem: Exception, rid: str) -> errors.GreenroomError:
    """An error that nobody foresaw, logged once here, as one that may be told."""
    if isinstance(problem, errors.GreenroomError) and type(problem) is not errors.GreenroomError:
        return problem
    log.error("a request failed", request_id=rid, exc_info=problem)
    return errors.GreenroomError("System error. The log of the server has the details under this request id.")
