"""
Publishing videos: what a render process made is believed no more than what a stranger sends.

The film is decoded in full and judged, and compared with what was asked for; then film, cover, subtitles, the asset,
the end of the video and its events come into being together, if the attempt that made them still has the word.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct, structs

from greenroom.db import audit, blobs, outbox, produced, usage, uses, videos
from greenroom.db.produced import Born
from greenroom.db.sqlite import Database, Transaction
from greenroom.db.uploads import Judged, Numbers
from greenroom.domain.act import by_system
from greenroom.domain.allowance import Limits, Measure
from greenroom.domain.asset import Asset
from greenroom.domain.formats import FORMATS
from greenroom.domain.ids import AssetId, BlobKey, new_asset_id
from greenroom.domain.media import Examination, Finding, Format, Kind, MediaInfo
from greenroom.domain.policy import Limits as FileLimits
from greenroom.domain.policy import Policy
from greenroom.domain.production import Outcome, Video, VideoState, ending_event
from greenroom.domain.production_findings import merged
from greenroom.domain.video import size_of
from greenroom.errors import NotProduced, QuotaExceeded
from greenroom.services.production import USER_TYPE
from greenroom.storage.incoming import Incoming, Staged
from greenroom.storage.store import BlobStore
from greenroom.studio.plan import Rendered

_SLACK_S = 0.1
"""What is ours has to be as long as it says, but for the padding of sound codecs."""
_NO_LIMITS = Policy({kind: FileLimits(1 << 62) for kind in Kind})
_PLAIN_TEXT = Examination(deep=True, decoder="by program")


class Made(Struct, frozen=True):
    """What a render process left, in temporary files."""

    rendered: Rendered
    film: Incoming
    cover: Incoming


class _Whole(Struct, frozen=True):
    """A file that was judged good: its temporary file, its key, and what was seen in it."""

    file: Incoming | Staged
    judged: Judged


@dataclass(frozen=True, slots=True)
class Publishing:
    """Judge what was made, and make an asset of it."""

    database: Database
    store: BlobStore
    examine: Callable[[int, Format], Examination]
    """Decodes an open file in full."""
    numbers: Numbers
    limits: Limits
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    policy: Policy = field(default=_NO_LIMITS)

    def publish(self, video: Video, made: Made) -> Video | None:
        """
        Complete a video; None if the attempt has not the word any more.

        Raises NotProduced for a file that does not pass, QuotaExceeded if the account may not hold it, StorageFull.
        """
        film = self._film(video, made)
        cover = self._whole(made.cover, Format.JPEG, Kind.IMAGE)
        with contextlib.ExitStack() as open_files:
            texts = {name: self._text(open_files, text) for name, text in _texts(made.rendered).items()}
            wholes = [film, cover, *texts.values()]
            for whole in wholes:
                open_files.enter_context(self.store.holds.publishing(whole.judged.blob_key))
            for whole in wholes:
                self.store.keep(whole.file, whole.judged.blob_key)
            return self._committed(video, made.rendered, film, cover, texts)

    def _committed(
        self, video: Video, rendered: Rendered, film: _Whole, cover: _Whole, texts: Mapping[str, _Whole]
    ) -> Video | None:
        now = self.now()
        others = [cover.judged, *(text.judged for text in texts.values())]

        def complete(tx: Transaction) -> Video | None:
            for one in others:
                blobs.keep(tx, one.blob_key, one.size_bytes, one.examination, now)
            if (current := videos.by_id(tx, video.id)) is None or current.version != video.version:
                blobs.keep(tx, film.judged.blob_key, film.judged.size_bytes, film.judged.examination, now)
                blobs.condemn(tx, [one.blob_key for one in (film.judged, *others)], now)
                return None
            asset = produced.add_asset(tx, self.numbers, _born(video, rendered.format, film.judged), now)
            measures = (Measure.ASSETS, Measure.STORED_BYTES, Measure.MEDIA_MS)
            usage.require_within(tx, video.account_id, self.limits, *measures)
            return _completed(tx, video, _outcome(rendered, asset, cover, texts), _notices(rendered), now)

        try:
            completed = self.database.write(complete).result()
        except QuotaExceeded:
            self.database.write(lambda tx: _disown(tx, [film.judged, *others], now)).result()
            raise
        if completed is not None and completed.outcome is not None:
            self.changed(completed.outcome.asset_id)
        return completed

    def _film(self, video: Video, made: Made) -> _Whole:
        whole = self._whole(made.film, made.rendered.format, Kind.VIDEO)
        _require_as_asked(video, made.rendered, whole.judged.info)
        return whole

    def _whole(self, file: Incoming, format_: Format, kind: Kind) -> _Whole:
        fd = file.reopened()
        try:
            examined = self.examine(fd, format_)
        finally:
            os.close(fd)
        info = self.policy.judge(examined, kind)
        # Its bytes were written by another process: what hash and size it has is read from the file.
        staged = self.store.staged(file.name)
        self.store.sync(file)
        return _Whole(staged, Judged(BlobKey(staged.digest()), staged.size_bytes, info, examined))

    def _text(self, open_files: contextlib.ExitStack, text: str) -> _Whole:
        file = self.store.receive()
        open_files.callback(file.discard)
        file.write((text.encode(),))
        self.store.sync(file)
        nothing = MediaInfo(Format.JPEG, Kind.IMAGE)  # of a text there is none, and none is written
        return _Whole(file, Judged(BlobKey(file.digest()), file.size_bytes, nothing, _PLAIN_TEXT))


def _texts(rendered: Rendered) -> dict[str, str]:
    return {name: text for name, text in (("srt", rendered.srt), ("vtt", rendered.vtt)) if text}


def _require_as_asked(video: Video, rendered: Rendered, info: MediaInfo) -> None:
    """Raise NotProduced if a film is not what it was to be: it was made by a process that may have gone wrong."""
    for what, measured, wanted in _differences(video, rendered, info):
        raise NotProduced("render_refused", f"The finished film has {measured} as its {what}; wanted was {wanted}.")


def _differences(video: Video, rendered: Rendered, info: MediaInfo) -> Iterator[tuple[str, str, str]]:
    wanted = size_of(video.spec)
    if (info.width, info.height) != wanted:
        yield "size", f"{info.width}x{info.height}", f"{wanted[0]}x{wanted[1]}"
    if info.frame_count is not None and info.frame_count != rendered.frames:
        yield "number of frames", str(info.frame_count), str(rendered.frames)
    for name, stream in (("picture's length", info.video), ("sound's length", info.audio)):
        length_s = stream.duration_s if stream is not None else 0.0
        if abs(length_s - rendered.duration_s) > _SLACK_S:
            yield name, f"{length_s:.2f} s", f"{rendered.duration_s:.2f} s"


def _born(video: Video, format_: Format, judged: Judged) -> Born:
    extension = FORMATS[format_].extensions[0]
    name = video.spec.name or f"Video {video.created_at:%Y-%m-%d %H:%M}"
    return Born(new_asset_id(Kind.VIDEO), video.account_id, name, extension, video.folder_id, judged)


def _outcome(rendered: Rendered, asset: Asset, cover: _Whole, texts: Mapping[str, _Whole]) -> Outcome:
    assert asset.info is not None, "a finished film is described"
    return Outcome(
        asset_id=asset.id,
        film=asset.path,
        duration_s=round(rendered.duration_s, 3),
        width=asset.info.width or 0,
        height=asset.info.height or 0,
        cover=cover.judged.blob_key,
        timing=rendered.timing,
        loudness_lufs=rendered.loudness_lufs,
        true_peak_db=rendered.true_peak_db,
        srt=texts["srt"].judged.blob_key if "srt" in texts else None,
        vtt=texts["vtt"].judged.blob_key if "vtt" in texts else None,
    )


def _notices(rendered: Rendered) -> tuple[Finding, ...]:
    return tuple(Finding(notice.code, notice.message) for notice in rendered.warnings)


def _completed(
    tx: Transaction, video: Video, outcome: Outcome, notices: tuple[Finding, ...], now: datetime
) -> Video | None:
    after = structs.replace(
        video,
        state=VideoState.COMPLETED,
        outcome=outcome,
        ended_at=now,
        findings=(),
        warnings=merged(video.warnings, notices),
    )
    saved = videos.save(tx, video, after, now)
    uses.settle(tx, USER_TYPE, video.id)
    told = {
        "video_id": video.id,
        "status": "completed",
        "video_url": outcome.film,
        "cover_url": f"/videos/{video.id}/cover.jpg",
        "duration": outcome.duration_s,
        "asset_id": outcome.asset_id,
    }
    type_ = ending_event(video.caller, VideoState.COMPLETED)
    if video.is_told:
        outbox.add(tx, video.account_id, video.id, type_, told, now, video.callback_url)
    detail = {"asset_id": outcome.asset_id, "attempts": video.attempts}
    audit.note(tx, by_system(video.account_id), "video.completed", video.id, now, detail)
    return saved


def _disown(tx: Transaction, refused: list[Judged], now: datetime) -> None:
    for one in refused:
        blobs.keep(tx, one.blob_key, one.size_bytes, one.examination, now)
    blobs.condemn(tx, [one.blob_key for one in refused], now)
