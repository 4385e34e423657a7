"""The command `greenroom optimize`: render-safe copies of files, made here, without a server."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from greenroom.client.description import printable, size_in_words
from greenroom.domain.formats import FORMATS, extension_of
from greenroom.domain.media import Finding, Format, Kind
from greenroom.domain.optimize_findings import remark
from greenroom.domain.recipe import Recipe, options_for, recipe_from
from greenroom.domain.rendition import Measured, Optimized
from greenroom.errors import NotOptimized, ParameterError
from greenroom.media.optimizing.optimizer import Optimizer
from greenroom.media.sniff import sniff

ALL_MADE = 0
NOT_ALL_MADE = 1
INTERRUPTED = 130  # what a shell reports for a program that ^C ended

_HEAD_BYTES = 4096
_SIZE = re.compile(r"([0-9.]+(?:e[0-9])?)\s*(?:([kmg])i?)?b?", re.IGNORECASE)
_KIND_OF_FORMAT = {"mp3": Kind.AUDIO, "mp4": Kind.VIDEO}
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_NO_PICTURE = "optimize_no_picture"


def optimize_files(
    files: Sequence[Path], output: Path | None, wishes: Mapping[str, object], *, force: bool, as_json: bool
) -> int:
    """
    Make a copy of each file and print what came of it; the originals are not touched.

    Gives the exit status: 0 if all were made, 1 if any was not, 130 after ^C. Raises ParameterError for wishes that
    suit no file, before anything is made.
    """
    if output is not None and len(files) > 1 and not output.is_dir():
        raise ParameterError(
            "--output", f"is {str(output)!r}; for more than one file it has to be a folder that exists"
        )
    err = Console(stderr=True, highlight=False)
    run = _Run(Optimizer(), output, wishes, len(files) > 1, force)
    made = 0
    try:
        for file in files:
            with _bar(err, file) as progress:
                outcome = run.outcome(file, progress)
            made += outcome.optimized is not None
            _tell(outcome, as_json, err)
    except KeyboardInterrupt:
        err.print(f"Stopped. {made} of {len(files)} copies are made.")
        return INTERRUPTED
    return ALL_MADE if made == len(files) else NOT_ALL_MADE


def wishes_from(given: Mapping[str, object]) -> dict[str, object]:
    """The options of the command line that were given, as a recipe reads them."""
    wishes = {name: value for name, value in given.items() if value not in (None, False)}
    if "max_bytes" in wishes:
        wishes["max_bytes"] = _bytes(str(wishes["max_bytes"]))
    if isinstance(loudness := wishes.get("loudness_lufs"), str) and loudness != "off":
        wishes["loudness_lufs"] = _lufs(loudness)
    return wishes


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one file: a copy, or why there is none."""

    file: Path
    output: Path | None = None
    optimized: Optimized | None = None
    finding: Finding | None = None


