"""Releases of the kiosks' software that this hub passes on: copied whole, found by the names in their manifests."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from hub.errors import FleetError

_NAME: Final = re.compile(r"[0-9][A-Za-z0-9.+]{0,62}\Z")
_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "manifest.sig"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """As in provisioning.wheelhouse, whose signature kiosks check; here it only says which files there are."""

    made_at: datetime
    targets: list[str]
    files: list[_File]
    release: str = ""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """made_at: when it was signed. targets: such as "aarch64 cp313". size: bytes of all files."""

    name: str
    made_at: datetime
    targets: tuple[str, ...]
    files: int
    size: int


class ReleaseFiles:
    """FOLDER/NAME of the hub's data folder. May be used from any thread."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "releases"

    def all(self) -> list[Release]:
        """Those that are here whole, the newest first."""
        try:
            names = [path.name for path in self._folder.iterdir() if _NAME.match(path.name)]
        except OSError:
            return []
        found = [_to_release(manifest) for name in names if (manifest := self._manifest(name)) is not None]
        return sorted(found, key=lambda release: release.made_at, reverse=True)

    def has(self, name: str) -> bool:
        """Whether the release is here."""
        return self._manifest(name) is not None

    def find(self, name: str, path: str) -> tuple[Path, str] | None:
        """A file of a release, and an entity tag for it; None unless the manifest names it."""
        manifest = self._manifest(name)
        if manifest is None:
            return None
        if path in (_MANIFEST, _SIGNATURE):
            return self._folder / name / path, f"{manifest.made_at.timestamp():.6f}-{path}"
        for file in manifest.files:
            if file.path == path:
                return self._folder / name / path, file.sha256
        return None

    def take(self, source: Path, *, on_file: Callable[[str], None] = lambda _path: None) -> Release:
        """Copy a release that was checked; FleetError when one of this name is here, or the disk refuses."""
        manifest = _read(source)
        if manifest is None or not _NAME.match(manifest.release):
            raise FleetError(f"{source} holds no release; `presensi provision release` makes one.")
        if self.has(manifest.release):
            raise FleetError(f"The release {manifest.release} is here already; a new build needs a version of its own.")
        arriving = self._folder / f".{manifest.release}.{secrets.token_hex(8)}"
        try:
            arriving.mkdir(parents=True)
            for path in [*(file.path for file in manifest.files), _SIGNATURE, _MANIFEST]:
                (arriving / path).parent.mkdir(exist_ok=True)
                shutil.copyfile(source / path, arriving / path)
                on_file(path)
            arriving.rename(self._folder / manifest.release)
        except OSError as error:
            shutil.rmtree(arriving, ignore_errors=True)
            raise FleetError(f"The release could not be copied to {self._folder}: {error.strerror}.") from error
        return _to_release(manifest)

    def drop(self, name: str) -> None:
        """Take a release away; kiosks that run it go on. FleetError when there is none."""
        if not self.has(name):
            raise FleetError(f"There is no release '{name}' here.")
        shutil.rmtree(self._folder / name)

    def _manifest(self, name: str) -> _Manifest | None:
        if not _NAME.match(name):
            return None
        manifest = _read(self._folder / name)
        return manifest if manifest is not None and manifest.release == name else None


def _read(folder: Path) -> _Manifest | None:
    try:
        return msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _to_release(manifest: _Manifest) -> Release:
    return Release(
        name=manifest.release,
        made_at=manifest.made_at,
        targets=tuple(manifest.targets),
        files=len(manifest.files),
        size=sum(file.size for file in manifest.files),
    )
