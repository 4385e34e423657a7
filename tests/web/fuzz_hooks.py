"""
What schemathesis is told of our API beyond its documents: read by its command line, not by the tests.

A request that fits the schema may still be refused for what JSON Schema cannot say. Each such refusal stands here by
the code and the words of its problem document, with the reason; any other is a fault.
"""

import os
import re
import uuid
from typing import Any, NamedTuple

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

STATUSES = {200, 404, 405, 429}
"""Those of the compatible face."""
SYSTEM_ERROR, INVALID_KEY = 50000, 10105


class Unsaid(NamedTuple):
    """A refusal that no schema can foretell, by patterns of its code and of its sentence."""

    code: str
    sentence: str
    why: str


UNSAID = (
    Unsaid(
        "parameter_error", "^cursor was (not )?given by ", "which texts a list has given is known to the list alone"
    ),
    Unsaid("parameter_error", "^expires_at is .* which is over", "a schema knows no clock"),
    Unsaid("outdated", ".", "the version that is the present one changes"),
    Unsaid("type_unsupported|declaration_contradictory", ".", "name and type are one declaration in two fields"),
    Unsaid("size_exceeded", ".", "how large a file may be follows from its name"),
    Unsaid("address_.*", ".", "what a host is follows from DNS, and which may be called from the settings"),
    Unsaid("parameter_error", "^metadata (has|is nested)", "the bytes and depth of any JSON, and NUL somewhere in it"),
    Unsaid("parameter_error", "^filename is needed", "whether the address tells the type"),
    Unsaid("parameter_error", " is wanted here$", "the kind in one field and the address in another"),
    Unsaid("parameter_error", "^(head|tail) (has|is empty)", "the ends of a file are not longer than the whole"),
    Unsaid("parameter_error", "is not an option for |^format is ", "the options are those of the asset's kind"),
    Unsaid("parameter_error", "^path and parent_id are both given", "parameters of a query exclude no other"),
    Unsaid("parameter_error", "names no (avatar|voice|track|asset)", "whom and what there is, the lists know"),
    Unsaid("parameter_error", "is spoken by no embedded voice|; a language is written as", "which languages there are"),
    Unsaid("parameter_error", "^script has no word", "what is a word follows from Unicode"),
    Unsaid("parameter_error", "^(script and audio|music.asset and music.track) are both", "one of two is needed"),
    Unsaid(
        "parameter_error",
        "^(voice|transcript|background(\\.\\w+)?|captions) (is|does not|cannot|need)",
        "what goes together",
    ),
    Unsaid("video_over", ".", "what can be done with a video follows from its state"),
    Unsaid("parameter_error", "^q has [0-9]+ parts", "what is a word follows from Unicode"),
)
ANY_BYTES = "violates `format` at /properties/(head|tail)$"
"""Of a part that is `binary`, which all bytes are."""


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure is one."""
    if isinstance(failure, AcceptedNegativeData):
        return not re.search(ANY_BYTES, failure.message)
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    return not any(
        re.fullmatch(one.code, problem["code"]) and re.search(one.sentence, problem["detail"]) for one in UNSAID
    )


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Not the end of the very key that all requests have."""
    return not (case.method == "DELETE" and (case.path_parameters or {}).get("key_id") == os.environ["FUZZ_KEY_ID"])


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Let each good request have another idempotency key, or all but the first would be refused for its sake."""
    if case.meta is not None and case.meta.generation.mode.is_positive and "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex


@schemathesis.check
def envelope(context: Any, response: Any, case: Any) -> None:
    """Every answer of the compatible face has a known status and the envelope, and is no fault of the server's."""
    if not case.operation.path.startswith(("/v1/", "/v2/")):
        return
    assert response.status_code in STATUSES, f"status {response.status_code}"
    body = response.json()
    assert {"rid", "code", "msg", "data"} <= set(body), f"fields {sorted(body)}"
    assert type(body["code"]) is int, f"code {body['code']!r}"
    assert isinstance(body["msg"], str)
    if response.status_code == 200 and "x-api-key" not in response.request.headers:
        assert body["code"] == INVALID_KEY, "it takes no key to be answered"
    assert body["code"] != SYSTEM_ERROR, body["msg"]
    assert (body["code"] == 0) == (body["msg"].lower() == "success"), body["msg"]
