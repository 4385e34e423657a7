"""A spec that names the very bytes that a video is made of: later changes of its assets do not change the video."""

from collections.abc import Callable, Sequence

from msgspec import structs

from greenroom.domain.asset import Asset
from greenroom.domain.video import (
    FilmGround,
    Ground,
    PictureGround,
    RecordedVoice,
    Source,
    Take,
    VideoSpec,
    taken_size,
)


def pinned(spec: VideoSpec, assets: Sequence[Asset]) -> VideoSpec:
    """The spec with the bytes of its assets, as they are now, where an earlier attempt has not pinned them."""
    known = {asset.id: Source(asset.id, asset.blob_key) for asset in assets}

    def pin(source: Source) -> Source:
        return source if source.sha256 is not None else known[source.asset_id]

    voice, ground, music = spec.voice, spec.ground, spec.music
    if isinstance(voice, RecordedVoice):
        voice = structs.replace(voice, source=pin(voice.source))
    if music is not None and music.source is not None:
        music = structs.replace(music, source=pin(music.source))
    take = _pinned_take(spec.take, assets, pin) if spec.take is not None else None
    return structs.replace(spec, voice=voice, ground=_pinned_ground(ground, pin), music=music, take=take)


def _pinned_take(take: Take, assets: Sequence[Asset], pin: Callable[[Source], Source]) -> Take:
    """The take with the bytes of its film, and the size of what is made of it."""
    info = next(asset.info for asset in assets if asset.id == take.source.asset_id)
    assert info is not None, "a verified film is described"
    return structs.replace(take, source=pin(take.source), size=take.size or taken_size(info))


def _pinned_ground(ground: Ground, pin: Callable[[Source], Source]) -> Ground:
    if isinstance(ground, PictureGround | FilmGround):
        return structs.replace(ground, source=pin(ground.source))
    return ground
