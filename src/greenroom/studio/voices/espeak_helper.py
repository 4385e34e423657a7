"""The face of the process that speaks with espeak-ng: started when first needed, reused, replaced when it hangs."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import msgspec

from greenroom.errors import VoiceFailed
from greenroom.studio.voices.espeak_library import Part
from greenroom.studio.voices.espeak_process import LENGTH, Answer, Asked

MODULE = "greenroom.studio.voices.espeak_process"


class EspeakHelper:
    """
    One helper process, for one request at a time.

    `timeout_s` is for one request. A helper that does not answer is killed and the request fails; the next one starts
    another. `environment` is the helper's; that of this process where none is given.
    """

    def __init__(
        self,
        timeout_s: int = 60,
        command: Sequence[str] = (sys.executable, "-m", MODULE),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._command = list(command)
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the helper that runs; None before the first request and after a failure."""
        return self._process.pid if self._process else None

    def speak(self, parts: Sequence[Part]) -> Answer:
        """Have parts spoken; raises VoiceFailed when that crashes, hangs, or a voice is not there."""
        message = msgspec.msgpack.encode(Asked(list(parts), self._timeout_s))
        with self._lock:
            try:
                answer = self._exchange(LENGTH.pack(len(message)) + message)
            except (OSError, EOFError, TimeoutError, msgspec.DecodeError) as error:
                self._kill()
                raise VoiceFailed("espeak-ng", str(error) or "its process ended") from error
        if answer.error:
            raise VoiceFailed("espeak-ng", answer.error)
        return answer

    def close(self) -> None:
        """End the helper process."""
        with self._lock:
            self._kill()

    def _exchange(self, message: bytes) -> Answer:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        # The fork's own alarm rings first; this is for a helper that is stuck itself.
        deadline = time.monotonic() + self._timeout_s + 5
        process.stdin.write(message)
        process.stdin.flush()
        size = LENGTH.unpack(_receive(process.stdout.fileno(), LENGTH.size, deadline))[0]
        return msgspec.msgpack.decode(_receive(process.stdout.fileno(), size, deadline), type=Answer)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._kill()
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        return self._process

    def _kill(self) -> None:
        if self._process is None:
            return
        # Its forks are in its session; a helper that has ended and was waited for has none.
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process = None


def _receive(descriptor: int, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("it did not answer in time")
        more = os.read(descriptor, min(size - len(data), 1 << 20))
        if not more:
            raise EOFError("its process ended")
        data += more
    return bytes(data)
