"""
The models folder: fonts for captions and the networks that find faces, as `greenroom models install` leaves them.

    faces/*.tflite       MediaPipe's
    fonts/*.ttf          Noto's
    manifest.json        the SHA-256 of every file, written last

Nothing is ever taken from the host instead: the same spec gives the same frames on every machine.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping

from greenroom.errors import ModelsMissing
from greenroom.studio.model_files import FACES, FONTS, ModelFile, Package

GROUPS: Mapping[str, tuple[Package, ...]] = {"faces": FACES, "fonts": FONTS}
"""What can be installed, by the name of its folder."""
MANIFEST = "manifest.json"


def usual_folder() -> str:
    """Where models are unless `models.folder` says otherwise: in the environment that Greenroom is installed in."""
    return os.path.join(sys.prefix, "share", "greenroom", "models")


def files_of(group: str) -> Iterator[ModelFile]:
    """The files of a group."""
    return (file for package in GROUPS[group] for file in package.files)


def fonts_folder(folder: str) -> str:
    """The folder of the fonts; raises ModelsMissing unless all of them are there."""
    return _ready(folder, "fonts", "captions")


def faces_folder(folder: str) -> str:
    """The folder of the networks that find faces; raises ModelsMissing unless all of them are there."""
    return _ready(folder, "faces", "photo avatars")


def missing(folder: str, group: str) -> list[str]:
    """
    The files of a group that are not there, or are not those of this version.

    Believes the manifest and the sizes, which is quick; `damaged` reads the bytes.
    """
    known = manifest(folder)
    return [file.path for file in files_of(group) if known.get(file.path) != file.sha256 or not _fits(folder, file)]


def damaged(folder: str, group: str) -> list[str]:
    """The files of a group that are there with other bytes than were fetched; reads them all."""
    there = (file for file in files_of(group) if os.path.exists(os.path.join(folder, file.path)))
    return [file.path for file in there if digest(os.path.join(folder, file.path)) != file.sha256]


def manifest(folder: str) -> dict[str, str]:
    """The SHA-256 of each installed file by its path; empty where nothing is installed."""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            known = json.load(file)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def digest(path: str) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ready(folder: str, group: str, user: str) -> str:
    lacking = missing(folder, group)
    if lacking:
        raise ModelsMissing(user, folder, lacking)
    return os.path.join(folder, group)


def _fits(folder: str, file: ModelFile) -> bool:
    try:
        return os.stat(os.path.join(folder, file.path)).st_size == file.size
    except OSError:
        return False
