"""
The embedded cast: voices with their ids, what they are, and a text that shows them.

Every one is espeak-ng with a variant, pitch and tempo of its own; none imitates a person. The order is that of lists,
and the first voice of a language and gender stands in for voices of other services.
"""

from enum import StrEnum

from msgspec import Struct


class Gender(StrEnum):
    """As the contract's filters have it."""

    FEMALE = "female"
    MALE = "male"


class Age(StrEnum):
    """As the contract's filters have it."""

    YOUNG = "young"
    MIDDLE_AGED = "middle_aged"
    OLD = "old"


class Voice(Struct, frozen=True):
    """A voice: its id, who speaks for it and under which name there, and what lists and filters say of it."""

    id: str
    name: str
    provider: str
    provider_voice: str
    locale: str
    gender: Gender | None = None
    age: Age = Age.MIDDLE_AGED
    accent: str = ""
    use_case: str = ""
    preview: str = ""


_PREVIEWS = {
    "af": "Welkom. Ek lees jou teks hardop voor.",
    "ar": "أهلا بك. أقرأ نصك بصوت واضح.",
    "bg": "Добре дошли. Аз чета вашия текст на глас.",
    "bn": "স্বাগতম। আমি আপনার লেখা পড়ে শোনাই।",
    "ca": "Benvinguts. Llegeixo el vostre text en veu alta.",
    "cs": "Vítejte. Přečtu váš text nahlas.",
    "da": "Velkommen. Jeg læser din tekst højt.",
    "de": "Willkommen. Ich lese deinen Text laut vor.",
    "el": "Καλώς ήρθατε. Διαβάζω το κείμενό σας δυνατά.",
    "en": "Welcome. I read your script aloud, word by word.",
    "es": "Bienvenidos. Leo tu texto en voz alta.",
    "et": "Tere tulemast. Ma loen teie teksti ette.",
    "fa": "خوش آمدید. من متن شما را بلند می‌خوانم.",
    "fi": "Tervetuloa. Luen tekstisi ääneen.",
    "fr": "Bienvenue. Je lis votre texte à voix haute.",
    "he": "ברוכים הבאים. אני קורא את הטקסט בקול.",
    "hi": "स्वागत है। मैं आपका लेख पढ़कर सुनाता हूँ।",
    "hr": "Dobrodošli. Čitam vaš tekst naglas.",
    "hu": "Üdvözöljük. Felolvasom a szövegét.",
    "id": "Selamat datang. Saya membacakan naskah Anda.",
    "it": "Benvenuti. Leggo il tuo testo ad alta voce.",
    "ja": "ようこそ。わたしが ぶんしょうを よみます。",
    "ko": "환영합니다. 제가 글을 읽어 드립니다.",
    "lt": "Sveiki atvykę. Aš skaitau jūsų tekstą garsiai.",
    "lv": "Laipni lūdzam. Es lasu jūsu tekstu skaļi.",
    "ms": "Selamat datang. Saya membaca teks anda dengan kuat.",
    "nb": "Velkommen. Jeg leser teksten din høyt.",
    "nl": "Welkom. Ik lees je tekst hardop voor.",
    "pl": "Witamy. Czytam twój tekst na głos.",
    "pt": "Bem-vindos. Eu leio o seu texto em voz alta.",
    "ro": "Bine ați venit. Citesc textul cu voce tare.",
    "ru": "Добро пожаловать. Я читаю ваш текст вслух.",
    "sk": "Vitajte. Prečítam váš text nahlas.",
    "sl": "Dobrodošli. Vaše besedilo berem na glas.",
    "sr": "Добро дошли. Читам ваш текст наглас.",
    "sv": "Välkommen. Jag läser din text högt.",
    "sw": "Karibu. Ninasoma maandishi yako kwa sauti.",
    "ta": "வரவேற்கிறோம். உங்கள் உரையைப் படிக்கிறேன்.",
    "te": "స్వాగతం. నేను మీ రచనను చదువుతాను.",
    "th": "ยินดีต้อนรับ ฉันอ่านข้อความของคุณ",
    "tr": "Hoş geldiniz. Metninizi sesli okuyorum.",
    "uk": "Ласкаво просимо. Я читаю ваш текст уголос.",
    "ur": "خوش آمدید۔ میں آپ کا متن پڑھتا ہوں۔",
    "vi": "Xin chào. Tôi đọc to văn bản của bạn.",
    "zh": "欢迎。我来朗读你的文字。",
}

