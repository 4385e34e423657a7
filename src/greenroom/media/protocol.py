"""
What the server and a decoding child say to each other: one task there, one answer back.

A task travels as one SOCK_SEQPACKET message of two bytes with two descriptors, the file and the pipe for
the answer. The child first writes its process id into the pipe, then, before it ends, the answer in JSON.
"""

import socket
import struct
from typing import NamedTuple

import msgspec

from greenroom.domain.media import Examination, Format

PID = struct.Struct("=i")
REPORT = struct.Struct("=ii")  # process id, wait status
READY = 0  # the process id in the report that says "warmed up"

_DESCRIPTORS = struct.Struct("=ii")
_ANCILLARY_BYTES = socket.CMSG_SPACE(_DESCRIPTORS.size)
_FORMATS = tuple(Format)

answer_encoder = msgspec.json.Encoder()
answer_decoder = msgspec.json.Decoder(Examination)


class Task(NamedTuple):
    """Judge the file as this format; decode all of it if `deep`."""

    format: Format
    deep: bool = False


def send_task(to: socket.socket, task: Task, file: int, answer: int) -> None:
    """Put a task into the queue of a zygote's children."""
    message = bytes((_FORMATS.index(task.format), task.deep))
    descriptors = _DESCRIPTORS.pack(file, answer)
    to.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])


def receive_task(queue: socket.socket) -> tuple[bytes, int, int]:
    """Wait for a task: its message, the file and the pipe; the message is empty when the server is gone."""
    message, ancillary, _, _ = queue.recvmsg(2, _ANCILLARY_BYTES)
    if len(ancillary) != 1 or len(ancillary[0][2]) != _DESCRIPTORS.size:
        return b"", -1, -1
    file, answer = _DESCRIPTORS.unpack(ancillary[0][2])
    return message, file, answer


def unpack_task(message: bytes) -> Task:
    """Read a task's message."""
    return Task(_FORMATS[message[0]], bool(message[1]))
