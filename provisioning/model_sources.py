"""Where the files of a pack come from: a mirror, the hub, a folder on a stick, the addresses on the card.

One layout for all but the last: the mirror's address, a slash, and the file's SHA-256 (docs/models.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kiosk.recognizer.packs.card import ModelFile
from provisioning.download import CHUNK_BYTES, Downloader, OnProgress
from provisioning.errors import MirrorError, SourceError
from provisioning.part_file import PartFile


class Source(Protocol):
    """Gives model files. None of them is trusted: the hash on the card decides what is right."""

    def offers(self, file: ModelFile) -> bool:
        """Whether it is worth asking for this file."""
        ...

    def bring(self, part: PartFile, downloader: Downloader, on_progress: OnProgress) -> str:
        """Make the part whole and say where it came from; SourceError when that is not possible."""
        ...


@dataclass(frozen=True, slots=True)
class WebMirror:
    """A web server that has files by their SHA-256: any mirror, and every hub below /models."""

    address: str

    def offers(self, _file: ModelFile) -> bool:
        return True

    def bring(self, part: PartFile, downloader: Downloader, on_progress: OnProgress) -> str:
        address = f"{self.address}/{part.file.sha256}"
        downloader.download(address, part, on_progress)
        return address


@dataclass(frozen=True, slots=True)
class Upstream:
    """The addresses on the card, of those who published the files."""

    def offers(self, file: ModelFile) -> bool:
        return file.source.startswith(("https://", "http://"))

    def bring(self, part: PartFile, downloader: Downloader, on_progress: OnProgress) -> str:
        downloader.download(part.file.source, part, on_progress)
        return part.file.source


@dataclass(frozen=True, slots=True)
class FolderMirror:
    """A folder, say on a USB stick, with files by their SHA-256 or by the names that a browser saves them under."""

    folder: Path

    def offers(self, _file: ModelFile) -> bool:
        return True

    def bring(self, part: PartFile, _downloader: Downloader, on_progress: OnProgress) -> str:
        names = (part.file.sha256, Path(part.file.name).name)
        path = next((self.folder / name for name in names if (self.folder / name).is_file()), None)
        if path is None:
            raise SourceError(f"{self.folder} has neither a file {' nor '.join(names)}")
        try:
            with path.open("rb") as content:
                self._copy(content, part, on_progress)
        except _ReadError as error:
            raise SourceError(f"{path} cannot be read ({error})") from error
        if not part.is_whole():
            part.discard()
            raise SourceError(f"{path} is not the file on the card (size or SHA-256 differs)")
        return str(path)

    def _copy(self, content: BinaryIO, part: PartFile, on_progress: OnProgress) -> None:
        with part.open(start=0, address=str(self.folder), etag=None) as copy:
            arrived = 0
            while arrived < part.file.size and (chunk := _read(content, min(CHUNK_BYTES, part.file.size - arrived))):
                copy.write(chunk)
                arrived += len(chunk)
                on_progress(part.file, arrived)


class _ReadError(Exception):
    """Raised when the stick fails, as opposed to the disk that is written."""


def _read(content: BinaryIO, most: int) -> bytes:
    try:
        return content.read(most)
    except OSError as error:
        raise _ReadError(error.strerror) from error


def read_mirror(text: str) -> Source:
    """A mirror as it is written in a setting: http(s)://…, file://… or a folder; MirrorError for anything else."""
    if "://" not in text:
        if not text:
            raise MirrorError("A mirror needs an address (https://…) or a folder.")
        return FolderMirror(Path(text).expanduser())
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise MirrorError(f"'{text}' is no address of a mirror: write https://HOST/PATH or a folder.") from None
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return FolderMirror(Path(url2pathname(parts.path)))
    if parts.scheme in ("http", "https") and parts.hostname and port_is_right and not (parts.query or parts.fragment):
        return WebMirror(text.rstrip("/"))
    raise MirrorError(f"'{text}' is no address of a mirror: write https://HOST/PATH or a folder.")


def read_hub(text: str) -> Source:
    """The hub at the address of its pages, http://HOST:8080; MirrorError for anything else."""
    if not text.startswith(("http://", "https://")):
        raise MirrorError(f"'{text}' is no address of a hub: write http://HOST:8080, as in a browser.")
    return read_mirror(f"{text.rstrip('/')}/models")


def sources(*, mirror: str | None = None, hub: str | None = None) -> tuple[Source, ...]:
    """The sources in the order in which they are asked: the mirror, the hub, and last the addresses on the card."""
    nearer = [read_mirror(mirror)] if mirror else []
    nearer += [read_hub(hub)] if hub else []
    return (*nearer, Upstream())
