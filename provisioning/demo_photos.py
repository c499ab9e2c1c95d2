"""Photos for the demo: the well-known faces that the source archive of `face_recognition` brings for its own tests.

The archive is fetched by name through pip, from whatever index pip is configured for; no picture is part of this
product. `python -m provisioning.demo_photos [--to DIR]` lays them out as PERSON/file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from provisioning.errors import DemoPhotosError, DemoPhotosFolderError

ARCHIVE_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
_REQUIREMENT = "face_recognition==1.3.0"
_IMAGES = "face_recognition-1.3.0/tests/test_images"
_LARGEST_PHOTO_BYTES = 4_000_000
_PIP_SECONDS = 600

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoPhoto:
    """One picture of the archive and who is on it; sha256 of the file's bytes."""

    person: str
    file: str
    sha256: str


# The archive's other pictures are cropped faces and a second copy of obama2.jpg.
PHOTOS = (
    DemoPhoto("biden", "biden.jpg", "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
    DemoPhoto("obama", "obama.jpg", "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
    DemoPhoto("obama", "obama2.jpg", "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"),
    DemoPhoto("obama", "obama3.jpg", "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"),
)


def cache_folder() -> Path:
    """Where fetched and derived files live: $PRESENSI_CACHE, $XDG_CACHE_HOME/presensi or ~/.cache/presensi."""
    named = os.environ.get("PRESENSI_CACHE")
    if named:
        return Path(named)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "presensi"


def fetch(to: Path | None = None, *, say: Say = lambda _: None) -> Path:
    """The folder of the demo's photos (PERSON/file), fetched when it is not complete yet; `say` hears of the progress.

    to: None means `demo-photos` in the cache. The folder appears whole or not at all. DemoPhotosError when offline or
    when the archive is not the expected one; DemoPhotosFolderError when the folder holds files that are not the demo's.
    """
    folder = to if to is not None else cache_folder() / "demo-photos"
    if _is_complete(folder):
        say(f"Foto demo sudah ada di {folder} (the demo's photos are in place).")
        return folder
    _refuse_foreign(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".demo-photos-", dir=folder.parent) as scratch:
            say("Mengambil arsip face_recognition 1.3.0 melalui pip (fetching the archive through pip) …")
            archive = download_archive(Path(scratch))
            say("Memeriksa dan menata foto (checking and laying out the photos) …")
            laid_out = Path(scratch) / "photos"
            lay_out(archive, laid_out)
            _swap(laid_out, folder, Path(scratch) / "before")
    except OSError as error:
        raise DemoPhotosError(
            f"The demo's photos cannot be written to {folder}: {error.strerror}; free the disk or name another folder."
        ) from error
    say(f"{len(PHOTOS)} foto siap di {folder} (photos are ready).")
    return folder


def download_archive(into: Path) -> Path:
    """The source archive, by name from pip's own index; DemoPhotosError when there is none to be had."""
    # Only this one package as a source archive: pip's preparation then still takes its build tools as wheels.
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "face-recognition")
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(into), _REQUIREMENT]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)  # noqa: S603 - no outside words in it
    except subprocess.TimeoutExpired as error:
        raise DemoPhotosError(f"pip took longer than {_PIP_SECONDS} s; check the network and try again.") from error
    archives = sorted(into.glob("face_recognition-*.tar.gz"))
    if done.returncode != 0 or len(archives) != 1:
        complaints = [line for line in done.stderr.splitlines() if line.startswith("ERROR:") or "No module" in line]
        complaint = complaints[-1].removeprefix("ERROR:").strip() if complaints else "pip gave no reason"
        raise DemoPhotosError(
            f"The demo's photos need {_REQUIREMENT} from the package index once ({complaint}); check the network and "
            "pip's index, or run the demo on your own photos."
        )
    return archives[0]


def lay_out(archive: Path, into: Path) -> None:
    """Write the archive's usable photos to `into` as PERSON/file; DemoPhotosError unless every byte is as expected."""
    found = _sha256(archive.read_bytes())
    if found != ARCHIVE_SHA256:
        raise DemoPhotosError(f"{archive.name} is not the expected archive (sha256 {found}); delete it and try again.")
    extract_photos(archive, into, PHOTOS)


def extract_photos(archive: Path, into: Path, photos: tuple[DemoPhoto, ...]) -> None:
    """Take single members out of a tar by their exact names: no path of the archive ever decides where a file goes."""
    with tarfile.open(archive, "r:gz") as tar:
        for photo in photos:
            content = _read_member(tar, f"{_IMAGES}/{photo.file}")
            if _sha256(content) != photo.sha256:
                raise DemoPhotosError(
                    f"{photo.file} in {archive.name} is not the expected photo; delete it and try again."
                )
            (into / photo.person).mkdir(parents=True, exist_ok=True)
            (into / photo.person / photo.file).write_bytes(content)


def _read_member(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        member = tar.getmember(name)
    except KeyError as error:
        raise DemoPhotosError(f"The archive lacks {name}; delete it and try again.") from error
    stream = tar.extractfile(member) if member.isreg() and member.size <= _LARGEST_PHOTO_BYTES else None
    if stream is None:
        raise DemoPhotosError(f"{name} in the archive is no ordinary picture file; delete the archive and try again.")
    with stream:
        return stream.read()


def _is_complete(folder: Path) -> bool:
    paths = [(folder / photo.person / photo.file, photo.sha256) for photo in PHOTOS]
    return all(path.is_file() and _sha256(path.read_bytes()) == sha256 for path, sha256 in paths)


def _refuse_foreign(folder: Path) -> None:
    """A folder with anything but (damaged) photos of ours is somebody's: it must not be replaced."""
    if folder.exists() and not folder.is_dir():
        raise DemoPhotosFolderError(f"{folder} is a file; name a folder for the demo's photos.")
    ours = {Path(photo.person) / photo.file for photo in PHOTOS}
    ours |= {path.parent for path in ours}
    foreign = next((path for path in folder.rglob("*") if path.relative_to(folder) not in ours), None)
    if foreign is not None:
        raise DemoPhotosFolderError(f"{folder} holds other files ({foreign.name}); name an empty or a new folder.")


def _swap(laid_out: Path, folder: Path, before: Path) -> None:
    """Put the new folder in place; what was there goes away with the scratch folder."""
    if folder.exists():
        folder.rename(before)
    try:
        laid_out.rename(folder)
    except OSError:
        # Somebody else put the same photos there meanwhile; theirs are as good.
        if not _is_complete(folder):
            raise
        shutil.rmtree(laid_out, ignore_errors=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """The command: exit 0 with the folder on standard output, 2 for a folder that cannot be used, else 1."""
    parser = argparse.ArgumentParser(prog="python -m provisioning.demo_photos", description="Fetch the demo's photos.")
    parser.add_argument("--to", type=Path, metavar="DIR", help="folder for PERSON/file (default: in the cache)")
    chosen = parser.parse_args(arguments)
    try:
        folder = fetch(chosen.to, say=lambda words: print(words, file=sys.stderr, flush=True))
    except DemoPhotosError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, DemoPhotosFolderError) else 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
