"""Whatever a file does to the child that judges it, the caller gets an answer."""

import contextlib
import io
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from judging import Judge, codes, judge_with
from PIL import Image
from structlog.testing import capture_logs

import media_samples as good
from greenroom.domain.media import Format
from greenroom.media.examiner import Examiner
from greenroom.media.limits import ExamLimits

AT_WORK_S = 0.05  # processor time; the clock of it ticks in hundredths


class Own(NamedTuple):
    """An examiner of one test alone, and its zygotes."""

    examiner: Examiner
    zygotes: list[psutil.Process]
    seen: dict[int, float]

    def stop_in_the_middle(self) -> None:
        """Wait for a child to be at work, and stop it there."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in self._children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    before = self.seen.setdefault(child.pid, sum(child.cpu_times()[:2]))
                    if sum(child.cpu_times()[:2]) > before + AT_WORK_S:
                        child.suspend()
                        return
            time.sleep(0.002)
        raise AssertionError("no child came to work")

    def crash_children(self) -> None:
        for child in self._children():
            with contextlib.suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGSEGV)
                child.resume()

    def _children(self) -> list[psutil.Process]:
        return [child for zygote in self.zygotes for child in zygote.children()]


@pytest.fixture
def own() -> Iterator[Own]:
    before = set(psutil.Process().children())
    examiner = Examiner(concurrency=1)
    examiner.start()
    yield Own(examiner, list(set(psutil.Process().children()) - before), {})
    examiner.close()


def test_an_empty_file_is_damage(judge: Judge) -> None:
    assert codes(judge(b"", format=Format.JPEG)) == ["file_empty"]


def test_many_threads_get_their_own_answers(judge: Judge) -> None:
    samples = [good.jpeg(), good.png(), good.mp3(), good.mp4()] * 5

    with ThreadPoolExecutor(8) as pool:
        formats = [examination.info.format for examination in pool.map(judge, samples) if examination.info]

    assert formats == [Format.JPEG, Format.PNG, Format.MP3, Format.MP4] * 5


def test_the_callers_offset_in_the_file_is_not_moved(examiner: Examiner, tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_bytes(good.mp4())
    with path.open("rb") as file:
        os.lseek(file.fileno(), 7, os.SEEK_SET)

        examination = examiner.examine(file.fileno(), Format.MP4)

        assert examination.info is not None
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 7


def test_a_judgement_that_takes_too_long_is_cut_off() -> None:
    examiner = Examiner(ExamLimits(wall_s=0.001), concurrency=1)

    examination = judge_with(examiner, good.mp4(seconds=20))
    examiner.close()

    assert examination.info is None
    assert codes(examination) == ["examination_timed_out"]


def test_a_judgement_that_takes_too_much_memory_is_cut_off() -> None:
    examiner = Examiner(ExamLimits(memory_bytes=16 << 20), concurrency=1)

    examination = judge_with(examiner, good.still_gif(6000, 6000))
    examiner.close()

    assert examination.info is None
    assert codes(examination) == ["examination_out_of_memory"]


@cache
def photo(file_format: str) -> bytes:
    """27 megapixels that compress well."""
    file = io.BytesIO()
    drawn = Image.linear_gradient("L").resize((6000, 4500)).convert("RGB")
    drawn.save(file, file_format, progressive=True, quality=60, method=0)
    return file.getvalue()


@pytest.mark.parametrize("file_format", ["WebP", "JPEG"])
def test_a_decoder_that_gets_no_memory_does_not_call_the_picture_damaged(file_format: str) -> None:
    examiner = Examiner(ExamLimits(memory_bytes=40 << 20), concurrency=1)

    examination = judge_with(examiner, photo(file_format))
    examiner.close()

    assert codes(examination) == ["examination_out_of_memory"]


def test_a_picture_that_is_decoded_row_by_row_needs_no_memory_for_all_of_it() -> None:
    examiner = Examiner(ExamLimits(memory_bytes=1 << 20), concurrency=1)

    examination = judge_with(examiner, photo("PNG"))
    examiner.close()

    assert examination.damage == ()


def test_after_waiting_children_were_killed_the_next_file_is_judged(own: Own) -> None:
    judge_with(own.examiner, good.jpeg())
    own.crash_children()

    assert judge_with(own.examiner, good.jpeg()).damage == ()
    assert judge_with(own.examiner, good.mp4()).damage == ()


def test_a_zygote_that_died_is_replaced_and_the_file_judged(own: Own) -> None:
    judge_with(own.examiner, good.jpeg())
    for zygote in own.zygotes:
        zygote.kill()

    assert judge_with(own.examiner, good.jpeg()).damage == ()


def test_a_zygote_that_dies_in_the_middle_of_a_judgement_is_replaced(own: Own) -> None:
    judge_with(own.examiner, good.mp4())
    film = good.mp4(seconds=20)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(judge_with, own.examiner, film, deep=True)
        own.stop_in_the_middle()
        assert not answer.done()
        for zygote in own.zygotes:
            zygote.kill()

    assert answer.result().damage == ()


def test_a_child_that_dies_in_the_middle_of_a_judgement_is_damage(own: Own) -> None:
    judge_with(own.examiner, good.mp4())
    film = good.mp4(seconds=20)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(judge_with, own.examiner, film, deep=True)
        own.stop_in_the_middle()
        assert not answer.done()
        own.crash_children()

    assert codes(answer.result()) == ["examination_crashed"]


def test_closing_leaves_no_process_behind() -> None:
    examiner = Examiner(concurrency=1)
    before = set(psutil.Process().children(recursive=True))
    judge_with(examiner, good.jpeg())
    started = set(psutil.Process().children(recursive=True)) - before

    examiner.close()

    assert started
    assert psutil.wait_procs(started, timeout=3)[1] == []


def test_a_closed_examiner_says_so(own: Own) -> None:
    own.examiner.close()

    assert codes(judge_with(own.examiner, good.jpeg())) == ["examination_unavailable"]


def test_a_decoder_that_cannot_start_is_said_once_and_is_not_tried_at_every_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("greenroom.media.examiner.sys.executable", "/bin/false")
    examiner = Examiner(concurrency=1)

    with capture_logs() as logs:
        answers = [judge_with(examiner, good.jpeg()) for _ in range(20)]
    examiner.close()

    assert {codes(answer)[0] for answer in answers} == {"examination_unavailable"}
    assert [log["event"] for log in logs] == ["decoder could not be started; its own words stand on stderr"]


def test_a_decoder_that_could_not_start_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    examiner = Examiner(concurrency=1)
    with monkeypatch.context() as broken:
        broken.setattr("greenroom.media.examiner.sys.executable", "/bin/false")
        assert codes(judge_with(examiner, good.jpeg())) == ["examination_unavailable"]

    time.sleep(0.6)
    examination = judge_with(examiner, good.jpeg())
    examiner.close()

    assert examination.damage == ()
