"""What is said of our API beyond its routes: the key that they take, and what every POST may have and may be told."""

from typing import Any

from greenroom.web.api.answers import PROBLEM_SCHEMA, problems_of

_JSON = "application/json"
_SECURITY = {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within a day, the request is answered and not repeated.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["0c1f6a3e-5b52-4f0e-9a53-5d9d5b0f3d1c"]},
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document of the routes with all that they have in common."""
    for methods in document["paths"].values():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
            if "401" in operation["responses"]:
                _take_a_key(method, operation)
            # The framework's own 422 is never answered.
            if _JSON in operation["responses"].get("422", {}).get("content", {}):
                operation["responses"]["422"] = problems_of(422)[422]
    components = document["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["securitySchemes"] = _SECURITY
    components["schemas"].setdefault("Problem", PROBLEM_SCHEMA)
    return document


def servers_at(base_path: str) -> dict[str, Any]:
    """What a document says of where its paths begin: nothing when that is the root of its own host."""
    return {"servers": [{"url": base_path}]} if base_path else {}


def _take_a_key(method: str, operation: dict[str, Any]) -> None:
    operation["security"] = [{name: []} for name in _SECURITY]
    told = [413] if "requestBody" in operation else []
    if method == "post":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        told += [409, 422, 429]
    for status, response in problems_of(*told).items():
        operation["responses"].setdefault(str(status), response)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter, which may be left out but cannot be null as a field can."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return choices[0] | rest if len(choices) == 1 else schema
