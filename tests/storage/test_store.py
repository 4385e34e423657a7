"""The blob store on a real disk: content-addressed, whole or not at all."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from greenroom.domain.ids import BlobKey
from greenroom.errors import StorageFull
from greenroom.storage.incoming import Incoming
from greenroom.storage.store import BlobStore

DATA = b"the bytes of a photo"
KEY = BlobKey(hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    made = BlobStore(str(tmp_path / "data"))
    made.prepare()
    return made


def received(store: BlobStore, data: bytes = DATA) -> Incoming:
    incoming = store.receive()
    incoming.write((data,))
    store.sync(incoming)
    return incoming


def kept(store: BlobStore, data: bytes = DATA) -> BlobKey:
    incoming = received(store, data)
    key = BlobKey(incoming.digest())
    store.keep(incoming, key)
    incoming.discard()
    return key


def read(store: BlobStore, key: BlobKey) -> bytes:
    with open(store.open(key), "rb") as file:
        return file.read()


def blobs(store: BlobStore) -> list[str]:
    return sorted(path.name for path in Path(store.root).glob("blobs/*/*"))


def test_kept_bytes_come_back(store: BlobStore) -> None:
    key = kept(store)

    assert (key, read(store, key)) == (KEY, DATA)


def test_the_temporary_file_is_the_callers_to_discard(store: BlobStore) -> None:
    incoming = received(store)
    store.keep(incoming, KEY)

    incoming.discard()

    assert os.listdir(f"{store.root}/incoming") == []
    assert read(store, KEY) == DATA


def test_equal_bytes_are_kept_once(store: BlobStore) -> None:
    kept(store)
    before = os.stat(store._path(KEY)).st_ino

    kept(store)

    assert blobs(store) == [KEY]
    assert os.stat(store._path(KEY)).st_ino == before


def test_a_stored_blob_of_another_size_is_noticed_and_left_alone(store: BlobStore) -> None:
    kept(store)
    Path(store._path(KEY)).write_bytes(b"cut")

    with pytest.raises(RuntimeError, match="restore it from a backup"):
        kept(store)

    assert Path(store._path(KEY)).read_bytes() == b"cut"


def test_an_absent_blob_is_not_found(store: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open(KEY)


@pytest.mark.parametrize(
    "key",
    ["", "..", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "/" + "a" * 63, "a" * 64 + "\n", "é" * 64],
)
def test_what_is_no_key_never_becomes_a_path(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="is not a blob key"):
        store.open(BlobKey(key))


@pytest.mark.parametrize(
    "name", ["", "../serve.lock", "a" * 32, "A" * 32 + ".part", "a" * 32 + ".part\n", "/etc/passwd"]
)
def test_what_is_no_temporary_name_never_becomes_a_path(store: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a temporary file"):
        store.staged(name)


def test_a_symlink_in_a_blobs_place_is_not_followed(store: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"a secret")
    Path(store._path(KEY)).symlink_to(tmp_path / "secret")

    with pytest.raises(OSError, match="symbolic links"):
        store.open(KEY)


def test_attack_19_only_the_owner_can_look_into_the_store(store: BlobStore) -> None:
    key = kept(store)

    modes = {stat.S_IMODE(os.stat(path).st_mode) for path in Path(store.root).glob("**") if path != Path(store.root)}

    assert modes == {0o700}
    assert stat.S_IMODE(os.stat(store._path(key)).st_mode) == 0o600


def test_preparing_twice_keeps_everything(store: BlobStore) -> None:
    key = kept(store)

    store.prepare()

    assert read(store, key) == DATA


def test_a_sweep_removes_all_temporary_files_but_the_named_ones(store: BlobStore) -> None:
    wanted, unwanted = received(store), received(store)

    removed = store.sweep({wanted.name})

    assert removed == 1
    assert os.listdir(f"{store.root}/incoming") == [wanted.name]
    assert not os.path.exists(unwanted.path)


def test_a_sweep_removes_no_blob(store: BlobStore) -> None:
    kept(store)

    store.sweep(set())

    assert blobs(store) == [KEY]


def test_staged_bytes_of_an_earlier_run_are_found_by_their_name(store: BlobStore) -> None:
    incoming = received(store)
    store.sync_names()
    incoming.close()

    staged = store.staged(incoming.name)
    store.keep(staged, BlobKey(staged.digest()))

    assert read(store, KEY) == DATA


def test_staged_bytes_that_are_gone_are_not_found(store: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.staged("0" * 32 + ".part")


def test_room_is_refused_when_less_than_the_headroom_would_be_left(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path), headroom_bytes=1 << 60)

    with pytest.raises(StorageFull) as refused:
        store.require_room(1000)

    assert refused.value.retry_after_s > 0


def test_room_that_is_there_is_granted(store: BlobStore) -> None:
    store.require_room(1000)


def test_fault_12_a_file_larger_than_the_disk_is_refused(store: BlobStore) -> None:
    with pytest.raises(StorageFull):
        store.require_room(1 << 60)
