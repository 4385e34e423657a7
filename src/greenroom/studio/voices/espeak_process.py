"""
The helper process that speaks with espeak-ng: `python -m greenroom.studio.voices.espeak_process`.

It reads requests from its standard input and answers on its standard output; a message is four bytes of length, big
endian, and MessagePack. Each request is spoken by a fork of the process as it was at its start: so the same request
gives the same bits (what espeak-ng says depends a little on all that it said before), and a crash ends one request.
"""

import os
import resource
import signal
import struct
import sys

import msgspec

from greenroom.studio.voices.espeak_library import Library, Part, Spoken

LENGTH = struct.Struct(">I")
MEMORY_BYTES = 2 << 30


class Asked(msgspec.Struct, frozen=True):
    """Parts to be spoken, and after how many seconds it is a hang."""

    parts: list[Part]
    timeout_s: int


class Answer(msgspec.Struct, frozen=True):
    """What was said, part by part, or why nothing was."""

    rate: int = 0
    spoken: list[Spoken] = []
    error: str = ""


def _read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def _send(answer: Answer) -> None:
    message = msgspec.msgpack.encode(answer)
    _write(LENGTH.pack(len(message)) + message)


def _speak(library: Library, asked: Asked) -> Answer:
    try:
        return Answer(library.rate, [library.speak(part) for part in asked.parts])
    except LookupError as error:
        return Answer(error=str(error))


def _in_a_fork(library: Library, asked: Asked) -> None:
    child = os.fork()
    if child == 0:
        # Without a handler the alarm ends the process, wherever it hangs.
        signal.alarm(asked.timeout_s)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        answer = _speak(library, asked)
        signal.alarm(0)
        _send(answer)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        _send(Answer(error=f"espeak-ng was ended by signal {os.WTERMSIG(status)}"))
    elif os.WEXITSTATUS(status):
        _send(Answer(error=f"espeak-ng ended with status {os.WEXITSTATUS(status)}"))


def main() -> None:
    """Answer requests until the input ends."""
    library = Library()
    decoder = msgspec.msgpack.Decoder(Asked)
    while True:
        try:
            asked = decoder.decode(_read(LENGTH.unpack(_read(LENGTH.size))[0]))
        except EOFError:
            sys.exit(0)
        _in_a_fork(library, asked)


if __name__ == "__main__":
    main()
