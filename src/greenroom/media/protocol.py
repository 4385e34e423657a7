"""
What the server and a decoding child say to each other: one task there, one answer back.

A task travels as one SOCK_SEQPACKET message with two descriptors, the file and the pipe for the answer.
The child first writes its process id into the pipe, then, before it ends, the answer.
"""

import struct

import msgspec

from greenroom.domain.media import Examination, Format

TASK_MAX_BYTES = 1024
PID = struct.Struct("=i")
REPORT = struct.Struct("=ii")  # process id, wait status; or process id 0 and the number of the word
READY = 0  # the process id in the report that says "warmed up"


class Task(msgspec.Struct, frozen=True):
    """Judge the file as this format; decode all of it if `deep`."""

    format: Format
    deep: bool = False


task_encoder = msgspec.json.Encoder()
task_decoder = msgspec.json.Decoder(Task)
answer_encoder = msgspec.json.Encoder()
answer_decoder = msgspec.json.Decoder(Examination)
