"""Server-sent events: how often a thing is looked at, what a quiet stream says, and when streams end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from operating import new_account

from greenroom.web.api.event_stream import EventWatch, Sight
from running_server import RunningServer


class Clock:
    """Something to look at: it counts how often that is done, and ends at a number."""

    def __init__(self, end: int = 1000, moves: bool = True) -> None:
        self.looks = 0
        self._end = end
        self._moves = moves

    async def look(self) -> Sight:
        self.looks += 1
        last = self.looks >= self._end
        return Sight("end" if last else "tick", {"at": self.looks if self._moves else 0}, last)


def run(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    # In a thread of its own: a browser that other tests have opened keeps a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(asyncio.wait_for(scene(), 20))).result()


async def all_of(stream: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in stream]


def test_a_thing_is_looked_at_once_at_a_time_however_many_watch() -> None:
    clock = Clock(end=5)

    async def scene() -> list[list[bytes]]:
        watch = EventWatch(every_s=0.05)
        streams = [watch.stream("clock", clock.look, asyncio.Event()) for _ in range(100)]
        return list(await asyncio.gather(*(all_of(stream) for stream in streams)))

    told = run(scene)

    assert clock.looks == 5
    assert {pieces[0] for pieces in told} == {b"retry: 2000\n\n"}
    assert {pieces[-1] for pieces in told} == {b'id: 5\nevent: end\ndata: {"at":5}\n\n'}


def test_what_did_not_change_is_not_told_again_but_a_quiet_stream_shows_that_it_lives() -> None:
    clock = Clock(end=20, moves=False)

    async def scene() -> list[bytes]:
        watch = EventWatch(every_s=0.05, heartbeat_s=0.1)
        return await all_of(watch.stream("clock", clock.look, asyncio.Event()))

    told = run(scene)

    assert [piece.partition(b"\n")[0] for piece in told if piece.startswith(b"id")] == [b"id: 1", b"id: 2"]
    assert b": still here\n\n" in told


def test_nothing_is_looked_at_any_more_when_the_last_reader_has_gone() -> None:
    clock = Clock()

    async def scene() -> tuple[int, int]:
        watch, gone = EventWatch(every_s=0.02), asyncio.Event()
        reading = asyncio.create_task(all_of(watch.stream("clock", clock.look, gone)))
        await asyncio.sleep(0.1)
        gone.set()
        await reading
        looks = clock.looks
        await asyncio.sleep(0.2)
        return looks, clock.looks

    before, after = run(scene)

    assert 0 < before == after


def test_streams_end_when_the_thing_cannot_be_looked_at() -> None:
    async def broken() -> Sight:
        raise ZeroDivisionError

    async def scene() -> list[bytes]:
        return await all_of(EventWatch().stream("broken", broken, asyncio.Event()))

    assert run(scene) == [b"retry: 2000\n\n"]


def test_a_reader_who_goes_is_noticed_and_the_server_answers_others(server: RunningServer) -> None:
    caller = new_account(server)
    body = {"avatar": "81", "script": "Hello.", "voice": {"voice_id": "greenroom-en-US-amber"}}
    path = f"/api/v1/videos/{caller.post('/api/v1/videos', body).json()['video_id']}"

    for _ in range(30):
        address, headers = f"{server.url}{path}/events", {"x-api-key": caller.secret}
        with requests.get(address, headers=headers, stream=True, timeout=10) as reply:
            assert next(reply.iter_content(5)) == b"retry"

    assert caller.get(path).status_code == 200
