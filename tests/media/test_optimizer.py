"""What a render-safe copy is like, measured by other means than those that made it."""

import io
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import recipe_samples
from copying import Copy, copy_of
from judging import Judge

import media_samples
from greenroom.domain.media import Format, Kind
from greenroom.domain.policy import Policy
from greenroom.domain.recipe import AudioRecipe, ImageRecipe, VideoRecipe
from greenroom.errors import NotOptimized
from greenroom.media.optimizing.messages import OptimizeLimits
from greenroom.media.optimizing.optimizer import Optimizer

FAST = VideoRecipe(preset="ultrafast")


# Pictures


def test_a_large_photo_is_fitted_into_the_box() -> None:
    copy = copy_of(media_samples.jpeg(2400, 1200), ImageRecipe())

    assert (copy.picture().format, copy.picture().size) == ("JPEG", (1920, 960))
    assert copy.picture().quantization == _reference(85)
    assert (copy.told.before.width, copy.told.after.width) == (2400, 1920)


def _reference(quality: int) -> dict[int, list[int]]:
    from PIL import Image

    return Image.open(io.BytesIO(media_samples.jpeg(640, 480, quality))).quantization  # type: ignore[attr-defined,no-any-return]


def test_a_small_photo_is_not_enlarged() -> None:
    assert copy_of(media_samples.jpeg(320, 240), ImageRecipe()).picture().size == (320, 240)


def test_a_portrait_turns_the_box() -> None:
    assert copy_of(media_samples.jpeg(1200, 2400), ImageRecipe()).picture().size == (960, 1920)


def test_a_photo_from_a_phone_becomes_upright_and_tells_no_place() -> None:
    copy = copy_of(media_samples.jpeg_from_a_phone(), ImageRecipe())

    assert copy.picture().size == (480, 640)
    assert not copy.picture().getexif()
    # Turned clockwise, the sky is on the right.
    assert _blue(copy, 470, 320) > _blue(copy, 10, 320) + 60


def _blue(copy: Copy, x: int, y: int) -> int:
    return copy.picture().convert("RGB").getpixel((x, y))[2]  # type: ignore[index,return-value]


def test_metadata_is_kept_where_it_is_asked_for() -> None:
    exif = copy_of(media_samples.jpeg_from_a_phone(), ImageRecipe(keep_metadata=True)).picture().getexif()

    assert (exif.get(0x010F), exif.get(0x0112)) == ("Sample", None)


def test_transparency_is_kept_in_a_png() -> None:
    copy = copy_of(media_samples.png_with_transparency(), ImageRecipe())

    assert (copy.picture().format, copy.picture().mode) == ("PNG", "RGBA")
    assert copy.picture().getchannel("A").getextrema() == (0, 255)


def test_transparency_is_kept_in_webp() -> None:
    copy = copy_of(media_samples.png_with_transparency(), ImageRecipe(format=Format.WEBP))

    assert (copy.picture().format, copy.picture().mode) == ("WEBP", "RGBA")


def test_transparency_becomes_white_in_jpeg_and_that_is_said() -> None:
    copy = copy_of(media_samples.png_with_transparency(), ImageRecipe(format=Format.JPEG))

    assert copy.remarks == ["alpha_flattened"]
    assert min(copy.picture().getpixel((320, 240))) > 245  # type: ignore[type-var,arg-type]


def test_an_animated_gif_keeps_moving_as_webp() -> None:
    copy = copy_of(media_samples.gif(frames=6), ImageRecipe())

    assert (copy.picture().format, copy.picture().n_frames) == ("WEBP", 6)  # type: ignore[attr-defined]
    assert copy.remarks == []


def test_an_animated_gif_asked_for_as_jpeg_shows_its_first_frame_and_that_is_said() -> None:
    copy = copy_of(media_samples.gif(frames=6), ImageRecipe(format=Format.JPEG))

    assert copy.remarks == ["animation_dropped"]


