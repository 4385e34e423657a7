"""
Fields that several routes take: what is refused of them, said in JSON Schema wherever that can say it.

The rules themselves are those of the domain, which words the refusals; patterns are written so that ECMAScript, Python
and Rust read them alike.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from greenroom.domain import declarations, labels
from greenroom.domain.account import EMAIL_MAX
from greenroom.domain.folder import ID_PATTERN
from greenroom.domain.folder import NAME_MAX as FOLDER_NAME_MAX

WHOLE_MAX = 2**53 - 1
"""The largest whole number that every JSON parser reads exactly."""
PATH_MAX = 16_384
SHOWN_PATH_MAX = 2_048
"""What fits into the address of a request, in any script."""

_BLANK = r"[\s\x1c-\x1f\x85]"
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_DOTS = rf"(^|/){_BLANK}*\.\.?{_BLANK}*(/|$)"

_SHA256 = "^[0-9A-Fa-f]{64}$"
_HEX = "^#[0-9A-Fa-f]{6}$"
_HEX_ALPHA = "^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$"
_HEX_ALPHA_OR_NONE = "^(#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?)?$"
SHAPES = {
    _SHA256: "64 hexadecimal digits",
    ID_PATTERN: "fld_ and 32 hexadecimal digits in lower case, as lists of folders show it",
    _HEX: "a color as #rrggbb",
    _HEX_ALPHA: "a color as #rrggbb or #rrggbbaa",
    _HEX_ALPHA_OR_NONE: "a color as #rrggbb or #rrggbbaa, or empty",
}
"""What refused texts have to be, in words: by the pattern that refuses them."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """More to be said of a field in its JSON Schema."""

    schema: dict[str, Any]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The field's schema with it."""
        return handler(core) | self.schema


def _line(but: str = "") -> str:
    """A text of one line, with something to be seen in it; blanks around it do not matter."""
    inner, edge = rf"[^{_CONTROLS}{but}]", rf"[^\s{_CONTROLS}{but}]"
    return rf"{_BLANK}*{edge}({inner}*{edge})?{_BLANK}*"


def _integral(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


AsWhole = BeforeValidator(_integral)
"""In JSON 3.0 is the whole number 3."""


def _as_text(value: Any) -> Any:
    whole = _integral(value)
    return str(whole) if isinstance(whole, int) and not isinstance(whole, bool) else value


@dataclass(frozen=True, slots=True, eq=False)
class OrNumber:
    """A text that names something whose number may be given as a number too; it is kept as text."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The text's own schema, behind what makes text of a number."""
        return core_schema.no_info_before_validator_function(_as_text, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either of them."""
        return {"anyOf": [handler(core), {"type": "integer", "minimum": 1}]}


Whole = Annotated[int, Field(ge=0, le=WHOLE_MAX), AsWhole]
Name = Annotated[str, Field(min_length=1, max_length=labels.NAME_MAX), Said({"pattern": f"^{_line()}$"})]
NameOrNone = Annotated[str, Field(max_length=labels.NAME_MAX), Said({"pattern": f"^({_line()})?$"})]
Email = Annotated[
    str,
    Field(max_length=EMAIL_MAX),
    Said({"pattern": rf"^({_BLANK}*[^@\s{_CONTROLS}]+@[^@\s{_CONTROLS}]+{_BLANK}*)?$"}),
]
Description = Annotated[str, Field(max_length=labels.DESCRIPTION_MAX), Said({"pattern": r"^[^\x00]*$"})]
Tag = Annotated[str, Field(min_length=1, max_length=labels.TAG_MAX), Said({"pattern": f"^{_line()}$"})]
Tags = Annotated[list[Tag], Field(max_length=labels.TAGS_MAX, description="Up to 50, of up to 64 characters.")]
Metadata = Annotated[
    dict[str, Any],
    Field(description=f"Any JSON up to {labels.METADATA_MAX_BYTES} bytes and {labels.METADATA_MAX_DEPTH} levels."),
]
Sha256 = Annotated[str, Field(pattern=_SHA256, description="Then a file of any other is refused.")]
FolderName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=FOLDER_NAME_MAX,
        description="1 to 255 characters of any script but `/`; kept in NFC, without white space around them.",
        examples=["boots"],
    ),
    Said({"pattern": f"^{_line('/')}$", "not": {"pattern": _DOTS}}),
]
FolderKey = Annotated[str, Field(pattern=ID_PATTERN)]
Tint = Annotated[str, Field(pattern=_HEX)]
Ink = Annotated[str, Field(pattern=_HEX_ALPHA)]
InkOrNone = Annotated[str, Field(pattern=_HEX_ALPHA_OR_NONE)] | None
FolderPath = Annotated[
    str,
    Field(max_length=PATH_MAX),
    Said(
        {
            "pattern": f"^({_line('/')}|{_BLANK}*)(/({_line('/')}|{_BLANK}*))*$",
            "not": {"pattern": rf"{_DOTS}|[^/]{{{FOLDER_NAME_MAX + 1}}}"},
        }
    ),
]
"""A folder's id or the path to it."""

_PORT = "(:([0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
_HTTP = "^[hH][tT][tT][pP][sS]?://"
CallbackUrl = Annotated[
    str,
    Field(
        max_length=declarations.CALLBACK_URL_MAX,
        description="An http or https address that is told what came of the upload.",
        examples=["https://example.com/uploaded"],
    ),
    Said({"pattern": rf'{_HTTP}(\[[0-9A-Fa-f:.]+\]|[!"$-.0-9;->A-Z^-~]+){_PORT}([/?#][!-~]*)?$'}),
]
Url = Annotated[
    str, Field(min_length=1), Said({"pattern": rf"{_HTTP}[^\s{_CONTROLS}/?#@\\]+([/?#][^\s{_CONTROLS}\\]*)?$"})
]
"""An address that is called; what leads nowhere is refused in words."""
AssetName = Annotated[
    str,
    Field(min_length=1, max_length=4096, description="The id, number or URL of an asset, or any address."),
    OrNumber(),
]
