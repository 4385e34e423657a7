"""Hair as it grows: strands between guide curves in clumps, short hairs in a shape, and curls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from greenroom.studio.cast.look import Hair
from greenroom.studio.cast.paint import Brush, Points, curve, ribbon, ribbons
from greenroom.studio.cast.toned import Toned, tone_of

_STEPS = 22
_ACROSS = 96


@dataclass(frozen=True, slots=True)
class Lock:
    """
    Strands from root to tip between guide curves, given from one side to the other.

    `wave` is how far and how often strands swing; `shine` where along them light is caught, and how much; `tone`
    makes the whole lock lighter or darker; `pinch` is how much strands of a clump meet at its tip.
    """

    guides: Sequence[Points]
    count: int = 90
    width: float = 5.0
    clumps: int = 9
    wave: tuple[float, float] = (0.0, 1.5)
    shine: tuple[float, float] = (0.35, 0.6)
    tone: float = 0.0
    pinch: float = 0.35
    seed: int = 1


def paint_lock(b: Brush, hair: Hair, lock: Lock) -> None:
    """The strands of a lock: dark wide ones below, lighter and finer ones above, the shine last."""
    rng = np.random.Generator(np.random.PCG64(lock.seed))
    guides = np.stack([curve(guide, _STEPS) for guide in lock.guides])
    shape = np.stack([curve([(float(x), float(y)) for x, y in guides[:, i]], _ACROSS) for i in range(_STEPS)], 1)
    lift = rng.uniform(-0.16, 0.16, lock.clumps)
    phase = rng.uniform(0, 2 * np.pi, lock.clumps) * 0.35 + np.arange(lock.clumps) * 0.3
    # A small picture does not show, nor pay for, each strand of a large one.
    detail = min(1.0, 0.3 + 0.85 * float(b.canvas.getTotalMatrix().getScaleX()))
    thick = lock.width / detail**0.5
    fall = _Fall(lock, shape, phase)
    toned = Toned(b, shape, 6 * lock.width + lock.wave[0])
    for size, brighter, share in ((2.6, -0.3, 0.45), (1.2, -0.06, 1.0), (0.6, 0.18, 0.9)):
        count = int(lock.count * share * detail)
        us = ((np.arange(count) + rng.uniform(0, 1, count)) / count)[rng.permutation(count)]
        drawn = np.array([(*_strayed(rng), rng.normal(0, 0.07), rng.uniform(0.7, 1.25)) for _ in us]).reshape(-1, 5)
        tones = 0.42 + brighter + lock.tone + lift[fall.clumps(us)] + drawn[:, 3] + _lit(us)
        strands = _shapes(fall.lines(us, drawn), thick * size * drawn[:, 4])
        for strand, tone in zip(strands, tones.tolist(), strict=True):
            toned.fill(strand, tone)
    us = rng.uniform(0.08, 0.8, int(lock.count * 0.45 * detail))
    drawn = np.array([(*_strayed(rng), rng.uniform(0.25, 0.8)) for _ in us]).reshape(-1, 4)
    for line, alpha in zip(fall.lines(us, drawn), drawn[:, 3].tolist(), strict=True):
        _paint_shine(toned, line, thick * 0.34, lock.shine, alpha)
    toned.lay(hair, _lighter(lock.shine))


def _lighter(shine: tuple[float, float]) -> list[tuple[float, float]]:
    """How much lighter strands are along their length: darker at both ends, and light where they shine."""
    at, much = shine
    return [(0.0, -0.1), (max(at - 0.2, 0.02), 0.02), (at, 0.22 * much), (min(at + 0.22, 0.9), 0.02), (1.0, -0.08)]


def _lit(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """How the light from the left falls on a lock that is round across."""
    return 0.24 * np.cos((u - 0.36) * 3.4) - 0.1


def _strayed(rng: np.random.Generator) -> tuple[float, float, float]:
    """How far a strand strays across and down, and a number from 0 to 1 for how short it is."""
    across, down = rng.normal(0, 0.7, 2)
    return across, down, rng.random()


@dataclass(frozen=True, slots=True)
class _Fall:
    """How the strands of a lock fall: within its shape, which is given across and along, clump by clump."""

    lock: Lock
    shape: NDArray[np.float64]
    phase: NDArray[np.float64]

    def clumps(self, us: NDArray[np.float64]) -> NDArray[np.int64]:
        """The clumps of strands at places across the lock, 0 to 1."""
        return np.minimum((us * self.lock.clumps).astype(np.int64), self.lock.clumps - 1)

    def lines(self, us: NDArray[np.float64], strayed: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Strands at places across the lock; the first columns of `strayed` are what `_strayed` gives."""
        lock, t, clumps = self.lock, np.linspace(0, 1, _STEPS), self.clumps(us)
        away = ((clumps + 0.5) / lock.clumps - us)[:, None]
        across = np.clip((us[:, None] + away * lock.pinch * t**2) * (_ACROSS - 1), 0, _ACROSS - 1.001)
        i, steps = across.astype(int), np.arange(_STEPS)
        part = (across - i)[..., None]
        lines = self.shape[i, steps] * (1 - part) + self.shape[i + 1, steps] * part
        amount, often = lock.wave
        if amount:
            turns = 2 * np.pi * often * t + self.phase[clumps][:, None] - 0.5 * away
            lines += (amount * np.minimum(1, t * 1.6) * np.sin(turns))[..., None] * (1, 0.25)
        lines += strayed[:, None, :2] * t[:, None]
        lengths = np.maximum(6, (_STEPS * (1 - 0.14 * strayed[:, 2] ** 2)).astype(int) + 1)
        return [line[:length] for line, length in zip(lines, lengths.tolist(), strict=True)]


