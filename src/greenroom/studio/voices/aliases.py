"""
Ids of voices of other services, known by their form: whose they are, and which language and gender they have.

So a script written for another service runs here: by that service where it is configured, else by the embedded voice
nearest in language and gender.
"""

import re

from greenroom.studio.voices.cast import Gender, Voice

AZURE, GOOGLE, ELEVENLABS, OPENAI, PIPER = "azure", "google", "elevenlabs", "openai", "piper"

_AZURE = re.compile(
    r"([a-z]{2,3}(?:-[A-Z][a-z]{3})?-[A-Z]{2}(?:-[a-z]+)?)-([A-Z][A-Za-z]+?)(?:Multilingual)?Neural(?:HD)?"
)
_GOOGLE = re.compile(
    r"([a-z]{2,3}-[A-Z]{2})-"
    r"(Standard|Wavenet|Neural2|News|Studio|Polyglot|Casual|Journey|Chirp-HD|Chirp3-HD)-([A-Z][A-Za-z]*)"
)
_PIPER = re.compile(r"([a-z]{2,3}_[A-Z]{2})-([a-z0-9_]+)-(x_low|low|medium|high)")
_ELEVENLABS = re.compile(r"(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9]{20}")

_FEMALE_NAMES = """
Abbi Agnieszka Aigul Alina Amala Amanda Amber Ana Aria Ashley Athina Ava Bella Blessica Brigitte Carly Celeste Clara
Colette Cora Coralie Dalia Dena Denise Elena Elizabeth Elke Elly Eloise Elsa Elvira Emel Emily Emma Fabiola Fatima
Fenna Fiorella Francisca Gabrijela Gadis Gisela Hana Hanna Helena Hilda Hillevi HiuGaai HiuMaan HoaiMy HsiaoChen
HsiaoYu Imani Irma Isabella Iselin Ivy Jane Jaqueline Jenny Jessa JiMin Joana Kalina Katja Klarissa Laia Larissa Layla
Leah Libby Louisa Luna Madelaine Maisie Maja Maria Marlene Mayu Mia Michelle Molly Monica Nanami Nancy Nasrin Natasha
Neerja Noora Olivia Palina Pallavi Paola Paulina Pernille Phoebe Polina Premwadee Raquel Rehema Renata Rosa Salma Sara
Selma SeoHyeon Seraphina Serena Shirin Shruti Sobhana Sofie Sonia Sulafat SunHi Svetlana Swara Tanishaa Tanja Thalita
Vera Viktoria Vlasta Xiaobei Xiaochen Xiaohan Xiaomeng Xiaomo Xiaoni Xiaoqiu Xiaorui Xiaoshuang Xiaoxiao Xiaoyan
Xiaoyi Xiaoyou Xiaozhen Yan Yasmin Yelda Yvette Zariyah Zira Zofia Zuzana
"""
_FEMALE = frozenset(_FEMALE_NAMES.split())
_MALE_NAMES = """
Abeo Ahmet Alain Alfie Alonso Alvaro Andrew Antoine Antonio Ardi Arnau Bashkar Bernd BongJin Brandon Brian Christoph
Christopher Claude Conrad Daichi Dario Darren Davis Diego Dmitry Donato Duarte Duncan Elias Elliot Emil Eric Ethan
Fabio Farid Finn Florian Gerard Gianni Giorgio Giuseppe GookMin Guy Hamdan Hamed Harri Henri Humberto HyunSu InJoon
Jacob Jacques Jakub Jason Jean Jeppe Jerome Jorge Julio Kai Kasper Keita Ken Killian Liam Lorenzo Lukas Luke Maarten
Madhur Manuel Marek Mattias Maurice Mohan Moustapha NamMinh Naoki Nathan Nestor Nicolau Noah Oliver Ostap Prabhat
Rafiki Ralf Remy Roger Ryan Saul Shakir Stefan Stefanos Steffan Taim Tamas Teo Thomas Tim Tony Ulrich Valerio Valluvar
WanLung William Yannick YunJhe Yunfeng Yunhao Yunjian Yunxi Yunxia Yunyang Yunye Yunze Zac
"""
_MALE = frozenset(_MALE_NAMES.split())
# As the services' lists say it; letters that are not here are female where they come first, third and so on.
_GOOGLE_EN_US_MALE = frozenset("ABDIJMNQ")
_GOOGLE_MALE = frozenset("BDIJKMNOQ")
_ELEVENLABS_VOICES = {
    "21m00Tcm4TlvDq8ikWAM": ("Rachel", Gender.FEMALE),
    "AZnzlk1XvdvUeBnXmlld": ("Domi", Gender.FEMALE),
    "EXAVITQu4vr4xnSDxMaL": ("Sarah", Gender.FEMALE),
    "MF3mGyEYCl7XYWbV9V6O": ("Elli", Gender.FEMALE),
    "ErXwobaYiN019PkySvjV": ("Antoni", Gender.MALE),
    "TxGEqnHWrfWFTfGW9XjX": ("Josh", Gender.MALE),
    "VR6AewLTigWG4xSOukaG": ("Arnold", Gender.MALE),
    "onwK4e9ZLuTAKqWW03F9": ("Daniel", Gender.MALE),
    "pNInz6obpgDQGcFmaJgB": ("Adam", Gender.MALE),
    "yoZ06aMxZJJ28mfd3POQ": ("Sam", Gender.MALE),
}
_OPENAI_VOICES = {
    **dict.fromkeys(("alloy", "coral", "fable", "nova", "sage", "shimmer", "marin"), Gender.FEMALE),
    **dict.fromkeys(("ash", "ballad", "cedar", "echo", "onyx", "verse"), Gender.MALE),
}


def foreign_voice(voice_id: str) -> Voice | None:
    """The voice of another service that an id names by its form; None for an id of no form that is known."""
    if match := _AZURE.fullmatch(voice_id):
        return Voice(voice_id, match[2], AZURE, voice_id, match[1], _gender(match[2]))
    if match := _GOOGLE.fullmatch(voice_id):
        return Voice(voice_id, voice_id, GOOGLE, voice_id, match[1], _google_gender(match[1], match[2], match[3]))
    if match := _PIPER.fullmatch(voice_id):
        return Voice(voice_id, match[2].capitalize(), PIPER, voice_id, match[1].replace("_", "-"))
    if voice_id in _OPENAI_VOICES:
        return Voice(voice_id, voice_id.capitalize(), OPENAI, voice_id, "en-US", _OPENAI_VOICES[voice_id])
    if _ELEVENLABS.fullmatch(voice_id):
        name, gender = _ELEVENLABS_VOICES.get(voice_id, (voice_id, None))
        return Voice(voice_id, name, ELEVENLABS, voice_id, "en-US", gender)
    return None


def _gender(name: str) -> Gender | None:
    if name in _FEMALE:
        return Gender.FEMALE
    return Gender.MALE if name in _MALE else None


def _google_gender(locale: str, family: str, letter: str) -> Gender | None:
    if len(letter) > 1:
        return None
    if family == "News":
        return Gender.FEMALE if letter in "GHIKL" else Gender.MALE
    male = _GOOGLE_EN_US_MALE if locale == "en-US" else _GOOGLE_MALE
    return Gender.MALE if letter in male else Gender.FEMALE
