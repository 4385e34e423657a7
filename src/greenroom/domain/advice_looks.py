"""The looks of the advice table: each says what it saw in a file if the advice of its row applies, else None."""

import math

from greenroom.domain.advice_row import Case, Seen
from greenroom.domain.media import AudioStream, Format, Kind, SoundMeasurements, Stretch
from greenroom.domain.policy import MIB, codec_family, codec_name, megabytes, minutes

KB = 1024

# Pictures

MIN_SHORT_SIDE = 720  # of 1280x720
BEST_SHORT_SIDE = 1080  # of 1920x1080
_ASPECTS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
_ASPECT_SLACK = 1.1  # a tenth is cropped without loss of anything
_SMALLEST_BEST_BYTES = 500 * KB
_LARGEST_BEST_BYTES = {Kind.IMAGE: 2 * MIB, Kind.VIDEO: 50 * MIB, Kind.AUDIO: 5 * MIB}


def _pixels(case: Case) -> Seen:
    return Seen(f"{case.info.width}x{case.info.height}")


def below_minimum(case: Case) -> Seen | None:
    side = case.short_side
    return _pixels(case) if side is not None and side < MIN_SHORT_SIDE else None


def below_recommended(case: Case) -> Seen | None:
    side = case.short_side
    return _pixels(case) if side is not None and MIN_SHORT_SIDE <= side < BEST_SHORT_SIDE else None


def video_below_recommended(case: Case) -> Seen | None:
    side = case.short_side
    return _pixels(case) if side is not None and side < BEST_SHORT_SIDE else None


def above_recommended(case: Case) -> Seen | None:
    side = case.short_side
    return _pixels(case) if side is not None and side > BEST_SHORT_SIDE * 1.01 else None


def odd_aspect(case: Case) -> Seen | None:
    width, height = case.info.width, case.info.height
    if not width or not height:
        return None
    ratio = width / height
    if any(max(ratio / best, best / ratio) <= _ASPECT_SLACK for best in _ASPECTS.values()):
        return None
    return Seen(f"{width}x{height} ({ratio:.2f}:1)")


def jpeg_quality_low(case: Case) -> Seen | None:
    quality = case.measured.jpeg_quality
    return Seen(f"about {quality} %") if quality is not None and quality < 80 else None


def jpeg_quality_high(case: Case) -> Seen | None:
    quality = case.measured.jpeg_quality
    heavy = case.size_bytes > _SMALLEST_BEST_BYTES
    return Seen(f"about {quality} %") if quality is not None and quality > 90 and heavy else None


def photo_as_png(case: Case) -> Seen | None:
    info = case.info
    if info.format is not Format.PNG or info.has_alpha or (info.color_mode or "").startswith("P"):
        return None
    heavy = case.size_bytes > _LARGEST_BEST_BYTES[Kind.IMAGE]
    return Seen(f"PNG without transparency, {megabytes(case.size_bytes)}") if heavy else None


def still_gif(case: Case) -> Seen | None:
    info = case.info
    return Seen("a GIF of one frame") if info.format is Format.GIF and info.frame_count == 1 else None


def heavy(case: Case) -> Seen | None:
    return Seen(megabytes(case.size_bytes)) if case.size_bytes > _LARGEST_BEST_BYTES[case.kind] else None


def turned_photo(case: Case) -> Seen | None:
    orientation = case.info.orientation
    return Seen(f"EXIF orientation {orientation}") if orientation != 1 else None


def wide_gamut_image(case: Case) -> Seen | None:
    wide = case.measured.wide_gamut
    return Seen(wide) if wide else None


def print_colours(case: Case) -> Seen | None:
    return Seen("CMYK") if case.info.color_mode == "CMYK" else None


def deep_colour(case: Case) -> Seen | None:
    return Seen("16 bit") if (case.info.color_mode or "").startswith("I;16") else None


# Video

_HDR = {"smpte2084": "HDR (PQ)", "arib-std-b67": "HDR (HLG)"}
_WIDE = {"bt2020": "BT.2020", "smpte431": "DCI-P3", "smpte432": "Display P3"}
_BEST_RATES = (24.0, 25.0, 30.0, 50.0, 60.0)
_RATE_SLACK = 0.02  # 23.976, 29.97, 59.94; the mean of a short file is off by more
_FULL_HD_PIXELS = 1920 * 1080
_LOW_BIT_RATE, _HIGH_BIT_RATE = 5_000_000, 8_000_000
# Newer codecs need this part of what H.264 needs.
_NEED_OF_CODEC = {"hevc": 0.6, "vp9": 0.6, "av1": 0.5}
_BACKGROUND_S = 60.0
_DELAY_S = 0.1
_SQUARE_SLACK = 0.01


def other_codec(case: Case) -> Seen | None:
    video = case.info.video
    return Seen(codec_name(video.codec)) if video is not None and video.codec != "h264" else None


