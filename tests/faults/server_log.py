"""What a server's log must never say."""

UNFORESEEN = ("Traceback", "a request failed", "a job failed", "never retrieved", "never awaited", "Exception in")


def complaints(text: str) -> list[str]:
    """The lines of a log that tell of errors nobody foresaw."""
    return [line for line in text.splitlines() if any(words in line for words in UNFORESEEN)]
