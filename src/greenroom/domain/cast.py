"""Who and what there is to make videos with: presenters, voices and tracks of music, as lists show them."""

import hashlib

from msgspec import Struct

from greenroom.domain import languages

PREVIEWS = "/previews/"
"""Where previews are: a picture and a film of each presenter, a sound of each voice and track."""


class Presenter(Struct, frozen=True):
    """A stock presenter, by number and by name, and what they are found by (contract 2.4)."""

    number: int
    id: str
    name: str
    gender: str
    age: str
    style: str
    scene: str
    ethnicity: str
    about: str = ""

    @property
    def cover_path(self) -> str:
        """The address of a picture."""
        return f"{PREVIEWS}avatars/{self.id}.jpg"

    @property
    def film_path(self) -> str:
        """The address of a film in which they talk."""
        return f"{PREVIEWS}avatars/{self.id}.mp4"


class StockVoice(Struct, frozen=True):
    """A voice and what it is found by (contract 2.6). `gender` is empty where nobody knows it."""

    id: str
    name: str
    provider: str
    locale: str
    gender: str = ""
    age: str = ""
    accent: str = ""
    use_case: str = ""

    @property
    def language(self) -> str:
        """The contract's name of its language."""
        return languages.name_of(self.locale)

    @property
    def sound_path(self) -> str:
        """The address of a sound in which it reads a sentence."""
        return f"{PREVIEWS}voices/{self.id}.mp3"


class Track(Struct, frozen=True):
    """A track of music of the house, by its number."""

    number: int
    name: str
    duration_s: float
    genre: str = ""
    mood: str = ""
    about: str = ""

    @property
    def sound_path(self) -> str:
        """The address of the track."""
        return f"{PREVIEWS}musics/{self.number}.mp3"


class Preview(Struct, frozen=True):
    """One file: `kind` is cover, film, voice or music; `id` that of the presenter, voice or track."""

    kind: str
    id: str
    content_type: str

    @property
    def file_name(self) -> str:
        """Its name on the disk. Ids of voices are an operator's: they may be no file's name."""
        return f"{self.kind}-{hashlib.sha256(self.id.encode()).hexdigest()[:32]}"
