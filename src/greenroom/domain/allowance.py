"""What an account uses, and what it may: bytes, assets, seconds of media, credits."""

from enum import StrEnum

from msgspec import Struct, structs

from greenroom.domain.findings import finding
from greenroom.errors import QuotaExceeded

UNLIMITED = 0
"""The number that stands for no limit, in settings and in rows."""


class Measure(StrEnum):
    """What an account holds, each up to a limit."""

    STORED_BYTES = "stored_bytes"
    ASSETS = "assets"
    MEDIA_MS = "media_ms"


class Limits(Struct, frozen=True):
    """How much an account may use of each measure, and of credits (in thousandths); 0 is no limit."""

    stored_bytes: int = UNLIMITED
    assets: int = UNLIMITED
    media_ms: int = UNLIMITED
    credits_m: int = UNLIMITED


class OwnLimits(Struct, frozen=True):
    """The limits of one account; None where those of the settings hold."""

    stored_bytes: int | None = None
    assets: int | None = None
    media_ms: int | None = None
    credits_m: int | None = None

    def over(self, usual: Limits) -> Limits:
        """What holds for the account where `usual` are the limits of the settings."""
        own = {name: number for name, number in structs.asdict(self).items() if number is not None}
        return structs.replace(usual, **own)


class Usage(Struct, frozen=True):
    """
    What an account uses; credits in thousandths.

    An asset counts while it waits for bytes or holds them: a deleted one until it is purged. `reserved_bytes` are
    those of uploads under way, declared when they were signed or else announced or come since.
    """

    stored_bytes: int
    reserved_bytes: int
    assets: int
    media_ms: int
    credits_m: int

    def of(self, measure: Measure) -> int:
        """The number that is held against the limit of a measure."""
        number: int = getattr(self, measure)
        return number + self.reserved_bytes if measure is Measure.STORED_BYTES else number

    def require_within(self, limits: Limits, *measures: Measure) -> None:
        """Raise QuotaExceeded if this is more of one of the measures than the limits allow."""
        for measure in measures:
            limit: int = getattr(limits, measure)
            if limit != UNLIMITED and self.of(measure) > limit:
                raise _exceeded(measure, self.of(measure), limit)


def _exceeded(measure: Measure, used: int, limit: int) -> QuotaExceeded:
    if measure is Measure.STORED_BYTES:
        return _quota("quota_stored_bytes", f"{used:,} bytes", f"{limit:,} bytes")
    if measure is Measure.ASSETS:
        return _quota("quota_assets", f"{used:,} assets", f"{limit:,} assets")
    return _quota("quota_media_s", f"{used / 1000:,.3f} s of media", f"{limit / 1000:,.3f} s of media")


def _quota(code: str, measured: str, allowed: str) -> QuotaExceeded:
    message = f"With this the account would have {measured}; allowed are {allowed}."
    return QuotaExceeded(finding(code, message, measured=measured, allowed=allowed))
