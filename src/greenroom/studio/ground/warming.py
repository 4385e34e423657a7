"""Loading beforehand what decoders load when they are first used, for a process that gives up the file system."""

import io
import os

import av
import numpy as np
from PIL import Image, ImageCms

from greenroom.domain.media import Format
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.ground.pictures import converted_to_srgb, open_picture
from greenroom.studio.plan import Material

_FRAME = (16, 16)
_MIDDLE = (0.5, 0.5)


def warm_up() -> None:
    """Show a tiny image and a tiny film of our own, once each."""
    Image.init()
    image = Image.new("RGB", _FRAME)
    converted_to_srgb(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    file = io.BytesIO()
    image.save(file, "PNG")
    with _Held(file.getvalue()) as descriptor:
        open_picture(Material(descriptor, Format.PNG), "", _FRAME, 30, _MIDDLE).close()
    with _Held(_film()) as descriptor:
        backdrop = FilmBackdrop(Material(descriptor, Format.MP4), "", _FRAME, 30, _MIDDLE, loop=True, threads=1)
        backdrop.at(0)
        backdrop.close()


class _Held:
    """A file in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> int:
        self._descriptor = os.memfd_create("ground")
        os.write(self._descriptor, self._data)
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _film() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height = _FRAME
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = 6
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))))
        container.mux(stream.encode(None))
    return file.getvalue()