def _frame_rate(case: Case) -> float | None:
    rate = case.info.video.frame_rate if case.info.video is not None else None
    return rate if rate and math.isfinite(rate) else None


def slow_frames(case: Case) -> Seen | None:
    rate = _frame_rate(case)
    return Seen(f"{rate:.4g} fps") if rate is not None and rate < 24 * (1 - _RATE_SLACK) else None


def fast_frames(case: Case) -> Seen | None:
    rate = _frame_rate(case)
    return Seen(f"{rate:.4g} fps") if rate is not None and rate > 60 * (1 + _RATE_SLACK) else None


def odd_frames(case: Case) -> Seen | None:
    rate = _frame_rate(case)
    if rate is None or slow_frames(case) or fast_frames(case) or varying_frames(case):
        return None
    if any(abs(rate - best) <= best * _RATE_SLACK for best in _BEST_RATES):
        return None
    return Seen(f"{rate:.4g} fps")


def varying_frames(case: Case) -> Seen | None:
    video = case.info.video
    if video is None or not video.variable_frame_rate:
        return None
    return Seen(f"varying, {video.frame_rate:.4g} fps on average" if _frame_rate(case) else "varying")


def _needed_share(case: Case) -> float:
    """The part of the bit rate recommended for 1080p in H.264 that this picture needs."""
    video, info = case.info.video, case.info
    pixels = (info.width or 0) * (info.height or 0) or _FULL_HD_PIXELS
    need = _NEED_OF_CODEC.get(video.codec, 1.0) if video is not None else 1.0
    return pixels / _FULL_HD_PIXELS * need


def low_video_bit_rate(case: Case) -> Seen | None:
    rate = case.measured.video_bit_rate
    return Seen(_mbps(rate)) if rate is not None and rate < _LOW_BIT_RATE * min(1.0, _needed_share(case)) else None


def high_video_bit_rate(case: Case) -> Seen | None:
    rate = case.measured.video_bit_rate
    return Seen(_mbps(rate)) if rate is not None and rate > _HIGH_BIT_RATE * max(1.0, _needed_share(case)) else None


def long_for_background(case: Case) -> Seen | None:
    duration_s = case.info.duration_s
    return Seen(minutes(duration_s)) if duration_s is not None and duration_s > _BACKGROUND_S + 0.5 else None


def hdr(case: Case) -> Seen | None:
    name = _HDR.get(case.info.video.color_transfer or "") if case.info.video is not None else None
    return Seen(name) if name else None


def wide_gamut_video(case: Case) -> Seen | None:
    name = _WIDE.get(case.info.video.color_primaries or "") if case.info.video is not None else None
    return Seen(name) if name and hdr(case) is None else None


def interlaced(case: Case) -> Seen | None:
    return Seen("interlaced") if case.measured.interlaced else None


def turned_video(case: Case) -> Seen | None:
    turn = case.info.video.rotation_deg if case.info.video is not None else 0
    return Seen(f"turned by {turn} degrees") if turn else None


def oblong_pixels(case: Case) -> Seen | None:
    aspect = case.measured.pixel_aspect
    return Seen(f"pixels {aspect:.3g}:1") if aspect and abs(aspect - 1) > _SQUARE_SLACK else None


def index_at_end(case: Case) -> Seen | None:
    return Seen("index at the end") if case.measured.index_at_end else None


def no_sound(case: Case) -> Seen | None:
    return Seen("no sound track") if case.info.video is not None and case.info.audio is None else None


def delayed_sound(case: Case) -> Seen | None:
    delay_s = case.measured.audio_delay_s
    if delay_s is None or abs(delay_s) < _DELAY_S:
        return None
    return Seen(f"{abs(delay_s) * 1000:.0f} ms {'late' if delay_s > 0 else 'early'}")


def black(case: Case) -> Seen | None:
    return _longest(case.measured.picture.black if case.measured.picture else ())


def frozen(case: Case) -> Seen | None:
    return _longest(case.measured.picture.frozen if case.measured.picture else ())


# Sound

_LOSSLESS = frozenset(("pcm", "alac", "flac"))
_RATE_LOW, _RATE_MUSIC, _RATE_HIGH = 128_000, 192_000, 256_000
_BELOW = 0.95  # encoders with a variable rate stay a little under what they were asked for
_ABOVE = 1.05
_NOT_AAC = frozenset(("mp3", "alac", "pcm"))
_QUIET_LUFS, _BLARING_LUFS = -24.0, -13.0  # R 128 forgives one unit either way
_PEAK_DBTP = -1.0
_CLIPPED_SHARE = 0.001
_RANGE_LU = 20.0
_PAUSE_LU, _CLEAN_LU, _STEADY_LU = 12.0, 35.0, 12.0


def _lossy(case: Case) -> AudioStream | None:
    audio = case.info.audio
    return audio if audio is not None and codec_family(audio.codec) not in _LOSSLESS else None


