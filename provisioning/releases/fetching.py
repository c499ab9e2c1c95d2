"""A release fetched from the hub: only what its signed manifest names, gently, and taken up where it was cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import requests

from contract.signing import VerifyKey
from kiosk.recognizer.packs.card import ModelFile
from provisioning.download import Downloader, Patience
from provisioning.errors import FolderError, ReleaseError, SourceError
from provisioning.part_file import PartFile
from provisioning.wheelhouse import MANIFEST, SIGNATURE, Manifest, WheelhouseFile, is_release_name, read_manifest
from provisioning.whole_files import FOR_EVERYBODY, write_whole

_MOST_MANIFEST_BYTES: Final = 4_000_000
_SECONDS: Final = 30.0


class Brake:
    """Holds a download to a number of bytes a second, on average since it began."""

    def __init__(
        self,
        bytes_per_second: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = bytes_per_second
        self._now, self._sleep = now, sleep
        self._began = now()
        self._bytes = 0

    def passed(self, count: int) -> None:
        """So many bytes have come; waits as long as they were too fast."""
        self._bytes += count
        ahead = self._bytes / self._rate - (self._now() - self._began)
        if ahead > 0:
            self._sleep(ahead)


class ReleaseFetcher:
    """address: of the hub, as https://hub.example.go.id. into: a folder of its own, kept until the release is whole.

    open_now: whether the network may be used now; asked before each file and each piece. told: percent that is here.
    """

    def __init__(
        self,
        address: str,
        into: Path,
        key: VerifyKey,
        *,
        ca: Path | None,
        brake: Brake,
        open_now: Callable[[], bool] = lambda: True,
        told: Callable[[int], None] = lambda _percent: None,
        patience: Patience | None = None,
    ) -> None:
        self._address = address.rstrip("/")
        self._into = into
        self._key = key
        self._ca = ca
        self._brake = brake
        self._open_now = open_now
        self._told = told
        self._patience = patience or Patience()

    def fetch(self, release: str) -> Path:
        """The folder with the whole release. Raises ReleaseError, WheelhouseError, SourceError, FolderError; what has
        come stays for the next time. TimeoutError when the hours are over."""
        if not is_release_name(release):
            raise ReleaseError(f"'{release[:64]}' is no name of a release.")
        folder = self._into / release
        try:
            (folder / "wheels").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(f"{folder} cannot be made: {error.strerror}.") from error
        manifest = self._manifest(release, folder)
        whole = sum(file.size for file in manifest.files)
        here = sum(file.size for file in manifest.files if _is_here(folder, file))
        with Downloader(self._patience, ca=self._ca) as downloader:
            for file in manifest.files:
                if not _is_here(folder, file):
                    self._fetch_file(downloader, release, folder, file, before=here, whole=whole)
                    here += file.size
        self._drop_others(folder, {file.path for file in manifest.files})
        return folder

    def _manifest(self, release: str, folder: Path) -> Manifest:
        """Signature first, then manifest: what is believed was signed."""
        for name in (SIGNATURE, MANIFEST):
            write_whole(folder / name, self._small(f"{self._url(release)}/{name}"), mode=FOR_EVERYBODY)
        manifest = read_manifest(folder, self._key)
        if manifest.release != release:
            raise ReleaseError(f"The hub gives {manifest.release or 'no release'} where {release} was asked for.")
        return manifest

    def _fetch_file(
        self, downloader: Downloader, release: str, folder: Path, file: WheelhouseFile, *, before: int, whole: int
    ) -> None:
        if not self._open_now():
            raise TimeoutError
        wanted = ModelFile(role="wheel", name=file.path, sha256=file.sha256, size=file.size, source="", licence="")
        part = PartFile(self._into, wanted)
        last = part.size

        def arrived(_file: ModelFile, count: int) -> None:
            nonlocal last
            self._brake.passed(max(0, count - last))
            last = count
            self._told(100 * (before + count) // max(1, whole))
            if not self._open_now():
                raise TimeoutError

        try:
            downloader.download(f"{self._url(release)}/{quote(file.path)}", part, arrived)
            part.move_to(folder / file.path)
        except TimeoutError:
            raise
        except OSError as error:
            raise FolderError(f"{folder / file.path} could not be written: {error.strerror}.") from error

    def _small(self, address: str) -> bytes:
        """A file whose size nobody has signed: read up to a bound."""
        try:
            with requests.Session() as session:
                session.trust_env = False
                if self._ca is not None:
                    session.verify = str(self._ca)
                with session.get(address, stream=True, timeout=_SECONDS, allow_redirects=False) as response:
                    if response.status_code != 200:
                        words = f"it answers {response.status_code}; does the hub have the release?"
                        raise SourceError(f"{address}: {words}")
                    content: bytes = response.raw.read(_MOST_MANIFEST_BYTES + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise SourceError(f"{address}: no answer ({error}).", unreachable=True) from error
        if len(content) > _MOST_MANIFEST_BYTES:
            raise SourceError(f"{address}: it is longer than a manifest can be.")
        return content

    def _url(self, release: str) -> str:
        return f"{self._address}/rilis/{quote(release)}"

    def _drop_others(self, folder: Path, kept: set[str]) -> None:
        for path in [*folder.rglob("*")]:
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name not in {*kept, MANIFEST, SIGNATURE}:
                path.unlink()


def _is_here(folder: Path, file: WheelhouseFile) -> bool:
    """By its size; hashes are compared before anything is installed."""
    try:
        return (folder / file.path).stat().st_size == file.size
    except OSError:
        return False
