"""Both faces against their OpenAPI documents, shortly; the long form is scripts/fuzz-api."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fuzzed import Face, fuzz, library


@pytest.fixture(scope="module")
def reports() -> dict[Face, str]:
    """What was found on each face. Both at once, since most of the time goes into getting ready."""
    with library() as found, ThreadPoolExecutor() as pool:
        running = {face: pool.submit(fuzz, found, face, examples=1, seed=1, phases="fuzzing") for face in Face}
        return {face: future.result() for face, future in running.items()}


@pytest.mark.parametrize("face", list(Face), ids=lambda face: face.name)
def test_the_server_is_as_its_document_says(reports: dict[Face, str], face: Face) -> None:
    assert reports[face] == ""