def low_sound_bit_rate(case: Case) -> Seen | None:
    rate, audio = case.measured.audio_bit_rate, _lossy(case)
    if rate is None or audio is None or case.sound.is_silent:
        return None
    # Opus at half the rate is as good as MP3; nobody publishes it at 128 kbit/s for speech.
    least = _RATE_LOW / 2 if audio.codec == "opus" else _RATE_LOW
    return Seen(_kbps(rate)) if rate < least * _BELOW else None


def music_bit_rate_low(case: Case) -> Seen | None:
    rate, audio = case.measured.audio_bit_rate, _lossy(case)
    if rate is None or audio is None or audio.codec == "opus" or audio.channels < 2 or case.sound.channels_are_equal:
        return None
    return Seen(f"{_kbps(rate)}, stereo") if _RATE_LOW * _BELOW <= rate < _RATE_MUSIC * _BELOW else None


def film_sound_bit_rate_low(case: Case) -> Seen | None:
    audio = case.info.audio
    return music_bit_rate_low(case) if audio is not None and audio.codec == "aac" else None


def high_sound_bit_rate(case: Case) -> Seen | None:
    rate, audio = case.measured.audio_bit_rate, _lossy(case)
    if rate is None or audio is None:
        return None
    most = _RATE_MUSIC if audio.channels == 1 else _RATE_HIGH
    return Seen(f"{_kbps(rate)}, {_channels(audio.channels)}") if rate > most * _ABOVE else None


def doubled_mono(case: Case) -> Seen | None:
    return Seen("two equal channels") if case.sound.channels_are_equal else None


def many_channels(case: Case) -> Seen | None:
    audio = case.info.audio
    return Seen(_channels(audio.channels)) if audio is not None and audio.channels > 2 else None


def low_sample_rate(case: Case) -> Seen | None:
    audio = case.info.audio
    return Seen(_khz(audio.sample_rate_hz)) if audio is not None and audio.sample_rate_hz < 44_100 else None


def odd_sample_rate(case: Case) -> Seen | None:
    audio = case.info.audio
    if audio is None or audio.sample_rate_hz <= 48_000:
        return None
    return Seen(_khz(audio.sample_rate_hz))


def film_sound_not_aac(case: Case) -> Seen | None:
    audio = case.info.audio
    if audio is None or codec_family(audio.codec) not in _NOT_AAC:
        return None
    return Seen(codec_name(audio.codec))


def silent(case: Case) -> Seen | None:
    return Seen("silent throughout") if case.sound.is_silent else None


def silences(case: Case) -> Seen | None:
    return _longest(case.sound.silent)


def quiet(case: Case) -> Seen | None:
    loudness = case.sound.loudness_lufs
    return Seen(_lufs(case.sound)) if loudness is not None and loudness < _QUIET_LUFS else None


def blaring(case: Case) -> Seen | None:
    loudness = case.sound.loudness_lufs
    return Seen(_lufs(case.sound)) if loudness is not None and loudness > _BLARING_LUFS else None


def uneven(case: Case) -> Seen | None:
    wide = case.sound.loudness_range_lu
    return Seen(f"{wide:.1f} LU") if wide is not None and wide > _RANGE_LU else None


def clipped(case: Case) -> Seen | None:
    share = case.sound.clipped_share
    return Seen(f"{share * 100:.2g} % of the samples") if share >= _CLIPPED_SHARE else None


def high_peak(case: Case) -> Seen | None:
    peak = case.sound.true_peak_dbtp
    return Seen(f"{peak:+.1f} dBTP") if peak is not None and peak > _PEAK_DBTP and not clipped(case) else None


def noisy(case: Case) -> Seen | None:
    sound = case.sound
    loudness, floor = sound.loudness_lufs, sound.noise_floor_lufs
    if loudness is None or floor is None or (sound.loudness_range_lu or 0.0) > _STEADY_LU:
        return None  # in music with loud and quiet passages the quiet ones are no noise
    apart = loudness - floor
    # Sound that never pauses shows no noise floor.
    return Seen(f"{floor:.1f} LUFS, {apart:.0f} LU below the sound") if _PAUSE_LU <= apart < _CLEAN_LU else None


def _lufs(sound: SoundMeasurements) -> str:
    return f"{sound.loudness_lufs:.1f} LUFS"


def _longest(stretches: tuple[Stretch, ...]) -> Seen | None:
    if not stretches:
        return None
    longest = max(stretches, key=lambda stretch: stretch.duration_s)
    more = f" and {len(stretches) - 1} more" if len(stretches) > 1 else ""
    return Seen(f"{minutes(longest.duration_s)} from {longest.start_s:.1f} s{more}", longest.start_s)


def _mbps(rate: int) -> str:
    return f"{rate / 1e6:.2g} Mbit/s" if rate < 10_000_000 else f"{rate / 1e6:.0f} Mbit/s"


def _kbps(rate: int) -> str:
    return f"{rate / 1000:.0f} kbit/s"


def _khz(rate_hz: int) -> str:
    return f"{rate_hz / 1000:g} kHz"


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
