"""A catalogue of many assets in nested folders, with names, tags and metadata in several scripts; always the same."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from greenroom.bootstrap import house
from greenroom.db import search
from greenroom.db.sqlite import Database
from greenroom.domain.ids import DEFAULT_ACCOUNT

SEED = 20260101
BEGAN = 1_700_000_000.0
SECONDS_APART = 300.0
RARE_WORD, RARE_TAG, RARE_CJK = "xylophone", "rare", "薔薇"
_RARE_EVERY = 10_000

_ENGLISH = [
    "mountain",
    "river",
    "sunset",
    "interview",
    "podcast",
    "product",
    "launch",
    "city",
    "night",
    "beach",
    "forest",
    "winter",
    "summer",
    "office",
    "team",
    "portrait",
    "studio",
    "music",
    "voice",
    "trailer",
    "demo",
    "draft",
    "final",
    "approved",
    "review",
    "client",
    "lecture",
    "kitchen",
    "garden",
    "harbour",
]
_SCRIPTS = (
    ["山田太郎", "東京", "大阪", "会議", "製品紹介", "動画", "音楽", "夜景", "春", "夏", "秋", "冬"],
    ["北京", "上海", "广州", "深圳", "视频", "图片", "音频", "测试", "用户", "系统"],
    ["서울", "부산", "회의", "음악", "영상", "제품", "소개", "사진"],
    ["Москва", "река", "закат", "интервью", "выпуск", "музыка"],
    ["صورة", "فيديو", "موسيقى", "مدينة"],
    ["café", "naïve", "Übung", "Straße", "señor"],
)
_FORMATS = (
    ("image", "img_", "JPEG", 0.55),
    ("image", "img_", "PNG", 0.15),
    ("video", "vid_", "MP4", 0.2),
    ("audio", "aud_", "MP3", 0.099),
    ("video", "vid_", "WebM", 0.001),
)
_STATES = (("ready", 0.94), ("waiting", 0.03), ("expired", 0.01), ("rejected", 0.01), ("deleted", 0.01))


@dataclass(frozen=True, slots=True)
class Made:
    """The catalogue, and a folder of each sort: with most assets below it, with a few, deep in the tree."""

    database: Database
    large_folder: str
    small_folder: str


def make(data: Path, assets: int) -> Made:
    """Write it in one go, as no client could; the triggers and the index see each row as they would."""
    database = house.open_catalogue(str(data))
    chance = random.Random(SEED)
    folders = list(_folders(chance, max(20, assets // 50)))
    connection = sqlite3.connect(house.catalogue_path(str(data)), isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO folders (id, account_id, parent_id, name, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)",
        [(id_, DEFAULT_ACCOUNT, parent, name) for id_, parent, name in folders],
    )
    rows = list(_assets(chance, assets, [id_ for id_, _, _ in folders]))
    columns = (
        "id, account_id, number, kind, state, verification, name, extension, created_at, size_bytes, info, folder_id,"
        " tags, metadata, format, duration_s, width, height"
    )
    connection.executemany(f"INSERT INTO assets ({columns}) VALUES ({', '.join('?' * 18)})", rows)
    connection.execute("COMMIT")
    connection.close()
    ids = [row[0] for row in rows]
    for start in range(0, assets, 1000):
        database.write(lambda tx, part=ids[start : start + 1000]: search.index(tx, part)).result()
    return Made(database, folders[0][0], folders[-1][0])


def _folders(chance: random.Random, count: int) -> Iterator[tuple[str, str, str]]:
    """Ids, parents and names: ten at the top, the others below one of those before them, up to eight deep."""
    made: list[tuple[str, int]] = []
    for number in range(count):
        id_ = f"fld_{number:032x}"
        parent, depth = ("", 0) if number < 10 else chance.choice(made)
        made += [(id_, depth + 1)] if depth < 8 else []
        yield id_, parent, f"{_word(chance)} {number}"


def _assets(chance: random.Random, count: int, folders: list[str]) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        kind, prefix, format_, _ = chance.choices(_FORMATS, [one[3] for one in _FORMATS])[0]
        state = chance.choices(_STATES, [one[1] for one in _STATES])[0][0]
        has_bytes = state not in ("waiting", "expired")
        duration = round(chance.uniform(1, 300), 3) if kind != "image" else None
        width, height = (
            (chance.choice((640, 1280, 1920, 3840)), chance.choice((480, 720, 1080)))
            if kind != "audio"
            else (None, None)
        )
        rare = number % _RARE_EVERY == _RARE_EVERY // 2
        extra = f" {RARE_WORD} {RARE_CJK}" if rare else ""
        tags = sorted({_word(chance) for _ in range(chance.randrange(4))} | ({RARE_TAG} if rare else set()))
        metadata = {"client": _word(chance), "project": chance.randrange(500)}
        yield (
            f"{prefix}{number:032x}", DEFAULT_ACCOUNT, number, kind, state, "deep" if has_bytes else "none",
            f"{_word(chance)}-{_word(chance)}{extra} {number:06d}.{format_.lower()}", format_.lower(),
            BEGAN + number * SECONDS_APART, chance.randrange(10_000, 100_000_000) if has_bytes else None,
            json.dumps({"format": format_, "kind": kind, "width": width, "height": height, "duration_s": duration})
            if has_bytes else None,
            chance.choice(folders) if chance.random() < 0.9 else "",
            json.dumps(tags, ensure_ascii=False), json.dumps(metadata, ensure_ascii=False),
            format_ if has_bytes else None, duration if has_bytes else None,
            width if has_bytes else None, height if has_bytes else None,
        )  # fmt: skip


def _word(chance: random.Random) -> str:
    return chance.choice(_ENGLISH if chance.random() < 0.6 else chance.choice(_SCRIPTS))
