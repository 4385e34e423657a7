"""The table of who may import whom, and the laws of the house that can be checked."""

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from greenroom import errors
from greenroom.web import problems

SOURCE = Path(errors.__file__).parent

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    # A finding is what an error of an upload carries, so the two are one foundation.
    "errors": ("domain.media",),
    "domain": ("domain", "errors"),
    # Of net only what an address is; it calls nobody.
    "config": ("errors", "net.addresses"),
    "storage": ("storage", "domain", "errors"),
    "db": ("db", "domain", "errors"),
    "jobs": ("jobs", "domain", "errors"),
    "net": ("net", "domain", "errors"),
    "media": ("media", "domain", "errors"),
    "studio": ("studio", "domain", "errors"),
    # Of media only what looks at bytes without decoding them, of the studio only tables and values.
    "services": (
        "services",
        "domain",
        "errors",
        "db",
        "storage",
        "media.sniff",
        "studio.cast",
        "studio.notice",
        "studio.plan",
        "studio.voices",
    ),
    "web": ("web", "services", "domain", "errors", "config", "storage.incoming"),
    "worker": ("services", "domain", "errors", "config", "bootstrap"),
    # The client installs without the server.
    "client": ("client",),
    # Around the studio, with what confines a process and what calls providers.
    "render": ("render", "studio", "domain", "errors", "media", "net"),
    "bootstrap": (
        "bootstrap",
        "config",
        "db",
        "domain",
        "errors",
        "jobs",
        "media",
        "net",
        "render",
        "services",
        "storage",
        "studio",
        "web",
    ),
    # What commands open a data folder with knows nothing of HTTP.
    "bootstrap.house": ("config", "db", "domain", "errors", "media", "net", "services", "storage"),
    "bootstrap.keeping": ("bootstrap.house", "config", "db", "domain", "media", "net", "services", "storage"),
    "bootstrap.filming": ("bootstrap", "config", "domain", "render", "services"),
    "bootstrap.studio": ("config", "domain", "errors", "net", "render", "services", "studio"),
    "cli": ("bootstrap", "commands", "config", "domain", "errors", "client", "services", "studio.models"),
    "commands": (),
    "commands.listing": ("client.description",),
    "commands.accounts": ("bootstrap", "commands.listing", "config", "domain", "errors", "services"),
    "commands.doctor": ("domain", "media", "studio.models"),
    "commands.models": ("commands.model_packages", "config", "errors", "studio.models"),
    "commands.model_packages": ("errors", "studio.models", "studio.model_files"),
    # These two work beside the server, or without one.
    "commands.optimize": ("domain", "errors", "media", "client.description"),
    "commands.receipt": ("domain", "errors"),
    "commands.serve": ("bootstrap", "config", "errors", "web.protocol"),
    "__main__": ("cli",),
    "__init__": (),
}
"""Room or module -> what it may import of the others, each with all that is below it."""

# `os.urandom` makes ids; what else `os` has, the domain may not touch.
NO_IO = frozenset(
    [
        "io",
        "pathlib",
        "socket",
        "ssl",
        "select",
        "sqlite3",
        "time",
        "subprocess",
        "asyncio",
        "threading",
        "multiprocessing",
        "shutil",
        "tempfile",
        "glob",
        "logging",
        "structlog",
        "urllib",
        "http",
        "requests",
        "httpx",
        "sqlalchemy",
        "starlette",
        "fastapi",
        "pydantic",
        "av",
        "PIL",
    ]
)
DECODERS = frozenset(("av", "PIL", "cv2", "numpy", "skia"))


