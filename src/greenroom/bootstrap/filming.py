"""Put together what makes videos and avatars of assets."""

import os
from dataclasses import dataclass, replace
from functools import partial

from greenroom.bootstrap.house import usual_limits
from greenroom.bootstrap.keeping import Clock, Keeping
from greenroom.bootstrap.studio import (
    advisers,
    hearing,
    image_provider,
    making_terms,
    portraits,
    previews_of,
    render_limits,
    rendering,
    require_fonts,
    speaking,
    the_cast,
    tracks_of_the_house,
    video_limits,
)
from greenroom.config import Settings
from greenroom.domain.production import LIP_SYNCS, Caller
from greenroom.render.portraits import Portraits
from greenroom.render.renderer import Renderer
from greenroom.render.speaking import Speaking
from greenroom.services.cast import Cast
from greenroom.services.credits import Credits
from greenroom.services.lip_syncs import LipSyncs
from greenroom.services.making import Making
from greenroom.services.photo_advice import PhotoAdvice
from greenroom.services.photo_making import PhotoMaking
from greenroom.services.photos import Photos
from greenroom.services.previews import Previews
from greenroom.services.production import Production
from greenroom.services.publishing import Publishing
from greenroom.services.video_wishes import VideoWishes
from greenroom.services.work_folders import WorkFolders


@dataclass(frozen=True, slots=True)
class Filming:
    """What makes videos and avatars of assets."""

    voices: Speaking
    cast: Cast
    previews: Previews
    portraits: Portraits
    production: Production
    making: Making
    photos: Photos
    photo_making: PhotoMaking
    photo_advice: PhotoAdvice
    lip_syncs: LipSyncs

    def stop(self) -> None:
        """Begin nothing more and stop what is under way; the next run takes it up."""
        self.making.close()
        self.previews.close()
        self.photo_making.close()
        self.portraits.close()
        self.photo_advice.close()


def filming(settings: Settings, kept: Keeping, now: Clock) -> Filming:
    """Everything in order, over what is kept."""
    voices = speaking(settings)
    cast = the_cast(voices)
    renderer, seen = Renderer(render_limits(settings)), portraits(settings)
    production = _production(settings, kept, voices, now)
    return Filming(
        voices=voices,
        cast=cast,
        previews=previews_of(settings, cast, voices, renderer),
        portraits=seen,
        production=production,
        making=_making(settings, kept, voices, renderer, production, now),
        photos=Photos(
            database=kept.database,
            store=kept.store,
            portraits=seen,
            resolve=kept.imports.resolve,
            check_receiver=kept.receivers.check,
            check_voice=voices.check,
            credits=production.credits,
            now=now,
            require_consent=settings.photo.require_consent,
            has_provider=image_provider(settings) is not None,
        ),
        photo_making=PhotoMaking(
            database=kept.database,
            store=kept.store,
            portraits=seen,
            examine=partial(kept.examiner.examine, deep=True),
            policy=kept.rules,
            numbers=kept.signing.numbers,
            limits=usual_limits(settings),
            credits=production.credits,
            now=now,
            changed=kept.delivery.forget,
            locale_of=lambda voice_id: voices.check(voice_id, "", 1.0)[0],
            withdraw=replace(production, callers=frozenset({Caller.MOTION})).withdraw,
            provide=image_provider(settings),
        ),
        photo_advice=PhotoAdvice(
            database=kept.database,
            store=kept.store,
            adviser=advisers(settings),
            is_receiving=lambda: bool(kept.ingest.active),
            now=now,
        ),
        lip_syncs=LipSyncs(
            database=kept.database,
            store=kept.store,
            production=replace(production, callers=LIP_SYNCS),
            judge=seen,
            resolve=kept.imports.resolve,
            known=kept.imports.known,
            check_receiver=kept.receivers.check,
            max_duration_s=settings.render.max_duration_s,
            label=settings.render.label,
        ),
    )


def _production(settings: Settings, kept: Keeping, voices: Speaking, now: Clock) -> Production:
    return Production(
        database=kept.database,
        store=kept.store,
        wishes=VideoWishes(
            database=kept.database,
            resolve=kept.imports.resolve,
            check_receiver=kept.receivers.check,
            check_voice=voices.check,
            require_fonts=partial(require_fonts, settings),
            tracks=lambda: [str(track.number) for track in tracks_of_the_house()],
            limits=video_limits(settings),
        ),
        credits=Credits(usual_limits(settings), settings.credits.refund_failed),
        limits=usual_limits(settings),
        now=now,
        changed=kept.delivery.forget,
    )


def _making(
    settings: Settings, kept: Keeping, voices: Speaking, renderer: Renderer, production: Production, now: Clock
) -> Making:
    return Making(
        database=kept.database,
        store=kept.store,
        folders=WorkFolders(os.path.join(os.path.abspath(settings.data), "work")),
        speak=voices.speak,
        render=rendering(settings, renderer),
        publishing=Publishing(
            database=kept.database,
            store=kept.store,
            examine=partial(kept.examiner.examine, deep=True),
            numbers=kept.signing.numbers,
            limits=usual_limits(settings),
            now=now,
            changed=kept.delivery.forget,
        ),
        credits=production.credits,
        now=now,
        terms=making_terms(settings),
        hear=hearing(settings),
        under_way=production.under_way,
    )
