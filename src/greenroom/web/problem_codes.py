"""Every `code` that a problem document of our own API may have: when it comes, and what to do about it."""

from collections.abc import Iterator
from typing import NamedTuple

from greenroom import errors
from greenroom.domain.findings import FINDINGS
from greenroom.web.problems import TABLE, members


class ProblemCode(NamedTuple):
    """A code, with the class behind it where it has one of its own."""

    code: str
    status: int
    error: str
    when: str
    cure: str
    members: tuple[str, ...] = ()
    """What its problem document has beyond what all of them have."""


class Outside(NamedTuple):
    """What is told of a request that no route takes."""

    code: str
    detail: str
    cure: str


OUTSIDE = {
    404: Outside("route_not_found", "There is nothing at this address.", "Compare the path with the reference."),
    405: Outside("method_not_allowed", "This address does not take this method.", "`Allow` lists those that it takes."),
    413: Outside("body_too_large", "The body has more bytes than any call takes.", "Files go to an `upload_url`."),
}
"""By status."""

CURES: dict[type[errors.GreenroomError], str] = {
    errors.GreenroomError: "Give the operator the `request_id`; sent again with an `Idempotency-Key`, nothing is done "
    "twice.",
    errors.ParameterError: "Set right what `field` names; `detail` says what is allowed.",
    errors.KeyRefused: "Send a good key in `x-api-key`.",
    errors.ScopeMissing: "Use a key with the scope that `detail` names; `greenroom keys create` makes one.",
    errors.NotFound: "Compare the id with the list that it comes from, and whose key it is.",
    errors.UploadOver: "Sign a new upload.",
    errors.InsufficientCredit: "The operator can give the account more.",
    errors.VideoOver: "Look at its `state`; a finished video is made again by sending its `spec`.",
    errors.KeyInFlight: "Send the same request again in a moment.",
    errors.KeyReused: "Give each request a key of its own.",
    errors.AnswerLost: "Look at what `detail` names; of a key whose secret is lost, make another and end that one.",
    errors.FolderNameTaken: "Use the folder `folder_id`, or another name.",
    errors.FolderCycle: "Move the folder below out first.",
    errors.FolderNotEmpty: "Empty it, or delete it with `recursive=true`.",
    errors.FoldersFull: "Delete folders or move them up; the operator can allow more.",
    errors.Outdated: "Read it again, and send the `ETag` that it has now.",
    errors.HooksFull: "Delete a hook that is not needed.",
    errors.HookDisabled: "Enable the hook first.",
    errors.AssetNotReady: "Wait while its `state` is `waiting` or `verifying`; restore it if it is `deleted`; else "
    "upload the file again.",
    errors.AssetInUse: "Wait until what `used_by` lists is done, or delete it with `force=true`.",
    errors.AssetPurged: "Upload the file again.",
    errors.StorageFull: "Try again after `Retry-After`; the operator has to make room.",
    errors.RateLimited: "Wait as long as `Retry-After` says.",
}
"""What to do about each error that has a code of its own."""

FOUND: dict[type[errors.GreenroomError], tuple[str, ...]] = {
    errors.AddressRefused: ("address_malformed", "address_forbidden", "address_unknown"),
    errors.TypeRefused: ("type_unsupported", "declaration_contradictory"),
    errors.SizeRefused: ("size_exceeded",),
    errors.QuotaExceeded: ("quota_stored_bytes", "quota_assets"),
}
"""The findings that errors without a code of their own may have here."""

ELSEWHERE: dict[type[errors.GreenroomError], str] = {
    errors.NotBuiltYet: "the compatible calls",
    errors.GrantInvalid: "the PUT to a signed URL",
    errors.GrantExpired: "the PUT to a signed URL",
    errors.ContentRefused: "the PUT to a signed URL",
    errors.LengthRefused: "the PUT to a signed URL",
    errors.ChecksumRefused: "the PUT to a signed URL",
    errors.OtherBytesRefused: "the PUT to a signed URL",
    errors.TooBusy: "the PUT to a signed URL",
    errors.FetchFailed: "the findings of an import",
    errors.NotOptimized: "the findings of a rendition",
    errors.ReceiptInvalid: "greenroom receipt verify",
    errors.ModelsNotFetched: "greenroom models install",
    errors.ModelsMissing: "the findings of a video",
    errors.FaceMissing: "what makes photo avatars",
    errors.FacesSeveral: "what makes photo avatars",
    errors.FaceUnfit: "what makes photo avatars",
    errors.TakeRefused: "what makes lip-sync videos",
    errors.VoiceFailed: "the findings of a video",
    errors.SettingError: "a start",
    errors.DataFolderInUse: "a start",
}
"""What no problem document tells, and where it is told instead."""


def problem_codes() -> Iterator[ProblemCode]:
    """All of them: those of errors in the order of their table, then those of requests that no route takes."""
    for error, told in TABLE.items():
        more = tuple(members(error))
        if error in CURES:
            when = "Something that nobody foresaw." if error is errors.GreenroomError else _first_line(error)
            yield ProblemCode(str(error.code), told.api_status, error.__name__, when, CURES[error], more)
        for code in FOUND.get(error, ()):
            yield ProblemCode(code, told.api_status, error.__name__, *FINDINGS[code], more)
    for status, outside in OUTSIDE.items():
        yield ProblemCode(outside.code, status, "", outside.detail, outside.cure)


def _first_line(error: type) -> str:
    return str(error.__doc__).strip().splitlines()[0]
