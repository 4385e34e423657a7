"""Languages as callers name them, in BCP 47 tags or in the English names of the compatible contract (1.7)."""

import re

from greenroom.errors import ParameterError

_CONTRACT = (
    "english en;filipino fil;french fr;german de;hindi hi;indonesian id;italian it;japanese ja;korean ko;malay ms;"
    "portuguese pt;russian ru;spanish es;thai th;vietnamese vi;arabic ar;greek el;turkish tr;slovenian sl;croatian hr;"
    "romanian ro;chinese zh;bengali bn;urdu ur;hungarian hu;traditional-chinese zh-TW;polish pl;cantonese yue;"
    "danish da;malayalam ml;tamil ta;telugu te;czech cs;hebrew he;zulu zu;swedish sv;lithuanian lt;dutch nl;"
    "flemish nl-BE;norwegian nb;finnish fi;bulgarian bg;latvian lv;ukrainian uk;mongolian mn;persian fa;odia or;"
    "assamese as;kannada kn;tagalog tl;amharic am;serbian sr;slovak sk;swahili sw"
)
_MORE = (
    "afrikaans af;catalan ca;estonian et;mandarin zh;farsi fa;welsh cy;icelandic is;irish ga;marathi mr;gujarati gu;"
    "albanian sq;armenian hy;azerbaijani az;bashkir ba;basque eu;belarusian be;bosnian bs;burmese my;esperanto eo;"
    "galician gl;georgian ka;haitian-creole ht;hawaiian haw;javanese jv;kazakh kk;khmer km;lao lo;latin la;"
    "luxembourgish lb;macedonian mk;maltese mt;maori mi;nepali ne;punjabi pa;sindhi sd;sinhala si;somali so;"
    "sundanese su;tatar tt;turkmen tk;uzbek uz"
)
TAGS: dict[str, str] = dict(one.split(" ") for one in f"{_CONTRACT};{_MORE}".split(";"))
"""Name -> tag."""
_NAMES = {tag: name for name, tag in reversed(TAGS.items())}

_TAG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{1,8}){0,4}", re.I)
# One language under several tags.
_SAME = {"no": "nb", "nn": "nb", "cmn": "zh", "iw": "he", "in": "id"}


def tag(text: str, field: str) -> str:
    """The tag of a language, by its tag or name in any case. Raises ParameterError for what is neither."""
    told = text.strip()
    found = TAGS.get(_name(told))
    if found is None and _TAG.fullmatch(told):
        found = told.replace("_", "-")
    if found is None:
        raise ParameterError(field, f"is {text[:40]!r}; a language is written as en-US, or by a name such as english")
    return found


def is_name(text: str) -> bool:
    """Whether a text says a language by its English name."""
    return _name(text.strip()) in TAGS


def name_of(locale: str) -> str:
    """The contract's name of the language of a locale; the tag itself where it has none."""
    base = _parts(locale)[0]
    return _NAMES.get(base, base)


def matches(locale: str, wanted: str) -> bool:
    """Whether a locale is of the language, and the region where one is given, that a tag wants."""
    (base, *parts), (wanted_base, *wanted_parts) = _parts(locale), _parts(wanted)
    return base == wanted_base and all(part in parts for part in wanted_parts)


def _name(told: str) -> str:
    return re.sub(r"[\s_]+", "-", told.lower())


def _parts(locale: str) -> list[str]:
    base, *parts = locale.replace("_", "-").lower().split("-")
    if base == "zh" and parts[:1] in (["hk"], ["mo"]):
        base = "yue"
    return [_SAME.get(base, base), *parts]
