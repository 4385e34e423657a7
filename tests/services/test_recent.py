"""Recent: a memory that never tells what was true before a change."""

from greenroom.services.recent import Recent


def test_what_was_kept_is_there() -> None:
    recent: Recent[str, int] = Recent(10)

    recent.keep("a", 1, recent.moment())

    assert recent.get("a") == 1


def test_what_was_forgotten_is_gone_and_the_rest_is_there() -> None:
    recent: Recent[str, int] = Recent(10)
    recent.keep("a", 1, recent.moment())
    recent.keep("b", 2, recent.moment())

    recent.forget("a", "never there")

    assert (recent.get("a"), recent.get("b")) == (None, 2)


def test_the_oldest_gives_way() -> None:
    recent: Recent[str, int] = Recent(2)
    moment = recent.moment()

    recent.keep("a", 1, moment)
    recent.keep("b", 2, moment)
    recent.keep("c", 3, moment)

    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (None, 2, 3)


def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    recent: Recent[str, int] = Recent(10)
    moment = recent.moment()
    recent.forget_all()

    recent.keep("a", 1, moment)

    assert recent.get("a") is None