def test_cmyk_becomes_rgb() -> None:
    assert copy_of(media_samples.cmyk_jpeg(), ImageRecipe()).picture().mode == "RGB"


def test_sixteen_bits_become_eight_of_the_same_brightness() -> None:
    copy = copy_of(recipe_samples.deep_png(), ImageRecipe())

    assert abs(copy.picture().convert("L").getpixel((10, 10)) - 128) <= 2  # type: ignore[operator]


def test_colours_are_brought_to_srgb_by_their_profile() -> None:
    red, green, _ = copy_of(recipe_samples.wide_gamut_jpeg(), ImageRecipe()).picture().getpixel((30, 30))  # type: ignore[misc]

    assert green > red + 50


@pytest.mark.parametrize("sample", [media_samples.avif, media_samples.tiff, media_samples.bmp])
def test_images_that_are_not_accepted_become_jpeg(sample) -> None:  # type: ignore[no-untyped-def]
    copy = copy_of(sample(), ImageRecipe())

    assert (copy.told.format, copy.picture().size) == (Format.JPEG, (320, 240))


def test_a_photo_stays_under_the_size_that_is_asked_for_and_the_price_is_told() -> None:
    copy = copy_of(media_samples.jpeg(1280, 720), ImageRecipe(max_bytes=20_000))

    assert len(copy.data) <= 20_000
    assert copy.remarks == ["quality_lowered"]


# Videos


def test_a_video_becomes_h264_and_aac_with_the_index_in_front() -> None:
    film = copy_of(media_samples.mp4(), FAST).film()

    assert (film.video_codec, film.audio_codec, film.pixel_format) == ("h264", "aac", "yuv420p")
    assert film.first_boxes().index(b"moov") < film.first_boxes().index(b"mdat")
    assert film.sounds[0].sample_rate == 48_000


def test_a_video_is_tagged_as_bt709_in_the_range_of_television() -> None:
    assert copy_of(media_samples.mp4(), FAST).film().colours == (1, 1, 1, 1)


def test_the_matrix_of_small_old_video_is_converted_and_not_only_renamed() -> None:
    # The sample is untagged and 240 lines high, so BT.601 by custom; it was drawn in RGB.
    shown = copy_of(media_samples.mp4(), FAST).film().rgb(0).astype(int)
    drawn = np.asarray(media_samples.landscape(320, 240, 0.0)).astype(int)

    assert np.abs(shown - drawn).mean() < 4


def test_a_large_video_is_fitted_with_even_sides() -> None:
    film = copy_of(
        media_samples.mp4(seconds=0.2, width=322, height=242, audio=False),
        VideoRecipe(preset="ultrafast", max_width=200, max_height=120),
    ).film()

    assert film.size == (160, 120)


def test_a_variable_rate_becomes_constant() -> None:
    film = copy_of(media_samples.vfr_mp4(), FAST).film()

    assert len(film.steps) == 1
    assert abs(1 / float(next(iter(film.steps))) - 30) < 0.001
    assert abs(film.picture_s - 2) <= 1.01 / 30


def test_a_video_whose_sound_comes_first_in_its_file_keeps_its_last_pictures() -> None:
    usual = copy_of(media_samples.mp4(), FAST).film()

    film = copy_of(media_samples.mp4_with_sound_first(), FAST).film()

    assert len(film.pictures) == len(usual.pictures)
    assert np.array_equal(film.rgb(-1), usual.rgb(-1))


def test_a_video_of_one_picture_beside_another_that_nobody_decodes_is_copied() -> None:
    film = copy_of(media_samples.mp4_with_strange_picture_first(), FAST).film()

    assert len(film.pictures) == 1
    assert abs(int(film.rgb(0).mean()) - 150) <= 3


def test_a_video_that_is_to_be_turned_is_turned() -> None:
    film = copy_of(media_samples.upright_phone_mp4(), FAST).film()
    picture = film.rgb(0)

    assert (film.size, film.pictures[0].rotation) == ((240, 320), 0)
    assert picture[160, 230, 2] > picture[160, 10, 2] + 60


