"""Which web pages may call the routes that take a key: none, until the operator names their origins."""

from collections.abc import Sequence
from typing import Any

from starlette.middleware.cors import CORSMiddleware


def open_to(application: Any, origins: Sequence[str]) -> Any:
    """The application as pages of those origins may call it; unchanged if there are none."""
    if not origins:
        return application
    return CORSMiddleware(
        application,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=[
            "X-Request-Id",
            "ETag",
            "Location",
            "Idempotency-Replayed",
            "Retry-After",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
        ],
        max_age=86400,
    )
