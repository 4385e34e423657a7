"""A script as it is sent to a provider: it reads numbers better than we would, so they stay as they are."""

from xml.sax.saxutils import escape, quoteattr

from greenroom.errors import ParameterError
from greenroom.studio.voices.pieces import Piece, cut

_ALLOWED = "\t\n\r"


def clean(script: str) -> str:
    """The script without control characters, each replaced by a space so that places stay; raises ParameterError."""
    text = "".join(c if c.isprintable() or c in _ALLOWED or ord(c) > 0x2000 else " " for c in script)
    text = "".join(" " if 0xD800 <= ord(c) <= 0xDFFF or ord(c) in (0xFFFE, 0xFFFF) else c for c in text)
    if not any(map(str.isalnum, text)):
        raise ParameterError("script", "has nothing in it that can be spoken. Write at least one word")
    return text


def pieces(script: str) -> list[Piece]:
    """The words of a script as captions show them."""
    return cut(script, ())


def spoken(piece: Piece) -> bool:
    """Whether a piece is heard."""
    return any(map(str.isalnum, piece.said))


def ssml(language: str, voice: str, speed: float, body: str) -> str:
    """SSML of a voice at a speed; `body` is markup already."""
    rate = f"{round((speed - 1) * 100):+d}%"
    inner = f'<prosody rate="{rate}">{body}</prosody>' if speed != 1 else body
    return (
        f'<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang={quoteattr(language)}>'
        f"<voice name={quoteattr(voice)}>{inner}</voice></speak>"
    )


def paragraphs(text: str) -> str:
    """Text as markup, with a pause where a paragraph ends."""
    return '<break time="600ms"/>'.join(escape(part) for part in text.split("\n\n"))
