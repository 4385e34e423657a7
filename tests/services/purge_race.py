"""
Uploads of equal bytes that race deletions, restorations and purges, with threads and a real disk.

Few different files and many threads, so that the bytes that one asset lets go of are always those that another is
about to need. The times to wait are nothing: bytes are removed as soon as the house believes that it may.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from small_house import TESTER, SmallHouse, small_house

import media_samples
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.asset_query import AssetQuery
from greenroom.domain.ids import BlobKey
from greenroom.errors import AssetPurged

FILES = [media_samples.jpeg(16 + number, 16) for number in range(3)]


@dataclass
class Race:
    """What happens, and what was seen of it."""

    house: SmallHouse
    seed: int
    kept: deque[Asset] = field(default_factory=deque)
    over: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def run(self, rounds: int) -> None:
        """Have three clients upload so many files each, while owners delete and the house purges."""
        uploads = [self._thread(self._upload, place, rounds) for place in range(3)]
        others = [self._delete_or_restore] * 3 + [self._purge, self._remove, self._remove, self._look, self._look]
        threads = [self._thread(work, place, None) for place, work in enumerate(others, len(uploads))]
        for thread in (*uploads, *threads):
            thread.start()
        for thread in uploads:
            thread.join()
        self.over.set()
        for thread in threads:
            thread.join()

    def missing(self) -> list[str]:
        """Bytes that an asset needs, deleted ones that can be restored too, and that are not there."""
        there = set(self.stored())
        return sorted({asset.blob_key for asset in self._all() if asset.blob_key is not None} - there)

    def leaked(self) -> list[BlobKey]:
        """Bytes that are still there when everything is deleted and purged, and all that nothing needs is removed."""
        for asset in self._all():
            self.house.library.delete(TESTER, asset.id)
        self.house.retention.purge()
        self.house.retention.remove_condemned()
        self.house.retention.remove_strays()
        return self.stored()

    def stored(self) -> list[BlobKey]:
        """The bytes that are on the disk."""
        return [BlobKey(path.name) for path in Path(self.house.data, "blobs").glob("*/*")]

    def _all(self) -> list[Asset]:
        every = AssetQuery(states=tuple(AssetState))
        return [asset for asset, _ in self.house.library.page(TESTER, every, None, 1_000_000)]

    def _thread(self, work: Callable[[random.Random], None], place: int, rounds: int | None) -> threading.Thread:
        return threading.Thread(target=self._repeat, args=(work, random.Random(self.seed * 100 + place), rounds))

    def _repeat(self, work: Callable[[random.Random], None], chance: random.Random, rounds: int | None) -> None:
        """So many times, or as long as somebody uploads."""
        done = 0
        while not self.over.is_set() if rounds is None else done < rounds:
            try:
                work(chance)
            except Exception as problem:  # noqa: BLE001  # whatever it is, the race has found it
                self.faults.append(f"{work.__name__}: {problem!r}")
            done += 1
            if rounds is None:
                time.sleep(0.002)

    def _upload(self, chance: random.Random) -> None:
        self.kept.append(self.house.uploaded(chance.choice(FILES)))
        self.done["uploads"] += 1

    def _delete_or_restore(self, chance: random.Random) -> None:
        """Delete what was kept longest, so that nothing needs its bytes now and then; change one's mind at times."""
        try:
            asset = self.kept.popleft()
        except IndexError:
            return
        self.house.library.delete(TESTER, asset.id)
        self.done["deletions"] += 1
        if chance.random() < 0.3:
            try:
                self.house.library.restore(TESTER, asset.id)
            except AssetPurged:
                self.done["too late"] += 1
            else:
                self.kept.append(asset)
                self.done["restorations"] += 1

    def _purge(self, _: random.Random) -> None:
        self.done["purged assets"] += self.house.retention.purge()

    def _remove(self, chance: random.Random) -> None:
        self.done["removed blobs"] += self.house.retention.remove_condemned()
        if chance.random() < 0.1:
            self.done["strays"] += self.house.retention.remove_strays()

    def _look(self, _: random.Random) -> None:
        """Read what is ready, as a client would."""
        try:
            asset = self.kept[0]
        except IndexError:
            return
        before = self.house.library.one(TESTER, asset.id)
        if before.state is not AssetState.READY or before.blob_key is None:
            return
        try:
            fd = self.house.store.open(before.blob_key)
        except FileNotFoundError:
            # Between the two looks it may have been deleted, purged and removed: there is no grace here.
            if self.house.library.one(TESTER, asset.id).state is AssetState.READY:
                self.faults.append(f"{asset.id} is ready and has no bytes")
            return
        os.close(fd)
        self.done["reads"] += 1


def race(data: Path, seed: int) -> Race:
    """One that is about to begin, on a data folder that may have seen others."""
    house = small_house(data)
    house.retention = replace(house.retention, restore_s=0.0, blob_grace_s=0.0)
    house.retention.remove_leftovers()
    return Race(house, seed)


def kill_in_the_middle(data: Path, seed: int, after_s: float = 1.0) -> None:
    """Race in a process of its own, and end it as a crash would."""
    path = os.pathsep.join(sys.path)
    command = [sys.executable, __file__, str(data), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"racing\n"
        time.sleep(after_s)
        process.kill()


def main() -> None:
    """Race until killed: `purge_race.py DATA SEED`."""
    data, seed = sys.argv[1:]
    begun = race(Path(data), int(seed))
    print("racing", flush=True)
    begun.run(1_000_000)


if __name__ == "__main__":
    main()
