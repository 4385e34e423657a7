"""Where what is half done of videos is kept between attempts: a folder for each, gone when the video has ended."""

import os
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass

from greenroom.domain.production import VideoId

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class WorkFolders:
    """The folders of one data folder. Methods block."""

    root: str

    def of(self, video_id: VideoId) -> str:
        """The path of the folder of a video, which is there then; readable by its owner only."""
        path = self._path(video_id)
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def remove(self, video_id: VideoId) -> None:
        """Remove the folder of a video with all that is in it; nothing if it is gone."""
        shutil.rmtree(self._path(video_id), ignore_errors=True)

    def sweep(self, keep: Collection[VideoId]) -> int:
        """Remove the folders of all other videos; give how many."""
        try:
            names = os.listdir(self.root)
        except FileNotFoundError:
            return 0
        strays = [VideoId(name) for name in names if _ID.fullmatch(name) and name not in keep]
        for stray in strays:
            self.remove(stray)
        return len(strays)

    def _path(self, video_id: VideoId) -> str:
        # The only place where such a path is made: nothing but 32 hexadecimal digits is a safe name.
        if not _ID.fullmatch(video_id):
            raise ValueError(f"{video_id!r} is not the id of a video")
        return os.path.join(self.root, video_id)
