"""Who is seen in a plan: the avatar of a video, set up in this process or, by a message, in the one that draws."""

import os
from typing import TYPE_CHECKING

import msgspec

from greenroom.domain.video import Likeness, Screen, VideoSpec, frame_size
from greenroom.errors import NotProduced
from greenroom.studio import cast
from greenroom.studio.avatar import Avatar
from greenroom.studio.frame_file import FrameFile, NotFrames
from greenroom.studio.plan import Plan

if TYPE_CHECKING:
    from greenroom.studio.photo import Portrait


def avatar_of(plan: Plan) -> Avatar:
    """The avatar of a plan, for its frame. Raises NotProduced if nobody has its id, or its portrait is no good."""
    spec = plan.spec
    if spec.likeness is not None:
        return _photographed(plan, spec.likeness)
    one = cast.person(spec.avatar_id)
    if one is None:
        raise NotProduced(
            "avatar_unknown", f"avatar_id '{spec.avatar_id}' names no presenter. Take one from the list of avatars."
        )
    return cast.avatar(one, frame_size(spec.aspect, spec.resolution), spec.framing, spec.position)


def _photographed(plan: Plan, likeness: Likeness) -> Avatar:
    # Most videos are of stock presenters, and do without its tables.
    from greenroom.studio.photo import NotPrepared, PhotoAvatar, decoded

    spec = plan.spec
    assert plan.portrait is not None, "a plan with a likeness has its portrait"
    try:
        portrait = decoded(_whole(plan.portrait))
    except NotPrepared as problem:
        text = f"The photo avatar '{spec.avatar_id}' cannot be used: {problem}. Make it anew from its photograph."
        raise NotProduced("avatar_outdated", text) from problem
    size = frame_size(spec.aspect, spec.resolution)
    own_ground = likeness.own_ground and spec.screen is Screen.BACKGROUND
    if plan.engine is not None:
        return _of_engine(plan.engine, portrait, spec, own_ground)
    return PhotoAvatar(portrait, size, spec.framing, spec.position, own_ground=own_ground)


def _of_engine(descriptor: int, portrait: "Portrait", spec: VideoSpec, own_ground: bool) -> Avatar:
    from greenroom.studio.photo.engine_avatar import EngineAvatar

    try:
        frames = FrameFile.opened(descriptor)
    except NotFrames as problem:
        raise NotProduced("engine_failed", f"What the engine made cannot be read: {problem}. Try again.") from problem
    size = frame_size(spec.aspect, spec.resolution)
    return EngineAvatar(frames, portrait, size, spec.framing, spec.position, own_ground=own_ground)


def _whole(descriptor: int) -> bytes:
    # From the beginning, wherever another reader of the open file has left it.
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def message(plan: Plan) -> bytes:
    """A plan for `set_up`; open files are inherited by the process that draws."""
    return msgspec.json.encode(plan)


def set_up(message: bytes) -> Avatar:
    """The avatar of a plan in a message: what `film.drawing.DrawingProcess` is made with."""
    return avatar_of(msgspec.json.decode(message, type=Plan))
