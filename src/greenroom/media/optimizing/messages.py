"""What the server and an optimizing process say to each other: orders as one argument, lines of JSON back."""

import msgspec
from msgspec import Struct

from greenroom.domain.media import Finding
from greenroom.domain.recipe import Recipe
from greenroom.domain.rendition import Optimized

MIB = 1 << 20
LINE_MAX_BYTES = 64 * 1024


class OptimizeLimits(Struct, frozen=True):
    """How much of everything the making of one copy may take."""

    wall_s: float = 3600.0
    cpu_s: int = 7200
    memory_bytes: int = 3072 * MIB
    output_max_bytes: int = 4096 * MIB
    max_pixels: int = 120_000_000
    max_side: int = 8192
    max_animation_frames: int = 2_000
    max_streams: int = 64
    threads: int = 2
    niceness: int = 10


class Orders(Struct, frozen=True):
    """Make a copy of the file behind one descriptor into that behind the other, confined by what the machine has."""

    source: int
    target: int
    recipe: Recipe
    limits: OptimizeLimits
    landlock: bool = False
    seccomp_program: bytes | None = None


class Progress(Struct, frozen=True, tag="progress"):
    """How much is done, from 0 to 1."""

    done: float


class Made(Struct, frozen=True, tag="made"):
    """The copy is whole."""

    optimized: Optimized


class Refused(Struct, frozen=True, tag="refused"):
    """There will be no copy, and why."""

    finding: Finding


Message = Progress | Made | Refused

encode_message = msgspec.json.Encoder().encode
decode_message = msgspec.json.Decoder(Message).decode
encode_orders = msgspec.json.Encoder().encode
decode_orders = msgspec.json.Decoder(Orders).decode


class NotMade(Exception):
    """Raised anywhere in an optimizing process to end it with a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding
