"""How long the pictures of an animation are shown."""

_HASTY_MS, _USUAL_MS = 10, 100


def shown_ms(asked_ms: float) -> int:
    """
    How many milliseconds a picture is shown of which the file says so many; 0 where it says nothing.

    As browsers do: old GIFs ask for no time or next to none, and mean a tenth of a second. More than 10 ms is meant,
    as the 16 of sixty pictures a second.
    """
    return round(asked_ms) if asked_ms > _HASTY_MS else _USUAL_MS
