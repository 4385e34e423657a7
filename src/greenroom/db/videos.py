"""Rows of videos: every question and every change, as functions of a transaction."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from msgspec import structs
from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, nulls_first, select, text, tuple_, update

from greenroom.db import folders
from greenroom.db.catalogue import instant
from greenroom.db.schema import assets, videos
from greenroom.db.sqlite import Row, Transaction, sql
from greenroom.domain.act import Act
from greenroom.domain.asset import AssetState
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Finding
from greenroom.domain.production import (
    LIP_SYNCS,
    TRANSITIONS,
    Caller,
    Outcome,
    Video,
    VideoId,
    VideoState,
)
from greenroom.domain.video import VideoSpec

_encode = msgspec.json.encode
_decode_spec = msgspec.json.Decoder(VideoSpec).decode
_decode_outcome = msgspec.json.Decoder(Outcome).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode

_film = func.json_extract(videos.c.outcome, "$.asset_id")
_film_state = select(assets.c.state).where(assets.c.id == _film).scalar_subquery()
_COLUMNS = (
    videos.c.id,
    videos.c.account_id,
    videos.c.caller,
    videos.c.state,
    videos.c.spec,
    videos.c.created_at,
    videos.c.attempts,
    videos.c.started_at,
    videos.c.ended_at,
    videos.c.outcome,
    videos.c.findings,
    videos.c.warnings,
    videos.c.callback_url,
    videos.c.charge_id,
    videos.c.folder_id,
    videos.c.version,
    _film_state,
)
_BLOBS = ("cover_key", "srt_key", "vtt_key")
_CHANGING = (
    "state", "spec", "attempts", "started_at", "ended_at", "outcome", "findings", "warnings", "charge_id", *_BLOBS
)  # fmt: skip
_NEW = (
    "id", "account_id", "folder_id", "caller", "state", "spec", "created_at", "due_at", "warnings", "callback_url",
    "charge_id"
)  # fmt: skip
_ADD = sql(insert(videos).values({name: bindparam(name) for name in _NEW}))
_BY_ID = sql(select(*_COLUMNS).where(videos.c.id == bindparam("id")))
_SAVE = sql(
    update(videos)
    .where(and_(videos.c.id == bindparam("video"), videos.c.version == bindparam("as_read")))
    .values({name: bindparam(f"new_{name}") for name in (*_CHANGING, "due_at")} | {"version": bindparam("as_read") + 1})
)
_DEFER = sql(
    update(videos)
    .where(and_(videos.c.id == bindparam("video"), videos.c.version == bindparam("as_read")))
    .values(due_at=bindparam("until"))
)
_REMOVE = sql(delete(videos).where(videos.c.id == bindparam("video")))

_wanted = func.json_each(bindparam("states")).table_valued("value")
_callers = func.json_each(bindparam("callers")).table_valued("value")
_of_account = and_(
    videos.c.account_id == bindparam("account"),
    videos.c.state.in_(select(_wanted.c.value)),
    videos.c.caller.in_(select(_callers.c.value)),
)
_older = tuple_(videos.c.created_at, videos.c.id) < tuple_(bindparam("at"), bindparam("before"))
_below = folders.subtree(bindparam("account"), bindparam("within"))
_seen = videos.c.folder_id.in_(select(_below.c.id))
_newest_first = (videos.c.created_at.desc(), videos.c.id.desc())
_page = select(*_COLUMNS).where(and_(_of_account, _older)).order_by(*_newest_first).limit(bindparam("most"))
_PAGE, _PAGE_WITHIN = sql(_page), sql(_page.where(_seen))
_films, _sounds = (func.json_each(bindparam(name)).table_valued("value") for name in ("films", "sounds"))
_take = _page.where(
    and_(
        func.json_extract(videos.c.spec, "$.take.source.asset_id").in_(select(_films.c.value)),
        func.json_extract(videos.c.spec, "$.voice.source.asset_id").in_(select(_sounds.c.value)),
        func.json_extract(videos.c.spec, "$.take.playback") == bindparam("playback"),
    )
)
_LATEST_TAKE, _LATEST_TAKE_WITHIN = sql(_take), sql(_take.where(_seen))
_numbered = select(*_COLUMNS).where(_of_account).limit(bindparam("most")).offset(bindparam("after"))
_NEWEST, _NEWEST_WITHIN = (sql(one.order_by(*_newest_first)) for one in (_numbered, _numbered.where(_seen)))
_OLDEST, _OLDEST_WITHIN = (
    sql(one.order_by(videos.c.created_at, videos.c.id)) for one in (_numbered, _numbered.where(_seen))
)
_count = select(func.count()).select_from(videos).where(_of_account)
_COUNT, _COUNT_WITHIN = sql(_count), sql(_count.where(_seen))

# Literally as in the partial index, or SQLite does not use it.
_UNENDED = text("videos.state IN ('pending','processing')")
_other = videos.alias("other")
_last_served = (
    select(func.max(_other.c.started_at))
    .where(and_(_other.c.account_id == videos.c.account_id, _other.c.started_at.is_not(None)))
    .scalar_subquery()
)
_WAITING = sql(
    select(*_COLUMNS)
    .where(
        and_(_UNENDED, videos.c.state == literal_column("'pending'"), videos.c.due_at <= bindparam("now")),
    )
    # Whose account was served longest ago comes first: a hundred videos of one do not keep another waiting.
    .order_by(nulls_first(_last_served.asc()), videos.c.created_at, videos.c.id)
    .limit(bindparam("most"))
)
_PROCESSING = sql(select(*_COLUMNS).where(and_(_UNENDED, videos.c.state == literal_column("'processing'"))))
# The order keeps SQLite from reading all videos in an index that has nothing but what is asked for.
_UNENDED_IDS = sql(select(videos.c.id).where(_UNENDED).order_by(videos.c.created_at))
_AHEAD = sql(
    select(func.count())
    .select_from(videos)
    .where(and_(_UNENDED, videos.c.created_at < bindparam("created"), videos.c.id != bindparam("video")))
)


def add(tx: Transaction, video: Video) -> None:
    """Write a new video."""
    values = {
        "id": video.id,
        "account_id": video.account_id,
        "folder_id": video.folder_id,
        "caller": video.caller.value,
        "state": video.state.value,
        "spec": _encode(video.spec).decode(),
        "created_at": video.created_at.timestamp(),
        "due_at": video.created_at.timestamp(),
        "warnings": _listed(video.warnings),
        "callback_url": video.callback_url,
        "charge_id": video.charge_id,
    }
    tx.run(_ADD, values)


def by_id(tx: Transaction, video_id: VideoId) -> Video | None:
    """The video with that id, of whichever account."""
    row = tx.row(_BY_ID, {"id": video_id})
    return _video(row) if row is not None else None


def seen(tx: Transaction, act: Act, video_id: VideoId, callers: Collection[Caller]) -> Video | None:
    """The video with that id, if one of those calls asked for it in the account, and the act's key may see it."""
    found = by_id(tx, video_id)
    if found is None or found.account_id != act.account_id or found.caller not in callers:
        return None
    return found if folders.is_within(tx, act, found.folder_id) else None


