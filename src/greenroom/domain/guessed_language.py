"""The language of a text that nobody has named, by the writing that it is in."""

_WRITINGS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x04FF, "ru"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0E00, 0x0E7F, "th"),
    (0x3040, 0x30FF, "ja"),
    (0xAC00, 0xD7AF, "ko"),
)
_HAN = (0x4E00, 0x9FFF)


def guessed_language(text: str) -> str:
    """
    A BCP 47 tag: that of the first writing but Latin and Han that occurs, else Chinese, else English.

    Japanese mixes its own writing with Han, all mix theirs with Latin.
    """
    for character in text:
        for first, last, tag in _WRITINGS:
            if first <= ord(character) <= last:
                return tag
    return "zh" if any(_HAN[0] <= ord(character) <= _HAN[1] for character in text) else "en-US"
