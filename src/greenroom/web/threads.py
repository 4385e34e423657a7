"""The one door between the loop and the threads: services block, so they are called through here."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_CORES = os.cpu_count() or 1


class Threads:
    """
    Four small pools, so that none waits for another's work.

    `quick` looks things up, `bytes` moves bodies to the disk, `judge` waits for examinations and for the disk,
    `outside` for servers that are not ours.
    """

    def __init__(self) -> None:
        self._quick = ThreadPoolExecutor(4, thread_name_prefix="quick")
        self._bytes = ThreadPoolExecutor(max(8, 2 * _CORES), thread_name_prefix="bytes")
        self._judge = ThreadPoolExecutor(max(16, 4 * _CORES), thread_name_prefix="judge")
        self._outside = ThreadPoolExecutor(8, thread_name_prefix="outside")

    def quick(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Run something that takes less than a few milliseconds."""
        return asyncio.get_running_loop().run_in_executor(self._quick, partial(function, *args, **kwargs))

    def bytes(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Run something that moves bytes."""
        return asyncio.get_running_loop().run_in_executor(self._bytes, partial(function, *args, **kwargs))

    def judge(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Run something that waits for a decoder or for the disk."""
        return asyncio.get_running_loop().run_in_executor(self._judge, partial(function, *args, **kwargs))

    def outside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Run something that looks up a name that a stranger chose, which may take seconds."""
        return asyncio.get_running_loop().run_in_executor(self._outside, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Return when everything that was asked for is done."""
        for pool in (self._quick, self._bytes, self._judge, self._outside):
            pool.shutdown()
