"""Recipes: what may be asked for, what becomes of it, and when two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain.media import Format, Kind
from greenroom.domain.recipe import (
    RECIPES,
    AudioRecipe,
    ImageRecipe,
    VideoRecipe,
    fitted,
    nearest_frame_rate,
    recipe_from,
    recipe_key,
)
from greenroom.domain.rendition import TRANSITIONS, RenditionState
from greenroom.errors import ParameterError


def test_without_wishes_a_recipe_is_what_the_documentation_recommends() -> None:
    assert recipe_from(Kind.IMAGE, {}) == ImageRecipe(1920, 1080)
    assert recipe_from(Kind.VIDEO, {}) == VideoRecipe(1920, 1080, crf=23, bit_rate_kbps=192)
    assert recipe_from(Kind.AUDIO, {}) == AudioRecipe(bit_rate_kbps=192, loudness_lufs=-16.0, true_peak_dbtp=-1.5)


def test_the_quality_is_85_for_jpeg_and_80_for_webp() -> None:
    assert (ImageRecipe().quality_as(Format.JPEG), ImageRecipe().quality_as(Format.WEBP)) == (85, 80)


@pytest.mark.parametrize(
    ("kind", "wishes", "made"),
    [
        (Kind.IMAGE, {"format": "webp"}, ImageRecipe(format=Format.WEBP)),
        (Kind.IMAGE, {"format": "JPG", "quality": 70}, ImageRecipe(format=Format.JPEG, quality=70)),
        (Kind.IMAGE, {"max_size": "1280x720"}, ImageRecipe(1280, 720)),
        (Kind.VIDEO, {"format": "mp4", "crf": 18}, VideoRecipe(crf=18)),
        (Kind.VIDEO, {"loudness_lufs": -14}, VideoRecipe(loudness_lufs=-14.0)),
        (Kind.AUDIO, {"loudness_lufs": "off"}, AudioRecipe(loudness_lufs=None)),
        (Kind.AUDIO, {"loudness_lufs": None, "bit_rate_kbps": 128}, AudioRecipe(128, None)),
    ],
)
def test_wishes_become_the_fields_of_a_recipe(kind: Kind, wishes: dict[str, object], made: object) -> None:
    assert recipe_from(kind, wishes) == made


@pytest.mark.parametrize(
    ("kind", "name", "given", "allowed"),
    [
        (Kind.IMAGE, "quality", 0, "1 to 100"),
        (Kind.IMAGE, "quality", "85", "1 to 100"),
        (Kind.IMAGE, "quality", True, "1 to 100"),
        (Kind.IMAGE, "format", "gif", "jpeg, png, webp, auto"),
        (Kind.IMAGE, "max_size", "1920", "sizes like 1920x1080"),
        (Kind.IMAGE, "max_size", "1x99999", "sizes like 1920x1080"),
        (Kind.VIDEO, "format", "webm", "mp4, auto"),
        (Kind.VIDEO, "crf", 51, "10 to 40"),
        (Kind.VIDEO, "frame_rate", 29.97, "24, 25, 30, 50, 60"),
        (Kind.VIDEO, "preset", "placebo", "veryfast"),
        (Kind.AUDIO, "loudness_lufs", 3, "-40 to -8 LUFS, and off"),
        (Kind.AUDIO, "bit_rate_kbps", 191, "128, 160, 192"),
        (Kind.AUDIO, "keep_metadata", "yes", "true and false"),
    ],
)
def test_a_wrong_wish_is_refused_with_its_name_what_was_given_and_what_is_allowed(
    kind: Kind, name: str, given: object, allowed: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        recipe_from(kind, {name: given})

    assert caught.value.field == name
    assert repr(given) in str(caught.value)
    assert allowed in str(caught.value)


def test_a_wish_for_another_kind_is_refused_with_the_options_there_are() -> None:
    with pytest.raises(ParameterError) as caught:
        recipe_from(Kind.AUDIO, {"crf": 23})

    assert "bit_rate_kbps" in str(caught.value)


@given(
    st.sampled_from(Kind), st.dictionaries(st.text(max_size=12), st.none() | st.booleans() | st.integers() | st.text())
)
def test_whatever_is_asked_for_becomes_a_recipe_or_a_parameter_error(kind: Kind, wishes: dict[str, object]) -> None:
    try:
        recipe = recipe_from(kind, wishes)
    except ParameterError:
        return

    assert isinstance(recipe, RECIPES[kind])


def test_equal_recipes_have_one_key_and_others_another() -> None:
    assert recipe_key(recipe_from(Kind.IMAGE, {"max_size": "1920x1080"})) == recipe_key(ImageRecipe())
    assert recipe_key(ImageRecipe(quality=84)) != recipe_key(ImageRecipe())
    assert recipe_key(AudioRecipe()) != recipe_key(VideoRecipe())


def test_a_key_is_the_same_in_every_run() -> None:
    assert recipe_key(ImageRecipe()) == "a3c7ce18f2452994936ff44b22f0cab3"


@pytest.mark.parametrize(
    ("size", "into"),
    [
        ((4000, 3000), (1440, 1080)),
        ((3000, 4000), (1080, 1440)),
        ((1080, 1920), (1080, 1920)),
        ((640, 480), (640, 480)),
        ((1920, 1080), (1920, 1080)),
        ((10_000, 10), (1920, 2)),
        ((10_000, 1), (1920, 1)),
    ],
)
def test_a_picture_is_fitted_into_the_box_that_turns_with_it(size: tuple[int, int], into: tuple[int, int]) -> None:
    assert fitted(*size, ImageRecipe()) == into


@given(st.integers(1, 8192), st.integers(1, 8192))
def test_no_picture_grows_or_leaves_the_box(width: int, height: int) -> None:
    fitted_width, fitted_height = fitted(width, height, ImageRecipe())

    assert fitted_width <= width
    assert fitted_height <= height
    assert max(fitted_width, fitted_height) <= 1920
    assert min(fitted_width, fitted_height) <= 1080


@pytest.mark.parametrize(
    ("measured", "rate"), [(23.976, 24), (25, 25), (29.97, 30), (30.3, 30), (48, 50), (59.94, 60), (240, 60), (12, 24)]
)
def test_the_nearest_usual_rate_is_taken(measured: float, rate: int) -> None:
    assert nearest_frame_rate(measured) == rate


def test_every_state_has_a_row_of_transitions() -> None:
    assert set(TRANSITIONS) == set(RenditionState)
