"""
A program that shows backgrounds where no path can be opened: `confined_program.py FORMAT FILE [FORMAT FILE]...`.

It opens the files, warms up, forbids itself every further opening, and prints a digest of what frame 7 of each shows.
"""

import hashlib
import os
import sys

from ground_samples import ASSET, FRAME

from greenroom.domain.media import Format
from greenroom.domain.video import FilmGround, PictureGround, Source
from greenroom.studio.ground import open_ground, warm_up
from greenroom.studio.plan import Material


def main() -> None:
    """Show each."""
    formats = [Format(name) for name in sys.argv[1::2]]
    materials = [
        Material(os.open(path, os.O_RDONLY), format_) for format_, path in zip(formats, sys.argv[2::2], strict=True)
    ]
    warm_up()
    sys.addaudithook(forbid)
    for material in materials:
        print(digest(material))


def digest(material: Material) -> str:
    """What frame 7 shows, or why it does not."""
    is_film = material.format in (Format.MP4, Format.MOV, Format.WEBM)
    ground = FilmGround(Source(ASSET)) if is_film else PictureGround(Source(ASSET))
    try:
        planes = open_ground(ground, {ASSET: material}, FRAME, 30).at(7)
    except PermissionError as refused:
        return f"{material.format} wants {refused}"
    return hashlib.sha256(b"".join(plane.tobytes() for plane in planes)).hexdigest()


def forbid(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what needs a path, a process or a port."""
    if event in ("open", "os.exec", "os.fork", "subprocess.Popen", "socket.connect", "import", "os.listdir"):
        raise PermissionError(f"{event} {arguments[:1]}")


if __name__ == "__main__":
    main()
