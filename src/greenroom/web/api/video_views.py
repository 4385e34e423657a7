"""How a video is shown by our own API."""

from typing import Any

import msgspec

from greenroom.domain.instants import unix_s
from greenroom.domain.production import Files, Progress, Video
from greenroom.domain.production_findings import warnings_now
from greenroom.domain.video import ColorGround, FilmGround, Ground, Music, RecordedVoice, VideoSpec, used_sources


def shown_video(video: Video, progress: Progress, files: Files, origin: str) -> dict[str, Any]:
    """A video as it stands, with whole addresses."""
    return {
        "video_id": video.id,
        "state": video.state.value,
        "name": video.spec.name,
        "progress": shown_progress(progress),
        "video_url": _address(files.film, origin),
        "cover_url": _address(files.cover, origin),
        "srt_url": _address(files.srt, origin),
        "vtt_url": _address(files.vtt, origin),
        "outcome": shown_outcome(video),
        "findings": video.findings,
        "warnings": warnings_now(video),
        "spec": shown_spec(video.spec, video.callback_url),
        "assets": shown_assets(video.spec),
        "asked_by": video.caller.value,
        "attempts": video.attempts,
        "callback_url": video.callback_url,
        "created_at": int(video.created_at.timestamp()),
        "started_at": unix_s(video.started_at),
        "ended_at": unix_s(video.ended_at),
        "version": video.version,
    }


def _keeps_own_ground(spec: VideoSpec) -> bool:
    """Whether what is behind the person in a photograph is the ground."""
    return spec.likeness is not None and spec.likeness.own_ground


def shown_progress(progress: Progress) -> dict[str, Any]:
    """How far a video is."""
    left_s = round(progress.left_s, 1) if progress.left_s is not None else None
    return {"step": progress.step.value, "done": round(progress.done, 4), "left_s": left_s}


def shown_spec(spec: VideoSpec, callback_url: str | None) -> dict[str, Any]:
    """A spec as the body that makes the same video."""
    return {
        "avatar": spec.avatar_id,
        **_voice(spec),
        "name": spec.name,
        "aspect": spec.aspect.value,
        "resolution": spec.resolution.value,
        "screen": spec.screen.value,
        "framing": spec.framing.value,
        "position": spec.position,
        "background": _ground(spec.ground) if spec.screen == "background" and not _keeps_own_ground(spec) else None,
        "music": _music(spec.music) if spec.music is not None else None,
        "captions": msgspec.to_builtins(spec.captions) if spec.captions is not None else None,
        "seed": spec.seed,
        "label": spec.label,
        "callback_url": callback_url,
    }


def _voice(spec: VideoSpec) -> dict[str, Any]:
    voice = spec.voice
    if isinstance(voice, RecordedVoice):
        heard = {"audio": voice.source.asset_id, "transcript": voice.transcript or None}
        return {"script": None, "voice": None, **heard, "language": voice.language}
    speaker = {"voice_id": voice.voice_id, "language": voice.language, "speed": voice.speed}
    return {"script": voice.script, "voice": speaker, "audio": None, "transcript": None, "language": ""}


def _ground(ground: Ground) -> dict[str, Any]:
    if isinstance(ground, ColorGround):
        return {"type": "color", "color": ground.color}
    film = isinstance(ground, FilmGround)
    shown = {"type": "video" if film else "image", "asset": ground.source.asset_id, "focus": ground.focus}
    return shown | ({"loop": ground.loop} if isinstance(ground, FilmGround) else {})


def _music(music: Music) -> dict[str, Any]:
    what = {"asset": music.source.asset_id} if music.source is not None else {"track": music.track_id}
    return {**what, "volume": music.volume, "loop": music.loop}


def shown_assets(spec: VideoSpec) -> list[dict[str, Any]]:
    """The assets that a video is made of."""
    return [
        {"used_as": name, "asset_id": source.asset_id, "sha256": source.sha256} for name, source in used_sources(spec)
    ]


def shown_outcome(video: Video) -> dict[str, Any] | None:
    """What was made, None before."""
    outcome = video.outcome
    if outcome is None:
        return None
    return {
        "asset_id": outcome.asset_id,
        "duration_s": round(outcome.duration_s, 3),
        "width": outcome.width,
        "height": outcome.height,
        "timing": outcome.timing,
        "loudness_lufs": round(outcome.loudness_lufs, 2),
        "true_peak_db": round(outcome.true_peak_db, 2),
    }


def _address(path: str | None, origin: str) -> str | None:
    return origin + path if path else None