def page(
    tx: Transaction,
    act: Act,
    before: tuple[float, str],
    most: int,
    states: Collection[VideoState],
    callers: Collection[Caller],
) -> list[Video]:
    """
    Up to `most` videos in those states that were asked for by those calls, newest first.

    `before` is the Unix time and id that they come after.
    """
    at, id_ = before
    statement = _PAGE if act.within is None else _PAGE_WITHIN
    return [
        _video(row)
        for row in tx.rows(statement, _chosen(act, states, callers) | {"at": at, "before": id_, "most": most})
    ]


def latest_take(
    tx: Transaction, act: Act, films: Collection[AssetId], sounds: Collection[AssetId], playback: str
) -> Video | None:
    """The newest lip-sync video of one of those films with one of those sounds, played in that way."""
    chosen = _chosen(act, (), LIP_SYNCS) | {"playback": playback, "at": float("inf"), "before": "", "most": 1}
    chosen |= {"films": _encode(sorted(films)).decode(), "sounds": _encode(sorted(sounds)).decode()}
    row = tx.row(_LATEST_TAKE if act.within is None else _LATEST_TAKE_WITHIN, chosen)
    return _video(row) if row is not None else None


def numbered(
    tx: Transaction,
    act: Act,
    after: int,
    most: int,
    states: Collection[VideoState],
    callers: Collection[Caller],
    *,
    oldest_first: bool,
) -> tuple[list[Video], int]:
    """Up to `most` such videos, from the place `after` on, and how many there are in all."""
    chosen = _chosen(act, states, callers)
    if act.within is None:
        statement, count = _OLDEST if oldest_first else _NEWEST, _COUNT
    else:
        statement, count = _OLDEST_WITHIN if oldest_first else _NEWEST_WITHIN, _COUNT_WITHIN
    found = [_video(row) for row in tx.rows(statement, chosen | {"most": most, "after": after})]
    total = tx.row(count, chosen)
    return found, int(total[0]) if total else 0


