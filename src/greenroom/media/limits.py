"""How much of everything one examination may take: time, memory, pixels, frames, packets, streams."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ExamLimits:
    """
    The caps of one examination. Each has a default that no honest upload comes near.

    `wall_s` and `cpu_s` hold for the judgement that an uploader waits for, `deep_wall_s` and `deep_cpu_s` for the
    full decode of a video in the background. `key_frames_cpu_s` ends the decoding of key frames early; it is looked
    at after every `key_frames_min` of them, so that many are decoded whatever they cost. `require_sandbox` makes a
    machine without Landlock or seccomp an error when the examiner starts.
    """

    wall_s: float = 20.0
    cpu_s: int = 15
    deep_wall_s: float = 1200.0
    deep_cpu_s: int = 900
    memory_bytes: int = 1024 * MIB
    start_s: float = 30.0
    answer_max_bytes: int = 256 * 1024
    require_sandbox: bool = False

    max_pixels: int = 50_000_000
    max_animation_frames: int = 2_000
    max_animation_pixels: int = 1_000_000_000
    max_image_side: int = 32_768
    max_scans: int = 64
    max_scan_pixels: int = 1_500_000_000
    max_metadata_bytes: int = 16 * MIB

    max_side: int = 4_096
    max_fps: float = 120.0
    max_streams: int = 16
    max_packets: int = 400_000
    max_boxes: int = 200_000
    min_sample_rate_hz: int = 1_000
    max_sample_rate_hz: int = 768_000
    max_channels: int = 32

    key_frames: int = 8
    key_frames_min: int = 3
    key_frames_cpu_s: float = 0.08
    decode_threads: int = 2
