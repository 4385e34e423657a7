"""Scripts in all writing systems of the voices, and words of scripts with times."""

from greenroom.studio.speech import Word
from greenroom.studio.voices.pieces import cut

SCRIPTS = {
    "en": "Numbers like 2,024 and emoji 🎉 stay as they are written, don't they?",
    "de": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen ist ein Wort.",
    "vi": "Xin chào thế giới, đây là một bài kiểm tra.",
    "ru": "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία σήμερα.",
    "ar": "مرحبا بالعالم، هذا اختبار API رقم 123 جديد تماما.",
    "fa": "سلام دنیا، این یک آزمایش است.",
    "ur": "ہیلو دنیا، یہ ایک امتحان ہے۔",
    "he": "שלום עולם, זה מבחן של 3 מילים ו-API חדש.",
    "hi": "नमस्ते दुनिया। यह एक छोटा सा परीक्षण है, क्षत्रिय।",
    "bn": "আমার সোনার বাংলা, আমি তোমায় ভালোবাসি।",
    "ta": "வணக்கம் உலகம், இது ஒரு சோதனை.",
    "te": "నమస్కారం ప్రపంచం, ఇది ఒక పరీక్ష.",
    "kn": "ನಮಸ್ಕಾರ ಜಗತ್ತು, ಇದು ಒಂದು ಪರೀಕ್ಷೆ.",
    "ml": "നമസ്കാരം ലോകം, ഇതൊരു പരീക്ഷണമാണ്.",
    "gu": "નમસ્તે દુનિયા, આ એક કસોટી છે.",
    "pa": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ ਦੁਨੀਆ, ਇਹ ਇੱਕ ਪ੍ਰੀਖਿਆ ਹੈ।",
    "or": "ନମସ୍କାର ଦୁନିଆ, ଏହା ଏକ ପରୀକ୍ଷା।",
    "si": "ආයුබෝවන් ලෝකය, මෙය පරීක්ෂණයකි.",
    "th": "สวัสดีชาวโลกวันนี้อากาศดีมากเราไปเที่ยวกันเถอะ",
    "my": "မင်္ဂလာပါကမ္ဘာလောကကြီးဒီနေ့ရာသီဥတုကောင်းတယ်",
    "ka": "გამარჯობა მსოფლიო, ეს არის ტესტი.",
    "hy": "Բարեւ աշխարհ, սա փորձարկում է։",
    "am": "ሰላም ዓለም፣ ይህ ሙከራ ነው።",
    "zh": "你好，世界！我们今天来谈谈2024年的《红楼梦》这本书。",
    "yue": "你好，世界！我哋今日傾吓偈。",
    "ja": "こんにちは、せかい。これはテストですよ、東京へ行きましょう！",
    "ko": "안녕하세요, 세계 여러분. 오늘은 날씨가 좋네요.",
    "emoji": "Wow 👨‍👩‍👧‍👦 🇩🇪 ❤️ 👍🏽 1️⃣ → ✓ ½ € great!",
}
LANGUAGES = sorted(SCRIPTS)


def heard(script: str, word_s: float = 0.35) -> tuple[Word, ...]:
    """The words of a script, each as long, one after the other from 0.2 s on."""
    pieces = [piece for piece in cut(script, ()) if any(map(str.isalnum, script[piece.start : piece.end]))]
    return tuple(
        Word(script[piece.start : piece.end], 0.2 + at * word_s, 0.2 + (at + 1) * word_s, piece.start, piece.end)
        for at, piece in enumerate(pieces)
    )
