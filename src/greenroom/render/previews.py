"""
The making of previews: pictures and sounds in a process that makes several, films as all videos are made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from greenroom.domain.cast import Preview
from greenroom.domain.video import ColorGround, Resolution, ScriptVoice, VideoSpec
from greenroom.errors import NotProduced
from greenroom.media.environment import bare_environment
from greenroom.render.previewing import PreviewOrder, encode_orders
from greenroom.render.renderer import Renderer
from greenroom.render.speaking import GUIDE, SPEECH, Speaking
from greenroom.studio.cast.people import PEOPLE, Age, Gender, Person
from greenroom.studio.plan import Plan

_WALL_S = 300.0
_SPEAKERS = {
    (Gender.FEMALE, Age.YOUNG_ADULT): "greenroom-en-US-amber",
    (Gender.FEMALE, Age.ADULT): "greenroom-en-US-coral",
    (Gender.FEMALE, Age.SENIOR): "greenroom-en-US-hazel",
    (Gender.MALE, Age.YOUNG_ADULT): "greenroom-en-US-flint",
    (Gender.MALE, Age.ADULT): "greenroom-en-US-reed",
    (Gender.MALE, Age.SENIOR): "greenroom-en-US-granite",
}


@dataclass(frozen=True, slots=True)
class PreviewMaker:
    """Make previews of the cast; blocks. `fonts` is the folder of installed fonts."""

    speaking: Speaking
    renderer: Renderer
    scratch: str
    fonts: str

    def make(self, wishes: Sequence[Preview], path_of: Callable[[Preview], str]) -> None:
        """
        Make each at its path; what was made before a failure stays.

        Raises NotProduced, VoiceFailed, ParameterError.
        """
        os.makedirs(self.scratch, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            orders = [self._order(wish, path_of(wish), folder) for wish in wishes if wish.kind != "film"]
            if orders:
                _run(orders)
        for wish in wishes:
            if wish.kind == "film":
                self._film(wish.id, path_of(wish))

    def _order(self, wish: Preview, target: str, folder: str) -> PreviewOrder:
        if wish.kind != "voice":
            return PreviewOrder(wish.kind, wish.id, target)
        from greenroom.studio.speech_file import encoded

        voice = self.speaking.casting.voice(wish.id)
        speech = self.speaking.casting.speak(voice.preview or _ANYBODY, wish.id)
        source = os.path.join(folder, wish.file_name)
        with open(source, "wb") as file:
            file.write(encoded(speech))
        return PreviewOrder("voice", wish.id, target, source)

    def _film(self, person_id: str, target: str) -> None:
        one = next(person for person in PEOPLE if person.id == person_id)
        work = tempfile.mkdtemp(dir=self.scratch)
        try:
            voice = ScriptVoice(_introduction(one), _SPEAKERS[one.gender, one.age])
            self.speaking.speak(voice, work)
            ground = ColorGround(f"#{one.look.ground:06x}")
            spec = VideoSpec(one.id, voice, one.name, resolution=Resolution.HD, ground=ground)
            self._render(spec, work, f"{target}.new")
            os.replace(f"{target}.new", target)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _render(self, spec: VideoSpec, work: str, target: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        film = os.open(target, flags, 0o644)
        cover = os.open(os.path.join(work, "cover.jpg"), flags, 0o644)
        speech = os.open(os.path.join(work, SPEECH), os.O_RDONLY | os.O_CLOEXEC)
        try:
            guide = os.path.join(work, GUIDE)
            assert not os.path.exists(guide), "embedded voices tell their times"
            plan = Plan(spec, {}, work, film, cover, self.fonts, speech)
            self.renderer.render(plan, threading.Event(), lambda _: None)
        finally:
            for descriptor in (film, cover, speech):
                os.close(descriptor)


_ANYBODY = "Welcome. I read your script aloud, word by word."


def _introduction(one: Person) -> str:
    return f"Hello, I'm {one.name}. Write me a script, and I will say it for you."


def _run(orders: Sequence[PreviewOrder]) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "greenroom.render.previewing"],
            input=encode_orders(tuple(orders)),
            env=bare_environment(),
            cwd="/",
            capture_output=True,
            timeout=_WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise NotProduced("preview_timed_out", f"Making previews took more than {_WALL_S:g} s.") from problem
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise NotProduced("preview_crashed", f"A preview could not be made ({''.join(reason)})."[:300])
