"""The language of a text that nobody has named, by the writing that it is in."""

_WRITINGS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x04FF, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B00, 0x0B7F, "or"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x1780, 0x17FF, "km"),
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
