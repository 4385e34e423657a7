"""The main job: sign, PUT, GET."""

import requests

import media_samples
from running_server import RunningServer


def test_an_uploaded_photo_comes_back_byte_for_byte(server: RunningServer) -> None:
    photo = media_samples.jpeg()
    signed = server.signed("photo.jpg", "image/jpeg")

    receipt = server.put(signed["sign_url"], photo, "image/jpeg").json()
    back = requests.get(signed["asset_url"], timeout=10)

    assert receipt["code"] == 0
    assert (back.status_code, back.headers["content-type"], back.content) == (200, "image/jpeg", photo)