class _Progress:
    """The bar of one file."""

    def __init__(self, bar: Progress, name: str) -> None:
        self._bar = bar
        self._task = bar.add_task(Text(printable(name)).plain, total=1.0)

    def __call__(self, done: float) -> None:
        self._bar.update(self._task, completed=done)


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for all files of one command."""

    optimizer: Optimizer
    output: Path | None
    wishes: Mapping[str, object]
    many: bool
    force: bool

    def outcome(self, file: Path, progress: _Progress) -> _Outcome:
        try:
            output, optimized = self._made(file, progress)
        except NotOptimized as problem:
            return _Outcome(file, finding=problem.finding)
        except OSError as problem:
            reason = f"{problem.strerror or problem}: {problem.filename or file}"
            return _Outcome(file, finding=Finding(code="file_unusable", message=reason))
        return _Outcome(file, output, optimized)

    def _made(self, file: Path, progress: _Progress) -> tuple[Path, Optimized]:
        with file.open("rb") as source:
            kind = self._kind(source.read(_HEAD_BYTES))
            try:
                return self._copied(file, source.fileno(), kind, progress)
            except NotOptimized as problem:
                # Only the streams tell that an MP4 or a Matroska file has sound alone.
                if problem.finding.code != _NO_PICTURE or "format" in self.wishes:
                    raise
            return self._copied(file, source.fileno(), Kind.AUDIO, progress)

    def _kind(self, head: bytes) -> Kind:
        sniffed = sniff(head)
        name = sniffed.name
        word = name.rpartition(" ")[2].lower()
        seen = {"image": Kind.IMAGE, "video": Kind.VIDEO, "audio": Kind.AUDIO, "media": Kind.VIDEO}.get(word)
        if seen is None and name != "Windows Media file":
            raise NotOptimized(remark("optimize_unreadable", f"This is no image, video or sound: {name}."))
        kind = _KIND_OF_FORMAT.get(str(self.wishes.get("format", "")).lower(), seen or Kind.VIDEO)
        # A GIF is a short film as well.
        if seen is Kind.IMAGE and kind is not Kind.IMAGE and sniffed.format is not Format.GIF:
            wanted = str(self.wishes["format"]).upper()
            raise NotOptimized(remark("optimize_other_kind", f"This is an image ({name}), which becomes no {wanted}."))
        return kind

    def _copied(self, file: Path, source: int, kind: Kind, progress: _Progress) -> tuple[Path, Optimized]:
        recipe = self._recipe(kind)
        known = self._target(file, recipe.format) if recipe.format is not None else None
        if known is not None:
            self._require_free(known, file)
        folder = known.parent if known is not None else self._target(file, Format.JPEG).parent
        with _temporary(folder) as (fd, path):
            optimized = self.optimizer.run(source, fd, recipe, progress)
            target = known or self._target(file, optimized.format)
            self._require_free(target, file)
            _put(path, target, self.force)
        return target, optimized

    def _recipe(self, kind: Kind) -> Recipe:
        wishes = dict(self.wishes)
        if self.output is not None and not self.output.is_dir() and kind is Kind.IMAGE:
            wishes.setdefault("format", extension_of(self.output.name) or "auto")
        if self.many:
            # Of several files each takes the options that are for its kind.
            wishes = {name: value for name, value in wishes.items() if name in options_for(kind)}
        return recipe_from(kind, wishes)

    def _target(self, file: Path, format_: Format) -> Path:
        extensions = FORMATS[format_].extensions
        if self.output is None:
            return file.with_name(f"{file.stem}-optimized.{extensions[0]}")
        if self.output.is_dir():
            return self.output / f"{file.stem}.{extensions[0]}"
        if extension_of(self.output.name) not in extensions:
            raise ParameterError("--output", f"is {self.output.name!r}; the copy is {format_.value}: .{extensions[0]}")
        return self.output

    def _require_free(self, target: Path, original: Path) -> None:
        if not target.exists():
            return
        if target.samefile(original):
            raise NotOptimized(
                _taken(target, "it is the original, which is never changed", "Name another with --output.")
            )
        if not self.force:
            raise NotOptimized(_taken(target, "it exists", "Give --force to replace it, or another --output."))


def _taken(target: Path, why: str, cure: str) -> Finding:
    return Finding(code="output_taken", message=f"{target} is not written: {why}.", cure=cure)


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[int, Path]]:
    """A file of a new name in the folder where the copy is to be: what is unfinished never has its name."""
    path = folder / f".greenroom-{secrets.token_hex(8)}.part"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        yield fd, path
    finally:
        os.close(fd)
        path.unlink(missing_ok=True)


def _put(path: Path, target: Path, force: bool) -> None:
    if force:
        path.replace(target)
        return
    try:
        target.hardlink_to(path)  # unlike a rename, this fails when somebody made the target meanwhile
    except FileExistsError:
        raise NotOptimized(_taken(target, "it exists", "Give --force to replace it.")) from None
    except OSError:
        path.replace(target)  # a file system without links


@contextlib.contextmanager
def _bar(err: Console, file: Path) -> Iterator[_Progress]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield _Progress(bar, file.name)


def _tell(outcome: _Outcome, as_json: bool, err: Console) -> None:
    if as_json:
        print(msgspec.json.encode(_line(outcome)).decode(), flush=True)  # noqa: T201
        return
    name = printable(str(outcome.file))
    if outcome.optimized is None or outcome.output is None:
        assert outcome.finding is not None
        err.print(
            Text.assemble(("✗ ", "red"), (name, "bold"), "  ", printable(outcome.finding.message)), soft_wrap=True
        )
        if outcome.finding.cure:
            err.print(Text(f"  → {outcome.finding.cure}", style="dim"), soft_wrap=True)
        return
    out = Console(highlight=False)
    out.print(Text.assemble(("✓ ", "green"), (name, "bold"), " → ", printable(str(outcome.output))), soft_wrap=True)
    out.print(_table(outcome.optimized))
    for note in outcome.optimized.remarks:
        out.print(Text(f"  ! {note.message}", style="yellow"), soft_wrap=True)


def _table(optimized: Optimized) -> Table:
    before_column, after_column = Column("before", overflow="fold"), Column("after", overflow="fold")
    table = Table("", before_column, after_column, box=None, pad_edge=True, header_style="dim")
    before, after = dict(_rows(optimized.before)), dict(_rows(optimized.after))
    for name in {**before, **after}:
        table.add_row(Text(name, style="dim"), printable(before.get(name, "")), printable(after.get(name, "")))
    return table


def _rows(facts: Measured) -> Iterator[tuple[str, str]]:
    yield "size", size_in_words(facts.size_bytes)
    yield "format", facts.format
    if facts.width and facts.height:
        yield "pixels", f"{facts.width}x{facts.height}"
    if facts.video_codec:
        rate = f", {facts.frame_rate:g} fps" if facts.frame_rate else ""
        yield "picture", f"{facts.video_codec}{rate}"
    if facts.color:
        yield "colour", facts.color
    if facts.duration_s:
        yield "duration", f"{facts.duration_s:.2f} s"
    if facts.audio_codec and facts.sample_rate_hz:
        channels = {1: "mono", 2: "stereo"}.get(facts.channels or 0, f"{facts.channels} channels")
        yield "sound", f"{facts.audio_codec} {facts.sample_rate_hz / 1000:g} kHz {channels}"
        if facts.loudness_lufs is not None:
            yield "loudness", f"{facts.loudness_lufs:.1f} LUFS, peak {facts.true_peak_dbtp:.1f} dBTP"
        else:
            yield "loudness", "silent"


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `--json`; `status` is made or failed."""

    file: str
    status: str
    output: str | None = None
    before: Measured | None = None
    after: Measured | None = None
    remarks: tuple[Finding, ...] = ()
    finding: Finding | None = None


def _line(outcome: _Outcome) -> _Line:
    made = outcome.optimized
    if made is None:
        return _Line(printable(str(outcome.file)), "failed", finding=outcome.finding)
    file, output = printable(str(outcome.file)), printable(str(outcome.output))
    return _Line(file, "made", output, made.before, made.after, made.remarks)


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    try:
        if found is not None:
            return round(float(found[1]) * _UNITS[(found[2] or "").lower()])
    except (ValueError, OverflowError):
        pass
    raise ParameterError("--max-bytes", f"is {text!r}; allowed are numbers like 20000000, 500kB, 10MB")


def _lufs(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParameterError("--loudness", f"is {text!r}; allowed are numbers like -16, and off") from None
