"""A folder with every wheel that a kiosk installs, and a manifest that the release key has signed.

FOLDER/wheels/*.whl, FOLDER/requirements-TARGET.txt (what pip installs from it, with hashes), FOLDER/manifest.json, and
FOLDER/manifest.sig (base64, over the manifest's exact bytes). Nothing in it says where the wheels came from.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from contract.errors import SignatureError
from contract.signing import SigningKey, VerifyKey, seal_bytes
from provisioning.errors import WheelhouseError
from provisioning.lock_file import Target
from provisioning.whole_files import FOR_EVERYBODY, write_whole

WHEELS: Final = "wheels"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
_PURPOSE: Final = "wheelhouse"
_PATH: Final = re.compile(r"(wheels/[A-Za-z0-9_.+-]+\.whl|requirements-[a-z0-9_-]+\.txt)\Z")
_RELEASE: Final = re.compile(r"[0-9][A-Za-z0-9.+]{0,62}\Z")
_MOST_MANIFEST_BYTES: Final = 4_000_000


class WheelhouseFile(msgspec.Struct, frozen=True, kw_only=True):
    """path: within the folder. size: bytes. sha256: hexadecimal."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a wheelhouse holds. targets: such as "aarch64 cp313". lock_sha256: of the lock file that was used.

    release: the version of Presensi that is in it; empty: only what Presensi needs.
    """

    version: int
    made_at: datetime
    lock_sha256: str
    targets: list[str]
    files: list[WheelhouseFile]
    release: str = ""


def is_release_name(text: str) -> bool:
    """Whether it can be the name of a release, and of its folder."""
    return _RELEASE.match(text) is not None


def requirements_name(target: Target) -> str:
    """The file with what pip installs on this target."""
    return f"requirements-{target.name.replace(' ', '-')}.txt"


def seal(
    folder: Path, *, targets: list[str], lock_sha256: str, key: SigningKey, now: datetime, release: str = ""
) -> Manifest:
    """Write the manifest of what lies in the folder, and its signature. Raises WheelhouseError and FolderError."""
    files = [_measure(folder, path) for path in _paths(folder)]
    made = Manifest(version=1, made_at=now, lock_sha256=lock_sha256, targets=targets, files=files, release=release)
    body = msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"
    signature = base64.b64encode(key.sign(seal_bytes(_PURPOSE, "", body))) + b"\n"
    write_whole(folder / MANIFEST, body, mode=FOR_EVERYBODY)
    write_whole(folder / SIGNATURE, signature, mode=FOR_EVERYBODY)
    return made


def check(folder: Path, key: VerifyKey) -> Manifest:
    """The manifest, once its signature and every file are what they should be; WheelhouseError says what is not."""
    made = read_manifest(folder, key)
    listed = {file.path for file in made.files}
    for path in _paths(folder):
        if path not in listed:
            raise WheelhouseError(f"{path} lies in {folder}, but the manifest does not name it: take it away.")
    for file in made.files:
        found = _measure(folder, file.path)
        if found != file:
            what = f"{found.size} bytes instead of {file.size}" if found.size != file.size else "another content"
            raise WheelhouseError(f"{file.path} is not what was signed: it has {what}. Fetch the wheelhouse again.")
    return made


def read_manifest(folder: Path, key: VerifyKey) -> Manifest:
    """What this key has signed of the folder, its files unseen; raises WheelhouseError."""
    body, text = _read(folder, MANIFEST), _read(folder, SIGNATURE)
    try:
        key.verify(base64.b64decode(text.strip(), validate=True), seal_bytes(_PURPOSE, "", body))
    except (SignatureError, binascii.Error) as error:
        raise WheelhouseError(
            f"The manifest in {folder} was not signed with this release key, or was changed since."
        ) from error
    try:
        made = msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WheelhouseError(f"The manifest in {folder} is of another version: update Presensi here first.") from error
    if made.version != 1:
        raise WheelhouseError(f"The manifest in {folder} is of version {made.version}: update Presensi here first.")
    for file in made.files:
        if not _PATH.match(file.path):
            raise WheelhouseError(f"The manifest names a file outside of the wheelhouse: {file.path!r}.")
    return made


def _paths(folder: Path) -> Iterator[str]:
    """What lies in the folder beside manifest and signature, by name."""
    try:
        found = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    except OSError as error:
        raise WheelhouseError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    for path in found:
        name = path.relative_to(folder).as_posix()
        if name not in {MANIFEST, SIGNATURE}:
            yield name


def _measure(folder: Path, name: str) -> WheelhouseFile:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise WheelhouseError(f"{name} is missing in {folder}, or is no file.")
    try:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            return WheelhouseFile(path=name, size=content.tell(), sha256=digest)
    except OSError as error:
        raise WheelhouseError(f"{path} cannot be read: {error.strerror}.") from error


def _read(folder: Path, name: str) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            return file.read(_MOST_MANIFEST_BYTES)
    except OSError as error:
        raise WheelhouseError(
            f"There is no wheelhouse in {folder}: {name} cannot be read ({error.strerror})."
        ) from error
