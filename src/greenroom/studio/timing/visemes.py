"""Viseme ids of others: Azure's 22 and the 15 of Oculus, to and from sounds of speech."""

from collections.abc import Iterable, Sequence

from greenroom.studio.speech import Phone
from greenroom.studio.timing.letters import Kind, parts

AZURE: tuple[str, ...] = (
    *("", "ə", "ɑ", "ɔ", "ɛ", "ɝ", "i", "u", "o", "aʊ", "ɔɪ", "aɪ"),
    *("h", "ɹ", "l", "s", "ʃ", "ð", "f", "t", "k", "p"),
)
"""A sound for each viseme id of Azure, 0 (silence) to 21."""

OCULUS: dict[str, str] = {
    "sil": "",
    "PP": "p",
    "FF": "f",
    "TH": "θ",
    "DD": "t",
    "kk": "k",
    "CH": "ʃ",
    "SS": "s",
    "nn": "n",
    "RR": "ɹ",
    "aa": "ɑ",
    "E": "ɛ",
    "ih": "i",
    "oh": "o",
    "ou": "u",
}
"""A sound for each viseme of Oculus."""

_AZURE_OF = {
    **dict.fromkeys("æəʌɐɤɘɨᵻɯ", 1),
    **dict.fromkeys("aäɑAɶ", 2),
    **dict.fromkeys("ɔɒɞ", 3),
    **dict.fromkeys("ɛeεʊœøɵ", 4),
    **dict.fromkeys("ɜɝɚ", 5),
    **dict.fromkeys("jiɪʝ", 6),
    **dict.fromkeys("wuʍɥyʏʉβɸΦ", 7),
    **dict.fromkeys("oO", 8),
    **dict.fromkeys("hɦħʕʔ?", 12),
    **dict.fromkeys("ɹɻrɾɽ", 13),
    **dict.fromkeys("lɫɭɬɮʎ", 14),
    **dict.fromkeys("szʦʣ", 15),
    **dict.fromkeys("ʃʒɕʑʂʐSZ", 16),
    **dict.fromkeys("ð", 17),
    **dict.fromkeys("tdnθʈɖɳɲcɟ", 19),
}
_AZURE_DIPHTHONGS = {
    "aʊ": 9,
    "æʊ": 9,
    "au": 9,
    "ɔɪ": 10,
    "oi": 10,
    "oɪ": 10,
    "aɪ": 11,
    "ai": 11,
    "oʊ": 8,
    "əʊ": 8,
    "ou": 8,
}
_OCULUS_OF_AZURE = (
    *("sil", "aa", "aa", "oh", "E", "RR", "ih", "ou", "oh", "aa", "oh", "aa"),
    *("kk", "RR", "nn", "SS", "CH", "TH", "FF", "DD", "kk", "PP"),
)


def azure_of(ipa: str) -> int:
    """The viseme id of Azure that is nearest to a sound; 0 for silence."""
    found = parts(ipa)
    if not found:
        return 0
    if found[0].kind is Kind.CLOSURE:
        return 21
    if found[0].kind is Kind.TEETH:
        return 18
    plain = ipa.replace("͡", "").lstrip("ˈˌ")
    if plain[:2] in _AZURE_DIPHTHONGS:
        return _AZURE_DIPHTHONGS[plain[:2]]
    # An affricate looks like the friction that it ends in.
    if plain[:2] in ("tʃ", "dʒ", "tɕ", "dʑ", "tS", "dZ", "ʈʂ"):
        return 16
    return next((_AZURE_OF[letter] for letter in plain if letter in _AZURE_OF), 20)


def oculus_of(ipa: str) -> str:
    """The viseme of Oculus that is nearest to a sound; `sil` for silence."""
    plain = ipa.lstrip("ˈˌ")
    if plain[:1] in ("n", "l", "ɲ", "ɳ", "ŋ", "ɫ"):
        return "nn"
    if plain[:1] == "θ":
        return "TH"
    if plain[:1] == "ə":
        return "E"
    return _OCULUS_OF_AZURE[azure_of(ipa)]


def phones_of_azure(events: Sequence[tuple[int, float]], end_s: float) -> tuple[Phone, ...]:
    """Sounds from viseme events, an id and when it begins in seconds; the last one ends at `end_s`."""
    return _phones(((AZURE[viseme] if 0 <= viseme < len(AZURE) else "", start) for viseme, start in events), end_s)


def phones_of_oculus(events: Sequence[tuple[str, float]], end_s: float) -> tuple[Phone, ...]:
    """Sounds from events of Oculus' visemes, a name and when it begins in seconds; the last one ends at `end_s`."""
    return _phones(((OCULUS.get(viseme, ""), start) for viseme, start in events), end_s)


def _phones(events: Iterable[tuple[str, float]], end_s: float) -> tuple[Phone, ...]:
    begun = sorted(events, key=lambda event: event[1])
    ends = [start for _, start in begun[1:]] + [end_s]
    return tuple(Phone(ipa, start, end) for (ipa, start), end in zip(begun, ends, strict=True) if end > start)
