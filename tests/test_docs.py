"""The reference follows from the code: each page is what `scripts/make-reference` would write now."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import greenroom
from greenroom.config import SettingFacts, all_settings
from greenroom.domain import findings as upload_findings
from greenroom.media import findings as media_findings

ROOT = Path(__file__).parent.parent


def program(name: str) -> ModuleType:
    """A program of scripts/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = program("reference")


@pytest.mark.parametrize("name", sorted(REFERENCE.PAGES))
def test_a_page_of_the_reference_is_as_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text("utf-8")

    assert written == REFERENCE.PAGES[name](), "run scripts/make-reference"


@pytest.mark.parametrize("facts", list(all_settings()), ids=lambda facts: facts.name)
def test_every_setting_is_in_the_reference(facts: SettingFacts) -> None:
    assert f"| `{facts.name}` | `{facts.variable}` |" in (ROOT / "docs" / "reference" / "settings.md").read_text()


def codes_made_in(path: Path) -> set[str]:
    """The codes that a file words findings with, where they are written out."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    made = [call.args[0] for call in calls if call.args and getattr(call.func, "id", "") == "finding"]
    return {code.value for code in made if isinstance(code, ast.Constant) and isinstance(code.value, str)}


@pytest.mark.parametrize("room", ["domain", "services", "web"])
def test_every_finding_of_an_upload_is_in_its_table(room: str) -> None:
    files = (Path(greenroom.__file__).parent / room).rglob("*.py")

    assert {code for path in files for code in codes_made_in(path)} <= set(upload_findings.FINDINGS)


def test_no_code_means_two_things() -> None:
    assert set(upload_findings.FINDINGS) & set(media_findings.FINDINGS) == set()


@pytest.mark.parametrize("code", upload_findings.FINDINGS)
def test_every_finding_of_an_upload_has_a_cause_and_a_cure(code: str) -> None:
    cause, cure = upload_findings.FINDINGS[code]

    assert cause.endswith(".")
    assert cure.endswith(".")
