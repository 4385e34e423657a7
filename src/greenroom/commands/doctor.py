"""`greenroom doctor`: looks whether this machine has what the server needs, and says what is in force."""

import base64
import os
import resource
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from greenroom.domain.media import Format
from greenroom.media.examiner import Examiner
from greenroom.media.limits import ExamLimits
from greenroom.media.versions import decoders
from greenroom.studio import models

_FEWEST_FILES = 1024
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_SILENCE = b"RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00"
_SILENCE += b"data\x08\x00\x00\x00" + bytes(8)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `good` is None where it only tells something."""

    name: str
    found: str
    good: bool | None = None


def examine_machine(data: str, limits: ExamLimits, headroom_bytes: int) -> Iterator[Check]:
    """
    Look at everything in turn; each check is given as soon as it is made.

    With less than `headroom_bytes` free on the disk of the data folder, uploads are refused.
    """
    yield Check("Python", sys.version.split()[0], sys.version_info >= (3, 11))
    yield Check("SQLite", sqlite3.sqlite_version, sqlite3.sqlite_version_info >= (3, 35))
    yield Check("decoders", ", ".join(decoders()))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield Check("open files", f"{soft} allowed, {_FEWEST_FILES} wanted", soft >= _FEWEST_FILES)
    yield _data_folder(data, headroom_bytes)
    examiner = Examiner(limits)
    try:
        for line in examiner.protections.lines():
            name, _, found = line.partition(": ")
            yield Check(name, found)
        for sentence in examiner.protections.missing:
            yield Check("sandbox", sentence, not limits.require_sandbox)
        yield _judgement(examiner, "judging images", _PIXEL, Format.PNG)
        yield _judgement(examiner, "judging sound and video", _SILENCE, Format.WAV)
    finally:
        examiner.close()


def examine_models(folder: str) -> Iterator[Check]:
    """Say what of fonts and models is there; a server without them does all but what needs them."""
    place = folder or models.usual_folder()
    for group, needed_by in (("fonts", "captions"), ("faces", "photo avatars")):
        lacking = len(models.missing(place, group))
        if lacking:
            yield Check(group, f"{lacking} files missing in {place}: no {needed_by}; run: greenroom models install")
        else:
            yield Check(group, f"{sum(1 for _ in models.files_of(group))} files in {place}", True)


def _data_folder(data: str, headroom_bytes: int) -> Check:
    place = _nearest_folder(data)
    try:
        with tempfile.NamedTemporaryFile(dir=place) as file:
            os.fsync(file.fileno())
            os.link(file.name, file.name + ".link")
            os.unlink(file.name + ".link")
        disk = os.statvfs(place)
    except OSError as problem:
        return Check("data folder", f"{data}: {problem.strerror}", False)
    found = data if os.path.exists(data) else f"{data} is not there yet, greenroom serve makes it; {place}"
    free = disk.f_bavail * disk.f_frsize
    room = f"{free // 2**20} MB free"
    if free <= headroom_bytes:
        kept = f"{headroom_bytes // 2**20} MB are kept free (storage.headroom_bytes), so every upload is refused"
        return Check("data folder", f"{found}: {room}; {kept}", False)
    return Check("data folder", f"{found}: {room}, links and fsync work", True)


def _nearest_folder(data: str) -> str:
    """Where a look at the disk can be taken: the data folder, else the place that it would be made in."""
    place = os.path.abspath(data)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    return place


def _judgement(examiner: Examiner, name: str, sample: bytes, format_: Format) -> Check:
    with tempfile.TemporaryFile() as file:
        file.write(sample)
        file.flush()
        examined = examiner.examine(file.fileno(), format_)
    if examined.info is None or examined.damage:
        return Check(name, "; ".join(finding.message for finding in examined.damage), False)
    return Check(name, f"works, with {examined.decoder}", True)