def modules(folder: str = "") -> list[Path]:
    """The source files of a room, or of all."""
    return sorted(path for path in (SOURCE / folder).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= names_from(node.module, [name.name for name in node.names])
    return found


def names_from(module: str, names: list[str]) -> set[str]:
    """What `from module import names` imports: submodules where they are such, else the module."""
    folder = SOURCE.parent / module.replace(".", "/")
    below = {f"{module}.{name}" for name in names if (folder / f"{name}.py").exists() or (folder / name).is_dir()}
    return below or {module}


def relative(path: Path) -> str:
    """A file as the table and messages name it: `web/app.py`."""
    return path.relative_to(SOURCE).as_posix()


def room_of(path: Path) -> str:
    """The row of the table that a file belongs to: its own, or that of the room it stands in."""
    name = relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return name if name in MAY_IMPORT else name.partition(".")[0]


def is_allowed(imported: str, allowed: tuple[str, ...]) -> bool:
    """Whether an import of ours is in a row of the table; `greenroom` itself holds only the version."""
    name = imported.removeprefix("greenroom").removeprefix(".")
    return not name or any(name == one or name.startswith(f"{one}.") for one in allowed)


def loaded_by(statement: str) -> set[str]:
    """All modules that a fresh process has after a statement."""
    program = f"{statement}; import sys, json; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(ran.stdout))


# Who may import whom


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    ours = {name for name in imports_of(path) if name.split(".")[0] == "greenroom"}

    assert {name for name in ours if not is_allowed(name, MAY_IMPORT[room_of(path)])} == set()


@pytest.mark.parametrize("path", modules("domain"), ids=relative)
def test_the_domain_does_no_input_or_output(path: Path) -> None:
    assert {name for name in imports_of(path) if name.split(".")[0] in NO_IO} == set()


@pytest.mark.parametrize("path", modules("domain"), ids=relative)
def test_the_domain_takes_nothing_from_the_system_but_randomness(path: Path) -> None:
    # And has a child process draw its own.
    assert re.findall(r"\bos\.(?!(?:urandom|register_at_fork)\b)\w+|from os\b", path.read_text()) == []


@pytest.mark.parametrize("path", modules("domain"), ids=relative)
def test_the_domain_has_no_clock(path: Path) -> None:
    assert re.findall(r"\.(?:now|utcnow|today)\(", path.read_text()) == []


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_only_the_command_line_and_the_settings_read_the_environment(path: Path) -> None:
    assert relative(path) in ("cli.py", "config.py") or not re.search(r"\bos\.(?:environ|getenv)\b", path.read_text())


# Law 4: the server process never decodes media


@pytest.mark.parametrize("module", ["greenroom.bootstrap.server", "greenroom.cli"])
def test_the_server_process_has_no_decoder(module: str) -> None:
    loaded = loaded_by(f"import {module}")

    assert {name for name in loaded if name.split(".")[0] in DECODERS} == set()


def test_the_client_brings_nothing_of_the_server_with_it() -> None:
    loaded = loaded_by("import greenroom.client")

    ours = {name for name in loaded if name.startswith("greenroom.") and not name.startswith("greenroom.client")}
    theirs = {
        name for name in loaded if name in ("sqlalchemy", "fastapi", "starlette", "uvicorn", "alembic", *DECODERS)
    }
    assert (ours, theirs) == (set(), set())


# The tree of errors


def all_errors(root: type[errors.GreenroomError] = errors.GreenroomError) -> list[type[errors.GreenroomError]]:
    """An error class and all below it."""
    below = [found for child in root.__subclasses__() for found in all_errors(child)]
    return [root, *below]


def drawn_tree() -> dict[str, str]:
    """The drawing at the top of errors.py: each class with the class it hangs from."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in inspect.getdoc(errors).split("\n"):  # type: ignore[union-attr]  # it has one: see below
        match = re.match(r" {4}((?:│   |    )*)(?:[├└]── )?([A-Z][A-Za-z]+)(?= {2}|$)", line)
        if match:
            depth = len(match[1]) // 4 + ("── " in line)
            path[depth:] = [match[2]]
            parents[match[2]] = path[depth - 1] if depth else ""
    return parents


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_an_error_is_where_the_drawing_shows_it(error: type[errors.GreenroomError]) -> None:
    parent = "" if error is errors.GreenroomError else error.__mro__[1].__name__

    assert drawn_tree().get(error.__name__) == parent


def test_the_drawing_shows_no_error_that_is_not_there() -> None:
    assert set(drawn_tree()) == {error.__name__ for error in all_errors()}


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_an_error_has_a_row_in_the_table_of_statuses(error: type[errors.GreenroomError]) -> None:
    assert error in problems.TABLE


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_an_error_lives_in_errors_py(error: type[errors.GreenroomError]) -> None:
    assert error.__module__ == "greenroom.errors"


# Style


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_a_module_begins_with_a_sentence_on_what_it_holds(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())) or not path.read_text()


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_a_module_is_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in ("util", "utils", "helper", "helpers", "common", "misc", "base", "manager")
