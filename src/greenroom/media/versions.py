"""Which decoders this installation has, told without loading them into the process that asks."""

from importlib.metadata import version


def decoders() -> tuple[str, str]:
    """How the examinations of this installation begin to name their decoder: that of images, that of films."""
    return f"Pillow {version('pillow')}", f"PyAV {version('av')}"
