"""The reference follows from the code: each page is what `scripts/make-reference` would write now."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import greenroom
from greenroom.config import SettingFacts, all_settings
from greenroom.domain import findings as upload_findings
from greenroom.domain.events import ALL_EVENTS, OURS
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


def test_a_number_is_written_as_it_may_be_set() -> None:
    written = (ROOT / "docs" / "reference" / "settings.md").read_text()

    assert "| `2592000` |" in written
    assert "e+" not in written


def codes_made_in(path: Path) -> set[str]:
    """The codes that a file words findings with, where they are written out."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    made = [call.args[0] for call in calls if call.args and getattr(call.func, "id", "") == "finding"]
    return {code.value for code in made if isinstance(code, ast.Constant) and isinstance(code.value, str)}


@pytest.mark.parametrize("room", ["domain", "net", "services", "web"])
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


def events_made_in(path: Path) -> set[str]:
    """The types of the events that a file writes, where they are written out."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    made = [call.args[2] for call in calls if getattr(call.func, "attr", "") == "add_event"]
    return {type_.value for type_ in made if isinstance(type_, ast.Constant) and isinstance(type_.value, str)}


def test_every_event_of_an_asset_is_in_the_table_and_every_one_in_the_table_happens() -> None:
    files = (Path(greenroom.__file__).parent / "db").rglob("*.py")

    assert {type_ for path in files for type_ in events_made_in(path)} == set(OURS)


@pytest.mark.parametrize("name", ALL_EVENTS)
def test_every_event_has_a_sentence_and_the_fields_of_its_data(name: str) -> None:
    explanation = ALL_EVENTS[name]

    assert explanation.sentence.endswith(".")
    assert explanation.data
