"""The server as a process: its log, its socket, its memory, its end."""

import ctypes
import gc
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog
import uvicorn

from greenroom.bootstrap.house import first_key
from greenroom.bootstrap.server import build
from greenroom.config import Settings
from greenroom.errors import GreenroomError
from greenroom.web.protocol import protocol_class


def run(settings: Settings) -> None:
    """Serve until a signal says to stop. Raises GreenroomError when that cannot begin."""
    _log_as(settings.log_format)
    _keep_freed_memory()
    server = build(settings)
    listener = _listener(settings)
    server.start()
    gc.collect()
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn ends gracefully and then raises the signal again: by then there is more to put away.
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        # Last of all that may fail, and shown at once: a key that was made and not shown is lost.
        _show(first_key(server.kept.access, settings))
        configuration = _uvicorn_config(server.app, settings)
        _Uvicorn(configuration, _address(listener), server.watch_videos.close).run(sockets=[listener])
    finally:
        server.stop()


class _Uvicorn(uvicorn.Server):
    """Says where it listens once it does, and ends at its end what would never end by itself."""

    def __init__(self, configuration: uvicorn.Config, address: str, end_streams: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._address = address
        self._end_streams = end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Greenroom is listening on {self._address}", flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)


def _show(made_key: str | None) -> None:
    if made_key is not None:
        print(f"API key, shown only now: {made_key}", flush=True)  # noqa: T201


def _uvicorn_config(application: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=protocol_class(settings.http),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(settings.http.keep_alive_s) or 1,
        timeout_graceful_shutdown=30,
        backlog=2048,
    )


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as problem:
        raise GreenroomError(f"cannot listen on {settings.host} port {settings.port}: {problem.strerror}") from problem
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log_as(log_format: str) -> None:
    text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer() if log_format == "json" else text
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _keep_freed_memory() -> None:
    # glibc gives large freed buffers back to the kernel and faults them in again for the next piece of a body;
    # told not to, it receives a third faster. M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of mallopt(3); and
    # M_ARENA_MAX, so that not every thread keeps freed buffers of its own.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in ((-1, 32 << 20), (-2, 4 << 20), (-3, 32 << 20), (-8, 2)):
            mallopt(parameter, value)
