"""The words of sounds that are given without them, by whoever is configured to recognise speech."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenroom.domain.formats import FORMATS
from greenroom.domain.media import Format
from greenroom.domain.policy import megabytes
from greenroom.domain.production import Heard
from greenroom.errors import NotProduced, VoiceFailed

if TYPE_CHECKING:
    from greenroom.studio.voices.cloud.transcription import Transcriber


@dataclass(frozen=True, slots=True)
class Hearing:
    """Recognises speech; blocks until the provider has answered. Files above `max_bytes` are not sent."""

    make_transcriber: Callable[[], "Transcriber"]
    model: str
    max_bytes: int

    def __call__(self, descriptor: int, format_: Format, language: str) -> Heard:
        """
        What is said in an open file; `language` is empty where nobody has told.

        Raises NotProduced: `transcription_failed` where a later try may succeed, else `transcription_impossible`.
        """
        size = os.fstat(descriptor).st_size
        if size > self.max_bytes:
            text = f"The sound has {megabytes(size)}; speech recognition takes {megabytes(self.max_bytes)}."
            raise NotProduced("transcription_impossible", text)
        facts = FORMATS[format_]
        try:
            found = self.make_transcriber().heard(
                os.pread(descriptor, size, 0), f"sound.{facts.extensions[0]}", facts.mime, language
            )
        except VoiceFailed as problem:
            code = "transcription_failed" if problem.passes else "transcription_impossible"
            raise NotProduced(code, f"The words of the sound could not be recognised: {problem.problem}.") from problem
        if not any(map(str.isalnum, found.text)):
            raise NotProduced("transcription_impossible", "Speech recognition heard no words in the sound.")
        return Heard(found.text, found.language, self.model)