# fmt: off
_ROWS = """
en-US amber    female young       American      social_media     f2:55:60:1.04
en-US reed     male   middle_aged American      narration        m3:50:55
en-US coral    female middle_aged American      news             Annie:50:50
en-US flint    male   young       American      advertisement    m7:55:65:1.05
en-US hazel    female old         American      education        f3:35:45:0.92
en-US granite  male   old         American      documentary      m1:35:45:0.92
en-GB heather  female middle_aged British       narration        f4:50:55
en-GB rowan    male   middle_aged British       news             m2:50:55
en-GB wren     female young       British       social_media     f2:60:65:1.04
en-GB alder    male   old         British       documentary      m6:35:45:0.94
en-GB-scotland bracken male middle_aged Scottish narration       m3:45:60
en-JM coconut  female young       Caribbean     social_media     f3:60:65
es-ES olivo    male   middle_aged Castilian     narration        m3:50:55
es-ES alba     female young       Castilian     social_media     f2:55:60
es-MX agave    female middle_aged Latin_American narration       f4:50:55
es-MX cobre    male   young       Latin_American advertisement   m7:52:60:1.03
fr-FR lavande  female middle_aged French        narration        f2:50:55
fr-FR cedre    male   middle_aged French        news             m3:50:50
fr-BE saule    male   middle_aged Belgian       narration        m2:50:55
fr-CH gentiane female middle_aged Swiss         narration        f3:48:55
de-DE linde    female middle_aged German        narration        f2:48:50
de-DE fels     male   middle_aged German        news             m3:48:50
de-DE quelle   female young       German        social_media     f4:58:60:1.03
it-IT ambra    female middle_aged Italian       narration        f2:55:60
it-IT marmo    male   middle_aged Italian       news             m3:52:60
pt-BR ipe      female young       Brazilian     social_media     f2:55:60
pt-BR jacaranda male  middle_aged Brazilian     narration        m3:50:55
pt-PT cortica  male   middle_aged European      narration        m2:50:55
pt-PT azulejo  female middle_aged European      narration        f4:50:55
nl-NL tulp     female middle_aged Dutch         narration        f2:50:55
nl-NL duin     male   middle_aged Dutch         narration        m3:50:55
sv-SE bjork    female middle_aged Swedish       narration        f2:52:60
sv-SE fjall    male   middle_aged Swedish       narration        m3:50:60
da-DK bog      female middle_aged Danish        narration        f2:50:55
da-DK klint    male   middle_aged Danish        narration        m3:50:55
nb-NO rogn     female middle_aged Norwegian     narration        f2:52:60
nb-NO fjord    male   middle_aged Norwegian     narration        m3:50:60
fi-FI koivu    female middle_aged Finnish       narration        f2:48:50
fi-FI kallio   male   middle_aged Finnish       narration        m3:48:50
pl-PL brzoza   female middle_aged Polish        narration        f2:52:55
pl-PL bursztyn male   middle_aged Polish        narration        m3:50:55
cs-CZ lipa     female middle_aged Czech         narration        f2:50:50
cs-CZ kamen    male   middle_aged Czech         narration        m3:50:50
sk-SK jedla    female middle_aged Slovak        narration        f2:50:50
hu-HU nyar     female middle_aged Hungarian     narration        f2:50:50
hu-HU tolgy    male   middle_aged Hungarian     narration        m3:50:50
ro-RO tei      female middle_aged Romanian      narration        f2:52:55
ro-RO stejar   male   middle_aged Romanian      narration        m3:50:55
el-GR elia     female middle_aged Greek         narration        f2:52:55
el-GR petros   male   middle_aged Greek         narration        m3:50:55
tr-TR lale     female middle_aged Turkish       narration        f2:50:55
tr-TR cinar    male   middle_aged Turkish       narration        m3:50:55
ru-RU beryoza  female middle_aged Russian       narration        f2:50:55
ru-RU kedr     male   middle_aged Russian       narration        m3:50:55
uk-UA kalyna   female middle_aged Ukrainian     narration        f2:50:55
uk-UA dub      male   middle_aged Ukrainian     narration        m3:50:55
bg-BG roza     female middle_aged Bulgarian     narration        f2:50:55
sr-RS javor    male   middle_aged Serbian       narration        m3:50:55
hr-HR kadulja  female middle_aged Croatian      narration        f2:50:55
sl-SI smreka   female middle_aged Slovenian     narration        f2:50:55
ca-ES alzina   female middle_aged Catalan       narration        f2:50:55
et-EE kask     female middle_aged Estonian      narration        f2:50:50
lv-LV berzs    male   middle_aged Latvian       narration        m3:50:55
lt-LT gintaras male   middle_aged Lithuanian    narration        m3:50:55
ar-SA nakhla   female middle_aged Arabic        narration        f2:48:55
ar-SA sahra    male   middle_aged Arabic        news             m3:48:55
he-IL gefen    male   middle_aged Hebrew        narration        m3:50:55
fa-IR sarv     male   middle_aged Persian       narration        m3:50:55
ur-PK chinar   female middle_aged Urdu          narration        f2:50:55
hi-IN kamal    female middle_aged Indian        narration        f2:52:60
hi-IN neem     male   middle_aged Indian        narration        m3:50:60
bn-IN shimul   female middle_aged Indian        narration        f2:52:60
ta-IN vembu    male   middle_aged Indian        narration        m3:50:60
te-IN malle    female middle_aged Indian        narration        f2:52:60
id-ID melati   female middle_aged Indonesian    narration        f2:52:55
id-ID jati     male   middle_aged Indonesian    narration        m3:50:55
ms-MY meranti  male   middle_aged Malaysian     narration        m3:50:55
vi-VN sen      female middle_aged Vietnamese    narration        f2:52:60
vi-VN tre      male   middle_aged Vietnamese    narration        m3:50:60
th-TH bua      female middle_aged Thai          narration        f2:52:60
zh-CN mei      female middle_aged Mandarin      narration        f2:52:60
zh-CN song     male   middle_aged Mandarin      narration        m3:50:60
zh-HK zuk      male   middle_aged Cantonese     narration        m3:50:60
ja-JP sakura   female middle_aged Japanese      narration        f2:55:55
ja-JP hinoki   male   middle_aged Japanese      narration        m3:50:55
ko-KR dallae   female middle_aged Korean        narration        f2:52:55
ko-KR sonamu   male   middle_aged Korean        narration        m3:50:55
af-ZA protea   female middle_aged Afrikaans     narration        f2:50:55
sw-KE mbuyu    male   middle_aged Swahili       narration        m3:50:55
"""
# fmt: on
ESPEAK = "espeak-ng"
_CANTONESE = "歡迎。我來朗讀你嘅文字。"


