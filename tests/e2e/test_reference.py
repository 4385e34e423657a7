"""The reference page in a real browser: every call of both documents, and no complaint."""

from typing import Any

import pytest
import requests

from running_server import RunningServer

pytestmark = pytest.mark.browser


def calls(server: RunningServer, address: str) -> int:
    """How many calls a document has."""
    return sum(map(len, requests.get(server.url + address, timeout=10).json()["paths"].values()))


def test_the_page_shows_every_call_of_both_documents(server: RunningServer, browser: Any) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.goto(server.url + "/reference")
    page.wait_for_selector("section")

    assert page.locator("section").count() == calls(server, "/api/v1/openapi.json")
    page.get_by_role("button", name="compatible").click()
    page.wait_for_selector("#post_v2_upload_asset")
    assert page.locator("section").count() == calls(server, "/api/v1/openapi-compatible.json")
    page.get_by_label("Search calls").fill("upload/asset")
    assert page.locator("section").count() == 2
    assert complaints == []
    page.close()
