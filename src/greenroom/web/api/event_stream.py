"""
Server-sent events: one look at a time at each thing that is watched, however many watch it, and no thread held.

A stream says all there is to know in each event, so who reconnects goes on with the next one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import structlog
from starlette.responses import Response

log = structlog.get_logger()

_HEARTBEAT_S = 15.0
_RETRY_MS = 2000


class Sight(NamedTuple):
    """What one look has found: the name and data of the event that tells it, and whether it is the last."""

    event: str
    data: Any
    last: bool

    def written(self, id_: int) -> bytes:
        """The event as it goes out. JSON has no line breaks."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (id_, self.event.encode(), msgspec.json.encode(self.data))


Look = Callable[[], Awaitable[Sight]]


@dataclass(slots=True, eq=False)
class _Watched:
    """One thing that is watched: what was seen last, how often that has changed, and who waits for a change."""

    looking: "asyncio.Task[None] | None" = None
    sight: Sight | None = None
    changes: int = 0
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, sight: Sight) -> None:
        """Tell all who wait of what is seen, if it is news."""
        if sight != self.sight:
            self.sight, self.changes = sight, self.changes + 1
            self._wake()

    def end(self) -> None:
        """Tell all who wait that there will be no more."""
        self._wake()

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class EventWatch:
    """Looks at what is watched, every now and then; on the loop only."""

    def __init__(self, every_s: float = 0.5, heartbeat_s: float = _HEARTBEAT_S) -> None:
        self._every_s = every_s
        self._heartbeat_s = heartbeat_s
        self._watched: dict[Hashable, _Watched] = {}
        self._closed = asyncio.Event()

    def close(self) -> None:
        """End all streams soon: the server stops. From the loop."""
        self._closed.set()
        for one in self._watched.values():
            one.end()

    async def stream(self, what: Hashable, look: Look, gone: asyncio.Event) -> AsyncIterator[bytes]:
        """The events of one thing as bytes, until its last one, or until the reader is gone or the server stops."""
        yield b"retry: %d\n\n" % _RETRY_MS
        one = self._join(what, look)
        told = 0
        try:
            while not (gone.is_set() or self._closed.is_set()):
                changed = one.changed
                if one.sight is not None and one.changes > told:
                    told = one.changes
                    yield one.sight.written(told)
                    if one.sight.last:
                        return
                elif one.looking is None or one.looking.done():
                    return
                elif not await _any_within(self._heartbeat_s, changed, gone):
                    yield b": still here\n\n"
        finally:
            self._leave(what, one)

    def _join(self, what: Hashable, look: Look) -> _Watched:
        one = self._watched.get(what)
        if one is None:
            one = self._watched[what] = _Watched()
            one.looking = asyncio.create_task(self._look_on(one, look))
        one.watchers += 1
        return one

    def _leave(self, what: Hashable, one: _Watched) -> None:
        one.watchers -= 1
        if one.watchers == 0:
            self._watched.pop(what, None)
            if one.looking is not None:
                one.looking.cancel()

    async def _look_on(self, one: _Watched, look: Look) -> None:
        try:
            while not self._closed.is_set():
                sight = await look()
                one.see(sight)
                if sight.last:
                    return
                await asyncio.sleep(self._every_s)
        except Exception:  # the outer rim of what is done for all streams of one thing
            log.error("what is watched could not be looked at", exc_info=True)
        finally:
            one.end()


async def _any_within(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of several events comes within a time."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
    return bool(done)


class EventStream(Response):
    """An answer of server-sent events, until they end or the reader is gone."""

    media_type = "text/event-stream"

    def __init__(self, events: Callable[[asyncio.Event], AsyncIterator[bytes]], headers: dict[str, str]) -> None:
        # Proxies that gather answers before they pass them on would hold every event back.
        super().__init__(None, 200, {"cache-control": "no-store", "x-accel-buffering": "no", **headers})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002  # as ASGI has it
        """Send events as they come."""
        gone = asyncio.Event()
        leaving = asyncio.create_task(_until_gone(receive, gone))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with contextlib.aclosing(self._events(gone)) as events:  # type: ignore[type-var]
                async for piece in events:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()


async def _until_gone(receive: Any, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
