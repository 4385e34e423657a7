"""A page of another origin uploads by `fetch`, shows what it uploaded, and reads why it was refused."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import media_samples
from running_server import RunningServer

pytestmark = pytest.mark.browser

MIB = 1024 * 1024

PAGE = """
<!doctype html>
<meta charset="utf-8">
<title>Another site</title>
<style>body { font: 16px sans-serif; margin: 2em } img, video { display: block; margin: 1em 0 }</style>
<h1>A page of another site</h1>
<p id="said">Nothing yet.</p>
<script>
  async function put(url, path, type) {
    return send(url, await (await fetch(path)).blob(), type);
  }

  async function putNothing(url, size, type) {
    return send(url, new Blob([new Uint8Array(size)]), type);
  }

  async function send(url, file, type) {
    const answer = await fetch(url, { method: 'PUT', headers: { 'Content-Type': type }, body: file });
    const told = await answer.json();
    document.getElementById('said').textContent = `${answer.status}: ${told.code} ${told.msg}`;
    return { status: answer.status, rid: answer.headers.get('X-Request-Id'), body: told };
  }

  function show(element, url, ready) {
    return new Promise((resolve, reject) => {
      const shown = document.createElement(element);
      shown.crossOrigin = 'anonymous';
      shown.muted = true;
      shown.addEventListener(ready, () => resolve(shown));
      shown.addEventListener('error', () => reject(new Error(`${element} did not load`)));
      shown.src = url;
      document.body.append(shown);
    });
  }

  async function showImage(url) {
    const image = await show('img', url, 'load');
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').drawImage(image, 0, 0);
    canvas.getContext('2d').getImageData(0, 0, 1, 1);
    return [image.naturalWidth, image.naturalHeight];
  }

  async function showVideo(url) {
    const video = await show('video', url, 'loadeddata');
    return [video.videoWidth, video.videoHeight];
  }

  async function seek(url, second) {
    const video = await show('video', url, 'loadeddata');
    video.currentTime = second;
    await new Promise((resolve) => video.addEventListener('seeked', resolve));
    return video.currentTime;
  }
</script>
"""


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def other_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web site of somebody else, with files to upload."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE)
    (folder / "photo.jpg").write_bytes(media_samples.jpeg(640, 480))
    (folder / "film.webm").write_bytes(media_samples.webm())
    (folder / "page.html").write_bytes(media_samples.html())
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://localhost:{site.server_address[1]}"
    site.shutdown()
    site.server_close()


@pytest.fixture
def page(browser: Any, other_origin: str) -> Iterator[Any]:
    """A tab with the other site's page."""
    opened = browser.new_page()
    opened.goto(other_origin)
    yield opened
    opened.close()


def test_a_page_of_another_origin_uploads_an_image_and_shows_it(
    page: Any, server: RunningServer, tmp_path: Path
) -> None:
    signed = server.signed("photo.jpg", "image/jpeg")

    answer = page.evaluate("([url]) => put(url, 'photo.jpg', 'image/jpeg')", [signed["sign_url"]])
    size = page.evaluate("([url]) => showImage(url)", [answer["body"]["data"]["asset_url"]])
    page.screenshot(path=tmp_path / "page.png")

    assert (answer["status"], answer["body"]["code"]) == (200, 0)
    assert answer["body"]["data"]["asset_url"] == signed["asset_url"]
    assert answer["rid"] == answer["body"]["rid"]
    assert size == [640, 480]


def test_a_page_of_another_origin_uploads_a_video_and_shows_it(page: Any, server: RunningServer) -> None:
    signed = server.signed("film.webm", "video/webm")

    answer = page.evaluate("([url]) => put(url, 'film.webm', 'video/webm')", [signed["sign_url"]])
    size = page.evaluate("([url]) => showVideo(url)", [answer["body"]["data"]["asset_url"]])
    second = page.evaluate("([url]) => seek(url, 1.5)", [answer["body"]["data"]["asset_url"]])

    assert (answer["status"], answer["body"]["data"]["kind"]) == (200, "video")
    assert size == [320, 240]
    assert second == 1.5


def test_a_page_of_another_origin_reads_why_a_file_is_too_large(page: Any, server: RunningServer) -> None:
    url = server.signed("large.jpg", "image/jpeg")["sign_url"]

    answer = page.evaluate("([url, size]) => putNothing(url, size, 'image/jpeg')", [url, 30 * MIB])

    assert (answer["status"], answer["body"]["code"]) == (413, 4002)
    assert answer["body"]["data"]["reason"]["allowed"] == "10 MB"


def test_a_page_of_another_origin_reads_why_a_type_is_refused(page: Any, server: RunningServer) -> None:
    url = server.signed("photo.jpg", "image/jpeg")["sign_url"]

    answer = page.evaluate("([url]) => put(url, 'page.html', 'image/jpeg')", [url])

    assert (answer["status"], answer["body"]["code"]) == (415, 4001)


def test_a_page_of_another_origin_reads_that_a_url_was_tampered_with(page: Any, server: RunningServer) -> None:
    url = server.signed("photo.jpg", "image/jpeg")["sign_url"]

    answer = page.evaluate("([url]) => put(url, 'photo.jpg', 'image/jpeg')", [f"{url[:-4]}AAAA"])

    assert (answer["status"], answer["body"]["code"]) == (403, 10105)


def test_a_page_of_another_origin_cannot_call_what_takes_a_key(page: Any, server: RunningServer) -> None:
    signing = """([url, key]) => fetch(url, { method: 'POST', headers: { 'x-api-key': key }, body: '{}' })
        .then(() => 'answered', () => 'not allowed')"""

    outcome = page.evaluate(signing, [f"{server.url}/v2/upload/asset", server.key])

    assert outcome == "not allowed"
