"""Receipts of assets, and the public keys that verify them."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from greenroom.domain.access import Scope
from greenroom.errors import AssetNotReady
from greenroom.services.library import Library
from greenroom.services.receipts import Receipts
from greenroom.web.api.answers import answer, problems_of
from greenroom.web.auth import Callers


class Receipt(BaseModel):
    """A receipt: a JSON Web Signature in compact form."""

    asset_id: str
    receipt: str


class PublicKey(BaseModel):
    """A JSON Web Key (RFC 8037)."""

    use: str
    alg: str
    kid: str
    kty: str
    crv: str
    x: str


class PublicKeys(BaseModel):
    """A JWK set (RFC 7517)."""

    keys: list[PublicKey]


def receipts_router(receipts: Receipts, library: Library, callers: Callers) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["receipts"])

    @router.get("/receipts/keys", responses={200: {"model": PublicKeys}})
    async def get_receipt_keys(request: Request) -> Response:
        """The public keys that verify receipts, as a JWK set; no API key is needed."""
        return answer(request, receipts.public_keys(), headers={"cache-control": "public, max-age=3600"})

    @router.get("/assets/{asset_id}/receipt", responses={200: {"model": Receipt}, **problems_of(401, 403, 404, 409)})
    async def get_receipt(request: Request, asset_id: str) -> Response:
        """A signed statement of what the asset is, as it stands now: hash, size, verdict, rules."""
        act = await callers.act(request.scope, Scope.READ, Scope.UPLOAD)
        asset = await callers.threads.quick(library.one, act, asset_id)
        receipt = receipts.of(asset)
        if receipt is None:
            raise AssetNotReady(asset.state.value)
        return answer(request, {"asset_id": asset.id, "receipt": receipt})

    return router
