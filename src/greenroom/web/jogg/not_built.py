"""The calls of the compatible contract that this version does not answer yet, so that none of them is a 404."""

import re
from typing import Any

from greenroom.domain.act import Act
from greenroom.errors import NotBuiltYet
from greenroom.web.jogg.envelope import Call

PATHS = """
v2/template v2/template/batch
v2/avatars/product_avatars
v2/visual_styles v2/templates v2/templates/custom v2/template/custom/*
v2/create_video_with_template v2/template_video/* v2/template_videos
v2/product v2/create_video_from_product v2/create_video_from_product/preview_list
v2/create_video_from_product/render_single_preview v2/product_video/* v2/product_videos v2/product_previews
v2/product_avatar v2/product_avatar/generation v2/product_avatar/generation/* v2/product_avatar/add_motion
v2/ai_scripts v2/ai_scripts/results/*
v2/video_translate v2/video_translate/*
v1/create_video_with_variable v1/create_video_with_template v1/products v1/product v1/ai_scripts
v1/create_video_from_url v1/preview
v1/avatar/create v1/visual_styles v1/templates v1/templates/custom
"""

_KNOWN = re.compile("|".join(f"/{re.escape(path)}".replace(r"\*", "[^/]+") for path in PATHS.split()))


def is_known(path: str) -> bool:
    """Whether the contract has a call at this path (version first, no slash at the end)."""
    return _KNOWN.fullmatch(path) is not None


async def say_so(call: Call, act: Act) -> Any:  # noqa: ARG001  # the key was checked; that is all it is for
    """Raise NotBuiltYet with the call's path."""
    raise NotBuiltYet(
        f"{call.scope['path']} is not built yet in this version of Greenroom. Uploads, videos of avatars, photo "
        "avatars and lip sync work: see docs/howto/jogg_clients.md"
    )
