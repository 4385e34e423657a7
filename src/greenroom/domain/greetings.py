"""What an avatar says in a preview when nobody gave it words: a greeting in the language of its voice."""

_GREETINGS = {
    "ar": "مرحبا، أنا {}. سعيد بلقائكم.",
    "da": "Hej, jeg hedder {}. Rart at møde dig.",
    "de": "Hallo, ich bin {}. Schön, Sie kennenzulernen.",
    "el": "Γεια σας, είμαι {}. Χαίρομαι που σας γνωρίζω.",
    "en": "Hello, I am {}. It is nice to meet you.",
    "es": "Hola, soy {}. Mucho gusto en conocerle.",
    "fi": "Hei, olen {}. Hauska tavata.",
    "fr": "Bonjour, je suis {}. Enchanté de faire votre connaissance.",
    "hi": "नमस्ते, मैं {} हूँ। आपसे मिलकर खुशी हुई।",
    "it": "Ciao, sono {}. Piacere di conoscerti.",
    "ja": "こんにちは、{}です。はじめまして。",
    "ko": "안녕하세요, {}입니다. 만나서 반갑습니다.",
    "nl": "Hallo, ik ben {}. Aangenaam kennis te maken.",
    "pl": "Cześć, jestem {}. Miło cię poznać.",
    "pt": "Olá, eu sou {}. Prazer em conhecê-lo.",
    "ru": "Здравствуйте, я {}. Приятно познакомиться.",
    "sv": "Hej, jag heter {}. Trevligt att träffas.",
    "tr": "Merhaba, ben {}. Tanıştığıma memnun oldum.",
    "uk": "Вітаю, я {}. Приємно познайомитися.",
    "zh": "你好，我是{}。很高兴认识你。",
}


def greeting(name: str, locale: str) -> str:
    """A greeting with a name; the name alone in languages that are not in the table."""
    return _GREETINGS.get(locale.partition("-")[0].lower(), "{}.").format(name)