def _shapes(lines: Sequence[NDArray[np.float64]], widths: NDArray[np.float64]) -> list[skia.Path]:
    """The outlines of strands; those of one length are reckoned together."""
    shapes = [skia.Path()] * len(lines)
    lengths = np.array([len(line) for line in lines])
    for length in sorted(set(lengths.tolist())):
        which = np.flatnonzero(lengths == length)
        t = np.linspace(0, 1, length)
        share = np.minimum(1, 0.5 + 3 * t) * np.minimum(1, 3.2 * (1 - t) + 0.05) ** 0.8
        paths = ribbons(np.stack([lines[i] for i in which.tolist()]), widths[which, None] * share)
        for i, path in zip(which.tolist(), paths, strict=True):
            shapes[i] = path
    return shapes


def _paint_shine(
    toned: Toned, line: NDArray[np.float64], width: float, shine: tuple[float, float], alpha: float
) -> None:
    at, much = shine
    low, high = max(0, int((at - 0.2) * len(line))), min(len(line), int((at + 0.24) * len(line)) + 2)
    part = line[low:high]
    if len(part) < 4:
        return
    t = np.linspace(0, 1, len(part))
    toned.fill(ribbon(part, width * np.sin(np.pi * t)), 1.0, alpha * much)


def paint_fuzz(
    b: Brush,
    hair: Hair,
    shape: skia.Path,
    count: int,
    length: float,
    lean: Callable[[float, float], float],
    fade: Callable[[float, float], float] = lambda _x, _y: 1.0,
    width: float = 1.3,
    seed: int = 1,
) -> None:
    """Short hairs inside of a shape: `lean` gives their angle in radians at a place, `fade` how many are seen there."""
    rng = np.random.Generator(np.random.PCG64(seed))
    box = shape.getBounds()
    places = rng.uniform((box.left(), box.top()), (box.right(), box.bottom()), (count, 2))
    paths = [skia.Path() for _ in range(4)]
    for x, y in places:
        x, y = float(x), float(y)
        kind, keep, bend, long = (
            int(rng.integers(4)),
            rng.random(),
            float(rng.normal(0, 0.25)),
            float(rng.uniform(0.6, 1.3)),
        )
        if keep > fade(x, y) or not shape.contains(x, y):
            continue
        a = lean(x, y) + bend
        dx, dy = float(np.cos(a)) * length * long, float(np.sin(a)) * length * long
        paths[kind].moveTo(x, y)
        paths[kind].quadTo(x + dx * 0.5 + dy * 0.12, y + dy * 0.5 - dx * 0.12, x + dx, y + dy)
    for path, tone, alpha in zip(paths, (0.05, 0.28, 0.5, 0.8), (0.75, 0.7, 0.6, 0.42), strict=True):
        b.line(path, tone_of(hair, tone), width, alpha)


def paint_curls(
    b: Brush, hair: Hair, shape: skia.Path, centre: tuple[float, float], size: float, count: int, seed: int = 1
) -> None:
    """A mass of small curls, darker in its depth and away from the light."""
    rng = np.random.Generator(np.random.PCG64(seed))
    box = shape.getBounds()
    reach = max(box.width(), box.height()) / 2
    for layer, (tone, wide) in enumerate(((-0.32, 1.0), (-0.12, 0.8), (0.1, 0.55), (0.3, 0.32))):
        for x, y in rng.uniform(
            (box.left(), box.top()), (box.right(), box.bottom()), (int(count * (1.2 - 0.22 * layer)), 2)
        ):
            x, y = float(x), float(y)
            if not shape.contains(x, y):
                continue
            lit = -((x - centre[0]) * 0.5 + (y - centre[1]) * 0.85) / reach
            if layer >= 2 and rng.random() > 0.55 + 0.5 * lit:
                continue
            r = size * float(rng.uniform(0.6, 1.15))
            start, sweep = float(rng.uniform(0, 360)), float(rng.uniform(170, 300))
            curl = skia.Path()
            curl.addArc(skia.Rect(x - r, y - r * 0.85, x + r, y + r * 0.85), start, sweep)
            value = 0.36 + tone + 0.34 * lit + float(rng.normal(0, 0.06))
            b.line(curl, tone_of(hair, value), size * 0.42 * wide, 0.9)
