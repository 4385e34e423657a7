"""A file on this machine that is to go up: its name, type and size, and its bytes as they are sent."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from greenroom.client.errors import FileUnusable

PIECE_BYTES = 256 * 1024
OCTET_STREAM = "application/octet-stream"
MIME_OF_EXTENSION = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
}


def readable(text: str) -> str:
    """
    The text with a replacement character for each byte that is not UTF-8.

    File names are bytes: those that other systems wrote are often not UTF-8, and JSON can carry nothing else.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when the upload began."""

    path: Path
    size_bytes: int

    @classmethod
    def at(cls, path: Path) -> "SourceFile":
        """The file at `path`. Raises FileUnusable if there is none that can be read, or it is no file."""
        try:
            status = path.stat()
            # Asked before it is opened: opening a pipe would wait for its writer.
            if not stat.S_ISREG(status.st_mode):
                raise FileUnusable(f"{path} is not a file.")
            path.open("rb").close()
        except OSError as error:
            raise FileUnusable(f"{path} cannot be read: {error.strerror}.") from error
        return cls(path, status.st_size)

    @property
    def name(self) -> str:
        """The last part of the path: a server is never told where a file lies."""
        return readable(self.path.name)

    @property
    def mime(self) -> str:
        """The type that the extension stands for; octet-stream where it stands for none."""
        return MIME_OF_EXTENSION.get(self.path.suffix.lower().removeprefix("."), OCTET_STREAM)

    def ends(self, length: int) -> tuple[bytes, bytes]:
        """The first and the last `length` bytes; shorter, and the second empty, where they would overlap."""
        try:
            with self.path.open("rb") as file:
                head = file.read(min(length, self.size_bytes))
                file.seek(max(len(head), self.size_bytes - length))
                return head, file.read(self.size_bytes - file.tell())
        except OSError as error:
            raise FileUnusable(f"{self.path} cannot be read: {error.strerror}.") from error

    def pieces(self, sent: Callable[[int], None]) -> Iterator[bytes]:
        """
        Yield the bytes; `sent` is told after each piece how many are gone.

        Raises FileUnusable if the file has become shorter or can no longer be read. What was appended
        since the start is left out.
        """
        gone = 0
        try:
            with self.path.open("rb") as file:
                while piece := file.read(min(PIECE_BYTES, self.size_bytes - gone)):
                    yield piece
                    gone += len(piece)
                    sent(gone)
        except OSError as error:
            raise FileUnusable(f"{self.path} cannot be read: {error.strerror}.") from error
        if gone < self.size_bytes:
            raise FileUnusable(f"{self.path} became shorter while it was being sent.")
