"""The scripts of the video campaign: twelve languages and more, from one word to five minutes, and what is hard."""

from typing import NamedTuple

_STORY = (
    "The harbour wakes before the town does. Fishing boats come in one after another, their lamps still lit, and the "
    "gulls know well which of them was lucky. On the quay a baker sells the first rolls of the day, too hot to eat. "
    "Somebody always laughs; somebody always drops one. By the time the sun is over the roofs the market is open, and "
    "you can buy a crate of mackerel, a second-hand radio or a ticket to the islands. "
)
_HOW_TO = (
    "Begin with a clean table and good light. Put the parts in rows: the long screws, the short screws, the plates and "
    "the one odd washer that nobody can explain. Read the whole page first. Then tighten everything by hand, look at "
    "it from two sides, and only after that take the wrench. If a part does not fit, it is nearly always turned the "
    "wrong way round. Take a break, drink some water, try again. "
)
_NUMBERS = (
    "In 2024 we shipped 12,480 orders, 37.5% more than in 2023. The average was $48.20, and the largest, on March 3rd "
    "at 9:45 a.m., came to $7,312. Returns fell to 1.8%. Dr. Lee, who runs lab no. 7, says that the new pump moves "
    "3.2 l/min at 24 V; that is about 2x what the old one did. "
)
_GERMAN = (
    "Am Morgen liegt Nebel über dem Fluss, und die Brücke scheint in der Luft zu stehen. Wer früh aufsteht, hört die "
    "Glocken von drei Kirchen, die sich nie ganz einig sind. Danach öffnet der kleine Laden an der Ecke, und es riecht "
    "nach Kaffee, nach Zimt und nach frisch gestrichenen Fensterläden. "
)


class Script(NamedTuple):
    """One video of the campaign. `why` is what it tries; `captions` whether words are to be read in it."""

    name: str
    language: str
    voice_id: str
    text: str
    why: str
    aspect: str = "9:16"
    captions: bool = True


