"""The process that makes a video: confined before it sees an asset, killed when it is time, believed nothing."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from greenroom.domain.video import ScriptVoice, VideoSpec
from greenroom.errors import NotProduced
from greenroom.render.messages import RenderLimits
from greenroom.render.renderer import Renderer
from greenroom.studio.plan import Plan, Rendering


@pytest.fixture(autouse=True)
def programs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[tuple[int, int]]:
    found = [os.open(tmp_path / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("film", "cover")]
    yield found[0], found[1]
    for one in found:
        os.close(one)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("a key")
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def plan(program: str, work: Path, targets: tuple[int, int]) -> Plan:
    spec = VideoSpec("sarah_full_01", ScriptVoice("Hello.", "any"), name=program)
    return Plan(spec, {}, str(work), *targets, fonts=str(work / "fonts"))


def outcome_of(program: str, work: Path, targets: tuple[int, int], limits: RenderLimits | None = None) -> NotProduced:
    """How the making ends that a program stands in for."""
    renderer = Renderer(limits, module="probing")
    with pytest.raises(NotProduced) as told:
        renderer.render(plan(program, work, targets), threading.Event(), lambda told: None)
    return told.value


def ends_soon(process: int) -> bool:
    """Whether a process is gone within two seconds; one that has ended and waits to be collected is."""
    for _ in range(40):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_process_can_do_nothing_but_work_in_its_folder(
    work: Path, targets: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    guards = Renderer().protections
    if guards.landlock_abi is None or guards.rendering_program is None:
        pytest.skip("this machine lacks Landlock or seccomp")
    monkeypatch.setenv("GREENROOM_API_KEY", "a secret")

    found = json.loads(str(outcome_of("look_around", work, targets)))

    assert found["keep"] == "could: 2"
    assert found["read_a_material"] == "could: 0"
    assert (work / "kept").read_bytes() == b"kept"
    denied = ("read_secret", "write_outside", "list_root", "connect", "run", "fork")
    assert {name: found[name] for name in denied if not found[name].startswith("could not")} == {}
    assert int(found["nice"]) >= 10
    assert not [name for name in json.loads(found["environment"]) if "GREENROOM" in name]


def test_a_video_that_nobody_wants_ends_within_a_second_with_all_its_processes(
    work: Path, targets: tuple[int, int]
) -> None:
    stop, told = threading.Event(), list[Rendering]()
    ended: list[NotProduced] = []

    def render() -> None:
        try:
            Renderer(module="probing").render(plan("hang", work, targets), stop, told.append)
        except NotProduced as problem:
            ended.append(problem)

    thread = threading.Thread(target=render)
    thread.start()
    while not told:
        time.sleep(0.01)
    began = time.monotonic()
    stop.set()
    thread.join(10)
    took_s = time.monotonic() - began

    assert [one.code for one in ended] == ["render_stopped"]
    assert took_s < 1.0
    assert ends_soon(round(told[0].done * 1e7))


def test_a_process_that_takes_too_long_is_killed(work: Path, targets: tuple[int, int]) -> None:
    ended = outcome_of("hang", work, targets, RenderLimits(wall_s=2.0))

    assert (ended.code, "2 s" in str(ended)) == ("render_timed_out", True)


def test_a_process_that_uses_too_much_processor_time_is_killed(work: Path, targets: tuple[int, int]) -> None:
    assert outcome_of("burn", work, targets, RenderLimits(cpu_s=1)).code == "render_timed_out"


def test_a_process_gets_no_more_memory_than_is_allowed(work: Path, targets: tuple[int, int]) -> None:
    limits = RenderLimits(memory_bytes=1 << 30)

    assert outcome_of("eat_memory", work, targets, limits).code == "render_out_of_memory"


@pytest.mark.parametrize("program", ["talk_nonsense", "talk_for_ever", "die"])
def test_a_process_that_goes_mad_is_a_crash(work: Path, targets: tuple[int, int], program: str) -> None:
    assert outcome_of(program, work, targets).code == "render_crashed"


def test_what_a_drawing_process_said_at_its_end_is_in_the_log(work: Path, targets: tuple[int, int]) -> None:
    with capture_logs() as logs:
        ended = outcome_of("draw_what_cannot_be_drawn", work, targets)

    assert ended.code == "drawing_ended"
    assert "report it" in str(ended)
    (line,) = logs
    assert (line["log_level"], line["code"]) == ("warning", "drawing_ended")
    assert line["said"].strip().endswith("IndexError: the eye is outside of the picture")
