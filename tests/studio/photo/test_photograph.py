"""Photographs of all kinds, as pictures in which a face is looked for."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from greenroom.domain.media import Format
from greenroom.studio.photo.photograph import LONGEST_SIDE, decoded

Levels = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
LEVELS: Levels = np.linspace(0, 255, 96).round().astype(np.uint8)[None].repeat(64, 0)


@pytest.fixture
def looked_at(tmp_path: Path) -> Callable[[Image.Image], Levels]:
    """The brightness of an image that was saved as a PNG and decoded."""

    def look(image: Image.Image) -> Levels:
        file = io.BytesIO()
        image.save(file, "PNG")
        (tmp_path / "photograph").write_bytes(file.getvalue())
        descriptor = os.open(tmp_path / "photograph", os.O_RDONLY)
        try:
            return decoded(descriptor, Format.PNG)[..., 1]
        finally:
            os.close(descriptor)

    return look


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(LEVELS),
        Image.fromarray(LEVELS.astype(np.uint16) * 257),
        Image.fromarray(LEVELS).convert("RGB"),
        Image.fromarray(LEVELS).convert("LA"),
        Image.fromarray(LEVELS).convert("P"),
    ],
    ids=["grey", "16 bits of grey", "colour", "grey with alpha", "palette"],
)
def test_a_photograph_is_as_bright_as_it_was_taken(looked_at: Callable[..., Levels], image: Image.Image) -> None:
    assert np.array_equal(looked_at(image), LEVELS)


def test_a_large_photograph_of_16_bits_is_reduced(looked_at: Callable[..., Levels]) -> None:
    large = Image.fromarray(np.full((8, LONGEST_SIDE * 2), 128 * 257, np.uint16))

    seen = looked_at(large)

    assert (seen.shape[1], int(seen.min()), int(seen.max())) == (LONGEST_SIDE, 128, 128)
