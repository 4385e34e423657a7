"""Portraits from descriptions, by a server that speaks OpenAI's images call; only the guarded client calls it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from greenroom.domain.media import Format
from greenroom.domain.photo_avatar import LOOK_FORMATS, Looks, Photo, Provided
from greenroom.domain.video import Aspect
from greenroom.errors import AddressRefused, FetchFailed, NotProduced
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience

_CONNECT_S = 10.0
_MOST_BYTES = 96 * 1024 * 1024
_SIZES = {Aspect.PORTRAIT: "1024x1536", Aspect.LANDSCAPE: "1536x1024", Aspect.SQUARE: "1024x1024"}
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


class _Image(Struct):
    b64_json: str = ""


class _Answer(Struct):
    data: list[_Image] = []


@dataclass(frozen=True, slots=True)
class ImageProvider:
    """Has images made by `POST <address>/v1/images/generations`."""

    client: GuardedClient
    address: str
    key: str
    model: str
    timeout_s: float

    def __call__(self, photo: Photo) -> Provided:
        """The four images of a description. Raises NotProduced with what the provider said."""
        count = len(LOOK_FORMATS)
        body = {"model": self.model, "prompt": prompt(photo.looks), "n": count, "size": _SIZES[photo.looks.aspect]}
        images = _images(self._answer(msgspec.json.encode(body)))
        if len(images) != count:
            raise _failed(f"It gave {len(images)} images where {count} were asked for.")
        return images_of(images)

    def _answer(self, body: bytes) -> bytes:
        patience = Patience(self.timeout_s, min(_CONNECT_S, self.timeout_s), self.timeout_s)
        url = f"{self.address.rstrip('/').removesuffix('/v1')}/v1/images/generations"
        try:
            with self.client.request("POST", url, patience, headers=self._headers(), body=body) as reply:
                answer, status = reply.start(_MOST_BYTES + 1), reply.status
        except AddressRefused as problem:
            raise _failed(problem.finding.message) from problem
        except FetchFailed as problem:
            raise _failed(problem.finding.message) from problem
        if len(answer) > _MOST_BYTES:
            raise _failed(f"Its answer has more than {_MOST_BYTES:,} bytes.")
        if status != 200:
            raise _failed(f"It answered with status {status}: {_said(answer)}")
        return answer

    def _headers(self) -> Mapping[str, str]:
        known = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return {"content-type": "application/json", "accept": "application/json", **known}


def prompt(looks: Looks) -> str:
    """A description in words that an image model understands."""
    who = " ".join(word for word in (looks.age.lower(), looks.ethnicity, looks.gender.lower()) if word)
    parts = [
        f"Photograph of one person, {who or 'adult'}, head and shoulders, looking straight into the camera.",
        "Whole head in the frame, mouth closed, eyes open, nothing before the face, soft even light, sharp focus.",
        {"Professional": "Business clothes.", "Social": "Casual clothes."}.get(looks.style, ""),
        f"Appearance: {looks.appearance}." if looks.appearance else "",
        f"Background: {looks.background}." if looks.background else "Plain background.",
    ]
    return " ".join(part for part in parts if part)


def images_of(images: list[bytes]) -> Provided:
    """Images with the format that their first bytes say; raises NotProduced for what is neither JPEG nor PNG."""
    formats = {_format(image) for image in images}
    if len(formats) != 1:
        raise _failed("Its images are of several formats.")
    return Provided(tuple(images), formats.pop())


def _format(image: bytes) -> Format:
    if image.startswith(_PNG):
        return Format.PNG
    if image.startswith(_JPEG):
        return Format.JPEG
    raise _failed("Its images are neither PNG nor JPEG.")


def _images(answer: bytes) -> list[bytes]:
    try:
        found = msgspec.json.decode(answer, type=_Answer)
        return [base64.b64decode(one.b64_json, validate=True) for one in found.data]
    except (msgspec.MsgspecError, binascii.Error, ValueError) as problem:
        raise _failed("Its answer is none of OpenAI's images call.") from problem


def _said(answer: bytes) -> str:
    text = answer[:300].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _failed(problem: str) -> NotProduced:
    return NotProduced("images_not_provided", f"The image provider made no portraits. {problem}")
