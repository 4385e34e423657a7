"""`GET /api/v1/audit`: what was changed, by whom, when and from where."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from greenroom.domain.access import Scope
from greenroom.domain.audit import Chosen, Kept
from greenroom.services.audit import Audit
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.api.lists import NEWEST_NUMBER, Cursor, page, place_by_number
from greenroom.web.auth import Callers

_MOST = 100


class AuditEntry(BaseModel):
    """One change. `hash` follows from the entry and from the hash of the entry before it, of any account."""

    sequence: int
    at: float
    actor: str
    address: str
    request_id: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Entries, newest first."""

    data: list[AuditEntry]
    next_cursor: str | None


def audit_router(audit: Audit, callers: Callers) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

    @router.get("", responses={200: {"model": AuditPage}, **problems_of(401, 403, 422)})
    async def list_audit(
        request: Request,
        subject: Annotated[str | None, Query(max_length=200, description="The id of what was changed.")] = None,
        action: Annotated[str | None, Query(max_length=200, description="Such as `asset.deleted`.")] = None,
        actor: Annotated[str | None, Query(max_length=200, description="A key's id, or cli, grant, system.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Entries on a page.")] = 20,
        cursor_: Cursor = None,
    ) -> Response:
        """Every change of the account, newest first. Needs the scope `admin`."""
        act = await callers.act(request.scope, Scope.ADMIN)
        before = place_by_number(cursor_, NEWEST_NUMBER)
        chosen = Chosen(subject, action, actor)
        found = await callers.threads.quick(audit.page, act.account_id, chosen, before, limit + 1)
        return answer(request, page(found, limit, lambda kept: kept.sequence, _shown))

    return router


def _shown(kept: Kept) -> dict[str, Any]:
    entry = kept.entry
    return {
        "sequence": kept.sequence,
        "at": entry.at_ms / 1000,
        "actor": entry.actor,
        "address": entry.address,
        "request_id": entry.request_id,
        "action": entry.action,
        "subject": entry.subject,
        "detail": msgspec.Raw(entry.detail.encode()),
        "hash": kept.hash,
    }
