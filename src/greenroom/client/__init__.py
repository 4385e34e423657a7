"""The client: speaks to a Greenroom server, imports nothing of it."""

from greenroom.client.errors import (
    AnswerNotUnderstood,
    ClientError,
    FileUnusable,
    KeyRefused,
    ServerUnavailable,
    UploadRefused,
)
from greenroom.client.progress import Progress, Stage
from greenroom.client.uploader import Client, Uploaded
from greenroom.client.wire import Facts, Reason

__all__ = [
    "AnswerNotUnderstood",
    "Client",
    "ClientError",
    "Facts",
    "FileUnusable",
    "KeyRefused",
    "Progress",
    "Reason",
    "ServerUnavailable",
    "Stage",
    "UploadRefused",
    "Uploaded",
]
