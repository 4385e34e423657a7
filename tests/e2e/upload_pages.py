"""
Pages that show how to upload: their curl commands and programs, made ready to run.

The seed pages lie beside the repository, in ../shared/seeds, or where GREENROOM_SEEDS says. A clone of a user has
none; pages of our own of the same shape, in `programs/`, are always there.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BASE_URL = "https://api.jogg.ai"
KEY = "YOUR_API_KEY"

_REPOSITORY = Path(__file__).resolve().parents[2]
SEEDS = Path(os.environ.get("GREENROOM_SEEDS") or _REPOSITORY.parent / "shared" / "seeds")
PROGRAMS = Path(__file__).parent / "programs"

_BODY = re.compile(r"--data '(\{.*\})'", re.DOTALL)
_USE = re.compile(r"""(["'])\./(?P<file>[\w.]+)\1, \1[\w.]+\1, \1(?P<type>[\w/-]+)\1""")


@dataclass(frozen=True, slots=True)
class CurlCall:
    """A curl command with a JSON body, as the page has it."""

    command: str

    @property
    def raw_body(self) -> str:
        """The JSON between its quotes."""
        found = _BODY.search(self.command)
        assert found is not None, self.command
        return found[1]

    @property
    def body(self) -> dict[str, Any]:
        """The JSON it sends."""
        decoded: dict[str, Any] = json.loads(self.raw_body)
        return decoded

    @property
    def path(self) -> str:
        """What it calls."""
        return self.command.split(BASE_URL)[1].split("'")[0]

    def ready(self, url: str, key: str) -> str:
        """The command for a server of ours: nothing but base URL and key are replaced."""
        return _replaced(self.command, BASE_URL, url).replace(KEY, key)

    def ready_with(self, url: str, key: str, image: dict[str, Any], sound: dict[str, Any]) -> str:
        """The same, and assets of ours in the places of the page's examples, by id where it has ids, else by URL."""
        command = self.ready(url, key)
        for asset, id_, extensions in ((image, "img_", "jpg|png"), (sound, "aud_", "mp3")):
            command = re.sub(rf'"{id_}\w+"', f'"{asset["asset_id"]}"', command)
            command = re.sub(rf'"https://[^"]+\.({extensions})"', f'"{asset["asset_url"]}"', command)
        return command


@dataclass(frozen=True, slots=True)
class CurlUpload:
    """The two curl commands that upload a file."""

    sign: CurlCall
    put: str

    @property
    def file_name(self) -> str:
        """The file's name in either spelling."""
        return str(self.sign.body.get("filename") or self.sign.body["file_name"])

    @property
    def content_type(self) -> str:
        """The file's type in either spelling."""
        return str(self.sign.body.get("content_type") or self.sign.body["file_type"])

    @property
    def size_bytes(self) -> int | None:
        """The size it announces, if it does."""
        return self.sign.body.get("file_size")

    def put_ready(self, sign_url: str, file: Path) -> str:
        """The second command: the page's example of a sign_url and the file's path are replaced."""
        command = re.sub(r"'https://[^']+'", lambda _: f"'{sign_url}'", self.put, count=1)
        return re.sub(r"@/path/to/[^']+", lambda _: f"@{file}", command, count=1)


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program, as the page has it. It wants its file in the current folder."""

    language: str
    text: str

    @property
    def file_name(self) -> str:
        """The file it sends."""
        return self._use()["file"]

    @property
    def content_type(self) -> str:
        """The type it says."""
        return self._use()["type"]

    def ready(self, url: str, key: str) -> str:
        """The program for a server of ours: nothing but base URL and key are replaced."""
        return _replaced(self.text, BASE_URL, url).replace(KEY, key)

    def _use(self) -> re.Match[str]:
        found = _USE.search(self.text)
        assert found is not None, self.text
        return found


def curl_uploads(page: str) -> list[CurlUpload]:
    """The pairs of commands that sign and PUT, in the order of the page."""
    commands = [command for command in _curl_commands(page) if _is_sign(command) or _is_put(command)]
    pairs = zip(commands[::2], commands[1::2], strict=True)
    return [CurlUpload(CurlCall(sign), put) for sign, put in pairs]


def other_calls(page: str) -> list[CurlCall]:
    """The commands that do not upload: they use what was uploaded."""
    return [CurlCall(command) for command in _curl_commands(page) if not _is_sign(command) and not _is_put(command)]


def programs(page: str, language: str) -> list[Program]:
    """The programs of a page in one language."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return [Program(language, block) for block in blocks]


def all_curl_uploads() -> list[Any]:
    """Every pair of commands of all pages, as test parameters."""
    return _parameters(curl_uploads, lambda upload: upload.file_name)


def all_other_calls() -> list[Any]:
    """Every call of all pages that is not an upload, as test parameters."""
    return _parameters(other_calls, lambda call: call.path)


def page_calls() -> list[CurlCall]:
    """The same of the seed pages alone, or where those are not at hand, of our own."""
    pages = sorted(SEEDS.glob("*") if SEEDS.is_dir() else PROGRAMS.glob("*"))
    return [call for page in pages for call in other_calls(page.read_text("utf-8"))]


def all_programs(language: str) -> list[Any]:
    """Every program in one language of all pages, as test parameters."""
    return _parameters(lambda page: programs(page, language), lambda program: program.file_name)


def _parameters(extract: Any, name_of: Any) -> list[Any]:
    ours = _from_pages("own programs", PROGRAMS, extract, name_of)
    seeds = _from_pages("seed pages", SEEDS, extract, name_of)
    return [*ours, *(seeds or [_absent()])]


def _from_pages(source: str, folder: Path, extract: Any, name_of: Any) -> list[Any]:
    pages = sorted(folder.glob("*")) if folder.is_dir() else []
    found = [extracted for page in pages for extracted in extract(page.read_text("utf-8"))]
    assert found or not pages, f"the pages in {folder} show none of what is looked for"
    return [
        pytest.param(extracted, id=f"{source}: {number}. {name_of(extracted)}")
        for number, extracted in enumerate(found, 1)
    ]


def _absent() -> Any:
    reason = "the seed pages (../shared/seeds) are not at hand; programs of our own of the same shape were run instead"
    return pytest.param(None, id="seed pages", marks=pytest.mark.skip(reason=reason))


def _curl_commands(page: str) -> list[str]:
    commands: list[str] = []
    lines: list[str] = []
    for line in page.splitlines():
        if not lines and not line.startswith("curl "):
            continue
        lines.append(line)
        whole = "\n".join(lines)
        if not line.endswith("\\") and whole.count("'") % 2 == 0:
            commands.append(whole)
            lines = []
    assert not lines, f"a curl command has no end:\n{whole}"
    return commands


def _is_sign(command: str) -> bool:
    return "/upload/asset'" in command


def _is_put(command: str) -> bool:
    return "--request PUT" in command


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"{old} does not occur in:\n{text}"
    return text.replace(old, new)
