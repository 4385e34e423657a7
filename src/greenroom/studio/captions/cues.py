"""
Cues: what is read at once, in one or two lines, and how long it stands.

A cue has up to five words or 32 columns and never goes across the end of a sentence. A sentence is cut where it costs
least: at commas and pauses rather than elsewhere, into cues of like length rather than into a long one and a rest.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from greenroom.studio.captions.clusters import columns
from greenroom.studio.captions.tokens import Token

MOST_WORDS, MOST_COLUMNS = 5, 32
SHORTEST_S = 0.8
"""A cue stands at least this long, where its neighbours leave it the time."""
_CLOSED_GAP_S = 0.6
_LINGER_S = 0.35
_EARLIEST_S = 0.2
_PAUSE_S = 0.35

_CLOSING = "\"'’”»)]}」』）】》〉›"
_ENDS = "!?。！？｡।॥؟۔။։።፧…⸮"
_CLAUSES = ",;:、，；：،؛၊፣–—·;"
_ABBREVIATION = re.compile(r"[\"'(“‘«]*(?:\w|[^\W\d_a-z]\w{0,3}|(?:\w\.)+\w)\.")
_BREATH_S = 0.15

Measure = Callable[[str], float]
"""How wide a text is drawn, in any unit."""


class Line(Struct, frozen=True):
    """Tokens that stand side by side, in the order of the text."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The line as it is read."""
        return joined(self.tokens)


class Cue(Struct, frozen=True):
    """Lines and the seconds from which and until which they are seen."""

    lines: tuple[Line, ...]
    start_s: float
    end_s: float

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens in the order of the text."""
        return tuple(token for line in self.lines for token in line.tokens)

    @property
    def text(self) -> str:
        """The lines under each other."""
        return "\n".join(line.text for line in self.lines)


def joined(found: Sequence[Token]) -> str:
    """Tokens as one text, with the spaces between them."""
    return "".join((" " if token.before and at else "") + token.text for at, token in enumerate(found))


def cues(found: Sequence[Token], measure: Measure, width: float, ends_s: float) -> list[Cue]:
    """Cues of tokens whose lines are at most `width` wide, but for single tokens that are wider; none ends later."""
    groups = [group for sentence in _sentences(found) for group in _cut(sentence, measure, width)]
    times = _times(groups, ends_s)
    return [Cue(lines(group, measure, width), *time) for group, time in zip(groups, times, strict=True)]


def lines(group: Sequence[Token], measure: Measure, width: float) -> tuple[Line, ...]:
    """One line where it fits, else two that are as alike as can be."""
    whole = Line(tuple(group))
    if len(group) == 1 or measure(whole.text) <= width:
        return (whole,)
    splits = ((Line(tuple(group[:at])), Line(tuple(group[at:]))) for at in range(1, len(group)))
    return min(splits, key=lambda two: _unevenness(two, measure))


def _unevenness(two: tuple[Line, Line], measure: Measure) -> float:
    first, second = measure(two[0].text), measure(two[1].text)
    inside_word = 0.25 if not two[1].tokens[0].before and not _is_clause(two[0].tokens[-1]) else 0.0
    at_comma = -0.12 if _is_clause(two[0].tokens[-1]) else 0.0
    return max(first, second) * (1 + inside_word + at_comma)


def _sentences(found: Sequence[Token]) -> list[list[Token]]:
    sentences: list[list[Token]] = [[]]
    for at, token in enumerate(found):
        sentences[-1].append(token)
        following = found[at + 1] if at + 1 < len(found) else None
        if following is not None and ends_sentence(token, following):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def ends_sentence(token: Token, following: Token) -> bool:
    """Whether a sentence ends between two tokens; an abbreviation before more of the sentence ends none."""
    if following.before == "\n":
        return True
    text = token.text.rstrip(_CLOSING + "\ufe0f")
    bare = "".join(one for one in text if ord(one) < 0x2600 or one in _ENDS).rstrip(_CLOSING + " ")
    if bare[-1:] in tuple(_ENDS) and bare:
        return not (bare[-1] == "…" and following.text[:1].islower())
    if not bare.endswith("."):
        return False
    continues = following.text[:1].islower() or not following.before
    breathes = following.start_s - token.end_s > _BREATH_S
    return not continues and (breathes or not _ABBREVIATION.fullmatch(bare.split(" ")[-1]))


def _is_clause(token: Token) -> bool:
    return token.text.rstrip(_CLOSING)[-1:] in tuple(_CLAUSES)


def _cut(sentence: list[Token], measure: Measure, width: float) -> list[list[Token]]:
    """The cheapest way to cut a sentence, by dynamic programming over the places of cuts."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(sentence) + 1):
        best.append(
            min(
                (best[start][0] + _cost(sentence, start, end), start)
                for start in _starts(sentence, end)
                if start == end - 1 or _fits(sentence[start:end], measure, width)
            )
        )
    groups: list[list[Token]] = []
    end = len(sentence)
    while end:
        start = best[end][1]
        groups.insert(0, sentence[start:end])
        end = start
    return groups


