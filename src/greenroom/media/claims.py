"""Holding what a header claims of size and duration against the data itself."""

import mmap

from greenroom.domain.media import Finding
from greenroom.media.ebml import read_claims, walk_webm
from greenroom.media.findings import finding
from greenroom.media.isobmff import Movie
from greenroom.media.logbook import Logbook
from greenroom.media.mp3 import past_mp3_tags, walk_mp3
from greenroom.media.sound import mp3_claims
from greenroom.media.tracks import Track
from greenroom.media.trailers import danger_at, dangerous, judge_rest

_TOLERANCE_S = 1.0
_TOLERANCE_PART = 0.005  # long recordings drift
_MP3_FRAME_BYTES = 1_441  # the longest there is


def judge_movie(movie: Movie, tracks: list[Track], data: mmap.mmap, logbook: Logbook) -> None:
    """Report an MP4 or MOV that ends before its data does, or whose header differs from its tables."""
    cuts_s = [track.end_of_data_s for track in tracks if track.end_of_data_s is not None]
    real_s = max(track.end_s() for track in tracks)
    if cuts_s:
        claimed_s = movie.claimed_s or max(track.table_end_s() for track in tracks)
        logbook.damaged(_truncated(min(cuts_s), claimed_s, len(data)))
    elif movie.missing_bytes:
        text = f"The file ends {movie.missing_bytes} bytes before the end of its last box"
        logbook.damaged(finding("file_truncated", text, measured=f"{len(data)} bytes", at_byte=len(data)))
    elif movie.claimed_s is None or movie.fragmented or _agree(movie.claimed_s, real_s):
        # A fragmented file may say how long it is, or how long its first part is, or nothing.
        return
    elif any(track.edited for track in movie.tracks):
        text = f"By its edit list the file plays {movie.claimed_s:.1f} s of what it stores"
        logbook.noted(finding("edit_list", text))
    elif not _explained_by_unused(movie, tracks):
        logbook.damaged(_mismatch(real_s, movie.claimed_s))


def judge_webm(tracks: list[Track], data: mmap.mmap, logbook: Logbook) -> None:
    """Report a WebM that ends before its parts do, or before its stated duration."""
    claims = read_claims(data)
    real_s = max(track.end_s() for track in tracks)
    claimed_s = claims.duration_s
    structure = walk_webm(data)
    if structure.cut_at is not None:
        logbook.damaged(_truncated(real_s, max(claimed_s or 0.0, real_s), len(data)))
    elif structure.broken_at is not None:
        if (name := danger_at(data, structure.broken_at)) is not None:
            raise logbook.give_up(dangerous(name, structure.broken_at, len(data)))
        text = f"There is no valid element at byte {structure.broken_at}"
        logbook.damaged(finding("element_damaged", text, at_byte=structure.broken_at, at_s=real_s))
    elif claimed_s is not None and not _agree(claimed_s, real_s):
        longer = claimed_s > real_s
        logbook.damaged(_truncated(real_s, claimed_s, len(data)) if longer else _mismatch(real_s, claimed_s))
    else:
        judge_rest(data, structure.end, logbook)


def judge_mp3(track: Track, data: mmap.mmap, logbook: Logbook) -> None:
    """Report an MP3 with holes, with an end in the middle of a frame, or of another length than it says."""
    claims, frames = mp3_claims(data), walk_mp3(data)
    real_s = track.end_s() - track.start_s()
    claimed_s = claims.duration_s
    # Writers disagree on whether the first frame counts.
    missing_bytes = (claims.end or 0) - len(data) - _MP3_FRAME_BYTES
    if frames is not None and frames.gap is not None:
        text = f"At byte {frames.gap} something that is no sound stands between the frames"
        logbook.damaged(finding("sound_interrupted", text, at_byte=frames.gap))
    if claimed_s is not None and (missing_bytes > 0 or not _agree(claimed_s, real_s)):
        shorter = missing_bytes > 0 or claimed_s > real_s
        logbook.damaged(_truncated(real_s, claimed_s, len(data)) if shorter else _mismatch(real_s, claimed_s))
    elif frames is not None and frames.torn:
        text = f"The file ends in the middle of a frame, at {real_s:.2f} s"
        logbook.damaged(finding("file_truncated", text, at_byte=len(data), at_s=real_s))
    elif frames is not None:
        judge_rest(data, past_mp3_tags(data, frames.end), logbook)


def _agree(claimed_s: float, real_s: float) -> bool:
    return abs(claimed_s - real_s) <= max(_TOLERANCE_S, claimed_s * _TOLERANCE_PART)


def _explained_by_unused(movie: Movie, tracks: list[Track]) -> bool:
    """Whether a track that is not used, such as a phone's motion data, runs as long as the header says."""
    used = {track.index for track in tracks}
    unused_s = [track.claimed_s for index, track in enumerate(movie.tracks) if index not in used]
    return any(
        claimed_s is not None and movie.claimed_s is not None and _agree(movie.claimed_s, claimed_s)
        for claimed_s in unused_s
    )


def _truncated(real_s: float, claimed_s: float, size: int) -> Finding:
    return finding(
        "file_truncated",
        f"The file ends after {real_s:.1f} s of the {claimed_s:.1f} s its header promises",
        measured=f"{real_s:.1f} s",
        allowed=f"{claimed_s:.1f} s",
        at_byte=size,
        at_s=real_s,
    )


def _mismatch(real_s: float, claimed_s: float) -> Finding:
    return finding(
        "duration_mismatch",
        f"The header says {claimed_s:.1f} s, but the data lasts {real_s:.1f} s",
        measured=f"{real_s:.1f} s",
        allowed=f"{claimed_s:.1f} s",
    )
