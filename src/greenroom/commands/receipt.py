"""`greenroom receipt verify`: whether a receipt holds, and whether a file is the one that it speaks of."""

import hashlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from greenroom.domain.receipt import Claims
from greenroom.domain.receipt import verify as verified
from greenroom.errors import GreenroomError, ReceiptInvalid


def verify(
    receipt: str, keys: Path | None, file: Path | None, keys_of_the_data_folder: Callable[[], dict[str, Any]]
) -> int:
    """Print what a receipt says, and give the exit status: 1 if it does not hold or the file is another one."""
    try:
        said = verified(_text_of(receipt), _keys_in(keys) if keys is not None else keys_of_the_data_folder())
        if file is not None:
            _compare(file, said)
    except ReceiptInvalid as problem:
        print(f"greenroom: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    for name, value in msgspec.structs.asdict(said).items():
        shown = f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC" if name in _INSTANTS else value
        print(f"{_LABELS.get(name, name):14} {shown}")  # noqa: T201
    print(f"{'holds':14} yes" + (f", and {file} is that file" if file is not None else ""))  # noqa: T201
    return 0


_INSTANTS = ("accepted_at", "iat")
_LABELS = {"iat": "attested_at"}


def _text_of(receipt: str) -> str:
    if receipt == "-":
        return sys.stdin.read()
    # A receipt is longer than a file's name may be.
    return _read(Path(receipt)) if len(receipt) < 256 else receipt


def _keys_in(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(_read(path), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise ReceiptInvalid(f"{path} has no public keys: it must be what GET /api/v1/receipts/keys gives.") from None


def _compare(file: Path, said: Claims) -> None:
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as problem:
        raise GreenroomError(f"{file} cannot be read: {problem.strerror}") from None
    if found != said.sha256:
        raise ReceiptInvalid(f"{file} is another file: its SHA-256 is {found}, the receipt's {said.sha256}.")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as problem:
        raise GreenroomError(f"{str(path)[:200]} cannot be read: {problem}") from None