def _starts(sentence: list[Token], end: int) -> Iterator[int]:
    """Where a cue that ends at a place may begin, as far as the number of columns goes."""
    taken = 0
    for start in range(end - 1, -1, -1):
        taken += columns(sentence[start].text) + (1 if sentence[start].before else 0)
        if start < end - 1 and taken > MOST_COLUMNS + 1:
            return
        yield start


def _fits(group: list[Token], measure: Measure, width: float) -> bool:
    if columns(joined(group)) > MOST_COLUMNS or word_count(group) > MOST_WORDS:
        return False
    return all(measure(line.text) <= width for line in lines(group, measure, width))


def word_count(group: Sequence[Token]) -> int:
    """How many words: pieces that stand together without a space are one."""
    return sum(1 for at, token in enumerate(group) if token.before or not at)


def _cost(sentence: list[Token], start: int, end: int) -> float:
    group = sentence[start:end]
    filled = columns(joined(group)) / MOST_COLUMNS
    cost = 1.0 + (filled - 0.7) ** 2 * 2
    if word_count(group) == 1 and filled < 0.35 and len(sentence) > 1:
        cost += 0.8
    cost += 0.15 * sum(map(_is_clause, group[:-1]))
    if end < len(sentence):
        pause_s = sentence[end].start_s - group[-1].end_s
        cost -= 0.5 if _is_clause(group[-1]) else 0.3 if pause_s > _PAUSE_S else 0.0
        if not sentence[end].before and not _is_clause(group[-1]):
            # Inside of what is written in one: worst between a number and what it counts.
            cost += 1.2 if group[-1].text[-1:].isdigit() else 0.6
    return cost + 0.5 * sum(after.start_s - before.end_s > _PAUSE_S for before, after in pairwise(group))


def _times(groups: list[list[Token]], ends_s: float) -> list[tuple[float, float]]:
    """From the first word to the last and a little longer; short gaps closed, short cues given what room there is."""
    times: list[tuple[float, float]] = []
    for at, group in enumerate(groups):
        next_s = groups[at + 1][0].start_s if at + 1 < len(groups) else ends_s
        start_s, heard_s = group[0].start_s, max(token.end_s for token in group)
        end_s = next_s if next_s - heard_s <= _CLOSED_GAP_S else heard_s + _LINGER_S
        end_s = min(max(end_s, start_s + SHORTEST_S), next_s)
        free_s = times[-1][1] if times else 0.0
        start_s = max(free_s, min(start_s, max(end_s - SHORTEST_S, start_s - _EARLIEST_S)))
        times.append((start_s, max(end_s, start_s + 0.001)))
    return times


def reading_width(text: str) -> float:
    """The width of a text in columns: a measure where nothing is drawn."""
    return float(columns(text))