def preview_of(locale: str) -> str:
    """What a voice of a locale says of itself; empty for a language that no embedded voice speaks."""
    return _CANTONESE if locale == "zh-HK" else _PREVIEWS.get(locale.split("-")[0], "")


def _voice(row: str) -> Voice:
    locale, name, gender, age, accent, use_case, style = row.split()
    return Voice(
        f"greenroom-{locale}-{name}",
        name.capitalize(),
        ESPEAK,
        style,
        locale,
        Gender(gender),
        Age(age),
        accent.replace("_", " "),
        use_case,
        preview_of(locale),
    )


EMBEDDED: tuple[Voice, ...] = tuple(_voice(row) for row in _ROWS.strip().splitlines())
"""The voices that need nothing but this program."""


def stand_in(locale: str, gender: Gender | None) -> Voice:
    """The embedded voice nearest to a locale and gender; one that speaks its language where the cast has none."""
    from_table = sorted(EMBEDDED, key=lambda voice: -_likeness(voice, locale, gender))
    return from_table[0]


def _likeness(voice: Voice, locale: str, gender: Gender | None) -> int:
    wanted, has = locale.lower().split("-"), voice.locale.lower().split("-")
    same_language = {"no": "nb", "cmn": "zh"}.get(wanted[0], wanted[0]) == has[0]
    return 4 * same_language + 2 * (gender is None or voice.gender is gender) + (wanted == has)
