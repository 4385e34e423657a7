"""What is said for what is written, and that the map back to the script is whole."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.studio.voices.normal import pieces_of


def said(script: str, language: str = "en-US") -> str:
    return " ".join(" ".join(piece.said.split()) for piece in pieces_of(script, language) if piece.said.strip())


@pytest.mark.parametrize(
    ("language", "script", "expected"),
    [
        ("en-US", "$12.50", "12 dollars and 50 cents"),
        ("en-US", "£1", "1 pound"),
        ("en-US", "$3.5M", "3.5 million dollars"),
        ("en-US", "50 %", "50 percent"),
        ("en-US", "1,234,567.8", "1234567.8"),
        ("en-US", "21st, 112th", "twenty-first, 100 and twelfth"),
        ("en-US", "at 3:05 pm.", "at 3 oh 5 PM."),
        ("en-US", "18:00", "18 hundred"),
        ("en-US", "at 9:00 a.m. Then at 7 p.m. today", "at 9 AM. Then at 7 PM today"),
        ("en-US", "9:30-11:00, 9-5pm, 9:00 am – 1:00 pm", "9 30 to 11 o'clock, 9 to 5pm, 9 AM to 1 PM"),
        ("en-US", "in the 1990s, the '80s, the 2000s", "in the 19 nineties, the 'eighties, the 2 thousands"),
        ("en-US", "a 30s ad of 5s", "a 30 seconds ad of 5 seconds"),
        ("en-US", "$1.5 billion or €2 million", "1.5 billion dollars or 2 million euros"),
        ("en-US", "3/4 cup, 1 1/2 or 2½ cups, 24/7", "three quarters cup, 1 and a half or 2 and a half cups, 24 7"),
        ("en-US", "192.168.0.1 or 1,000", "192 dot 168 dot 0 dot 1 or 1000"),
        ("en-US", "call (555) 010-0199 or 555-0199", "call 5 5 5 0 1 0 0 1 9 9 or 5 5 5 0 1 9 9"),
        ("en-US", "World War II, Chapter XIV. I, Type I", "World War 2, Chapter 14. I, Type I"),
        ("en-US", "on Main St. in St. Louis", "on Main Street in Saint Louis"),
        ("en-US", "Gen. Lee, Jan. 5, etc. Then", "General Lee, January 5, et cetera. Then"),
        ("en-US", "we are #1 in C#", "we are number 1 in C sharp"),
        ("en-US", "5 ft, 1 lb, 60 mph, 120 m²", "5 feet, 1 pound, 60 miles per hour, 120 square metres"),
        ("en-US", "3/4/2026", "March fourth, 20 26"),
        ("en-GB", "3/4/2026", "April third, 20 26"),
        ("en-US", "Dr. Who, e.g. 5kg", "Doctor Who, for example 5 kilograms"),
        ("en-US", "see https://www.example.com/a-b?x=1.", "see example dot com slash a dash b."),
        ("en-US", "me@foo.org!", "me at foo dot org!"),
        ("en-US", "-3°C", "minus 3 degrees Celsius"),
        ("en-US", "10–20", "10 to 20"),
        ("en-US", "R&D #fun @joe", "R and D fun at joe"),
        ("en-US", "+1 555 010 0199", "plus 1 5 5 5 0 1 0 0 1 9 9"),
        ("en-US", "so\u200b good 👍🏽 1️⃣", "so good 1"),
        ("en-US", "well-known don't", "well-known don't"),
        ("en-US", "𝐇𝐞𝐥𝐥𝐨 ﬁne Ｗorld", "Hello fine World"),
        ("de-DE", "1.234,50 € um 14:30", "1234 Euro 50 um 14 Uhr 30"),
        ("de-DE", "z.B. am 3.10.2026", "zum Beispiel am dritten Oktober 2026"),
        ("de-DE", "um 14:30 Uhr, ab 9:00 Uhr", "um 14 Uhr 30, ab 9 Uhr"),
        ("de-DE", "Am 1. Januar, der 3. Platz", "Am ersten Januar, der dritte Platz"),
        ("de-DE", "21. Mai. Ich bin 30. Dann", "einundzwanzigster Mai. Ich bin 30. Dann"),
        ("de-DE", "1.234.567.890 m²", "1234567890 Quadratmeter"),
        ("fr-FR", "3,5 kg", "3,5 kilogrammes"),
        ("es-ES", "2026-01-05", "5 de enero de 2026"),
        ("ru-RU", "1 $, 2 $, 5 $, 21 $", "1 доллар, 2 доллара, 5 долларов, 21 доллар"),
        ("ru-RU", "5 км", "5 километров"),
        ("pl-PL", "22 kg, 12 kg", "22 kilogramy, 12 kilogramów"),
        ("tr-TR", "%", "yüzde"),
        ("en-US", "$1,234.50 or €1.234,50", "1234 dollars and 50 cents or 1234 euros and 50 cents"),
        ("en-US", "1°, 20°C", "1 degree, 20 degrees Celsius"),
        ("pt-BR", "R$ 1.234,50 no 1º lugar", "1234 reais 50 no 1º lugar"),
        ("es-MX", "$1,234.50", "1234 pesos 50"),
        ("es-ES", "$5", "5 dólares"),
        ("zh-CN", "¥50或￥3.5，-5°C", "50 元 或 3.5 元, 零下5 度"),
        ("ja-JP", "¥500", "500 えん"),
        ("zh-CN", "400-123-4567", "4 0 0 1 2 3 4 5 6 7"),
        ("hi-IN", "₹1,00,000", "100000 रुपये"),
        ("ru-RU", "21 ₽, 1%, 22 %, 2°", "21 рубль, 1 процент, 22 процента, 2 градуса"),
        ("ru-RU", "в 2026 г. и 5 г.", "в 2026 году и 5 граммов."),
        ("ko-KR", "₩5,000", "5000 원"),
        ("pl-PL", "2 zł, 50 zł", "2 złote, 50 złotych"),
        ("sv-SE", "50 kr", "50 kronor"),
        ("fr-FR", "n°5 le 2026-01-01", "numéro 5 le premier janvier 2026"),
        ("zh-CN", "50%", "百分之 50"),
        ("sw-KE", "50% na me@foo.org", "50% na me foo org"),
    ],
)
def test_it_is_said_as_a_reader_would(language: str, script: str, expected: str) -> None:
    assert said(script, language) == expected


def test_chinese_is_cut_by_characters_and_japanese_where_its_writing_changes() -> None:
    chinese, japanese = "今天是2026-11-22,你好！OK吗？", "「カメラです。」"

    assert [chinese[p.start : p.end] for p in pieces_of(chinese, "zh-CN")] == [
        "今", "天", "是", "2026-11-22,", "你", "好！", "OK", "吗？",
    ]  # fmt: skip
    assert [japanese[p.start : p.end] for p in pieces_of(japanese, "ja-JP")] == ["「カメラ", "です。」"]


SCRIPTS = st.text(st.sampled_from("aZé0123456789.,:/-@#$€%°&+ \n\t😀今日はкוनम\u200b\u200d'\"()[]")) | st.text()


@settings(max_examples=300, deadline=None)
@given(SCRIPTS, st.sampled_from(["en-US", "de-DE", "ru-RU", "zh-CN", "ja-JP", "ar", "sw"]))
def test_pieces_hold_every_visible_character_once_and_in_order(script: str, language: str) -> None:
    pieces = pieces_of(script, language)

    assert "".join("".join(script[p.start : p.end] for p in pieces).split()) == "".join(script.split())
    assert all(first.end <= second.start for first, second in pairwise(pieces))
    assert all(piece.end > piece.start for piece in pieces)
