"""Rows of photos and of the avatars that are made of them: every question and every change, in a transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, insert, literal_column, select, text, tuple_, update

from greenroom.db import folders
from greenroom.db.catalogue import instant
from greenroom.db.schema import photo_avatars, photos, videos
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.ids import AssetId, BlobKey
from greenroom.domain.media import Finding
from greenroom.domain.photo_avatar import (
    FIRST_NUMBER,
    Consent,
    Looks,
    Motion,
    MotionId,
    Photo,
    PhotoAvatar,
    PhotoAvatarId,
    PhotoId,
    PhotoState,
)

_encode = msgspec.json.encode
_decode_looks = msgspec.json.Decoder(Looks).decode
_decode_images = msgspec.json.Decoder(tuple[AssetId, ...]).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
_decode_consent = msgspec.json.Decoder(Consent).decode
_decode_motion = msgspec.json.Decoder(Motion).decode

_PHOTO = (
    "id", "account_id", "state", "looks", "created_at", "name", "asset_id", "avatar_id", "images", "findings",
    "attempts", "ended_at", "charge_id", "callback_url", "folder_id", "version"
)  # fmt: skip
_AVATAR = (
    "id", "account_id", "number", "name", "state", "asset_id", "created_at", "photo_id", "prepared_key", "findings",
    "consent", "motion", "attempts", "ended_at", "deleted_at", "callback_url", "folder_id", "version"
)  # fmt: skip
_photo_columns = [photos.c[name] for name in _PHOTO]
_avatar_columns = [photo_avatars.c[name] for name in _AVATAR]
_PHOTO_CHANGING = ("state", "images", "findings", "attempts", "ended_at", "due_at")
_AVATAR_CHANGING = (
    "state", "name", "prepared_key", "findings", "motion", "motion_open", "attempts", "ended_at", "deleted_at", "due_at"
)  # fmt: skip

_ADD_PHOTO = sql(
    insert(photos).values({name: bindparam(name) for name in (*_PHOTO, "due_at") if name not in ("images", "version")})
)
_PHOTO_BY_ID = sql(select(*_photo_columns).where(photos.c.id == bindparam("id")))
_SAVE_PHOTO = sql(
    update(photos)
    .where(and_(photos.c.id == bindparam("photo"), photos.c.version == bindparam("as_read")))
    .values({name: bindparam(f"new_{name}") for name in _PHOTO_CHANGING} | {"version": bindparam("as_read") + 1})
)
# Literally as in the partial indices, or SQLite does not use them.
_WAITING_PHOTOS = sql(
    select(*_photo_columns)
    .where(and_(text("photos.state = 'pending'"), photos.c.avatar_id.is_(None), photos.c.due_at <= bindparam("now")))
    .order_by(photos.c.created_at)
    .limit(bindparam("most"))
)

_ADD_AVATAR = sql(
    insert(photo_avatars).values(
        {name: bindparam(name) for name in (*_AVATAR, "due_at", "motion_id", "motion_open") if name != "version"}
    )
)
_LAST_NUMBER = sql(select(func.max(photo_avatars.c.number)).where(photo_avatars.c.account_id == bindparam("account")))
_AVATAR_BY_ID = sql(select(*_avatar_columns).where(photo_avatars.c.id == bindparam("id")))
_AVATAR_BY_NUMBER = sql(
    select(*_avatar_columns).where(
        and_(photo_avatars.c.account_id == bindparam("account"), photo_avatars.c.number == bindparam("wanted"))
    )
)
_AVATAR_BY_MOTION = sql(select(*_avatar_columns).where(photo_avatars.c.motion_id == bindparam("id")))
_SAVE_AVATAR = sql(
    update(photo_avatars)
    .where(and_(photo_avatars.c.id == bindparam("avatar"), photo_avatars.c.version == bindparam("as_read")))
    .values({name: bindparam(f"new_{name}") for name in _AVATAR_CHANGING} | {"version": bindparam("as_read") + 1})
)
_WAITING_AVATARS = sql(
    select(*_avatar_columns)
    .where(and_(text("photo_avatars.state = 'pending'"), photo_avatars.c.due_at <= bindparam("now")))
    .order_by(photo_avatars.c.created_at)
    .limit(bindparam("most"))
)
_MOVING = sql(
    select(*_avatar_columns)
    .where(and_(text("photo_avatars.motion_open"), photo_avatars.c.due_at <= bindparam("now")))
    .order_by(photo_avatars.c.created_at)
    .limit(bindparam("most"))
)
_wanted = func.json_each(bindparam("states")).table_valued("value")
_below = folders.subtree(bindparam("account"), bindparam("within"))
_listed = and_(
    photo_avatars.c.account_id == bindparam("account"),
    photo_avatars.c.deleted_at.is_(None),
    photo_avatars.c.state.in_(select(_wanted.c.value)),
    func.instr(func.lower(photo_avatars.c.name), func.lower(bindparam("name"))) > 0,
)
_seen = photo_avatars.c.folder_id.in_(select(_below.c.id))
_newest_first = (photo_avatars.c.created_at.desc(), photo_avatars.c.id.desc())
_numbered = (
    select(*_avatar_columns).where(_listed).order_by(*_newest_first).limit(bindparam("most")).offset(bindparam("after"))
)
_NUMBERED, _NUMBERED_WITHIN = sql(_numbered), sql(_numbered.where(_seen))
_count = select(func.count()).select_from(photo_avatars).where(_listed)
_COUNT, _COUNT_WITHIN = sql(_count), sql(_count.where(_seen))
_older = tuple_(photo_avatars.c.created_at, photo_avatars.c.id) < tuple_(bindparam("at"), bindparam("before"))
_page = select(*_avatar_columns).where(and_(_listed, _older)).order_by(*_newest_first).limit(bindparam("most"))
_PAGE, _PAGE_WITHIN = sql(_page), sql(_page.where(_seen))
_unended = (
    select(literal_column("1"))
    .select_from(videos)
    .where(
        and_(
            text("videos.state IN ('pending','processing')"),
            func.json_extract(videos.c.spec, "$.avatar_id") == photo_avatars.c.id,
        )
    )
    .exists()
)
_LET_GO = sql(
    select(photo_avatars.c.id, photo_avatars.c.prepared_key)
    .where(
        and_(
            text("photo_avatars.prepared_key IS NOT NULL"),
            photo_avatars.c.deleted_at.is_not(None),
            ~_unended,
        )
    )
    .limit(bindparam("most"))
)
_FORGET_PREPARED = sql(update(photo_avatars).where(photo_avatars.c.id == bindparam("avatar")).values(prepared_key=None))


def add_photo(tx: Transaction, photo: Photo) -> None:
    """Write a new photo."""
    values = {
        "id": photo.id,
        "account_id": photo.account_id,
        "state": photo.state.value,
        "looks": _encode(photo.looks).decode(),
        "created_at": photo.created_at.timestamp(),
        "name": photo.name,
        "asset_id": photo.asset_id,
        "avatar_id": photo.avatar_id,
        "findings": None,
        "attempts": photo.attempts,
        "ended_at": None,
        "charge_id": photo.charge_id,
        "callback_url": photo.callback_url,
        "folder_id": photo.folder_id,
        "due_at": photo.created_at.timestamp(),
    }
    tx.run(_ADD_PHOTO, values)


def photo(tx: Transaction, photo_id: PhotoId) -> Photo | None:
    """The photo with that id, of whichever account."""
    row = tx.row(_PHOTO_BY_ID, {"id": photo_id})
    return _photo(row) if row is not None else None


def seen_photo(tx: Transaction, act: Act, photo_id: PhotoId) -> Photo | None:
    """The photo with that id, if it is of the account and the caller's key may see it."""
    found = photo(tx, photo_id)
    if found is None or found.account_id != act.account_id or not folders.is_within(tx, act, found.folder_id):
        return None
    return found


