"""
What is behind the avatar: a colour, an image or a film, frame by frame, as planes of the frame's size.

    open_ground(ground, materials, (1080, 1920), 30) -> Backdrop
    backdrop.at(0), backdrop.at(1), ... -> Planes
"""

from collections.abc import Mapping

from greenroom.domain.video import ColorGround, Ground, PictureGround
from greenroom.errors import NotProduced
from greenroom.studio.ground.films import FilmBackdrop
from greenroom.studio.ground.pictures import open_picture
from greenroom.studio.ground.port import Backdrop
from greenroom.studio.ground.still import Still
from greenroom.studio.ground.warming import warm_up
from greenroom.studio.plan import Material
from greenroom.studio.planes import flat_planes, rgb_of_hex


def open_ground(
    ground: Ground,
    materials: Mapping[str, Material],
    frame: tuple[int, int],
    frame_rate: int,
    *,
    threads: int = 1,
) -> Backdrop:
    """
    A background for frames of an even width and height in pixels, at so many a second.

    `materials` has the assets by their ids; `threads` are those of a film's decoder, and what it gives does not depend
    on them. Raises NotProduced, with the asset's id, for what cannot be decoded.
    """
    if isinstance(ground, ColorGround):
        return _plain(ground, frame)
    name, material = ground.source.asset_id, materials[ground.source.asset_id]
    if isinstance(ground, PictureGround):
        return open_picture(material, name, frame, frame_rate, ground.focus)
    return FilmBackdrop(material, name, frame, frame_rate, ground.focus, loop=ground.loop, threads=threads)


def _plain(ground: ColorGround, frame: tuple[int, int]) -> Still:
    try:
        return Still(flat_planes(rgb_of_hex(ground.color), frame))
    except ValueError:
        raise NotProduced(
            "background_color_invalid",
            f"The background colour is {ground.color[:40]!r}; it must be # and six hexadecimal digits, as #f2f4f7.",
        ) from None


__all__ = ["Backdrop", "open_ground", "warm_up"]
