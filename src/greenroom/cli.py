"""The command line: `greenroom serve`, `greenroom keys …`, `greenroom upload …`."""

import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
import uvicorn

from greenroom import __version__, bootstrap, config
from greenroom.account_commands import accounts_app, keys_app
from greenroom.config import Settings
from greenroom.db.sqlite import Database
from greenroom.domain import receipt as receipts
from greenroom.errors import GreenroomError
from greenroom.services.audit import Audit
from greenroom.web.protocol import protocol_class

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(keys_app, name="keys")
app.add_typer(accounts_app, name="accounts")
audit_app = typer.Typer(no_args_is_help=True, help="The record of every change.")
app.add_typer(audit_app, name="audit")
receipt_app = typer.Typer(no_args_is_help=True, help="What the server attests of an upload.")
app.add_typer(receipt_app, name="receipt")

Data = Annotated[str | None, typer.Option(help="Data folder.", show_default="greenroom-data")]
ConfigFile = Annotated[str | None, typer.Option("--config", envvar="GREENROOM_CONFIG", help="Settings file (TOML).")]


def main() -> None:
    """Run a command; an error of ours is one line and exit status 2."""
    try:
        app()
    except GreenroomError as problem:
        print(f"greenroom: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


@app.command()
def version() -> None:
    """Print the version."""
    print(f"greenroom {__version__}")  # noqa: T201


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.", show_default="8700")] = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Run the server until it is told to stop."""
    settings = config.load(os.environ, config_file, {"host": host, "port": port, "data": data})
    _log_as(settings.log_format)
    _keep_freed_memory()
    server = bootstrap.build(settings)
    made = bootstrap.first_key(server.access, settings)
    listener = _listener(settings)
    server.start()
    gc.collect()
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn ends gracefully and then raises the signal again: by then there is more to put away.
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        _Uvicorn(_uvicorn_config(server.app, settings), _address(listener), made).run(sockets=[listener])
    finally:
        server.stop()


@app.command()
def upload(
    files: Annotated[list[Path], typer.Argument(help="Images, videos and sounds.")],
    url: Annotated[str, typer.Option(envvar="GREENROOM_URL", help="Server.")] = "http://127.0.0.1:8700",
    key: Annotated[str, typer.Option(envvar="GREENROOM_API_KEY", help="API key.")] = "",
    folder: Annotated[str, typer.Option(help="Path or id; folders that are missing are made.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file on standard output.")] = False,
) -> None:
    """Upload files and print their permanent addresses; refused ones with the reason."""
    from greenroom.client.command import upload_files  # other commands do without its imports

    raise typer.Exit(upload_files(files, url, key, as_json, folder=folder))


@app.command()
def optimize(
    files: Annotated[list[Path], typer.Argument(help="Images, videos and sounds.")],
    output: Annotated[Path | None, typer.Option(help="File or folder of the copy.", show_default="beside it")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="jpeg, png, webp, mp4, mp3 or auto.")] = None,
    max_size: Annotated[
        str | None, typer.Option(help="Box that turns with the picture.", show_default="1920x1080")
    ] = None,
    max_bytes: Annotated[str | None, typer.Option(help="The copy stays under this: 500kB, 10MB.")] = None,
    quality: Annotated[int | None, typer.Option(help="Of an image, 1 to 100.", show_default="85, WebP 80")] = None,
    crf: Annotated[int | None, typer.Option(help="Of a video, 10 to 40; smaller is better.", show_default="23")] = None,
    preset: Annotated[str | None, typer.Option(help="Effort for a video: ultrafast to slow.")] = None,
    bit_rate_kbps: Annotated[int | None, typer.Option("--bit-rate", help="Of sound, in kbit/s.")] = None,
    loudness: Annotated[str | None, typer.Option(help="LUFS, or off; sound files: -16.", show_default="off")] = None,
    keep_metadata: Annotated[bool, typer.Option(help="Keep titles, dates and places.")] = False,
    force: Annotated[bool, typer.Option(help="Replace a copy that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file on standard output.")] = False,
) -> None:
    """Make render-safe copies of files, here and without a server; the originals stay as they are."""
    from greenroom.optimize_command import optimize_files, wishes_from

    given = {
        "format": format_,
        "max_size": max_size,
        "max_bytes": max_bytes,
        "quality": quality,
        "crf": crf,
        "preset": preset,
        "bit_rate_kbps": bit_rate_kbps,
        "loudness_lufs": loudness,
        "keep_metadata": keep_metadata,
    }
    raise typer.Exit(optimize_files(files, output, wishes_from(given), force=force, as_json=as_json))


