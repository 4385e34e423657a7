"""What a server's answers mean: a result, a refusal, or something that may pass."""

from typing import TypeVar

import msgspec

from greenroom.client import wire
from greenroom.client.backoff import TryAgain
from greenroom.client.connection import Answer
from greenroom.client.errors import AnswerNotUnderstood, KeyRefused, UploadRefused

TRANSIENT_STATUSES = frozenset((429, 500, 502, 503, 504))
TOO_MANY_REQUESTS = 429  # the compatible API says it in the body, too
KEY_CODES = frozenset((10105, 18025))
UPLOAD_FAILED = 4003
URL_EXPIRED = 4004

Shape = TypeVar("Shape", bound=msgspec.Struct)


class UrlExpired(Exception):
    """The time of the signed URL is over; a new one leads on, `refusal` is for whoever has no more."""

    def __init__(self, refusal: UploadRefused) -> None:
        super().__init__()
        self.refusal = refusal


def signed(answer: Answer) -> wire.Signed:
    """
    The signed URL that the answer to a signing brings.

    Raises TryAgain, KeyRefused, UploadRefused, or AnswerNotUnderstood if no Greenroom answered.
    """
    envelope = _envelope(answer)
    _raise_if_transient(answer, envelope)
    if envelope is None:
        raise _not_understood(answer)
    if envelope.code in KEY_CODES:
        raise KeyRefused(envelope.code, envelope.msg)
    if envelope.code != 0:
        raise _refusal(envelope)
    return _decoded(envelope.data, wire.Signed)


def received(answer: Answer) -> wire.Standing | None:
    """
    Where the asset stands after its bytes were sent; None while it is being judged (202).

    Raises TryAgain, UrlExpired, or UploadRefused.
    """
    envelope = _envelope(answer)
    _raise_if_transient(answer, envelope)
    if envelope is None:
        raise _refused_without_reason(answer)
    if envelope.code == 0:
        return _decoded(envelope.data, wire.Standing) if answer.status == 200 else None
    refusal = _refusal(envelope)
    if envelope.code == URL_EXPIRED:
        raise UrlExpired(refusal)
    # 400 is a broken transfer, for which nobody is to blame; 409, 422 and 507 stay what they are.
    if envelope.code == UPLOAD_FAILED and answer.status == 400:
        raise TryAgain(str(refusal), otherwise=refusal)
    raise refusal


def judged(answer: Answer) -> wire.Standing | None:
    """
    Where an asset stands, as our own API says it; None while it is being judged.

    Raises TryAgain, KeyRefused, or UploadRefused with the first finding if the judgement went against it.
    """
    _raise_if_transient(answer, None)
    if answer.status != 200:
        raise _problem(answer)
    standing = _decoded(answer.body, wire.Standing)
    if standing.status == "ready":
        return standing
    # A refused asset waits for other bytes, so waiting alone does not say which of the two it is.
    if standing.findings:
        raise UploadRefused(UPLOAD_FAILED, standing.findings[0].message, standing.findings[0])
    if standing.status in ("verifying", "waiting"):
        return None
    raise UploadRefused(UPLOAD_FAILED, f"The asset is {standing.status or 'in no known state'}.")


def _envelope(answer: Answer) -> wire.Envelope | None:
    try:
        return msgspec.json.decode(answer.body, type=wire.Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _decoded(body: bytes | msgspec.Raw, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnswerNotUnderstood(f"The server's answer cannot be read: {error}.") from error


def _raise_if_transient(answer: Answer, envelope: wire.Envelope | None) -> None:
    if answer.status in TRANSIENT_STATUSES or (envelope and envelope.code == TOO_MANY_REQUESTS):
        said = envelope.msg if envelope else ""
        raise TryAgain(said or f"The server answered {answer.status} {answer.phrase}.", answer.retry_after)


def _refusal(envelope: wire.Envelope) -> UploadRefused:
    try:
        data = msgspec.json.decode(envelope.data, type=wire.RefusalData | None)
    except msgspec.DecodeError:
        data = None  # another server's shape: the message has to do
    return UploadRefused(envelope.code, envelope.msg, data.reason if data else None)


def _problem(answer: Answer) -> KeyRefused | UploadRefused:
    problem = _decoded(answer.body, wire.Problem)
    said = problem.detail or problem.title or answer.phrase
    if answer.status in (401, 403):
        return KeyRefused(answer.status, said)
    return UploadRefused(UPLOAD_FAILED, said)


def _refused_without_reason(answer: Answer) -> UploadRefused:
    message = (
        f"The file was answered with {answer.status} {answer.phrase} and no reason. "
        "A proxy before the server may have a limit of its own."
    )
    return UploadRefused(UPLOAD_FAILED, message)


def _not_understood(answer: Answer) -> AnswerNotUnderstood:
    if answer.location:
        return AnswerNotUnderstood(f"The server has moved: it answered {answer.status} to {answer.location}.")
    return AnswerNotUnderstood(
        f"What answers at this address is no Greenroom server: {answer.status} {answer.phrase}, and no JSON."
    )