def test_wide_pixels_become_square() -> None:
    assert copy_of(recipe_samples.wide_pixels_mp4(), FAST).film().size == (1024, 576)


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        (media_samples.prores_mov, "prores"),
        (media_samples.mkv, "h264"),
        (media_samples.mpegts, "h264"),
        (media_samples.avi, "mpeg4"),
        (media_samples.browser_recorder_webm, "vp8"),
    ],
)
def test_whatever_came_in_comes_out_as_long_as_it_was(sample, name) -> None:  # type: ignore[no-untyped-def]
    data = sample()
    film = copy_of(data, FAST).film()

    assert film.video_codec == "h264"
    assert abs(film.picture_s - len(_pictures(data)) / 30) <= 1.01 / 30
    assert abs(film.sound_s - film.picture_s) <= 1.5 / 30


def _pictures(data: bytes) -> list[object]:
    from copying import Film

    return list(Film(data).pictures)


@pytest.mark.parametrize("offset_s", [0.0, 0.5])
def test_picture_and_sound_stay_together(offset_s: float) -> None:
    film = copy_of(recipe_samples.flash_and_beep(offset_s), FAST).film()

    flash = next(number for number in range(90) if film.rgb(number).mean() > 128) / 30
    beep = int(np.argmax(np.abs(film.samples()) > 0.05)) / 48_000

    assert abs(flash - 1.5) <= 0.5 / 30
    assert abs(beep - 1.5) <= 0.5 / 30


@pytest.mark.parametrize(
    ("transfer", "level", "least", "most"),
    [
        (16, 64 + round(876 * 0.5807), 215, 240),  # PQ at 203 cd/m², the white of SDR
        (16, 64 + round(876 * 0.7518), 250, 255),  # PQ at 1000 cd/m²
        (16, 64, 0, 2),
        (18, 64 + round(876 * 0.75), 220, 242),  # HLG at its reference white
    ],
)
def test_hdr_is_mapped_to_what_every_screen_shows_and_that_is_said(
    transfer: int, level: int, least: int, most: int
) -> None:
    copy = copy_of(recipe_samples.grey_mp4(level, transfer, 9, 9), FAST)

    assert least <= copy.film().rgb(2).mean() <= most
    assert copy.film().colours == (1, 1, 1, 1)
    assert copy.remarks == ["hdr_tone_mapped"]


def test_a_lower_crf_gives_a_larger_file() -> None:
    fine = copy_of(media_samples.mp4(), VideoRecipe(preset="ultrafast", crf=15))

    assert len(fine.data) > 1.5 * len(copy_of(media_samples.mp4(), FAST).data)


def test_a_video_stays_under_the_size_that_is_asked_for() -> None:
    copy = copy_of(media_samples.mp4(), VideoRecipe(preset="ultrafast", max_bytes=60_000))

    assert len(copy.data) <= 60_000


def test_a_video_that_cannot_be_that_small_is_refused_with_the_size() -> None:
    with pytest.raises(NotOptimized) as caught:
        copy_of(media_samples.mp4(), VideoRecipe(max_bytes=5_000))

    assert (caught.value.finding.code, caught.value.finding.allowed) == ("optimize_not_small_enough", "5,000 bytes")


def test_a_cut_video_gives_what_is_left_of_it_and_says_so() -> None:
    copy = copy_of(media_samples.cut(media_samples.faststart_mp4(), 0.6), FAST)

    assert 0.5 < copy.film().picture_s < 2.1


# Sounds


@pytest.mark.parametrize("sample", [media_samples.flac, media_samples.ogg, media_samples.aac, media_samples.alac_m4a])
def test_sound_becomes_mp3_of_192_kbit_and_44_khz(sample) -> None:  # type: ignore[no-untyped-def]
    film = copy_of(sample(), AudioRecipe()).film()

    assert (film.audio_codec, film.bit_rate, film.sounds[0].sample_rate) == ("mp3", 192_000, 44_100)
    assert abs(len(film.samples()) / 44_100 - 2) <= 0.03


