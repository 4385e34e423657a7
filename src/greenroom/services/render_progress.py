"""How far a video is, of what its render process tells."""

import time

from greenroom.domain.production import Progress, Step
from greenroom.services.production import UnderWay
from greenroom.studio.plan import Rendering

# Where in the whole each step ends.
_SHARES = {"timing": (0.02, 0.06), "tracking": (0.06, 0.40), "rendering": (0.06, 0.96)}
DRAWN = _SHARES["rendering"][1]
"""How much is done of a video whose film is there."""
_STEPS = {"timing": Step.TIMING, "tracking": Step.TRACKING}


class Listener:
    """Makes progress of what a render process tells, with the time that is probably left."""

    def __init__(self, going: UnderWay) -> None:
        self._going = going
        self._first: tuple[float, float] | None = None
        self._tracked = 0.0

    def __call__(self, told: Rendering) -> None:
        begin, end = _SHARES.get(told.step, _SHARES["rendering"])
        step = _STEPS.get(told.step, Step.RENDERING)
        if step is Step.TRACKING:
            self._tracked = end
        elif step is Step.RENDERING:
            # Where a face was followed first, drawing begins later in the whole.
            begin = max(begin, self._tracked)
        left_s = self._left_s(told.done) if step is Step.RENDERING else None
        self._going.progress = Progress(step, round(begin + (end - begin) * told.done, 4), left_s)

    def _left_s(self, done: float) -> float | None:
        # Measured from the first that was told: a second attempt does not begin at zero.
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        began, share = self._first
        if done - share < 0.01:
            return None
        return round((now - began) * (1.0 - done) / (done - share), 1)
