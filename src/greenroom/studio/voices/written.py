"""Words as they are written, from the times of what was said for them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from greenroom.studio.speech import Word
from greenroom.studio.voices.pieces import Piece


@dataclass(frozen=True, slots=True)
class _Group:
    """Pieces that were said together, with the characters of each."""

    members: list[int]
    starts: list[int]
    ends: list[int]


def written(script: str, pieces: Sequence[Piece], times: dict[int, tuple[float, float]]) -> Iterable[Word]:
    """
    Words of a script from the times of its pieces.

    A piece that is said together with the one before it (of which a voice tells one time) shares its time by letters;
    one that is not said at all stays with the word before it, or at the beginning with the word after it.
    """
    groups: list[_Group] = []
    lead: int | None = None
    for index, piece in enumerate(pieces):
        said = any(map(str.isalnum, piece.said))
        if index in times:
            start = piece.start if lead is None else lead
            groups.append(_Group([index], [start], [piece.end]))
            lead = None
        elif not groups:
            lead = piece.start if lead is None else lead
        elif said:
            groups[-1].members.append(index)
            groups[-1].starts.append(piece.start)
            groups[-1].ends.append(piece.end)
        else:
            groups[-1].ends[-1] = piece.end
    return [word for group in groups for word in _shared(script, pieces, group, times)]


def _shared(
    script: str, pieces: Sequence[Piece], group: _Group, times: dict[int, tuple[float, float]]
) -> Iterator[Word]:
    begin_s, end_s = times[group.members[0]]
    letters = [max(1, len(pieces[index].said)) for index in group.members]
    shares = [sum(letters[:n]) / sum(letters) for n in range(len(letters))]
    edges = [*(begin_s + (end_s - begin_s) * share for share in shares), end_s]
    for n, (start, end) in enumerate(zip(group.starts, group.ends, strict=True)):
        yield Word(script[start:end], edges[n], edges[n + 1], start, end)