def save_photo(tx: Transaction, before: Photo, after: Photo, due: datetime) -> Photo | None:
    """Write what has changed, to be looked at again at `due`; None if somebody else has changed it since."""
    values: dict[str, Any] = {
        "new_state": after.state.value,
        "new_images": _encode(after.images).decode(),
        "new_findings": _findings(after.findings),
        "new_attempts": after.attempts,
        "new_ended_at": _seconds(after.ended_at),
        "new_due_at": due.timestamp(),
    }
    changed = tx.run(_SAVE_PHOTO, values | {"photo": before.id, "as_read": before.version})
    return msgspec.structs.replace(after, version=before.version + 1) if changed else None


def waiting_photos(tx: Transaction, now: datetime, most: int) -> list[Photo]:
    """Up to `most` photos that an image provider is to make, oldest first."""
    return [_photo(row) for row in tx.rows(_WAITING_PHOTOS, {"now": now.timestamp(), "most": most})]


def add_avatar(tx: Transaction, avatar: PhotoAvatar) -> PhotoAvatar:
    """Write a new avatar; give it with the number that it has got."""
    last = tx.row(_LAST_NUMBER, {"account": avatar.account_id})
    number = max(FIRST_NUMBER, (last[0] or 0) + 1 if last else 0)
    avatar = msgspec.structs.replace(avatar, number=number)
    values = {
        "id": avatar.id,
        "account_id": avatar.account_id,
        "number": avatar.number,
        "name": avatar.name,
        "state": avatar.state.value,
        "asset_id": avatar.asset_id,
        "created_at": avatar.created_at.timestamp(),
        "photo_id": avatar.photo_id,
        "prepared_key": None,
        "findings": None,
        "consent": _encode(avatar.consent).decode() if avatar.consent is not None else None,
        **_moving(avatar),
        "motion_id": avatar.motion.id if avatar.motion is not None else None,
        "attempts": avatar.attempts,
        "ended_at": None,
        "deleted_at": None,
        "callback_url": avatar.callback_url,
        "folder_id": avatar.folder_id,
        "due_at": avatar.created_at.timestamp(),
    }
    tx.run(_ADD_AVATAR, values)
    return avatar


