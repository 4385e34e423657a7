"""Chains of FFmpeg's filters: frames in, frames out."""

from __future__ import annotations  # PyAV's frames are generic in its stubs alone

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

from greenroom.domain import tone
from greenroom.studio.ground.look import FULL, Look

Step = tuple[str, str]
"""A filter and its arguments."""


class Chain:
    """
    A row of filters for frames of one look, in one thread: what it gives depends on the frames alone.

    `table` is that of `domain.tone`, for chains with its filter.
    """

    def __init__(self, look: Look, time_base: Fraction, steps: list[Step], table: bytes = b"") -> None:
        self._graph = graph = Graph()
        graph.threads = 1
        shape = f"video_size={look.width}x{look.height}:pix_fmt={look.format}:time_base={time_base}"
        colours = "" if look.is_rgb else f":colorspace={look.matrix}:range={look.range}"
        self._source = last = graph.add("buffer", shape + colours)
        self._tables: list[FilterContext] = []
        for step in [*steps, ("buffersink", "")]:
            last = self._linked(last, step)
        self._sink = last
        graph.configure()
        for second in self._tables:
            second.push(_table_frame(table))
            second.push(None)

    def through(self, frame: VideoFrame | None) -> Iterator[VideoFrame]:
        """What is ready once a frame is added; with None, what is left at the end."""
        self._source.push(frame)
        while True:
            try:
                made = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            assert isinstance(made, VideoFrame)
            yield made

    def _linked(self, before: FilterContext, step: Step) -> FilterContext:
        added = self._graph.add(step[0], step[1] or None)
        before.link_to(added)
        if step == tone.FILTER:
            second = self._graph.add(*tone.SOURCE)
            second.link_to(added, 0, 1)
            self._tables.append(second)
        return added


def _table_frame(table: bytes) -> VideoFrame:
    frame = VideoFrame(tone.SIDE, tone.SIDE, tone.FORMAT)
    frame.planes[0].update(tone.in_lines(table, frame.planes[0].line_size))
    frame.pts, frame.time_base = 0, Fraction(1, 1)
    frame.colorspace, frame.color_range = 0, FULL
    return frame
