"""The languages of espeak-ng's data by their BCP 47 tags, and their names."""

from greenroom.errors import ParameterError

_NAMES = (
    "af Afrikaans;am Amharic;an Aragonese;ar Arabic;as Assamese;az Azerbaijani;ba Bashkir;be Belarusian;bg Bulgarian;"
    "bn Bengali;bpy Bishnupriya Manipuri;bs Bosnian;ca Catalan;cs Czech;cy Welsh;da Danish;de German;el Greek;"
    "en English;eo Esperanto;es Spanish;et Estonian;eu Basque;fa Persian;fi Finnish;fr French;ga Irish;"
    "gd Scottish Gaelic;gn Guarani;gu Gujarati;hak Hakka Chinese;haw Hawaiian;he Hebrew;hi Hindi;hr Croatian;"
    "ht Haitian Creole;hu Hungarian;hy Armenian;hyw Western Armenian;ia Interlingua;id Indonesian;io Ido;is Icelandic;"
    "it Italian;ja Japanese;ka Georgian;kk Kazakh;kl Greenlandic;kn Kannada;ko Korean;kok Konkani;"
    "ku Kurdish;ky Kyrgyz;la Latin;lb Luxembourgish;lfn Lingua Franca Nova;lt Lithuanian;ltg Latgalian;lv Latvian;"
    "mi Maori;mk Macedonian;ml Malayalam;mr Marathi;ms Malay;mt Maltese;mto Totontepec Mixe;my Burmese;nb Norwegian;"
    "nci Nahuatl;ne Nepali;nl Dutch;nog Nogai;om Oromo;or Odia;pa Punjabi;pap Papiamento;pl Polish;pt Portuguese;"
    "qu Quechua;quc K'iche';ro Romanian;ru Russian;sd Sindhi;shn Shan;si Sinhala;sk Slovak;sl Slovenian;smj Lule Sami;"
    "sq Albanian;sr Serbian;sv Swedish;sw Swahili;ta Tamil;te Telugu;th Thai;ti Tigrinya;tk Turkmen;tn Setswana;"
    "tr Turkish;tt Tatar;ug Uyghur;uk Ukrainian;ur Urdu;uz Uzbek;vi Vietnamese;yue Cantonese;zh Chinese (Mandarin)"
)
ESPEAK_LANGUAGES: dict[str, str] = dict(one.split(" ", 1) for one in _NAMES.split(";"))
"""Base tag -> the language's name in English. Chuvash, Faroese and Karakalpak are in the data without dictionaries."""

_FILES = {
    "en": "en-US", "en-us": "en-US", "en-gb": "en-GB-x-rp", "en-au": "en-GB-x-rp", "en-nz": "en-GB-x-rp",
    "en-ie": "en-GB-x-rp", "en-za": "en-GB-x-rp", "en-in": "en-GB-x-rp", "en-gb-scotland": "en-GB-scotland",
    "en-jm": "en-029", "en-029": "en-029",
    "es": "es", "es-es": "es",
    "fr-be": "fr-BE", "fr-ch": "fr-CH",
    "pt-br": "pt-BR", "vi-vn-x-south": "vi-VN-x-south", "ru-lv": "ru-LV",
    "zh": "cmn", "zh-hk": "yue", "zh-mo": "yue", "ca-es-valencia": "ca-va",
}  # fmt: skip
_OTHER_NAMES = {"cmn": "zh", "no": "nb", "nn": "nb", "iw": "he", "in": "id", "sh": "sr"}


def base_language(language: str) -> str:
    """The base of a tag as it stands in ESPEAK_LANGUAGES; empty where espeak-ng does not have it."""
    base = language.replace("_", "-").split("-")[0].lower()
    base = _OTHER_NAMES.get(base, base)
    return base if base in ESPEAK_LANGUAGES else ""


def espeak_language(language: str) -> str:
    """espeak-ng's name of a language; raises ParameterError for one that it does not speak."""
    tag = language.replace("_", "-").lower()
    base = base_language(tag)
    if not base:
        raise ParameterError("language", f"'{language}' is spoken by no embedded voice")
    if tag in _FILES:
        return _FILES[tag]
    if base == "es" and "-" in tag:
        return "es-419"
    return _FILES.get(base, base)