@pytest.mark.parametrize("level", [0.02, 0.9])
def test_quiet_and_loud_sound_come_to_the_same_loudness(level: float) -> None:
    copy = copy_of(recipe_samples.wav_at(level), AudioRecipe())
    lufs, peak = copy.film().loudness()

    assert abs(lufs - -16) <= 1
    assert peak <= -1
    assert copy.told.after.loudness_lufs == pytest.approx(lufs, abs=0.2)


def test_peaks_are_caught_where_the_gain_would_send_them_through_the_ceiling() -> None:
    lufs, peak = copy_of(recipe_samples.wav_at(0.03, spikes=True), AudioRecipe()).film().loudness()

    assert abs(lufs - -16) <= 1
    assert peak <= -0.5


def test_loudness_is_left_alone_where_that_is_asked_for() -> None:
    copy = copy_of(recipe_samples.wav_at(0.02), AudioRecipe(loudness_lufs=None))

    assert copy.told.after.loudness_lufs == pytest.approx(copy.told.before.loudness_lufs, abs=0.5)


def test_a_sound_too_short_to_be_measured_is_not_called_silent() -> None:
    copy = copy_of(recipe_samples.wav_at(0.5, seconds=0.2), AudioRecipe())

    assert copy.remarks == ["sound_too_short"]
    assert np.abs(copy.film().samples()).max() > 0.3


def test_silence_stays_silent_and_that_is_said() -> None:
    assert copy_of(recipe_samples.wav_at(0.0), AudioRecipe()).remarks == ["silent"]


def test_the_sound_of_a_video_is_leveled_where_that_is_asked_for() -> None:
    lufs, _ = copy_of(media_samples.mp4(), VideoRecipe(preset="ultrafast", loudness_lufs=-20.0)).film().loudness()

    assert abs(lufs - -20) <= 1


# What holds for all


@pytest.mark.parametrize(
    ("data", "recipe", "kind"),
    [
        (media_samples.avif(), ImageRecipe(), Kind.IMAGE),
        (media_samples.gif(frames=6), ImageRecipe(), Kind.IMAGE),
        (media_samples.png_with_transparency(), ImageRecipe(), Kind.IMAGE),
        (media_samples.prores_mov(), FAST, Kind.VIDEO),
        (media_samples.upright_phone_mp4(), FAST, Kind.VIDEO),
        (media_samples.flac(), AudioRecipe(), Kind.AUDIO),
    ],
    ids=["avif", "gif", "png", "prores", "phone", "flac"],
)
def test_a_copy_passes_our_own_examiner_and_policy(data: bytes, recipe, kind: Kind, judge: Judge) -> None:  # type: ignore[no-untyped-def]
    copy = copy_of(data, recipe)
    examined = judge(copy.data, deep=True)

    assert Policy().judge(examined, kind).format is copy.told.format


@pytest.mark.parametrize(
    "data", [b"", b"just a text", media_samples.pdf(), media_samples.zip_(), media_samples.html()],
    ids=["empty", "text", "pdf", "zip", "html"],
)  # fmt: skip
@pytest.mark.parametrize("recipe", [ImageRecipe(), FAST], ids=["image", "video"])
def test_what_is_no_media_is_refused_with_a_reason(data: bytes, recipe) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotOptimized) as caught:
        copy_of(data, recipe)

    assert caught.value.finding.code == "optimize_unreadable"


def test_a_playlist_opens_nothing_that_it_names(tmp_path) -> None:  # type: ignore[no-untyped-def]
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(media_samples.mp4())
    playlist = f"#EXTM3U\n#EXTINF:2,\nfile://{canary}\n".encode()

    with pytest.raises(NotOptimized) as caught:
        copy_of(playlist, FAST)

    assert caught.value.finding.code == "optimize_unreadable"


def test_a_sound_has_no_picture_to_make_a_video_of() -> None:
    with pytest.raises(NotOptimized) as caught:
        copy_of(media_samples.m4a(), FAST)

    assert caught.value.finding.code == "optimize_no_picture"


