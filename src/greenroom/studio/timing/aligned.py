"""
Forced alignment: an English script and its sound in, times of words and sounds out, by pocketsphinx' acoustic model.

A first pass finds words in the whole sound. The second one, for sounds, keeps a state for each frame of each sound:
it goes over pieces of a quarter of a minute, cut in pauses, so that memory does not grow with the square of the length.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pocketsphinx

from greenroom.studio.speech import Phone, Sound, Speech, Word
from greenroom.studio.timing.arpabet import IPA, arpabet
from greenroom.studio.timing.resample import HEARD_HZ, pcm
from greenroom.studio.timing.script import said, tokens, too_long

FRAMES_HZ = 100
MODEL = "en-us/en-us"
_DICTIONARY = "en-us/cmudict-en-us.dict"
_PIECE_S, _LONGEST_PIECE_S = 15.0, 40.0
_FRAME_BYTES = 2 * HEARD_HZ // FRAMES_HZ
_SHORTEST = 3  # frames: the model's phones have three states
_SQUASHED = 0.3
"""Where more of the sounds than this are as short as can be, the script is not what is said."""


class NotAligned(Exception):
    """A script was not found in a sound; the text says how that was seen."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Words as they stand in the script, and all sounds."""

    words: tuple[Word, ...]
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A word in frames, and its sounds with their first frames and lengths."""

    start: int
    end: int
    phones: tuple[tuple[str, int, int], ...] = ()


def align(sound: Sound, script: str, spoken: Speech | None) -> Alignment:
    """
    Find a script in a sound of 16 kHz.

    `spoken` is the script as a voice with known times says it: it pronounces what is not in the dictionary, such as
    names, numbers and signs. Raises NotAligned.
    """
    places = tokens(script)
    if not places:
        raise NotAligned("the script has no words")
    by_voice = said(places, spoken) if spoken is not None else [()] * len(places)
    spellings = [_spellings(script[a:b], sounds) for (a, b), sounds in zip(places, by_voice, strict=True)]
    audio = pcm(sound)
    with tempfile.TemporaryDirectory() as folder:
        names, path = _dictionary(spellings, Path(folder))
        decoder = pocketsphinx.Decoder(
            hmm=pocketsphinx.get_model_path(MODEL),
            dict=str(path),
            lm=None,
            loglevel="FATAL",
            beam=1e-60,
            wbeam=1e-40,
            pbeam=1e-60,
            topn=2,
        )
        found = [
            one for piece in _pieces(_words(decoder, names, audio)) for one in _sounds(decoder, names, audio, piece)
        ]
    return _checked(script, places, found)


def _spellings(token: str, sounds: Sequence[Phone]) -> tuple[str, ...]:
    """How a token may be pronounced, in the model's phones."""
    plain = token.lower().replace("’", "'").strip("\"'.,;:!?()[]{}“”‘—–-…*")
    known = _cmudict().get(plain)
    if known:
        return known
    by_voice = " ".join(arpabet([one.ipa for one in sounds]))
    if by_voice:
        return (by_voice,)
    inside = [_cmudict().get(part, ("",))[0] for part in plain.replace("/", "-").split("-")]
    if all(inside):
        return (" ".join(inside),)
    raise NotAligned(f"nobody knows how {token!r} is pronounced")


@cache
def _cmudict() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for line in Path(pocketsphinx.get_model_path(_DICTIONARY)).read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        word = word.split("(")[0] or word
        known[word] = (*known.get(word, ()), phones)
    return known


def _dictionary(spellings: Sequence[tuple[str, ...]], folder: Path) -> tuple[list[str], Path]:
    """Words by number, so that no sign of a script means anything to the recogniser."""
    numbers = {one: f"w{index}" for index, one in enumerate(dict.fromkeys(spellings))}
    lines = [
        f"{name}{f'({index + 1})' if index else ''} {phones}"
        for one, name in numbers.items()
        for index, phones in enumerate(one)
    ]
    path = folder / "words.dict"
    path.write_text("\n".join([*lines, ""]), encoding="ascii")
    return [numbers[one] for one in spellings], path


def _heard(decoder: pocketsphinx.Decoder, audio: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(audio, full_utt=True)
    decoder.end_utt()


def _words(decoder: pocketsphinx.Decoder, names: Sequence[str], audio: bytes) -> list[tuple[int, _Found]]:
    """The frames of each word, by its number in the script."""
    try:
        decoder.set_align_text(" ".join(names))
        _heard(decoder, audio)
        segments = list(decoder.seg() or ()) if decoder.hyp() is not None else []
    except RuntimeError as error:
        raise NotAligned(str(error)) from error
    found = [_Found(one.start_frame, one.end_frame + 1) for one in segments if one.word.startswith("w")]
    if len(found) != len(names):
        raise NotAligned(f"{len(found)} of {len(names)} words were found")
    return list(enumerate(found))


def _pieces(words: Sequence[tuple[int, _Found]]) -> Iterator[list[tuple[int, _Found]]]:
    """Words in runs that are cut in pauses; in the end anywhere."""
    piece: list[tuple[int, _Found]] = []
    for one in words:
        if piece:
            length = (piece[-1][1].end - piece[0][1].start) / FRAMES_HZ
            pause = one[1].start - piece[-1][1].end
            if (length > _PIECE_S and pause >= 10) or length > _LONGEST_PIECE_S:
                yield piece
                piece = []
        piece.append(one)
    if piece:
        yield piece


def _sounds(
    decoder: pocketsphinx.Decoder, names: Sequence[str], audio: bytes, piece: Sequence[tuple[int, _Found]]
) -> list[_Found]:
    """The words of a piece with their sounds."""
    frames = len(audio) // _FRAME_BYTES
    # A little of the pauses on both sides, so that the first and the last sound are whole.
    first, last = max(0, piece[0][1].start - 8), min(frames, piece[-1][1].end + 8)
    cut = audio[first * _FRAME_BYTES : last * _FRAME_BYTES]
    try:
        decoder.set_align_text(" ".join(names[index] for index, _ in piece))
        _heard(decoder, cut)
        decoder.set_alignment()
        _heard(decoder, cut)
        found: list[_Found] = []
        # Words and sounds point into the alignment: they are read while they are stepped through, and it is kept.
        alignment = decoder.get_alignment()
        for word in alignment or ():
            if word.name.startswith("w"):
                sounds = tuple((one.name, first + one.start, one.duration) for one in word)
                found.append(_Found(first + word.start, first + word.start + word.duration, sounds))
    except RuntimeError as error:
        raise NotAligned(str(error)) from error
    if len(found) != len(piece):
        raise NotAligned(f"the sounds of {len(found)} of {len(piece)} words were found")
    return found


def _checked(script: str, places: Sequence[tuple[int, int]], found: Sequence[_Found]) -> Alignment:
    words = tuple(
        Word(script[a:b], one.start / FRAMES_HZ, one.end / FRAMES_HZ, a, b)
        for (a, b), one in zip(places, found, strict=True)
    )
    if (long := too_long(words, [len(one.phones) for one in found])) is not None:
        raise NotAligned(f"{long.text!r} was heard for {long.end_s - long.start_s:.1f} s")
    lengths = [length for one in found for _, _, length in one.phones]
    squashed = sum(length <= _SHORTEST for length in lengths) / max(1, len(lengths))
    if squashed > _SQUASHED:
        raise NotAligned(f"{squashed:.0%} of the sounds were as short as can be")
    phones = tuple(
        Phone(IPA.get(name, ""), start / FRAMES_HZ, (start + length) / FRAMES_HZ)
        for one in found
        for name, start, length in one.phones
    )
    return Alignment(words, phones)
