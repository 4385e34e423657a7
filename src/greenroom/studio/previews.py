"""What lists show of the cast: a picture of a presenter, a sentence of a voice, a track of music; as files."""

import cv2
import numpy as np

from greenroom.domain.video import Framing
from greenroom.studio.cast import avatar, person
from greenroom.studio.planes import rgba_of_yuva
from greenroom.studio.pose import Pose
from greenroom.studio.sound import RATE, mixed, mp3_of
from greenroom.studio.sound.music import sound_of, track
from greenroom.studio.speech import Speech

COVER_SIZE = (720, 1280)
_QUALITY = 90
_AT_REST = Pose(mouth=(0.0, 0.08, 0.0, 0.0, 0.0, 0.0), smile=0.62, head=(0.03, 0.0, 0.02))
_LIGHT = 0.16  # how much lighter the wall is where the light falls, behind the head


def cover(person_id: str) -> bytes:
    """A presenter in portrait format before a wall of their colour, as a JPEG. Raises KeyError for a stranger."""
    one = person(person_id)
    if one is None:
        raise KeyError(person_id)
    drawn = avatar(one, COVER_SIZE, Framing.WAIST)
    picture = _wall(one.look.ground)
    left, top, width, height = drawn.box
    part = picture[top : top + height, left : left + width]
    stamp = rgba_of_yuva(drawn.draw(_AT_REST)).astype(np.float32)
    part *= 1 - stamp[..., 3:] / 255
    part += stamp[..., :3]
    pixels = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("a picture could not be written as JPEG")
    return data.tobytes()


def voice_sample(speech: Speech) -> bytes:
    """What a voice said, at the loudness of films, as an MP3."""
    made = mixed(speech.sound, speech.rate, None, speech.duration_s)
    return mp3_of(np.concatenate(list(made.blocks()))[:, 0], RATE)


def music_sample(number: int) -> bytes:
    """A whole track of the house, as an MP3. Raises KeyError for a number that none has."""
    one = track(number)
    if one is None:
        raise KeyError(number)
    return mp3_of(sound_of(one), RATE)


def _wall(color: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """A wall with light on it, rows x columns x RGB."""
    width, height = COVER_SIZE
    rgb = np.array([color >> 16 & 255, color >> 8 & 255, color & 255], np.float32)
    x = (np.arange(width, dtype=np.float32) / width - 0.5) / 0.75
    y = (np.arange(height, dtype=np.float32) / height - 0.3) / 0.6
    light = np.exp(-(x[None, :] ** 2 + y[:, None] ** 2))[..., None] * _LIGHT
    shade = 0.93 + 0.07 * (1 - np.clip(y, 0, 1))[:, None, None]
    return (rgb * shade + (255 - rgb * shade) * light).astype(np.float32)