def test_a_process_that_is_killed_is_told_as_that() -> None:
    with pytest.raises(NotOptimized) as caught:
        _run_beside(Optimizer(), lambda process, optimizer: process.kill())

    assert caught.value.finding.code == "optimize_crashed"
    assert "SIGKILL" in caught.value.finding.message


def test_closing_ends_what_is_under_way() -> None:
    began = time.monotonic()

    with pytest.raises(NotOptimized) as caught:
        _run_beside(Optimizer(), lambda process, optimizer: optimizer.close())

    assert caught.value.finding.code == "optimize_cancelled"
    assert time.monotonic() - began < 10
    assert not _optimizing_children()


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(NotOptimized) as caught:
        copy_of(media_samples.mp4(), FAST, Optimizer(OptimizeLimits(wall_s=0.02)))

    assert caught.value.finding.code == "optimize_timed_out"


def test_a_copy_that_outgrows_its_limit_is_ended() -> None:
    with pytest.raises(NotOptimized) as caught:
        copy_of(media_samples.mp4(), FAST, Optimizer(OptimizeLimits(output_max_bytes=20_000)))

    assert caught.value.finding.code in ("optimize_disk_full", "optimize_crashed")


def _run_beside(optimizer: Optimizer, act) -> None:  # type: ignore[no-untyped-def]
    """Begin a long copy, and once it is under way do something to it."""

    def wait_and_act() -> None:
        while not (children := _optimizing_children()):
            time.sleep(0.02)
        time.sleep(0.3)
        act(children[0], optimizer)

    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(media_samples.mp4(seconds=4, width=640, height=480))
        source.flush()
        threading.Thread(target=wait_and_act, daemon=True).start()
        optimizer.run(source.fileno(), target.fileno(), VideoRecipe(preset="slow"), lambda done: None)


def _optimizing_children() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [child for child in children if "greenroom.media.optimizing.process" in child.cmdline()]


def _limits_of(process: psutil.Process) -> str:
    return Path(f"/proc/{process.pid}/limits").read_text()


def test_the_process_has_given_up_privileges_paths_and_limits(tmp_path: Path) -> None:
    seen: dict[str, str] = {}

    def look(process: psutil.Process, optimizer: Optimizer) -> None:
        # On a busy machine the process is still loading its decoders.
        deadline = time.monotonic() + 20
        while "Max cpu time              unlimited" in _limits_of(process):  # the last that is lowered
            assert time.monotonic() < deadline, _limits_of(process)
            time.sleep(0.05)
        seen["status"] = Path(f"/proc/{process.pid}/status").read_text()
        seen["limits"] = _limits_of(process)
        seen["nice"] = str(process.nice())
        optimizer.close()

    with pytest.raises(NotOptimized):
        _run_beside(Optimizer(), look)

    assert "NoNewPrivs:\t1" in seen["status"]
    assert [line.split()[3:5] for line in seen["limits"].splitlines() if "open files" in line] == [["64", "64"]]
    assert int(seen["nice"]) >= 10


def test_without_paths_nothing_of_this_machine_can_be_opened() -> None:
    program = (
        "import os\n"
        "from greenroom.media.optimizing import process\n"
        "from greenroom.domain.recipe import ImageRecipe\n"
        "from greenroom.media.optimizing.messages import OptimizeLimits, Orders, encode_orders\n"
        "import sys\n"
        "def spy(orders, make):\n"
        "    try:\n"
        "        open('/etc/passwd')\n"
        "    except PermissionError:\n"
        "        os.write(1, b'shut out ')\n"
        "    raise OSError(28, 'full')\n"
        "process._optimized = spy\n"
        "sys.argv[1:] = [encode_orders(Orders(0, 1, ImageRecipe(), OptimizeLimits(), True)).decode()]\n"
        "process.main()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    ).stdout

    assert told.startswith("shut out ")
    assert "optimize_disk_full" in told