SCRIPTS: tuple[Script, ...] = (
    Script("one-word", "en-US", "greenroom-en-US-amber", "Hello!", "one word"),
    Script("one-letter", "en-US", "greenroom-en-US-reed", "A.", "one letter", "1:1"),
    Script("short", "en-US", "en-US-ChristopherNeural", "Check out our amazing product!", "the seed page's own"),
    Script("short-16-9", "en-US", "en-US-News-N", "Check out this amazing product!", "the other seed page's", "16:9"),
    Script(
        "emoji",
        "en-US",
        "greenroom-en-US-amber",
        "We did it 🎉🎉 — three years 🗓️, two cats 🐈‍⬛🐈, one family 👨‍👩‍👧‍👦 and a lot of ☕. "
        "Thank you ❤️, all of you 👋🏽!",
        "emoji, joined and coloured ones too",
    ),
    Script(
        "long-word",
        "en-US",
        "greenroom-en-US-flint",
        "She said supercalifragilisticexpialidocious, then pneumonoultramicroscopicsilicovolcanoconiosis, and then "
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch without a breath.",
        "words that are wider than the frame",
    ),
    Script(
        "address",
        "en-US",
        "greenroom-en-US-coral",
        "Read https://example.com/docs/getting-started?lang=en&step=2 or write to hello@example.com, "
        "and use #launch2025.",
        "addresses that cannot be broken at spaces",
        "1:1",
    ),
    Script("numbers", "en-US", "greenroom-en-US-granite", _NUMBERS, "numbers, units, abbreviations", "16:9"),
    Script(
        "shouting", "en-US", "greenroom-en-US-hazel", "STOP! WAIT... what?! No -- really?? Yes!!! (Finally.)", "marks"
    ),
    Script("minute", "en-GB", "greenroom-en-GB-heather", _STORY * 2 + _HOW_TO, "about a minute"),
    Script("two-minutes", "en-GB", "greenroom-en-GB-alder", (_HOW_TO + _STORY) * 3, "about two minutes", "16:9"),
    Script("five-minutes", "en-US", "greenroom-en-US-granite", (_STORY + _NUMBERS + _HOW_TO) * 5, "about five minutes"),
    Script("german", "de-DE", "greenroom-de-DE-linde", _GERMAN, "German"),
    Script(
        "german-long-word",
        "de-DE",
        "greenroom-de-DE-fels",
        "Das Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz galt bis 2013; die "
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze gibt es noch.",
        "German words that are wider than the frame",
        "1:1",
    ),
    Script("german-two-minutes", "de-DE", "greenroom-de-DE-linde", _GERMAN * 8, "two minutes of German"),
    Script(
        "french",
        "fr-FR",
        "greenroom-fr-FR-lavande",
        "Aujourd’hui, l’été s’achève : où étiez-vous, à la plage ou à l’école ? « Nulle part », répondit-elle, déçue.",
        "French marks and accents",
    ),
    Script(
        "spanish",
        "es-MX",
        "greenroom-es-MX-agave",
        "¿Sabías que el jalapeño pica más en otoño? ¡Pruébalo! Cuesta $35.50 y llega mañana, señora Núñez.",
        "Spanish marks",
        "16:9",
    ),
    Script(
        "portuguese",
        "pt-BR",
        "greenroom-pt-BR-ipe",
        "Não há pressa: o pão sai às 7h30, o café às 8h, e a conversa, como sempre, não tem hora para acabar.",
        "Portuguese",
    ),
    Script(
        "turkish",
        "tr-TR",
        "greenroom-tr-TR-lale",
        "İstanbul’da sabah erken başlar; ılık simit, çay ve iyi bir gülüş yeter. "
        "Çekoslovakyalılaştıramadıklarımızdan mısınız?",
        "dotted and dotless i, and a long word",
    ),
    Script(
        "russian",
        "ru-RU",
        "greenroom-ru-RU-beryoza",
        "Съешь же ещё этих мягких французских булок, да выпей чаю. В 2025 году нас стало 1 250 человек!",
        "Cyrillic",
    ),
    Script(
        "greek",
        "el-GR",
        "greenroom-el-GR-elia",
        "Καλημέρα! Σήμερα θα φτιάξουμε μαζί το πιο απλό γλυκό· χρειάζεστε μέλι, αλεύρι και λίγη υπομονή.",
        "Greek",
        "1:1",
    ),
    Script(
        "arabic",
        "ar-SA",
        "greenroom-ar-SA-nakhla",
        "أهلاً بكم في متجرنا. لدينا 25 منتجاً جديداً هذا الأسبوع، والشحن مجاني حتى يوم الخميس.",
        "right to left, joined letters, digits",
    ),
    Script(
        "arabic-mixed",
        "ar-SA",
        "greenroom-ar-SA-sahra",
        "حمّل تطبيق Greenroom 2.0 من www.example.com الآن، ثم اضغط على زر Start!",
        "right to left with Latin inside",
        "16:9",
    ),
    Script(
        "hebrew",
        "he-IL",
        "greenroom-he-IL-gefen",
        "שלום לכולם! היום נלמד לאפות לחם ב־4 צעדים פשוטים, בלי מכונה ובלי לחץ.",
        "right to left",
    ),
    Script(
        "hindi",
        "hi-IN",
        "greenroom-hi-IN-kamal",
        "नमस्ते! आज हम क्षेत्र की प्रसिद्ध मिठाई बनाना सीखेंगे; इसमें सिर्फ़ 3 चीज़ें लगती हैं।",
        "Devanagari conjuncts",
    ),
    Script(
        "thai",
        "th-TH",
        "greenroom-th-TH-bua",
        "สวัสดีค่ะ วันนี้เราจะมาทำน้ำมะนาวแบบง่ายๆ ที่บ้าน ใช้เวลาแค่ห้านาทีเท่านั้น",
        "a script without spaces, with marks above and below",
    ),
    Script(
        "chinese",
        "zh-CN",
        "greenroom-zh-CN-mei",
        "大家好！今天给大家介绍一款新的台灯，它有三种亮度，晚上看书不累眼睛，只要九十九元。",
        "Chinese, no spaces",
    ),
    Script(
        "japanese",
        "ja-JP",
        "greenroom-ja-JP-sakura",
        "こんにちは。きょうは あたらしい カメラを ごしょうかいします。とても かるくて、つかいやすいですよ。",
        "kana",
        "1:1",
    ),
    Script(
        "korean",
        "ko-KR",
        "greenroom-ko-KR-dallae",
        "안녕하세요! 오늘은 집에서 쉽게 만드는 김밥을 소개할게요. 재료는 다섯 가지면 충분합니다.",
        "Hangul",
    ),
    Script(
        "polish",
        "pl-PL",
        "greenroom-pl-PL-brzoza",
        "W Szczebrzeszynie chrząszcz brzmi w trzcinie, a my dziś pokażemy, jak naprawić zegar w dziesięć minut.",
        "Polish clusters",
        "16:9",
    ),
)
