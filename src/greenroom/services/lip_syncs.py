"""
Lip sync: films whose person says something else, as their owners see them, from the wish to the finished asset.

They are videos with a take, made by the same queue and worker; what is found here is looked for among those alone.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

from greenroom.db import library, videos
from greenroom.db.sqlite import Database
from greenroom.domain import labels
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState
from greenroom.domain.guessed_language import guessed_language
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Finding, Format, Kind
from greenroom.domain.photo_avatar import Inspected
from greenroom.domain.policy import minutes
from greenroom.domain.production import Caller, Video, VideoId, VideoState
from greenroom.domain.video import Playback, RecordedVoice, Source, Take, VideoSpec, taken_size
from greenroom.domain.video_wish import LipSyncWish, Named
from greenroom.errors import NotFound, ParameterError, TakeRefused
from greenroom.services.named_assets import NamedAssets, Resolve, id_of, is_address, waits_for
from greenroom.services.production import NEWEST, Production
from greenroom.services.video_wishes import Brief
from greenroom.storage.store import BlobStore

_LEAST_FILM_S = 0.4


class Judge(Protocol):
    """Who looks at films (`render.portraits.Portraits`)."""

    def require_models(self) -> None:
        """Raise ModelsMissing unless networks that find faces are installed."""

    def judge_film(self, source: int, format_: Format, size: tuple[int, int], used_s: float) -> Inspected:
        """What speaks against a film; raises NotProduced for one that cannot be looked at."""


@dataclass(frozen=True, slots=True)
class LipSyncs:
    """Take wishes for lip-sync videos, find and end them. What a key may not see is not there: NotFound."""

    database: Database
    store: BlobStore
    production: Production
    """One that finds lip-sync videos."""
    judge: Judge
    resolve: Resolve
    known: Callable[[Act, str], list[AssetId]]
    """The assets that an address has stood for (`Imports.known`)."""
    check_receiver: Callable[[str, str], object]
    max_duration_s: float
    label: bool = False

    def create(self, act: Act, wish: LipSyncWish, caller: Caller) -> Video:
        """
        Have a film made soon in which its person says a sound, and charge for it. Blocks while the film is looked at.

        A film that is not here yet is looked at when it has come. Raises ParameterError that names the field,
        TakeRefused, ModelsMissing, NotProduced for a film that cannot be looked at, InsufficientCredit,
        QuotaExceeded, and what imports raise.
        """
        self.judge.require_models()
        if wish.webhook_url:
            self.check_receiver(wish.webhook_url, wish.webhook_field)
        name = labels.name(wish.name) if wish.name.strip() else ""
        assets = NamedAssets(self.database, self.resolve)
        found = assets.all(act, ((wish.film, Kind.VIDEO), (wish.sound, Kind.AUDIO)))
        film, sound = found[wish.film], found[wish.sound]
        length_s = self._length_s(sound, wish.sound)
        warnings = (*self._looked_at(film, wish.film, length_s), *waits_for((film, sound)))
        brief = Brief(self._spec(wish, name, film, sound), (film, sound), length_s, warnings)
        return self.production.accept(act, brief, caller, wish.webhook_url, VideoId(uuid4().hex))

    def one(self, act: Act, task_id: str) -> Video:
        """One lip-sync video, by its id with or without hyphens. Raises NotFound."""
        try:
            return self.production.one(act, VideoId(UUID(task_id).hex))
        except (ValueError, NotFound):
            raise NotFound(f"There is no lip-sync task {task_id[:60]!r} in this account.") from None

    def latest(self, act: Act, film: str, sound: str, playback: Playback) -> Video:
        """The newest one of a film and a sound, by ids, numbers or addresses as they were given. Raises NotFound."""
        films, sounds = self._named(act, film), self._named(act, sound)
        found = self.database.read(lambda tx: videos.latest_take(tx, act, films, sounds, playback.value))
        if found is None:
            raise NotFound("There is no lip-sync video of that film, sound and playback in this account.")
        return found

    def page(
        self, act: Act, before: tuple[float, str] = NEWEST, most: int = 20, states: Collection[VideoState] = ()
    ) -> list[Video]:
        """Up to `most`, newest first, after the one with that Unix time and id."""
        return self.production.page(act, before, most, states)

    def cancel(self, act: Act, task_id: str) -> Video:
        """End one that is not finished; as `Production.cancel`."""
        return self.production.cancel(act, self.one(act, task_id).id)

    def retry(self, act: Act, task_id: str) -> Video:
        """Have one that failed or was cancelled made again; as `Production.retry`."""
        return self.production.retry(act, self.one(act, task_id).id)

    def delete(self, act: Act, task_id: str, *, force: bool = False) -> None:
        """Forget one; as `Production.delete`."""
        self.production.delete(act, self.one(act, task_id).id, force=force)

    def _spec(self, wish: LipSyncWish, name: str, film: Asset, sound: Asset) -> VideoSpec:
        language = wish.language or guessed_language(wish.transcript)
        voice = RecordedVoice(Source(sound.id), wish.transcript.strip(), language)
        return VideoSpec("", voice, name, take=Take(Source(film.id), wish.playback), label=self.label)

    def _length_s(self, sound: Asset, named: Named) -> float:
        length_s = sound.info.duration_s or 0.0 if sound.info is not None else 0.0
        if length_s > self.max_duration_s:
            text = f"lasts {minutes(length_s)}; allowed are {minutes(self.max_duration_s)}. Cut it"
            raise ParameterError(named.field, text)
        return length_s

    def _looked_at(self, film: Asset, named: Named, length_s: float) -> tuple[Finding, ...]:
        """What is not best in a film that is here. Raises TakeRefused for one that cannot be used."""
        info = film.info
        if film.state is not AssetState.READY or film.blob_key is None or info is None:
            return ()
        if (info.duration_s or 0.0) < _LEAST_FILM_S:
            text = f"lasts {info.duration_s or 0.0:.2f} s; at least {_LEAST_FILM_S:g} s are needed"
            raise ParameterError(named.field, text)
        used_s = min(info.duration_s or 0.0, length_s or self.max_duration_s)
        source = self.store.open(film.blob_key)
        try:
            found = self.judge.judge_film(source, info.format, taken_size(info), used_s)
        finally:
            os.close(source)
        if found.refusals:
            raise TakeRefused(named.field, *found.refusals)
        return found.warnings

    def _named(self, act: Act, value: str) -> list[AssetId]:
        """The assets that a name may stand for."""
        if is_address(value):
            return self.known(act, value)
        try:
            return [self.database.read(lambda tx: library.seen(tx, act, id_of(value))).id]
        except NotFound:
            return []


def task_id(video: Video) -> str:
    """The id of a lip-sync video as the contract has it: a UUID."""
    return str(UUID(video.id))
