"""Imports against servers that are real, local and rude; time stands still until a test lets it go on."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec import structs
from small_house import PHOTO, TESTER, SmallHouse, small_house

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import audit, outbox, uploads, usage
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import Asset, AssetState, UploadState
from greenroom.domain.folder import FolderRef
from greenroom.domain.ids import DEFAULT_ACCOUNT, AccountId, BlobKey, FolderId
from greenroom.domain.imports import Import, ImportId, ImportState
from greenroom.domain.media import Kind
from greenroom.errors import AddressRefused, NotFound, ParameterError, TypeRefused, UploadOver
from greenroom.net.addresses import AllowList
from greenroom.net.client import GuardedClient
from greenroom.net.connection import Patience
from greenroom.net.guard import Guard
from greenroom.services.imports import ImportRequest, Imports
from other_server import ok, other_server, redirect, says

PATIENCE = Patience(total_s=10, connect_s=5, silence_s=5)
OURS = "http://greenroom.example"


@dataclass
class Place:
    """A house that imports, and its resolver, which a test may bend."""

    house: SmallHouse
    imports: Imports
    names: dict[str, list[str]]

    def started(self, url: str, **more: object) -> Import:
        return self.imports.start(TESTER, ImportRequest(url, **more))  # type: ignore[arg-type]

    def fetched(self, url: str, **more: object) -> Import:
        """An import after all tries that are due now."""
        one = self.started(url, **more)
        self.imports.work()
        return self.now(one)

    def now(self, one: Import) -> Import:
        return self.imports.one(TESTER, one.id)

    def later(self, one: Import, seconds: float) -> Import:
        self.house.clock.go_on(seconds)
        self.imports.work()
        return self.now(one)

    def events(self, one: Import) -> list[str]:
        return [event.type for event in self.house.database.read(lambda tx: outbox.events_of(tx, one.asset.id))]

    def upload_state(self, one: Import) -> UploadState:
        found = self.house.database.read(lambda tx: uploads.with_asset(tx, one.upload_id))
        assert found is not None
        return found[0].state


def place_at(data: Path, **changes: object) -> Place:
    house = small_house(data, **changes)
    names: dict[str, list[str]] = {}
    guard = Guard(
        frozenset(("http", "https")),
        frozenset((80, 443)),
        AllowList.of(["127.0.0.1"]),
        lambda host: names.get(host, ["127.0.0.1"]),
    )
    client = GuardedClient(guard)
    imports = Imports(
        signing=house.signing,
        ingest=house.ingest,
        check=guard.check,
        follow=lambda url, stop: client.follow(url, PATIENCE, 5, stop),
        own_path=lambda url: url.removeprefix(OURS) if url.startswith(OURS) else None,
        now=house.clock,
        most_tries=3,
        first_gap_s=5.0,
        lifetime_s=3600.0,
    )
    return Place(house, imports, names)


@pytest.fixture(scope="module")
def empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue that is migrated already: doing it for each test takes longer than the test."""
    data = tmp_path_factory.mktemp("empty")
    open_catalogue(str(data)).close()
    return data / "catalogue.db"


@pytest.fixture
def place(tmp_path: Path, empty_catalogue: Path) -> Iterator[Place]:
    shutil.copy(empty_catalogue, tmp_path)
    made = place_at(tmp_path)
    yield made
    made.house.database.close()


Script = Callable[[socket.socket, bytes], None]


