"""What the server and the process that looks at a photograph or film say to each other: one argument, one line back."""

import msgspec
from msgspec import Struct

from greenroom.domain.media import Finding, Format
from greenroom.domain.video import Aspect

MIB = 1 << 20


class PortraitLimits(Struct, frozen=True):
    """How much of everything looking at one photograph may take."""

    wall_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 3072 * MIB
    output_max_bytes: int = 256 * MIB
    in_spare_time: bool = False
    """Whether it waits for whatever else there is to compute."""


class Look(Struct, frozen=True):
    """At which size a film is looked at, and how many of its seconds are used."""

    size: tuple[int, int]
    used_s: float


class Orders(Struct, frozen=True):
    """
    Look at the photograph behind a descriptor, confined by what the machine has; the networks are in the models folder.

    With `take` it is no photograph but a film, in which somebody's mouth is to be moved. With `doubts` it is told, too,
    what would not be best of an avatar.

    Where `prepared` is given and nothing speaks against it, the avatar is written there; `looks` are open files for the
    four images, or empty.
    """

    source: int
    format: Format
    models: str
    limits: PortraitLimits
    aspect: Aspect = Aspect.PORTRAIT
    take: Look | None = None
    doubts: bool = False
    prepared: int | None = None
    looks: tuple[int, ...] = ()
    landlock: bool = False
    seccomp_program: bytes | None = None


class Looked(Struct, frozen=True, tag="looked"):
    """What speaks against an avatar of it, most basic first, and what is not best."""

    refusals: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()


class NotLooked(Struct, frozen=True, tag="failed"):
    """It could not be looked at: a stable code, and a sentence for the owner."""

    code: str
    message: str


Message = Looked | NotLooked
encode_message = msgspec.json.Encoder().encode
decode_message = msgspec.json.Decoder(Message).decode
encode_orders = msgspec.json.Encoder().encode
decode_orders = msgspec.json.Decoder(Orders).decode
