"""Captions in the picture, measured in its pixels: all scripts, all frames, the spoken word."""

import hashlib

import numpy as np
import pytest
from heard import LANGUAGES, SCRIPTS, heard
from numpy.typing import NDArray

from greenroom.domain.video import Aspect, CaptionStyle, Resolution, frame_size
from greenroom.errors import NotProduced, ParameterError
from greenroom.studio.avatar import Box, Layer
from greenroom.studio.captions import Captions, captions
from greenroom.studio.captions.cues import Cue
from greenroom.studio.captions.fonts import Fonts
from greenroom.studio.captions.placing import safe_area
from greenroom.studio.film.label import label, under
from greenroom.studio.pose import Picture

PORTRAIT = (720, 1280)
FRAMES = [frame_size(aspect, resolution) for aspect in Aspect for resolution in Resolution]
PURE = CaptionStyle(color="#0000ff", highlight="#ff0000", outline="")


def made(
    fonts: str, script: str, language: str = "en", style: CaptionStyle | None = None, frame: tuple[int, int] = PORTRAIT
) -> Captions:
    return captions(heard(script), script, style or CaptionStyle(), frame, language, fonts)


def layer_at(found: Captions, time_s: float) -> Layer:
    (layer,) = found.at(time_s)
    return layer


def longest(found: Captions) -> Cue:
    return max(found.cues, key=lambda cue: len(cue.text))


