"""Finding stretches: parts of a recording in which one look after another sees the same."""

from greenroom.domain.media import Stretch

_KEPT = 8


class Stretches:
    """Told at each look whether it is so; gives the stretches of at least `min_s` seconds in which it was."""

    def __init__(self, min_s: float) -> None:
        self._min_s = min_s
        self._since_s: float | None = None
        self._found: list[Stretch] = []

    def see(self, at_s: float, is_so: bool, since_s: float | None = None) -> None:
        """Take note of a look at `at_s`; `since_s` is where it began if that was before this look."""
        if not is_so:
            self.end(at_s)
        elif self._since_s is None:
            self._since_s = at_s if since_s is None else since_s

    def end(self, at_s: float) -> None:
        """Say that it is over, or that the recording is."""
        if self._since_s is not None and at_s - self._since_s >= self._min_s:
            self._found.append(Stretch(round(self._since_s, 2), round(at_s, 2)))
        self._since_s = None

    def found(self) -> tuple[Stretch, ...]:
        """The longest ones, in their order."""
        longest = sorted(self._found, key=lambda stretch: stretch.duration_s, reverse=True)[:_KEPT]
        return tuple(sorted(longest, key=lambda stretch: stretch.start_s))
