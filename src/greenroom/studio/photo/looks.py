"""The four images of a portrait: as given, without its ground, in a studio, and stylised; each in the asked shape."""

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.domain.video import Aspect, Framing, Resolution, frame_size
from greenroom.studio.photo.networks import Rgb
from greenroom.studio.photo.place import placed
from greenroom.studio.photo.portrait import Portrait
from greenroom.studio.photo.talking import laid
from greenroom.studio.pose import Picture

NAMES = ("original", "cutout", "studio", "stylised")

Colours = NDArray[np.float32]


def looks(portrait: Portrait, aspect: Aspect, resolution: Resolution = Resolution.FULL_HD) -> dict[str, Picture]:
    """Of each of NAMES a picture of RGBA, colours premultiplied; only `cutout` lets anything through."""
    frame = frame_size(aspect, resolution)
    given = _given(portrait, frame)
    person = _person(portrait, frame)
    studio = _studio(person, portrait)
    return {
        "original": _opaque(given),
        "cutout": person,
        "studio": _opaque(studio),
        "stylised": _opaque(stylised(given)),
    }


def _opaque(picture: Rgb) -> Picture:
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])


def _given(portrait: Portrait, frame: tuple[int, int]) -> Rgb:
    place = placed(portrait, frame, Framing.WAIST, None, own_ground=True)
    matrix = np.array([[place.scale, 0, place.x], [0, place.scale, place.y]], np.float64)
    flags = cv2.INTER_CUBIC if place.scale > 1 else cv2.INTER_AREA
    return np.asarray(
        cv2.warpAffine(portrait.picture, matrix, frame, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _person(portrait: Portrait, frame: tuple[int, int]) -> Picture:
    place = placed(portrait, frame, Framing.WAIST, None, own_ground=False)
    out = np.zeros((frame[1], frame[0], 4), np.uint8)
    box = place.box
    out[box.top : box.top + box.height, box.left : box.left + box.width] = laid(portrait, place)
    return out


def _studio(person: Picture, portrait: Portrait) -> Rgb:
    """Before a grey paper roll, lit from behind the head, with a soft shadow; its tone suits the clothes' lightness."""
    height, width = person.shape[:2]
    alpha = person[..., 3].astype(np.float32) / np.float32(255)
    cover = np.where(portrait.alpha > 200)
    light = float(np.median(portrait.person[cover].mean(-1))) if len(cover[0]) else 128.0
    base = np.array([214, 219, 226] if light < 110 else [92, 104, 122], np.float32)
    x = (np.arange(width, dtype=np.float32) / width - 0.5) * width / max(width, height)
    y = (np.arange(height, dtype=np.float32)[:, None] / height - 0.42) * height / max(width, height)
    glow = np.exp(-(x * x + y * y) / 0.16)
    paper = base * (0.74 + 0.34 * glow)[..., None]
    aside = np.array([[1, 0, width / 40], [0, 1, height / 60]], np.float64)
    shade = cv2.GaussianBlur(cv2.warpAffine(alpha, aside, (width, height)), (0, 0), width / 28)
    paper *= (1 - 0.30 * np.asarray(shade, np.float32))[..., None]
    # A little noise, of a fixed seed, keeps the smooth paper from banding in compression.
    paper += np.random.default_rng(5).normal(0, 1.1, (height, width, 1)).astype(np.float32)
    out = person[..., :3] + (1 - alpha[..., None]) * np.clip(paper, 0, 255)
    return np.asarray(np.clip(out + 0.5, 0, 255), np.uint8)


def stylised(picture: Rgb) -> Rgb:
    """As if printed: flat tones whose borders are those of the picture, richer colours, and drawn lines."""
    height, width = picture.shape[:2]
    small = np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    for _ in range(4):
        small = np.asarray(cv2.bilateralFilter(small, 9, 26, 7), np.uint8)
    flat = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    lab = np.asarray(cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    lab[..., 0] = _stepped(lab[..., 0])
    lab[..., 1:] *= 1.22
    colour = np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)
    lines = _lines(np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.float32), width / 1080)
    ink = np.array([0.12, 0.10, 0.14], np.float32)
    out = colour + lines[..., None] * (ink - colour)
    return np.asarray(np.clip(out * 255 + 0.5, 0, 255), np.uint8)


def _stepped(light: Colours) -> Colours:
    """Lightness in nine steps with soft edges (Winnemöller et al. 2006)."""
    step = np.float32(100 / 9)
    nearest = np.round(light / step) * step
    return np.asarray(nearest + step / 2 * np.tanh((light - nearest) / step * 3.2), np.float32)


def _lines(grey: Colours, scale: float) -> Colours:
    """Drawn lines, 0 to 1, where it is darker than its surroundings (difference of Gaussians)."""
    wide = max(0.8, 1.7 * scale)
    inner, outer = (np.asarray(cv2.GaussianBlur(grey, (0, 0), s), np.float32) for s in (wide, 1.6 * wide))
    return np.asarray(np.clip((outer - inner - 1.6) / 7, 0, 0.85), np.float32)
