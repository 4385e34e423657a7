"""A script as the words that are heard: where they stand, and how espeak-ng says them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from greenroom.studio.speech import Phone, Speech, Word

LONGEST_WORD_S = 1.5
"""A word that is heard for longer was not found; long numbers and names get a fifth of a second a sound."""
_A_SOUND_S = 0.2


def tokens(script: str) -> list[tuple[int, int]]:
    """Where words stand in a script: what is between spaces and has a letter or a digit."""
    found = re.finditer(r"\S+", script)
    return [match.span() for match in found if any(map(str.isalnum, match.group()))]


def said(places: Sequence[tuple[int, int]], spoken: Speech) -> list[tuple[Phone, ...]]:
    """The sounds of each token of a script that a voice with known times has spoken; empty where it said nothing."""
    edges = [word.start_s for word in spoken.words] + [spoken.duration_s]
    owners = [_owner(places, word) for word in spoken.words]
    found: list[list[Phone]] = [[] for _ in places]
    for owner, (start, end) in zip(owners, pairwise(edges), strict=True):
        if owner is not None:
            found[owner] += [one for one in spoken.phones if one.ipa and start - 1e-6 <= one.start_s < end - 1e-6]
    return [tuple(one) for one in found]


def _owner(places: Sequence[tuple[int, int]], word: Word) -> int | None:
    return next(
        (i for i, (start, end) in enumerate(places) if word.start < end and max(word.end, word.start + 1) > start), None
    )


def too_long(words: Sequence[Word], sounds: Sequence[int]) -> Word | None:
    """The first word that is heard for longer than it can be said, given how many sounds it has."""
    for word, number in zip(words, sounds, strict=True):
        if word.end_s - word.start_s > max(LONGEST_WORD_S, _A_SOUND_S * number):
            return word
    return None