def waiting(tx: Transaction, now: datetime, most: int) -> list[Video]:
    """Up to `most` pending videos that may begin, first those of the account that was served longest ago."""
    return [_video(row) for row in tx.rows(_WAITING, {"now": now.timestamp(), "most": most})]


def processing(tx: Transaction) -> list[Video]:
    """The videos that an attempt has, or had when an earlier run ended."""
    return [_video(row) for row in tx.rows(_PROCESSING, {})]


def unended(tx: Transaction) -> list[VideoId]:
    """The ids of the videos that have not ended."""
    return [VideoId(id_) for (id_,) in tx.rows(_UNENDED_IDS, {})]


def ahead(tx: Transaction, video: Video) -> int:
    """How many videos that have not ended were asked for before it."""
    found = tx.row(_AHEAD, {"created": video.created_at.timestamp(), "video": video.id})
    return int(found[0]) if found else 0


def save(tx: Transaction, before: Video, after: Video, due_at: datetime) -> Video | None:
    """
    Write a video anew if it is still as it was read, and give it with its new version; None if it is not.

    Only so one of several that want to change it has the word: an attempt that was cancelled and is not dead yet
    cannot publish. A step that the table of states does not have is a mistake of ours.
    """
    if before.state is not after.state and after.state not in TRANSITIONS[before.state]:
        raise AssertionError(f"a video does not go from {before.state} to {after.state}")
    values = {f"new_{name}": value for name, value in _changing(after).items()}
    values |= {"video": before.id, "as_read": before.version, "new_due_at": due_at.timestamp()}
    return structs.replace(after, version=before.version + 1) if tx.run(_SAVE, values) else None


def defer(tx: Transaction, pending: Video, until: datetime) -> None:
    """Look at a pending video again at an instant."""
    tx.run(_DEFER, {"video": pending.id, "as_read": pending.version, "until": until.timestamp()})


def remove(tx: Transaction, video: Video) -> None:
    """Forget a video."""
    tx.run(_REMOVE, {"video": video.id})


def _chosen(act: Act, states: Collection[VideoState], callers: Collection[Caller]) -> dict[str, object]:
    wanted = [state.value for state in VideoState if not states or state in states]
    asked_by = [caller.value for caller in Caller if caller in callers]
    encoded = {"states": _encode(wanted).decode(), "callers": _encode(asked_by).decode()}
    return {"account": act.account_id, "within": act.within, **encoded}


def _changing(video: Video) -> dict[str, object]:
    outcome = video.outcome
    return {
        "state": video.state.value,
        "spec": _encode(video.spec).decode(),
        "attempts": video.attempts,
        "started_at": video.started_at.timestamp() if video.started_at is not None else None,
        "ended_at": video.ended_at.timestamp() if video.ended_at is not None else None,
        "outcome": _encode(outcome).decode() if outcome is not None else None,
        "findings": _listed(video.findings),
        "warnings": _listed(video.warnings),
        "charge_id": video.charge_id,
        "cover_key": outcome.cover if outcome is not None else None,
        "srt_key": outcome.srt if outcome is not None else None,
        "vtt_key": outcome.vtt if outcome is not None else None,
    }


def _listed(findings: tuple[Finding, ...]) -> str | None:
    return _encode(findings).decode() if findings else None


def _video(row: Row) -> Video:
    (id_, account, caller, state, spec, created, attempts, started, ended, outcome, findings, warnings, callback,
     charge, folder, version, film_state) = row  # fmt: skip
    return Video(
        id=id_,
        account_id=account,
        caller=Caller(caller),
        state=VideoState(state),
        spec=_decode_spec(spec),
        created_at=instant(created),
        attempts=attempts,
        started_at=instant(started) if started is not None else None,
        ended_at=instant(ended) if ended is not None else None,
        outcome=_decode_outcome(outcome) if outcome else None,
        findings=_decode_findings(findings) if findings else (),
        warnings=_decode_findings(warnings) if warnings else (),
        callback_url=callback,
        charge_id=charge,
        folder_id=folder,
        version=version,
        film_gone=film_state is not None and film_state != AssetState.READY,
    )
