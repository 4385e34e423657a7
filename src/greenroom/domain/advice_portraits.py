"""
Advice on images that may be meant for photo avatars: what would be refused, by the codes of the refusals.

Nobody says at the upload what an image is for. So each says what it is about, and that nothing is to do otherwise.
"""

from greenroom.domain.advice_row import Case, Look, Row, Seen
from greenroom.domain.media import Kind
from greenroom.domain.portrait_findings import NOT_SEEN, REFUSALS, WARNINGS, PortraitFinding

PHOTO_AVATAR = "photo_avatar"
"""The purpose of this advice."""


def _found(code: str) -> Look:
    def look(case: Case) -> Seen | None:
        return next((Seen(found.measured or "") for found in case.portrait if found.code == code), None)

    return look


def _row(code: str, said: str, about: PortraitFinding) -> Row:
    return Row(
        code=code,
        kinds=(Kind.IMAGE,),
        recommended=about.wanted,
        message=f"A photo avatar of it would {said}: {_going_on(about.cause)} ({{measured}}).",
        cure=f"Only needed for a photo avatar: {_going_on(about.cure)}.",
        look=_found(code),
        purpose=PHOTO_AVATAR,
    )


def _going_on(sentence: str) -> str:
    """A sentence as the rest of another one."""
    return sentence[0].lower() + sentence[1:].removesuffix(".")


PORTRAIT_ROWS: tuple[Row, ...] = (
    *(_row(code, "be refused", about) for code, about in REFUSALS.items()),
    *(_row(code, "have a flaw", about) for code, about in WARNINGS.items()),
    Row(
        code=NOT_SEEN,
        kinds=(Kind.IMAGE,),
        recommended="an image that can be looked at",
        message="Nobody knows whether it would do for a photo avatar, since looking at it failed ({measured}).",
        cure="Only needed for a photo avatar: `POST /api/v1/photo-avatars/check` looks again, and tells why it failed.",
        look=_found(NOT_SEEN),
        purpose=PHOTO_AVATAR,
    ),
)