def avatar(tx: Transaction, avatar_id: PhotoAvatarId) -> PhotoAvatar | None:
    """The avatar with that id, of whichever account, deleted or not."""
    row = tx.row(_AVATAR_BY_ID, {"id": avatar_id})
    return _avatar(row) if row is not None else None


def seen_avatar(tx: Transaction, act: Act, named: str) -> PhotoAvatar | None:
    """The avatar of that id or number, if it is of the account, not deleted, and the caller's key may see it."""
    if named.isascii() and named.isdecimal() and len(named) <= 18:
        row = tx.row(_AVATAR_BY_NUMBER, {"account": act.account_id, "wanted": int(named)})
    else:
        row = tx.row(_AVATAR_BY_ID, {"id": named})
    return _seen_by(tx, act, _avatar(row) if row is not None else None)


def of_motion(tx: Transaction, act: Act, motion_id: MotionId) -> PhotoAvatar | None:
    """The avatar of a motion, in the same manner."""
    row = tx.row(_AVATAR_BY_MOTION, {"id": motion_id})
    return _seen_by(tx, act, _avatar(row) if row is not None else None)


def save_avatar(tx: Transaction, before: PhotoAvatar, after: PhotoAvatar, due: datetime) -> PhotoAvatar | None:
    """Write what has changed, to be looked at again at `due`; None if somebody else has changed it since."""
    values: dict[str, Any] = {
        "new_state": after.state.value,
        "new_name": after.name,
        "new_prepared_key": after.prepared,
        "new_findings": _findings(after.findings),
        **{f"new_{name}": value for name, value in _moving(after).items()},
        "new_attempts": after.attempts,
        "new_ended_at": _seconds(after.ended_at),
        "new_deleted_at": _seconds(after.deleted_at),
        "new_due_at": due.timestamp(),
    }
    changed = tx.run(_SAVE_AVATAR, values | {"avatar": before.id, "as_read": before.version})
    return msgspec.structs.replace(after, version=before.version + 1) if changed else None


def waiting_avatars(tx: Transaction, now: datetime, most: int) -> list[PhotoAvatar]:
    """Up to `most` avatars that are to be made, oldest first."""
    return [_avatar(row) for row in tx.rows(_WAITING_AVATARS, {"now": now.timestamp(), "most": most})]


