"""Images of 16 bits of grey, which Pillow does not convert but cut off at 255."""

import numpy as np
from PIL import Image

_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def is_deep_grey(image: Image.Image) -> bool:
    """Whether an image has 16 bits of grey."""
    return image.mode in _MODES


def eight_bit_grey(image: Image.Image) -> Image.Image:
    """Such an image in 8 bits, as bright as it was; each value is rounded to the nearest."""
    levels = np.asarray(image).astype(np.int64).clip(0, 65535)
    return Image.fromarray(((levels * 255 + 32767) // 65535).astype(np.uint8))
