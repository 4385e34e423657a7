"""Holding what a header claims of size and duration against the data itself."""

import mmap

from greenroom.domain.media import Finding
from greenroom.media.ebml import read_claims
from greenroom.media.findings import finding
from greenroom.media.isobmff import Movie
from greenroom.media.logbook import Logbook
from greenroom.media.sound import is_cut_mp3_frame, mp3_claims
from greenroom.media.tracks import Track

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
    """Report a WebM that ends before its segment does, or before its stated duration."""
    claims = read_claims(data)
    real_s = max(track.end_s() for track in tracks)
    claimed_s = claims.duration_s
    if claims.end is not None and claims.end > len(data):
        logbook.damaged(_truncated(real_s, claimed_s or real_s, len(data)))
    elif claimed_s is not None and not _agree(claimed_s, real_s):
        longer = claimed_s > real_s
        logbook.damaged(_truncated(real_s, claimed_s, len(data)) if longer else _mismatch(real_s, claimed_s))


def judge_mp3(track: Track, last_frame: bytes, data: mmap.mmap, logbook: Logbook) -> None:
    """Report an MP3 that is shorter or longer than its first frame says."""
    claims = mp3_claims(data)
    real_s = track.end_s() - track.start_s()
    cut = is_cut_mp3_frame(last_frame)
    # Writers disagree on whether the first frame counts; a torn last frame leaves no doubt.
    missing_bytes = (claims.end or 0) - len(data) - (0 if cut else _MP3_FRAME_BYTES)
    claimed_s = claims.duration_s
    if claimed_s is not None and (missing_bytes > 0 or not _agree(claimed_s, real_s)):
        shorter = missing_bytes > 0 or claimed_s > real_s
        logbook.damaged(_truncated(real_s, claimed_s, len(data)) if shorter else _mismatch(real_s, claimed_s))
    elif cut:
        text = f"The last frame, at {real_s:.2f} s, is not whole, as in a recording of a stream"
        logbook.noted(finding("last_frame_torn", text, at_s=real_s))


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
