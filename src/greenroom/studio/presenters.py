"""Who is seen in a plan: the avatar of a video, set up in this process or, by a message, in the one that draws."""

import msgspec

from greenroom.domain.video import frame_size
from greenroom.errors import NotProduced
from greenroom.studio import cast
from greenroom.studio.avatar import Avatar
from greenroom.studio.plan import Plan


def avatar_of(plan: Plan) -> Avatar:
    """The avatar of a plan, for its frame. Raises NotProduced if nobody has its id."""
    spec = plan.spec
    one = cast.person(spec.avatar_id)
    if one is None:
        raise NotProduced(
            "avatar_unknown", f"avatar_id '{spec.avatar_id}' names no presenter. Take one from the list of avatars."
        )
    return cast.avatar(one, frame_size(spec.aspect, spec.resolution), spec.framing, spec.position)


def message(plan: Plan) -> bytes:
    """A plan for `set_up`; open files are inherited by the process that draws."""
    return msgspec.json.encode(plan)


def set_up(message: bytes) -> Avatar:
    """The avatar of a plan in a message: what `film.drawing.DrawingProcess` is made with."""
    return avatar_of(msgspec.json.decode(message, type=Plan))
