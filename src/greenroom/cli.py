"""
The command line: `greenroom serve`, `greenroom keys …`, `greenroom upload …`.

Each command imports what it needs when it runs: a client's command does not wait for the server's imports.
"""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from greenroom import __version__, config
from greenroom.commands.accounts import accounts_app, keys_app
from greenroom.commands.models import models_app
from greenroom.errors import GreenroomError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Uploads over signed addresses: verified, and kept for good.",
)
app.add_typer(keys_app, name="keys")
app.add_typer(accounts_app, name="accounts")
app.add_typer(models_app, name="models")
audit_app = typer.Typer(no_args_is_help=True, help="The record of every change.")
app.add_typer(audit_app, name="audit")
receipt_app = typer.Typer(no_args_is_help=True, help="What the server attests of an upload.")
app.add_typer(receipt_app, name="receipt")

Data = Annotated[str | None, typer.Option(help="Data folder.", show_default="greenroom-data")]
ConfigFile = Annotated[str | None, typer.Option("--config", envvar="GREENROOM_CONFIG", help="Settings file (TOML).")]


def main() -> None:
    """Run a command; an error of ours is one line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        # Names are of any script: where the encoding lacks a letter there is a question mark, and no traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
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
    from greenroom.commands.serve import run

    run(config.load(os.environ, config_file, {"host": host, "port": port, "data": data}))


@app.command()
def upload(
    files: Annotated[list[Path], typer.Argument(help="Images, videos and sounds.")],
    url: Annotated[str, typer.Option(envvar="GREENROOM_URL", help="Server.")] = "http://127.0.0.1:8700",
    key: Annotated[str, typer.Option(envvar="GREENROOM_API_KEY", help="API key.")] = "",
    folder: Annotated[str, typer.Option(help="Path or id; folders that are missing are made.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file on standard output.")] = False,
) -> None:
    """Upload files and print their permanent addresses; refused ones with the reason."""
    from greenroom.client.command import upload_files

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
    from greenroom.commands.optimize import optimize_files, wishes_from

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
    from greenroom.bootstrap import house
    from greenroom.commands.doctor import examine_machine, examine_models

    settings = config.load(os.environ, config_file, {"data": data})
    marks = {True: "ok  ", False: "BAD ", None: "    "}
    healthy = True
    for check in examine_machine(settings.data, house.exam_limits(settings), settings.storage.headroom_bytes):
        healthy = healthy and check.good is not False
        print(f"{marks[check.good]} {check.name}: {check.found}", flush=True)  # noqa: T201
    for check in examine_models(settings.models.folder):
        print(f"{marks[check.good]} {check.name}: {check.found}", flush=True)  # noqa: T201
    for wrong in house.usage_drift(settings):
        healthy = False
        print(f"{marks[False]} counts: {wrong}; the next start of the server sets it right", flush=True)  # noqa: T201
    raise typer.Exit(0 if healthy else 1)


@app.command()
def reverify(data: Data = None, config_file: ConfigFile = None) -> None:
    """
    Judge again every asset that was judged by older rules or an older decoder.

    May be stopped at any time and goes on where it was; a server may be running meanwhile.
    """
    from greenroom.bootstrap import house

    settings = config.load(os.environ, config_file, {"data": data})
    again, done = house.reverification(settings)
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
    from greenroom.bootstrap import house
    from greenroom.services.audit import Audit

    database = house.existing_catalogue(config.load(os.environ, config_file, {"data": data}).data)
    try:
        walked = Audit(database).walk(head)
    finally:
        database.close()
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
    from greenroom.bootstrap import house
    from greenroom.commands.receipt import verify
    from greenroom.domain.receipt import public_keys

    settings = config.load(os.environ, config_file, {"data": data})
    raise typer.Exit(verify(receipt, keys, file, lambda: public_keys(house.kept_receipt_keys(settings))))
