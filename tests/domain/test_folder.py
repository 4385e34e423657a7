"""Names of folders are data in any script; what they cannot be is what would make a path ambiguous."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain.folder import NAME_MAX, FolderRef, folder_name, folder_path, folder_ref
from greenroom.errors import ParameterError

ID = "fld_" + "0a" * 16


@pytest.mark.parametrize("name", ["日本", "👩‍👩‍👧", "a\u202eb", "...", "a\\b", "%2e", "C:", "x" * NAME_MAX])
def test_a_name_may_be_in_any_script_and_is_data(name: str) -> None:
    assert folder_name(name) == name


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("a/b", "'/' separates folders"),
        (".", "never up"),
        (" .. ", "never up"),
        ("", "is empty"),
        ("a\nb", "control character"),
        ("x" * (NAME_MAX + 1), "has 256 characters; allowed are 255"),
        (7, "must be a string"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused_with_the_reason(wrong: object, problem: str) -> None:
    with pytest.raises(ParameterError, match=problem) as refused:
        folder_name(wrong, "folder")
    assert refused.value.field == "folder"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (ID, FolderRef(id=ID)),  # type: ignore[arg-type]
        (f"/{ID}", FolderRef(names=(ID,))),
        ("/fld_0a", FolderRef(names=("fld_0a",))),
        ("shop/boots", FolderRef(names=("shop", "boots"))),
        ("/shop//boots /", FolderRef(names=("shop", "boots"))),
        ("", FolderRef()),
        ("/", FolderRef()),
    ],
)
def test_a_folder_is_named_by_its_id_or_by_the_path_to_it(text: str, meant: FolderRef) -> None:
    assert folder_ref(text) == meant


@pytest.mark.parametrize("text", ["../secret", "a/./b", "a/\x00", "a/\ud800", "a/" + "x" * 256])
def test_a_path_with_an_impossible_name_is_refused(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        folder_ref(text)
    assert refused.value.field == "folder"


@given(st.text(max_size=20))
def test_whatever_is_a_name_is_reached_by_its_path(text: str) -> None:
    try:
        name = folder_name(text)
    except ParameterError:
        return
    assert folder_name(name) == name
    assert folder_ref(folder_path(["a", name])) == FolderRef(names=("a", name))


@pytest.mark.parametrize("text", [ID[:-1], ID + "0", "fld_nope", "fld_" + "0A" * 16, f"{ID}/boots"])
def test_what_begins_like_an_id_and_is_none_makes_no_folder(text: str) -> None:
    with pytest.raises(ParameterError, match="32 hexadecimal digits") as refused:
        folder_ref(text)
    assert refused.value.field == "folder"
