"""Requests begin without a task and get one when they wait."""

import asyncio

import pytest

from greenroom.web.cycle import first_step


def test_a_request_that_never_waits_is_over_after_its_first_step() -> None:
    seen: list[str] = []

    async def answer() -> None:
        seen.append("answered")

    assert first_step(answer()) is None
    assert seen == ["answered"]


async def _answer_when(news: "asyncio.Future[str]", seen: list[str]) -> None:
    seen.append("begun")
    try:
        seen.append(await news)
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise
    except ValueError as problem:
        seen.append(str(problem))
    finally:
        await asyncio.sleep(0)
        seen.append("cleaned up")


def test_what_is_left_of_a_request_that_waits_goes_on_in_a_task() -> None:
    seen: list[str] = []

    async def serve() -> None:
        news = asyncio.get_running_loop().create_future()
        rest = first_step(_answer_when(news, seen))
        assert rest is not None
        task = asyncio.create_task(rest)
        news.set_result("the body")
        await task

    asyncio.run(serve())

    assert seen == ["begun", "the body", "cleaned up"]


def test_an_error_that_was_waited_for_is_raised_where_it_was_waited_for() -> None:
    seen: list[str] = []

    async def serve() -> None:
        news = asyncio.get_running_loop().create_future()
        rest = first_step(_answer_when(news, seen))
        assert rest is not None
        news.set_exception(ValueError("the link broke"))
        await asyncio.create_task(rest)

    asyncio.run(serve())

    assert seen == ["begun", "the link broke", "cleaned up"]


def test_a_cancelled_request_cleans_up_where_it_waits() -> None:
    seen: list[str] = []

    async def serve() -> None:
        rest = first_step(_answer_when(asyncio.get_running_loop().create_future(), seen))
        assert rest is not None
        task = asyncio.create_task(rest)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(serve())

    assert seen == ["begun", "cancelled", "cleaned up"]


def test_a_request_that_asks_for_a_task_has_one_from_then_on() -> None:
    tasks: list[object] = []

    async def answer() -> None:
        tasks.append(asyncio.current_task())
        await asyncio.sleep(0)
        tasks.append(asyncio.current_task())

    async def serve() -> None:
        me = asyncio.current_task()
        rest = first_step(answer())
        assert rest is not None
        task = asyncio.create_task(rest)
        await task
        assert tasks == [me, task]

    asyncio.run(serve())
