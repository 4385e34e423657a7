"""The progress of an attempt: what is counted while its bytes come, and what is told of it."""

import msgspec

from greenroom.domain.timeline import Progress, Transfer

BEGAN_AT = 1_800_000_000.0


def test_an_attempt_without_bytes_has_no_first_and_no_last() -> None:
    transfer = Progress(BEGAN_AT, 50.0, 1000).transfer()

    assert transfer == Transfer(BEGAN_AT, 0, expected_bytes=1000)


def test_bytes_are_counted_with_the_instants_of_the_first_and_the_last() -> None:
    progress = Progress(BEGAN_AT, 50.0, None)
    progress.came(10, 50.25)
    progress.came(20, 50.5)

    transfer = progress.transfer()

    assert transfer.received_bytes == 30
    assert (transfer.first_byte_at, transfer.last_byte_at) == (BEGAN_AT + 0.25, BEGAN_AT + 0.5)
    assert (transfer.stalls, transfer.stalled_s) == (0, 0.0)


def test_pauses_of_more_than_a_second_are_stalls() -> None:
    progress = Progress(BEGAN_AT, 0.0, None)
    for moment in (1.0, 3.5, 4.5, 6.0):
        progress.came(1, moment)

    transfer = progress.transfer()

    assert (transfer.stalls, transfer.stalled_s) == (2, 4.0)


def test_bytes_that_flowed_for_long_without_a_pause_are_no_stall() -> None:
    progress = Progress(BEGAN_AT, 0.0, None)
    progress.came(4096, 0.1)
    progress.flowed(100_000_000, 9.0)
    progress.came(4096, 9.5)

    assert progress.transfer().stalls == 0


def test_what_was_told_does_not_change_with_what_comes_later() -> None:
    progress = Progress(BEGAN_AT, 0.0, None)
    progress.took("wait", 0.001)
    before = progress.transfer()
    progress.took("examine", 0.0123)
    progress.came(1, 0.5)

    assert before.timings_ms == {"wait": 1.0}
    assert before.received_bytes == 0
    assert progress.transfer().timings_ms == {"wait": 1.0, "examine": 12.3}


def test_a_transfer_comes_back_from_json_as_it_was() -> None:
    progress = Progress(BEGAN_AT, 0.0, 7)
    progress.came(7, 2.0)

    transfer = progress.transfer()

    assert msgspec.json.decode(msgspec.json.encode(transfer), type=Transfer) == transfer
