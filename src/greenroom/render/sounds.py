"""What providers send as speech, decoded by a process of its own: to the server it is as strange as any upload."""

import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from greenroom.errors import VoiceFailed
from greenroom.media.environment import bare_environment
from greenroom.media.protections import Protections, protections
from greenroom.render.sound_process import Decoded, DecodingOrders

if TYPE_CHECKING:
    from greenroom.studio.speech import Sound

_WALL_S = 120.0


@dataclass
class SoundDecoder:
    """Makes samples of files (`studio.voices.cloud.transport.Decode`); safe to call from many threads."""

    @cached_property
    def protections(self) -> Protections:
        """What the process is protected by on this machine."""
        return protections()

    def __call__(self, provider: str, data: bytes) -> "tuple[Sound, int]":
        """The samples of a file that a provider sent, and their rate. Raises VoiceFailed."""
        import numpy as np

        guards = self.protections
        orders = DecodingOrders(provider, guards.landlock_abi is not None, guards.rendering_program)
        try:
            ran = subprocess.run(
                [sys.executable, "-P", "-m", "greenroom.render.sound_process", msgspec.json.encode(orders).decode()],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=bare_environment(),
                cwd="/",
                timeout=_WALL_S,
                start_new_session=True,
                check=False,
            )
            head, _, samples = ran.stdout.partition(b"\n")
            decoded = msgspec.json.decode(head, type=Decoded)
        except (subprocess.TimeoutExpired, msgspec.DecodeError):
            raise VoiceFailed(provider, "it sent a sound that could not be decoded") from None
        if decoded.problem or decoded.rate <= 0 or len(samples) % 4:
            raise VoiceFailed(provider, decoded.problem or "it sent a sound that could not be decoded")
        return np.frombuffer(samples, "<f4").astype(np.float32), decoded.rate
