"""The goals of verification: what each figure is, and the bound it has to keep."""

from __future__ import annotations

from goals import Goal

# A judgement decodes once as Pillow does, and may spend as much again on all the rest: fork, lock, answer.
DECODES_PER_JUDGEMENT = 2

GOALS = (
    Goal("mp4_structural_vs_ffprobe_ratio", "<=", 1.2, "CPU of a whole judgement of a minute of 1080p to one ffprobe"),
    Goal("mp4_structural_cpu_ms", "<=", 150, "CPU of that judgement, its child and fork included"),
    Goal("mp3_probe_vs_ffprobe_ratio", "<=", 0.1, "CPU of reading the headers to one ffprobe"),
    Goal("m4a_probe_vs_ffprobe_ratio", "<=", 0.1, "CPU of reading the headers to one ffprobe"),
    Goal("jpeg_probe_vs_ffprobe_ratio", "<=", 0.1, "CPU of reading the markers to one ffprobe"),
    Goal("png_probe_vs_ffprobe_ratio", "<=", 0.1, "CPU of reading the header to one ffprobe"),
    Goal("image_decode_vs_pillow_ratio", "<=", 1.3, "CPU of a child's work to Pillow's open and load; the worst"),
    Goal("audio_decode_vs_pyav_ratio", "<=", 1.3, "CPU of a child's work to PyAV's bare decode; the worst"),
    Goal("overhead_ms_per_file", "<=", 60, "wall of a whole judgement without the child's work; the worse"),
    # The bound is measured in the same run: so many of Pillow's decodes on all cores, each judgement two.
    Goal("verifications_per_s", ">=", 0, "judgements of a JPEG of 3 MP by as many callers as cores"),
)
