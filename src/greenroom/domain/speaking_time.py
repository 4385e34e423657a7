"""How long a script will probably be heard, before anybody has spoken it."""

# Characters a second, as the embedded voices speak.
_LETTERS = 14.0
_SCRIPTS = (
    (0x0600, 0x06FF, 9.0),  # Arabic, mostly without vowels
    (0x0E00, 0x0E7F, 11.0),  # Thai
    (0x3040, 0x30FF, 7.0),  # Kana
    (0x4E00, 0x9FFF, 3.6),  # Chinese characters
    (0xAC00, 0xD7AF, 5.5),  # Hangul
)


def estimated_s(script: str, speed: float = 1.0) -> float:
    """Seconds of speech; right to a fifth or so, which is enough to charge for started two minutes at first."""
    return sum(1 / _per_second(ord(character)) for character in script) / speed


def _per_second(code: int) -> float:
    return next((rate for first, last, rate in _SCRIPTS if first <= code <= last), _LETTERS)
