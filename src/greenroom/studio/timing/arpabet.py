"""The sounds of English as the recogniser's model names them, to and from the phonetic alphabet."""

from collections.abc import Sequence

IPA: dict[str, str] = {
    "AA": "ɑ",
    "AE": "æ",
    "AH": "ʌ",
    "AO": "ɔ",
    "AW": "aʊ",
    "AY": "aɪ",
    "EH": "ɛ",
    "ER": "ɚ",
    "EY": "eɪ",
    "IH": "ɪ",
    "IY": "i",
    "OW": "oʊ",
    "OY": "ɔɪ",
    "UH": "ʊ",
    "UW": "u",
    "B": "b",
    "CH": "tʃ",
    "D": "d",
    "DH": "ð",
    "F": "f",
    "G": "ɡ",
    "HH": "h",
    "JH": "dʒ",
    "K": "k",
    "L": "l",
    "M": "m",
    "N": "n",
    "NG": "ŋ",
    "P": "p",
    "R": "ɹ",
    "S": "s",
    "SH": "ʃ",
    "T": "t",
    "TH": "θ",
    "V": "v",
    "W": "w",
    "Y": "j",
    "Z": "z",
    "ZH": "ʒ",
}
"""A sound for each phone of the model; silence and noise are not in it."""

_PAIRS = {ipa: name for name, ipa in IPA.items() if len(ipa) > 1} | {
    "əʊ": "OW",
    "ɜː": "ER",
    "əl": "AH L",
    "iə": "IY AH",
}
_LETTERS = {ipa: name for name, ipa in IPA.items() if len(ipa) == 1} | {
    "ɐ": "AH",
    "ə": "AH",
    "ɜ": "ER",
    "ɝ": "ER",
    "a": "AA",
    "ɒ": "AA",
    "e": "EH",
    "o": "OW",
    "ɨ": "IH",
    "ᵻ": "IH",
    "y": "UW",
    "ø": "ER",
    "œ": "ER",
    "ɾ": "D",
    "r": "R",
    "ʁ": "R",
    "ɫ": "L",
    "g": "G",
    "x": "K",
    "ç": "SH",
    "c": "K",
    "ɟ": "JH",
    "ɲ": "N",
    "ʎ": "L",
    "β": "B",
    "ɣ": "G",
    "q": "K",
    "ʋ": "V",
    "ɕ": "SH",
    "ʑ": "ZH",
}


def arpabet(ipas: Sequence[str]) -> list[str]:
    """The model's phones that are nearest to sounds; what has none near is left out."""
    names: list[str] = []
    for ipa in ipas:
        index = 0
        while index < len(ipa):
            pair, letter = ipa[index : index + 2], ipa[index]
            if pair in _PAIRS:
                names += _PAIRS[pair].split()
                index += 2
                continue
            names += [_LETTERS[letter]] if letter in _LETTERS else []
            index += 1
    return names
