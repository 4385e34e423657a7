"""
Every error that the client raises on purpose.

    ClientError
    ├── UploadRefused           the server will not have this file; carries code, message and reason
    ├── KeyRefused              no API key, an unknown one, or one that may not upload
    ├── ServerUnavailable       no good answer after all attempts
    ├── AnswerNotUnderstood     what answers there is no Greenroom, or a newer one
    └── FileUnusable            the file cannot be read, or it changed while it was sent
"""

from greenroom.client.wire import Reason


class ClientError(Exception):
    """The root. `str()` of any error is one sentence for people."""


class UploadRefused(ClientError):
    """
    The server will not have this file, and sending it again would not help.

    `code` is the business code (4001 type, 4002 size, 4003 content, 4004 expired), `msg` the server's
    sentence, `reason` its finding with what was measured, what is allowed and the cure.
    """

    def __init__(self, code: int, msg: str, reason: Reason | None = None) -> None:
        super().__init__(reason.message if reason and reason.message else msg)
        self.code = code
        self.msg = msg
        self.reason = reason

    @property
    def cure(self) -> str | None:
        """What to do about it, if the server says so."""
        return self.reason.cure if self.reason else None


class KeyRefused(ClientError):
    """There is no API key, the server does not know it, or it may not upload."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


class ServerUnavailable(ClientError):
    """The server could not be reached, or was too busy or broken to answer, `attempts` times in a row."""

    def __init__(self, problem: str, attempts: int) -> None:
        super().__init__(f"{problem} ({attempts} attempts)" if attempts > 1 else problem)
        self.problem = problem
        self.attempts = attempts


class AnswerNotUnderstood(ClientError):
    """What answers at this address does not speak Greenroom's language."""


class FileUnusable(ClientError):
    """The file cannot be read, or it changed while it was being sent."""