def moving(tx: Transaction, now: datetime, most: int) -> list[PhotoAvatar]:
    """Up to `most` avatars with a motion of which nobody was told yet what came of it."""
    return [_avatar(row) for row in tx.rows(_MOVING, {"now": now.timestamp(), "most": most})]


def page(
    tx: Transaction, act: Act, before: tuple[float, str], most: int, states: Collection[PhotoState], name: str = ""
) -> list[PhotoAvatar]:
    """Up to `most` avatars in those states, newest first; `before` is the Unix time and id that they come after."""
    at, id_ = before
    statement = _PAGE if act.within is None else _PAGE_WITHIN
    values = _chosen(act, states, name) | {"at": at, "before": id_, "most": most}
    return [_avatar(row) for row in tx.rows(statement, values)]


def numbered(
    tx: Transaction, act: Act, after: int, most: int, states: Collection[PhotoState], name: str = ""
) -> tuple[list[PhotoAvatar], int]:
    """Up to `most` avatars whose names have `name` in them, from the place `after` on, and how many there are."""
    chosen = _chosen(act, states, name)
    statement, count = (_NUMBERED, _COUNT) if act.within is None else (_NUMBERED_WITHIN, _COUNT_WITHIN)
    found = [_avatar(row) for row in tx.rows(statement, chosen | {"most": most, "after": after})]
    total = tx.row(count, chosen)
    return found, int(total[0]) if total else 0


def let_go(tx: Transaction, most: int) -> list[BlobKey]:
    """Forget what was prepared of deleted avatars that no unended video needs; the blobs that are needless then."""
    found = tx.rows(_LET_GO, {"most": most})
    for avatar_id, _ in found:
        tx.run(_FORGET_PREPARED, {"avatar": avatar_id})
    return [BlobKey(key) for _, key in found]


def _seen_by(tx: Transaction, act: Act, found: PhotoAvatar | None) -> PhotoAvatar | None:
    if found is None or found.account_id != act.account_id or found.deleted_at is not None:
        return None
    return found if folders.is_within(tx, act, found.folder_id) else None


def _chosen(act: Act, states: Collection[PhotoState], name: str) -> dict[str, object]:
    wanted = [state.value for state in PhotoState if not states or state in states]
    return {"account": act.account_id, "within": act.within, "states": _encode(wanted).decode(), "name": name}


def _moving(avatar: PhotoAvatar) -> dict[str, object]:
    motion = avatar.motion
    return {
        "motion": _encode(motion).decode() if motion is not None else None,
        "motion_open": motion is not None and not motion.ended and avatar.state is not PhotoState.PENDING,
    }


def _findings(found: tuple[Finding, ...]) -> str | None:
    return _encode(found).decode() if found else None


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None


def _instant(seconds: float | None) -> datetime | None:
    return instant(seconds) if seconds is not None else None


def _photo(row: Row) -> Photo:
    (id_, account, state, looks, created, name, asset, avatar_id, images, findings, attempts, ended, charge, callback,
     folder, version) = row  # fmt: skip
    return Photo(
        id=id_,
        account_id=account,
        state=PhotoState(state),
        looks=_decode_looks(looks),
        created_at=instant(created),
        name=name,
        asset_id=asset,
        avatar_id=avatar_id,
        images=_decode_images(images),
        findings=_decode_findings(findings) if findings else (),
        attempts=attempts,
        ended_at=_instant(ended),
        charge_id=charge,
        callback_url=callback,
        folder_id=folder,
        version=version,
    )


def _avatar(row: Row) -> PhotoAvatar:
    (id_, account, number, name, state, asset, created, photo_id, prepared, findings, consent, motion, attempts, ended,
     deleted, callback, folder, version) = row  # fmt: skip
    return PhotoAvatar(
        id=id_,
        account_id=account,
        number=number,
        name=name,
        state=PhotoState(state),
        asset_id=asset,
        created_at=instant(created),
        photo_id=photo_id,
        prepared=prepared,
        findings=_decode_findings(findings) if findings else (),
        consent=_decode_consent(consent) if consent else None,
        motion=_decode_motion(motion) if motion else None,
        attempts=attempts,
        ended_at=_instant(ended),
        deleted_at=_instant(deleted),
        callback_url=callback,
        folder_id=folder,
        version=version,
    )
