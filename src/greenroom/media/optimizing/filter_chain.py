"""A straight line of FFmpeg's filters: frames go in at one end and come out at the other."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import av
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

Step: TypeAlias = tuple[str, str]
"""A filter's name and its arguments."""


class Chain:
    """Filters in a row, of pictures if `source` is `buffer`, of sound if it is `abuffer`."""

    def __init__(self, source: Step, steps: Sequence[Step], threads: int = 1) -> None:
        self._graph = Graph()
        self._graph.threads = threads
        self._first = self._graph.add(*source)
        last = self._first
        for step in steps:
            last = self._linked(last, step)
        sink = "buffersink" if source[0] == "buffer" else "abuffersink"
        self._last = self._linked(last, (sink, ""))
        self._graph.configure()

    def through(self, frame: VideoFrame | AudioFrame) -> Iterator[VideoFrame | AudioFrame]:
        """What comes out when `frame` goes in."""
        self._first.push(frame)
        yield from self._out()

    def rest(self) -> Iterator[VideoFrame | AudioFrame]:
        """What is still inside; nothing may go in afterwards."""
        self._first.push(None)
        yield from self._out()

    def _out(self) -> Iterator[VideoFrame | AudioFrame]:
        while True:
            try:
                frame = self._last.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            assert isinstance(frame, (VideoFrame, AudioFrame))
            yield frame

    def _linked(self, before: FilterContext, step: Step) -> FilterContext:
        added = self._graph.add(step[0], step[1] or None)
        before.link_to(added)
        return added
