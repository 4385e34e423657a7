"""What the server and a render process say to each other: orders on standard input, lines of JSON back."""

import msgspec
from msgspec import Struct

from greenroom.studio.plan import NotRendered, Plan, Rendered, Rendering

MIB = 1 << 20
LINE_MAX_BYTES = 4 * MIB


class RenderLimits(Struct, frozen=True):
    """How much of everything the making of one video may take."""

    wall_s: float = 7200.0
    cpu_s: int = 14_400
    memory_bytes: int = 6144 * MIB
    file_max_bytes: int = 16 * 1024 * MIB
    open_files: int = 256
    niceness: int = 10


class Orders(Struct, frozen=True):
    """Make a video by a plan, confined by what the machine has."""

    plan: Plan
    limits: RenderLimits
    landlock: bool = False
    seccomp_program: bytes | None = None


Message = Rendering | Rendered | NotRendered

encode_message = msgspec.json.Encoder().encode
decode_message = msgspec.json.Decoder(Message).decode
encode_orders = msgspec.json.Encoder().encode
decode_orders = msgspec.json.Decoder(Orders).decode