def in_turn(*answers: bytes) -> Script:
    """A script that gives another answer to each connection; the last one for ever."""
    left = list(answers)

    def script(connection: socket.socket, head: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script


def held(release: threading.Event, begun: threading.Event, body: bytes = PHOTO) -> Script:
    """A script that sends half of a body, and the rest when it is told to."""

    def script(connection: socket.socket, head: bytes) -> None:
        answer = ok(body)
        connection.sendall(answer[: -len(body) // 2])
        begun.set()
        release.wait(10)
        connection.sendall(answer[-len(body) // 2 :])

    return script


# What becomes of an import


def test_an_import_becomes_an_asset_like_any_other(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(
            server.url + "/my%20ph%C3%B6to.jpg?x=1#y", tags=("a",), metadata={"b": 1}, folder=FolderRef(names=("shop",))
        )

    assert (one.state, one.asset.state, one.asset.kind) == (ImportState.DONE, AssetState.READY, Kind.IMAGE)
    assert (one.asset.name, one.asset.extension, one.attempts) == ("my phöto.jpg", "jpg", 1)
    assert (place.events(one), place.upload_state(one)) == (["asset.ready"], UploadState.DONE)
    assert place.house.temporary_files() == []


def test_an_import_is_in_the_audit_without_its_address_which_may_be_a_key(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        place.fetched(server.url + "/a.jpg?signature=secret")

    entries = [kept.entry for kept in place.house.database.read(lambda tx: list(audit.in_order(tx)))]
    assert [entry.action for entry in entries] == ["upload.signed", "import.started", "upload.completed"]
    assert "secret" not in str(entries)


def test_redirects_are_followed(place: Place) -> None:
    with other_server(in_turn(redirect("/b"), redirect("c"), ok(PHOTO))) as server:
        assert place.fetched(server.url + "/a.jpg").state is ImportState.DONE


def test_two_equal_wishes_are_two_imports(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        first, second = place.started(server.url + "/a.jpg"), place.started(server.url + "/a.jpg")
        place.imports.work()

    assert {place.now(first).asset.state, place.now(second).asset.state} == {AssetState.READY}
    assert first.asset.id != second.asset.id


@pytest.mark.parametrize(
    ("path", "more", "wanted"),
    [
        ("/a.jpg", {}, "jpg"),
        ("/a", {"content_type": "image/jpeg"}, "jpg"),
        ("/a.php", {"content_type": "image/jpeg"}, "jpg"),
        ("/a.php?id=1.png", {"filename": "b.jpeg"}, "jpeg"),
        ("", {"kind": Kind.IMAGE}, "jpg"),
        ("/a", {"kind": Kind.IMAGE, "filename": "b"}, "jpg"),
    ],
)
def test_what_a_file_is_is_told_by_its_name_its_type_or_its_kind(
    place: Place, path: str, more: dict[str, object], wanted: str
) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(server.url + path, **more)

    assert (one.state, one.asset.extension) == (ImportState.DONE, wanted)


@pytest.mark.parametrize(
    ("path", "more", "error"),
    [
        ("/a", {}, ParameterError),
        ("/a.php", {}, TypeRefused),
        ("/a", {"content_type": "text/html"}, TypeRefused),
        ("/a.jpg", {"content_type": "video/mp4"}, TypeRefused),
        ("/a.jpg", {"filename": "a.exe"}, TypeRefused),
        ("/a.jpg", {"kind": Kind.AUDIO}, ParameterError),
    ],
)
def test_what_a_file_is_must_be_known_at_the_call(
    place: Place, path: str, more: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        place.started("http://files.example:80" + path, **more)


# What is refused at the call


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/a.jpg", "http://127.0.0.2/a.jpg", "file:///a.jpg", "http://inside.example/a.jpg"]
)
def test_ssrf_an_address_inside_is_refused_at_the_call(place: Place, url: str) -> None:
    place.names["inside.example"] = ["1.1.1.1", "192.168.0.1"]

    with pytest.raises(AddressRefused):
        place.started(url)


def test_ssrf_a_name_that_leads_inside_only_when_it_is_fetched_fails_without_a_connection(place: Place) -> None:
    with other_server(says(ok(PHOTO)), host="127.0.0.2") as server:
        one = place.started(f"http://rebinding.example:{server.port}/a.jpg")
        place.names["rebinding.example"] = ["127.0.0.2"]
        place.imports.work()

    failed = place.now(one)
    assert (failed.state, failed.findings[0].code) == (ImportState.FAILED, "address_forbidden")
    assert server.heads == []


def test_ssrf_a_redirect_inside_fails_without_a_connection(place: Place) -> None:
    with (
        other_server(says(ok(PHOTO)), host="127.0.0.2") as inside,
        other_server(says(redirect(f"http://127.0.0.2:{inside.port}/"))) as server,
    ):
        one = place.fetched(server.url + "/a.jpg")

    assert (one.state, one.findings[0].code, inside.heads) == (ImportState.FAILED, "address_forbidden", [])


# What is refused for good


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "fetch_status"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "fetch_status"),
        (b"HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\r\nx", "fetch_status"),
        (ok(b"<!doctype html><title>Sign in</title>", b"content-type: text/html\r\n"), "type_mismatch"),
        (ok(b""), "empty"),
        (ok(b"\x1f\x8b" + b"\x00" * 100, b"content-encoding: gzip\r\n"), "content_encoding_unsupported"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "size_exceeded"),
        (redirect("/a.jpg"), "too_many_redirects"),
    ],
    ids=["404", "204", "206", "a page", "nothing", "gzip bomb", "huge by its length", "redirect loop"],
)
def test_what_will_not_pass_fails_at_once_with_its_reason(place: Place, answer: bytes, code: str) -> None:
    with other_server(says(answer)) as server:
        one = place.fetched(server.url + "/a.jpg")

    assert (one.state, [found.code for found in one.findings], one.attempts) == (ImportState.FAILED, [code], 1)
    assert (one.asset.state, one.asset.findings) == (AssetState.EXPIRED, one.findings)
    assert (place.events(one), place.upload_state(one)) == (["import.failed"], UploadState.EXPIRED)
    assert place.house.temporary_files() == []
    assert all(found.cure for found in one.findings)


def test_an_endless_body_is_ended_at_the_limit(place: Place) -> None:
    def endless(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PHOTO)
        while True:
            connection.sendall(b"\x00" * 65536)

    with other_server(endless) as server:
        one = place.fetched(server.url + "/a.jpg")

    assert (one.state, one.findings[0].code) == (ImportState.FAILED, "size_exceeded")
    assert place.house.temporary_files() == []


def test_a_file_with_another_hash_than_was_declared_fails(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(server.url + "/a.jpg", sha256=BlobKey("0" * 64))

    assert (one.state, one.findings[0].code) == (ImportState.FAILED, "checksum_mismatch")


def test_bytes_of_another_kind_than_was_expected_fail(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(server.url + "/a", kind=Kind.AUDIO)

    assert (one.state, one.findings[0].code) == (ImportState.FAILED, "type_mismatch")


@pytest.mark.parametrize("answer", [ok(PHOTO), b"HTTP/1.1 200 OK\r\n\r\n" + PHOTO], ids=["announced", "as it comes"])
def test_an_import_beyond_what_the_account_may_hold_fails_and_holds_nothing(
    tmp_path: Path, empty_catalogue: Path, answer: bytes
) -> None:
    shutil.copy(empty_catalogue, tmp_path)
    place = place_at(tmp_path, limits=Limits(stored_bytes=len(PHOTO) - 1))
    with other_server(says(answer)) as server:
        one = place.fetched(server.url + "/a.jpg")

    used = place.house.database.read(lambda tx: usage.of(tx, DEFAULT_ACCOUNT)[0])
    assert (one.state, one.findings[0].code) == (ImportState.FAILED, "quota_stored_bytes")
    assert (used.stored_bytes, used.reserved_bytes, used.assets) == (0, 0, 0)
    place.house.database.close()


# What may pass


BUSY = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [BUSY, b"", b"HTTP/1.1 429 Slow down\r\ncontent-length: 0\r\n\r\n", ok(PHOTO)[:-10]],
    ids=["503", "nothing", "429", "cut"],
)
def test_what_may_pass_is_tried_again_after_a_while(place: Place, answer: bytes) -> None:
    with other_server(in_turn(answer, ok(PHOTO))) as server:
        first = place.fetched(server.url + "/a.jpg")
        too_soon = place.later(first, 4)
        then = place.later(first, 2)

    assert [first.state, too_soon.state, then.state] == [ImportState.PENDING, ImportState.PENDING, ImportState.DONE]
    assert (first.findings[0].code in ("fetch_status", "fetch_broken"), first.asset.state) == (True, AssetState.WAITING)
    assert (then.attempts, then.findings) == (2, ())


def test_gaps_grow_and_tries_end(place: Place) -> None:
    with other_server(says(BUSY)) as server:
        one = place.fetched(server.url + "/a.jpg")
        gaps = [(one.next_try_at - place.house.clock()).total_seconds()]
        one = place.later(one, 5)
        gaps.append((one.next_try_at - place.house.clock()).total_seconds())
        one = place.later(one, 20)

    assert (gaps, one.state, one.attempts, len(server.heads)) == ([5, 20], ImportState.FAILED, 3, 3)
    assert (one.findings[0].measured, place.events(one)) == ("503", ["import.failed"])


@pytest.mark.parametrize("text", ["60", "Thu, 01 Jan 2026 12:01:00 GMT"])
def test_a_server_that_says_when_to_come_back_is_obeyed(place: Place, text: str) -> None:
    busy = b"HTTP/1.1 429 Slow down\r\ncontent-length: 0\r\nretry-after: %b\r\n\r\n" % text.encode()
    with other_server(says(busy)) as server:
        one = place.fetched(server.url + "/a.jpg")

    assert (one.next_try_at - place.house.clock()).total_seconds() == 60


@pytest.mark.parametrize("text", ["-1", "soon", "9" * 400, "Thu, 99 Foo 2026", "Thu, 01 Jan 1970 00:00:00 GMT", "²"])
def test_nonsense_about_when_to_come_back_is_no_obstacle(place: Place, text: str) -> None:
    busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nretry-after: %b\r\n\r\n" % text.encode()
    with other_server(says(busy)) as server:
        one = place.fetched(server.url + "/a.jpg")

    assert one.state in (ImportState.PENDING, ImportState.FAILED)


def test_an_import_that_nobody_could_fetch_in_its_time_is_given_up(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.started(server.url + "/a.jpg")
        place.house.clock.go_on(4000)
        place.house.retention.expire()
        place.imports.work()

    failed = place.now(one)
    assert (failed.state, failed.findings[0].code) == (ImportState.FAILED, "import_overdue")
    assert failed.asset.state is AssetState.EXPIRED


# Two at once, ends and beginnings


def test_several_are_fetched_at_once_and_none_twice(place: Place) -> None:
    release, begun = threading.Event(), threading.Event()
    with other_server(held(release, begun)) as server:
        started = [place.started(f"{server.url}/{number}.jpg") for number in range(4)]
        workers = [threading.Thread(target=place.imports.work) for _ in range(3)]
        for worker in workers:
            worker.start()
        assert begun.wait(10)
        release.set()
        for worker in workers:
            worker.join(20)

    assert [place.now(one).state for one in started] == [ImportState.DONE] * 4
    assert len(server.heads) == 4


def test_an_import_shows_how_far_it_is_and_can_be_cancelled_in_the_middle(place: Place) -> None:
    release, begun = threading.Event(), threading.Event()
    with other_server(held(release, begun)) as server:
        one = place.started(server.url + "/a.jpg")
        worker = threading.Thread(target=place.imports.work)
        worker.start()
        assert begun.wait(10)
        fetching = place.now(one)
        place.imports.cancel(TESTER, one.id)
        worker.join(10)
        release.set()

    cancelled = place.now(one)
    assert fetching.state is ImportState.FETCHING
    assert (worker.is_alive(), cancelled.state, cancelled.asset.state) == (
        False, ImportState.CANCELLED, AssetState.DELETED,
    )  # fmt: skip
    assert (place.events(one), place.house.temporary_files()) == (["asset.deleted"], [])


def test_an_import_that_has_ended_cannot_be_cancelled(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(server.url + "/a.jpg")

    with pytest.raises(UploadOver):
        place.imports.cancel(TESTER, one.id)

    assert place.now(one).state is ImportState.DONE


def test_a_server_that_stops_lets_the_next_run_fetch(tmp_path: Path) -> None:
    place, release, begun = place_at(tmp_path), threading.Event(), threading.Event()
    with other_server(held(release, begun)) as server:
        one = place.started(server.url + "/a.jpg")
        worker = threading.Thread(target=place.imports.work)
        worker.start()
        assert begun.wait(10)
        place.imports.close()
        worker.join(10)
        stopped = place.now(one)
        place.house.database.close()
        release.set()
        again = place_at(tmp_path)
        again.imports.work()

    assert (worker.is_alive(), stopped.state, stopped.attempts) == (False, ImportState.PENDING, 0)
    assert again.now(one).state is ImportState.DONE
    again.house.database.close()


def test_a_crash_between_the_assets_row_and_the_imports_is_no_second_fetch(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        one = place.started(server.url + "/a.jpg")
        attempt = place.house.ingest.begin(one.upload_id, len(PHOTO))
        place.house.ingest.check_head(attempt, PHOTO[:4096])
        incoming = place.house.store.receive()
        incoming.write((PHOTO,))
        place.house.ingest.complete(attempt, incoming)
        place.house.ingest.end(attempt)
        before = place.now(one)
        place.imports.work()

    assert (before.state, place.now(one).state, server.heads) == (ImportState.DONE, ImportState.DONE, [])


def test_a_failure_that_nobody_foresaw_is_tried_again(place: Place) -> None:
    place.house.decoder.answer = RuntimeError("the decoder is gone")
    with other_server(says(ok(PHOTO))) as server:
        one = place.fetched(server.url + "/a.jpg")

    assert (one.state, one.findings[0].code) == (ImportState.PENDING, "import_delayed")
    assert place.house.temporary_files() == []


# Whose they are


def test_imports_of_others_are_not_there(place: Place) -> None:
    one = place.started("http://files.example/a.jpg")
    stranger = Act(AccountId("acc_other"), "key_other")

    assert place.imports.page(stranger, (2.0**62, ""), 10) == []
    with pytest.raises(NotFound):
        place.imports.one(stranger, one.id)
    with pytest.raises(NotFound):
        place.imports.cancel(stranger, one.id)
    with pytest.raises(NotFound):
        place.imports.one(TESTER, ImportId("imp_x"))


def test_pages_show_each_import_once(place: Place) -> None:
    started = []
    for number in range(5):
        started.append(place.started(f"http://files.example/{number}.jpg").id)
        place.house.clock.go_on(1)

    first = place.imports.page(TESTER, (2.0**62, ""), 3)
    rest = place.imports.page(TESTER, (first[-1].created_at.timestamp(), first[-1].id), 3)

    assert [one.id for one in (*first, *rest)] == started[::-1]


# Addresses in other calls


def resolved(place: Place, url: str, kind: Kind = Kind.IMAGE) -> Asset:
    return place.imports.resolve(TESTER, url, kind, "photo_url")


def test_our_own_address_is_the_asset_without_any_fetch(place: Place) -> None:
    asset = place.house.uploaded()

    found = resolved(place, OURS + asset.path)

    assert (found.id, place.imports.page(TESTER, (2.0**62, ""), 10)) == (asset.id, [])


def test_our_own_address_of_a_foreign_or_absent_asset_is_not_found(place: Place) -> None:
    asset = place.house.uploaded()

    with pytest.raises(NotFound):
        place.imports.resolve(Act(AccountId("acc_other"), "key_other"), OURS + asset.path, Kind.IMAGE)
    with pytest.raises(NotFound):
        resolved(place, f"{OURS}/assets/img_{'0' * 32}.jpg")


def test_our_own_address_of_an_asset_outside_of_a_keys_folder_is_not_found(place: Place) -> None:
    asset = place.house.uploaded()

    with pytest.raises(NotFound):
        place.imports.resolve(structs.replace(TESTER, within=FolderId("fld_x")), OURS + asset.path, Kind.IMAGE)


def test_a_key_of_a_folder_sees_the_imports_into_it_alone(place: Place) -> None:
    inside = place.started("http://files.example/a.jpg", folder=FolderRef(names=("shop",)))
    outside = place.started("http://files.example/b.jpg")
    restricted = structs.replace(TESTER, within=inside.asset.folder_id)

    assert [one.id for one in place.imports.page(restricted, (2.0**62, ""), 10)] == [inside.id]
    assert place.imports.one(restricted, inside.id).id == inside.id
    with pytest.raises(NotFound):
        place.imports.one(restricted, outside.id)


def test_another_address_is_an_import_whose_asset_is_there_at_once(place: Place) -> None:
    with other_server(says(ok(PHOTO))) as server:
        asset = resolved(place, server.url + "/photo")
        place.imports.work()

    assert asset.state is AssetState.WAITING
    assert [one.asset.state for one in place.imports.page(TESTER, (2.0**62, ""), 10)] == [AssetState.READY]


def test_an_address_inside_is_refused_under_the_name_of_its_field(place: Place) -> None:
    with pytest.raises(AddressRefused, match="photo_url"):
        resolved(place, "http://169.254.169.254/latest/meta-data/")


def test_our_own_asset_is_not_imported_again(place: Place) -> None:
    asset = place.house.uploaded()

    with pytest.raises(ParameterError, match="use that asset itself"):
        place.started(OURS + asset.path)
