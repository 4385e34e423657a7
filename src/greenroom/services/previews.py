"""
Previews of the cast: a picture and a film of each presenter, a sound of each voice and track, made once and kept.

One that is asked for is made before all others; the rest follow while nobody asks. They are made anew by each version
of the program, since that may draw and speak otherwise.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog

from greenroom.domain.cast import Preview
from greenroom.errors import GreenroomError
from greenroom.services.cast import Cast
from greenroom.services.delivery import OpenBlob

log = structlog.get_logger()

_AT_ONCE = 8
_AFTER_FAILURE_S = 60.0


Make = Callable[[Sequence[Preview], Callable[[Preview], str]], None]
"""Makes previews, each at the path that the second argument gives; raises GreenroomError when it could not."""


@dataclass(slots=True)
class _Wanted:
    """What is asked for and not there yet, and what lately failed, with the instant and the reason."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: dict[Preview, None] = field(default_factory=dict)
    failed: dict[Preview, tuple[float, str]] = field(default_factory=dict)
    ahead: Iterator[Preview] | None = None
    """Those that nobody asked for and nobody has looked at yet; each is looked at once in a run."""
    stopped: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Previews:
    """Find previews, and make them. `ahead_after_s` is when to begin with those that nobody asked for; None never."""

    folder: str
    cast: Cast
    make: Make
    ahead_after_s: float | None
    clock: Callable[[], float] = time.monotonic
    started: list[float] = field(default_factory=list)
    wanted: _Wanted = field(default_factory=_Wanted)

    def prepare(self) -> None:
        """Have an empty place for what is to be made, and remove what earlier versions made."""
        os.makedirs(self.folder, exist_ok=True)
        above, own = os.path.split(self.folder)
        for name in os.listdir(above):
            if name != own:
                shutil.rmtree(os.path.join(above, name), ignore_errors=True)
        self.started.append(self.clock())

    def named(self, segment: str) -> Preview | None:
        """The preview at `/previews/<segment>`; None where there is none, and never will be."""
        group, _, file = segment.partition("/")
        id_, _, extension = file.rpartition(".")
        for one in self._of(group, id_):
            if _EXTENSIONS[one.kind] == extension:
                return one
        return None

    def shown(self, preview: Preview) -> OpenBlob | None:
        """The file of a preview; None if it is not there yet."""
        try:
            fd = os.open(self._path(preview), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        return OpenBlob(fd, os.fstat(fd).st_size)

    def ask(self, preview: Preview) -> str:
        """Have one made soon; why it could not be made a moment ago, empty if nothing is known against it."""
        with self.wanted.lock:
            at, reason = self.wanted.failed.get(preview, (0.0, ""))
            if reason and self.clock() - at < _AFTER_FAILURE_S:
                return reason
            self.wanted.failed.pop(preview, None)
            self.wanted.asked[preview] = None
        return ""

    def work(self) -> None:
        """Make what was asked for; when the server has run for a while, also what was not. One thread may do so."""
        while not self.wanted.stopped.is_set():
            with self.wanted.lock:
                batch = list(self.wanted.asked)[:_AT_ONCE]
            batch = batch or self._next_ahead()
            if not batch:
                return
            self._try([one for one in batch if not os.path.exists(self._path(one))])
            with self.wanted.lock:
                for one in batch:
                    self.wanted.asked.pop(one, None)

    def close(self) -> None:
        """Begin nothing more."""
        self.wanted.stopped.set()

    def _try(self, batch: Sequence[Preview]) -> None:
        try:
            self.make(batch, self._path)
        except GreenroomError as problem:
            missing = [one for one in batch if not os.path.exists(self._path(one))]
            log.warning("previews could not be made", first=missing[0].id if missing else "", reason=str(problem))
            with self.wanted.lock:
                self.wanted.failed |= dict.fromkeys(missing, (self.clock(), str(problem)))

    def _next_ahead(self) -> list[Preview]:
        if self.ahead_after_s is None or self.clock() - self.started[-1] < self.ahead_after_s:
            return []
        if self.wanted.ahead is None:
            self.wanted.ahead = self._all()
        for one in self.wanted.ahead:
            if one not in self.wanted.failed and not os.path.exists(self._path(one)):
                return [one]
        return []

    def _all(self) -> Iterator[Preview]:
        """All that cost nothing but time: what a provider speaks is paid for, and made when somebody asks."""
        yield from (Preview("cover", one.id, "image/jpeg") for one in self.cast.everyone)
        for voice in self.cast.who_speaks():
            if voice.provider in _OWN_VOICES:
                yield Preview("voice", voice.id, "audio/mpeg")
        yield from (Preview("music", str(one.number), "audio/mpeg") for one in self.cast.what_plays())
        yield from (Preview("film", one.id, "video/mp4") for one in self.cast.everyone)

    def _of(self, group: str, id_: str) -> Iterator[Preview]:
        if group == "avatars" and any(one.id == id_ for one in self.cast.everyone):
            yield Preview("cover", id_, "image/jpeg")
            yield Preview("film", id_, "video/mp4")
        elif group == "voices" and any(one.id == id_ for one in self.cast.who_speaks()):
            yield Preview("voice", id_, "audio/mpeg")
        elif group == "musics":
            for one in self.cast.what_plays():
                if id_ == str(one.number):
                    yield Preview("music", str(one.number), "audio/mpeg")

    def _path(self, preview: Preview) -> str:
        return os.path.join(self.folder, preview.file_name)


_EXTENSIONS = {"cover": "jpg", "film": "mp4", "voice": "mp3", "music": "mp3"}
_OWN_VOICES = ("espeak-ng", "flite")