def where(picture: Picture, color: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Where a picture has a pure colour."""
    return (np.abs(picture[..., :3].astype(int) - color).max(axis=2) < 60) & (picture[..., 3] > 200)


def middle(found: NDArray[np.bool_]) -> float:
    return float(np.flatnonzero(found.any(axis=0)).mean())


def is_inside(layer: Layer, frame: tuple[int, int]) -> bool:
    """Whether what is darker than a shadow is in the safe area, and the box in the frame and even."""
    solid = layer.picture[..., 3] > 170
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    box, safe = layer.box, safe_area(frame)
    fits = box.left >= 0 and box.top >= 0 and box.left + box.width <= frame[0] and box.top + box.height <= frame[1]
    across = safe.left - 1 <= box.left + columns[0] and box.left + columns[-1] <= safe.right + 1
    down = safe.top - 1 <= box.top + rows[0] and box.top + rows[-1] <= safe.bottom + 1
    return fits and across and down and not any(edge % 2 for edge in box)


def is_cut_off(picture: Picture) -> bool:
    """Whether letters touch the edge of their picture."""
    alpha = picture[..., 3]
    return bool(max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) > 170)


# All writing systems


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_has_a_glyph_of_an_installed_font(fonts: str, language: str) -> None:
    found = made(fonts, SCRIPTS[language], language)
    loaded = Fonts(fonts, language)

    assert found.warnings == ()
    assert [
        run.text for run in loaded.runs(SCRIPTS[language]) if not loaded.has(run.family, run.text.replace(" ", ""))
    ] == []


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{frame[0]}x{frame[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_are_whole_and_in_the_safe_area(fonts: str, language: str, frame: tuple[int, int]) -> None:
    found = made(fonts, SCRIPTS[language], language, frame=frame)

    layer = layer_at(found, longest(found).start_s + 0.01)

    assert is_inside(layer, frame)
    assert not is_cut_off(layer.picture)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spoken_word_is_highlighted_and_the_others_are_not(fonts: str, language: str) -> None:
    found = made(fonts, SCRIPTS[language], language, PURE)
    cue = max(found.cues, key=lambda cue: len(cue.tokens))

    picture = layer_at(found, cue.tokens[-1].start_s + 0.01).picture

    assert where(picture, (255, 0, 0)).sum() > 60
    assert where(picture, (0, 0, 255)).sum() > 60


def test_a_font_that_the_language_writes_with_is_taken(fonts: str) -> None:
    families = [Fonts(fonts, tag).runs("直骨")[0].family for tag in ("ja-JP", "zh-CN", "zh-TW", "zh-HK", "yue", "ko")]

    assert [family[8:10] for family in families] == ["JP", "SC", "TC", "TC", "TC", "KR"]


# The spoken word


def test_the_highlight_goes_from_left_to_right(fonts: str) -> None:
    found = made(fonts, "one two three", style=PURE)
    times = [token.start_s + 0.01 for token in found.cues[0].tokens]

    places = [middle(where(layer_at(found, time_s).picture, (255, 0, 0))) for time_s in times]

    assert places == sorted(places)


@pytest.mark.parametrize(
    ("language", "script"),
    [("he", "אחת שתיים שלוש"), ("ar", "API واحد اثنان"), ("ar", "حمل Greenroom"), ("", "حمل تطبيق Greenroom")],
)
def test_the_highlight_goes_from_right_to_left_where_the_script_does(fonts: str, language: str, script: str) -> None:
    found = made(fonts, script, language, PURE)
    times = [token.start_s + 0.01 for token in found.cues[0].tokens]

    places = [middle(where(layer_at(found, time_s).picture, (255, 0, 0))) for time_s in times]

    assert places == sorted(places, reverse=True)


def test_letters_do_not_move_when_the_highlight_does(fonts: str) -> None:
    found = made(fonts, "one two three", style=CaptionStyle(color="#ffffff", highlight="#fffffe"))

    first, last = (layer_at(found, found.cues[0].tokens[at].start_s + 0.01) for at in (0, 2))

    assert first.box == last.box
    assert int(np.abs(first.picture.astype(int) - last.picture).max()) <= 1


def test_a_cue_is_seen_while_it_stands_and_not_before_or_after(fonts: str) -> None:
    found = made(fonts, "one two")

    assert found.at(0.1) == ()
    assert len(found.at(0.25)) == 1
    assert found.at(found.cues[-1].end_s) == ()


def test_while_nothing_changes_the_same_objects_are_given(fonts: str) -> None:
    found = made(fonts, "one two")

    assert found.at(0.21) is found.at(0.5)
    assert found.at(0.21) is not found.at(0.6)


def test_frames_may_be_asked_for_in_any_order(fonts: str) -> None:
    forwards, backwards = made(fonts, SCRIPTS["en"]), made(fonts, SCRIPTS["en"])
    times = [0.25, 0.6, 1.5, 3.0]

    ahead = [digest(layer_at(forwards, time_s)) for time_s in times]
    back = [digest(layer_at(backwards, time_s)) for time_s in reversed(times)]

    assert ahead == back[::-1]


def digest(layer: Layer) -> str:
    return hashlib.sha256(layer.picture.tobytes()).hexdigest() + str(layer.box)


# Style and place


@pytest.mark.parametrize(("position", "share"), [("top", 0.2), ("middle", 0.5), ("bottom", 0.8)])
def test_captions_stand_where_the_style_says(fonts: str, position: str, share: float) -> None:
    layer = layer_at(made(fonts, "one two", style=CaptionStyle(position=position)), 0.25)

    assert (layer.box.top + layer.box.height / 2) / PORTRAIT[1] == pytest.approx(share, abs=0.08)


def test_a_background_is_a_box_behind_the_text(fonts: str) -> None:
    style = CaptionStyle(color="#0000ff", highlight="#ff0000", outline="", background="#00ff00")

    picture = layer_at(made(fonts, "one two", style=style), 0.25).picture

    assert where(picture, (0, 255, 0)).mean() > 0.3
    assert where(picture, (0, 0, 255)).any()


def test_an_outline_surrounds_the_letters(fonts: str) -> None:
    style = CaptionStyle(color="#0000ff", highlight="#0000ff", outline="#00ff00")

    picture = layer_at(made(fonts, "one two", style=style), 0.25).picture

    letters, outline = where(picture, (0, 0, 255)), where(picture, (0, 255, 0))
    assert outline.sum() > 0.3 * letters.sum()


@pytest.mark.parametrize("size", [0.02, 0.058, 0.12, 0.25])
@pytest.mark.parametrize("frame", [(720, 1280), (1280, 720), (720, 720)])
def test_captions_of_any_size_stay_whole(fonts: str, size: float, frame: tuple[int, int]) -> None:
    found = made(fonts, "Incomprehensibilities WWWWWWWW gypsy", style=CaptionStyle(size=size), frame=frame)

    layers = [layer_at(found, cue.start_s + 0.01) for cue in found.cues]

    assert all(is_inside(layer, frame) and not is_cut_off(layer.picture) for layer in layers)


def test_captions_of_an_upright_film_stand_above_what_apps_put_over_it(fonts: str) -> None:
    layer = layer_at(made(fonts, "one two"), 0.25)

    assert layer.box.top + layer.box.height < 0.86 * PORTRAIT[1]


def test_captions_go_beside_what_they_must_not_hide(fonts: str) -> None:
    window = Box(960, 420, 280, 280)

    found = captions(heard("one two"), "one two", CaptionStyle(), (1280, 720), "en", fonts, keep_out=window)

    box = layer_at(found, 0.25).box
    assert box.left + box.width <= window.left
    assert box.top > 500


def test_captions_go_above_what_fills_the_width(fonts: str) -> None:
    window = Box(0, 800, 720, 480)

    found = captions(heard("one two"), "one two", CaptionStyle(), PORTRAIT, "en", fonts, keep_out=window)

    box = layer_at(found, 0.25).box
    assert box.top + box.height <= window.top


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("size", [0.03, 0.058, 0.25])
def test_captions_at_the_top_stand_under_the_label(fonts: str, frame: tuple[int, int], size: float) -> None:
    said, words = label(frame, fonts), "a caption that is as wide as can be"
    style = CaptionStyle(position="top", size=size)

    found = captions(heard(words), words, style, frame, "en", fonts, below=under(said))

    box = layer_at(found, 0.25).box
    assert box.top >= said.box.top + said.box.height
    assert box.top + box.height < frame[1] - safe_area(frame).top / 2


def test_captions_elsewhere_do_not_move_for_what_is_at_the_top(fonts: str) -> None:
    one, other = (
        captions(heard("one"), "one", CaptionStyle(), PORTRAIT, "en", fonts, below=row) for row in (0.0, 200.0)
    )

    assert layer_at(one, 0.25).box == layer_at(other, 0.25).box


def test_captions_over_what_fills_the_frame_say_so(fonts: str) -> None:
    found = captions(heard("one"), "one", CaptionStyle(), PORTRAIT, "en", fonts, keep_out=Box(0, 0, *PORTRAIT))

    assert [notice.code for notice in found.warnings] == ["captions_over_avatar"]


# What cannot be drawn


def test_a_character_without_a_glyph_is_told_and_left_out_of_the_picture_only(fonts: str) -> None:
    found = made(fonts, "one \U00012000 two", style=PURE)

    (notice,) = found.warnings
    assert notice.code == "caption_character_missing"
    assert "U+12000" in notice.message
    assert "\U00012000" in found.srt
    assert digest(layer_at(found, 0.25)) == digest(layer_at(made(fonts, "one two", style=PURE), 0.25))


def test_a_size_out_of_range_is_told(fonts: str) -> None:
    assert [notice.code for notice in made(fonts, "one", style=CaptionStyle(size=0.9)).warnings] == [
        "caption_size_limited"
    ]


@pytest.mark.parametrize("color", ["red", "#12345", "#gggggg"])
def test_a_color_that_is_none_is_refused_by_its_field(fonts: str, color: str) -> None:
    with pytest.raises(ParameterError, match=r"captions\.highlight"):
        made(fonts, "one", style=CaptionStyle(highlight=color))


def test_without_fonts_the_command_is_named(tmp_path: object) -> None:
    with pytest.raises(NotProduced, match="greenroom models install"):
        made(str(tmp_path), "one")


def test_nothing_said_is_nothing_seen(fonts: str) -> None:
    found = captions((), "", CaptionStyle(), PORTRAIT, "en", fonts)

    assert (found.at(0.0), found.srt) == ((), "")
