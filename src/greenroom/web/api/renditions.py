"""`/api/v1/assets/{id}/optimize` and `/renditions`: ask for render-safe copies, and see what became of them."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from greenroom.domain.access import Scope
from greenroom.domain.formats import FORMATS
from greenroom.domain.instants import unix_s
from greenroom.domain.recipe import COPY_BYTES_MAX, COPY_BYTES_MIN, FRAME_RATES, MP3_KBPS, PRESETS, SIDE_MAX, SIDE_MIN
from greenroom.domain.rendition import Rendition, RenditionId, RenditionState
from greenroom.errors import ParameterError
from greenroom.services.renditions import Renditions
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.auth import Callers

_BODY_MAX_BYTES = 16 * 1024
_SIDE = "([2-9]|[1-9][0-9]{1,2}|[1-7][0-9]{3}|80[0-9]{2}|81[0-8][0-9]|819[0-2])"
_WISHES = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "format": {
            "enum": ["jpeg", "jpg", "png", "webp", "mp4", "mp3", "auto"],
            "description": "Images: jpeg, png, webp or auto. Videos: mp4. Sound: mp3.",
        },
        "max_size": {
            "type": "string",
            "pattern": f"^{_SIDE}[xX]{_SIDE}$",
            "examples": ["1920x1080"],
            "description": "The box turns with the picture.",
        },
        "max_width": {"type": "integer", "minimum": SIDE_MIN, "maximum": SIDE_MAX},
        "max_height": {"type": "integer", "minimum": SIDE_MIN, "maximum": SIDE_MAX},
        "quality": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Images."},
        "crf": {"type": "integer", "minimum": 10, "maximum": 40, "description": "Videos; smaller is better."},
        "preset": {"enum": list(PRESETS), "description": "Videos: the effort of x264."},
        "frame_rate": {"enum": list(FRAME_RATES)},
        "bit_rate_kbps": {"enum": list(MP3_KBPS), "description": "Of the sound."},
        "loudness_lufs": {
            "oneOf": [{"type": "number", "minimum": -40, "maximum": -8}, {"enum": [None, "off"]}],
            "description": "Of the sound; null or off leaves it as it is.",
        },
        "max_bytes": {
            "type": "integer",
            "minimum": COPY_BYTES_MIN,
            "maximum": COPY_BYTES_MAX,
            "description": "The copy stays under this size.",
        },
        "keep_metadata": {"type": "boolean", "description": "Keep titles, dates and places."},
    },
}


class RenditionShown(BaseModel):
    """A copy of an asset by a recipe."""

    rendition_id: str
    asset_id: str
    state: RenditionState
    progress: float = Field(ge=0, le=1)
    recipe: dict[str, Any]
    url: str | None = Field(description="The permanent address, once it is ready.")
    content_type: str | None
    sha256: str | None
    before: dict[str, Any] | None = Field(description="What was measured of the original.")
    after: dict[str, Any] | None = Field(description="What was measured of the copy.")
    remarks: list[Any]
    findings: list[dict[str, Any]]
    created_at: int
    ready_at: int | None


class RenditionList(BaseModel):
    """The copies of an asset."""

    data: list[RenditionShown]


def renditions_router(renditions: Renditions, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter()
    threads, origins = callers.threads, callers.origins

    @router.post(
        "/api/v1/assets/{asset_id}/optimize",
        status_code=202,
        tags=["renditions"],
        responses={202: {"model": RenditionShown}, **problems_of(401, 403, 404, 409, 422)},
        openapi_extra={"requestBody": {"content": {"application/json": {"schema": _WISHES}}}},
    )
    async def optimize(request: Request, asset_id: str) -> Response:
        """Have a render-safe copy made. Asked twice for the same, it gives the same rendition."""
        act = await callers.act(request.scope, Scope.UPLOAD)
        wishes = await _wishes(request)
        asked = await threads.judge(renditions.ask, act, asset_id, wishes)
        shown = shown_rendition(asked, renditions.progress(asked), origins.origin(request.scope))
        return answer(request, shown, 202, {"location": f"/api/v1/assets/{asked.asset_id}/renditions/{asked.id}"})

    @router.get(
        "/api/v1/assets/{asset_id}/renditions",
        tags=["renditions"],
        responses={200: {"model": RenditionList}, **problems_of(401, 403, 404)},
    )
    async def list_renditions(request: Request, asset_id: str) -> Response:
        """The copies of an asset, oldest first."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        found = await threads.quick(renditions.of_asset, act, asset_id)
        origin = origins.origin(request.scope)
        return answer(request, {"data": [shown_rendition(one, renditions.progress(one), origin) for one in found]})

    @router.get(
        "/api/v1/assets/{asset_id}/renditions/{rendition_id}",
        tags=["renditions"],
        responses={200: {"model": RenditionShown}, **problems_of(401, 403, 404)},
    )
    async def get_rendition(request: Request, asset_id: str, rendition_id: str) -> Response:
        """One copy: its state, how far it is, what was measured before and after."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        one = await threads.quick(renditions.one, act, asset_id, RenditionId(rendition_id))
        return answer(request, shown_rendition(one, renditions.progress(one), origins.origin(request.scope)))

    return router


async def _wishes(request: Request) -> dict[str, object]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_MAX_BYTES:
            raise ParameterError("The body", f"has more than {_BODY_MAX_BYTES} bytes")
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except msgspec.DecodeError:
        raise ParameterError("The body", "has to be a JSON object of options, or empty") from None


def shown_rendition(rendition: Rendition, progress: float, origin: str) -> dict[str, Any]:
    """A rendition as our API shows it."""
    made = rendition.optimized
    ready = rendition.state is RenditionState.READY and rendition.format is not None
    return {
        "rendition_id": rendition.id,
        "asset_id": rendition.asset_id,
        "state": rendition.state.value,
        "progress": round(progress, 3),
        "recipe": rendition.recipe,
        "url": f"{origin}{rendition.path}" if ready else None,
        "content_type": FORMATS[rendition.format].mime if rendition.format is not None else None,
        "sha256": rendition.blob_key,
        "before": made.before if made is not None else None,
        "after": made.after if made is not None else None,
        "remarks": made.remarks if made is not None else (),
        "findings": rendition.findings,
        "created_at": int(rendition.created_at.timestamp()),
        "ready_at": unix_s(rendition.ready_at),
    }