@app.command()
def doctor(data: Data = None, config_file: ConfigFile = None) -> None:
    """Look whether this machine has what the server needs; exit status 1 if it has not."""
    from greenroom.doctor import examine_machine

    settings = config.load(os.environ, config_file, {"data": data})
    marks = {True: "ok  ", False: "BAD ", None: "    "}
    healthy = True
    for check in examine_machine(settings.data, bootstrap.exam_limits(settings)):
        healthy = healthy and check.good is not False
        print(f"{marks[check.good]} {check.name}: {check.found}", flush=True)  # noqa: T201
    for wrong in bootstrap.usage_drift(settings):
        healthy = False
        print(f"{marks[False]} counts: {wrong}; the next start of the server sets it right", flush=True)  # noqa: T201
    raise typer.Exit(0 if healthy else 1)


@app.command()
def reverify(data: Data = None, config_file: ConfigFile = None) -> None:
    """
    Judge again every asset that was judged by older rules or an older decoder.

    May be stopped at any time and goes on where it was; a server may be running meanwhile.
    """
    settings = config.load(os.environ, config_file, {"data": data})
    again, done = bootstrap.reverification(settings)
    count = changed = 0
    try:
        for before, after in again:
            count += 1
            if before.state is not after.state:
                changed += 1
                reasons = "; ".join(finding.message for finding in after.findings)
                print(f"{after.id}: {before.state.value} -> {after.state.value}  {reasons}", flush=True)  # noqa: T201
    finally:
        done()
    print(f"{count} judged again, {changed} changed")  # noqa: T201


@audit_app.command("verify")
def verify_audit(
    head: Annotated[
        str | None, typer.Option(help="A head that was noted earlier; it must still stand in the chain.")
    ] = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """
    Walk the chain of the audit; exit status 1 if an entry was altered, removed or put in between.

    Prints the head of the chain: kept elsewhere and given as --head the next time, it shows entries that were cut
    off at the end.
    """
    with _opened(data, config_file) as database:
        walked = Audit(database).walk(head)
    print(f"{walked.entries} entries, head {walked.head}")  # noqa: T201
    if walked.fault is not None:
        print(f"greenroom: {walked.fault}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(1)


@receipt_app.command("verify")
def verify_receipt(
    receipt: Annotated[str, typer.Argument(help="A receipt, or a file that holds it; - reads standard input.")],
    keys: Annotated[
        Path | None,
        typer.Option(help="Public keys, as GET /api/v1/receipts/keys gives them.", show_default="the data folder's"),
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Compare this file with what the receipt says.")] = None,
    data: Data = None,
    config_file: ConfigFile = None,
) -> None:
    """Verify a receipt, without any server, and print what it says; exit status 1 if it does not hold."""
    from greenroom.receipt_command import verify  # other commands do without its imports

    settings = config.load(os.environ, config_file, {"data": data})
    raise typer.Exit(verify(receipt, keys, file, lambda: receipts.public_keys(bootstrap.receipt_keys(settings))))


@contextmanager
def _opened(data: str | None, config_file: str | None) -> Iterator[Database]:
    """The catalogue of a data folder for a command, while a server may be using it too."""
    database = bootstrap.open_catalogue(config.load(os.environ, config_file, {"data": data}).data)
    try:
        yield database
    finally:
        database.close()


class _Uvicorn(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, configuration: uvicorn.Config, address: str, made_key: str | None) -> None:
        super().__init__(configuration)
        self._address = address
        self._made_key = made_key

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._made_key is not None:
            print(f"API key, shown only now: {self._made_key}", flush=True)  # noqa: T201
        print(f"Greenroom is listening on {self._address}", flush=True)  # noqa: T201


def _uvicorn_config(application: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=protocol_class(settings.http),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(settings.http.keep_alive_s) or 1,
        timeout_graceful_shutdown=30,
        backlog=2048,
    )


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as problem:
        raise GreenroomError(f"cannot listen on {settings.host} port {settings.port}: {problem.strerror}") from problem
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log_as(log_format: str) -> None:
    text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer() if log_format == "json" else text
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _keep_freed_memory() -> None:
    # glibc gives large freed buffers back to the kernel and faults them in again for the next piece of a body;
    # told not to, it receives a third faster. M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of mallopt(3); and
    # M_ARENA_MAX, so that not every thread keeps freed buffers of its own.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in ((-1, 32 << 20), (-2, 4 << 20), (-3, 32 << 20), (-8, 2)):
            mallopt(parameter, value)
