"""The demo's photos: whole or not at all, from the expected bytes only; no network, archives are made on the spot."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from provisioning import demo_photos
from provisioning.demo_photos import DemoPhoto, cache_folder, download_archive, extract_photos, fetch, lay_out, main
from provisioning.errors import DemoPhotosError, DemoPhotosFolderError

CONTENT = b"not really a picture"
IMAGES = "face_recognition-1.3.0/tests/test_images"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


PHOTOS = (DemoPhoto("ann", "ann.jpg", sha256(CONTENT)), DemoPhoto("ben", "ben.jpg", sha256(CONTENT)))


def write_archive(path: Path, *members: tuple[str, bytes | tarfile.TarInfo]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members:
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return path


def good_members() -> list[tuple[str, bytes]]:
    return [(f"{IMAGES}/{photo.file}", CONTENT) for photo in PHOTOS]


@pytest.fixture
def index(tmp_path, monkeypatch):
    """An index that serves a small archive; `index.append(...)` counts how often it was asked."""
    asked: list[Path] = []
    archive = write_archive(tmp_path / "served.tar.gz", *good_members(), ("../../evil.jpg", CONTENT))

    def download(into: Path) -> Path:
        asked.append(into)
        copy = into / "face_recognition-1.3.0.tar.gz"
        copy.write_bytes(archive.read_bytes())
        return copy

    monkeypatch.setattr(demo_photos, "download_archive", download)
    monkeypatch.setattr(demo_photos, "ARCHIVE_SHA256", sha256(archive.read_bytes()))
    monkeypatch.setattr(demo_photos, "PHOTOS", PHOTOS)
    return asked


def test_fetch_lays_out_person_and_file_and_nothing_else(tmp_path, index):
    said: list[str] = []
    folder = fetch(tmp_path / "house" / "photos", say=said.append)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg")) == ["ann/ann.jpg", "ben/ben.jpg"]
    assert list((tmp_path / "house").iterdir()) == [folder]
    assert len(said) == 3


def test_fetch_twice_asks_the_index_once(tmp_path, index):
    assert fetch(tmp_path / "photos") == fetch(tmp_path / "photos")
    assert len(index) == 1


def test_fetch_replaces_a_damaged_photo(tmp_path, index):
    folder = fetch(tmp_path / "photos")
    (folder / "ann" / "ann.jpg").write_bytes(b"half")
    fetch(folder)
    assert (folder / "ann" / "ann.jpg").read_bytes() == CONTENT
    assert len(index) == 2


def test_fetch_leaves_a_folder_alone_that_is_not_the_demos(tmp_path, index):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "thesis.txt").write_text("mine")
    with pytest.raises(DemoPhotosFolderError, match=r"holds other files \(thesis.txt\)"):
        fetch(tmp_path / "photos")
    with pytest.raises(DemoPhotosFolderError, match="is a file"):
        fetch(tmp_path / "photos" / "thesis.txt")
    assert (tmp_path / "photos" / "thesis.txt").read_text() == "mine"
    assert index == []


def test_fetch_that_fails_leaves_nothing_behind(tmp_path, index, monkeypatch):
    monkeypatch.setattr(demo_photos, "ARCHIVE_SHA256", "0" * 64)
    with pytest.raises(DemoPhotosError, match="not the expected archive"):
        fetch(tmp_path / "house" / "photos")
    assert list((tmp_path / "house").iterdir()) == []


def test_fetch_into_a_folder_that_cannot_be_made_says_so(tmp_path, index):
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoPhotosError, match="cannot be written"):
        fetch(tmp_path / "file" / "photos")


def test_offline_says_what_to_do(tmp_path, monkeypatch):
    # pip itself, told that there is no index: the same path as a machine without a network.
    for name, value in {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DemoPhotosError, match="check the network and pip's index"):
        download_archive(tmp_path)


def test_archive_of_other_bytes_is_refused(tmp_path):
    archive = write_archive(tmp_path / "other.tar.gz", *good_members())
    with pytest.raises(DemoPhotosError, match="not the expected archive"):
        lay_out(archive, tmp_path / "photos")
    assert not (tmp_path / "photos").exists()


def link(name: str, kind: bytes, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "member",
    [
        link(f"{IMAGES}/ann.jpg", tarfile.SYMTYPE, "/etc/passwd"),
        link(f"{IMAGES}/ann.jpg", tarfile.LNKTYPE, "../../../etc/passwd"),
        link(f"{IMAGES}/ann.jpg", tarfile.FIFOTYPE, ""),
    ],
)
def test_archive_member_that_is_no_plain_file_is_refused(tmp_path, member):
    archive = write_archive(tmp_path / "links.tar.gz", ("", member))
    with pytest.raises(DemoPhotosError, match="no ordinary picture file"):
        extract_photos(archive, tmp_path / "photos", PHOTOS[:1])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "lacks"),
        ([(f"{IMAGES}/../test_images/ann.jpg", CONTENT)], "lacks"),
        ([(f"{IMAGES}/ann.jpg", b"another picture")], "not the expected photo"),
    ],
)
def test_archive_without_the_expected_photo_is_refused(tmp_path, members, message):
    archive = write_archive(tmp_path / "poor.tar.gz", *members)
    with pytest.raises(DemoPhotosError, match=message):
        extract_photos(archive, tmp_path / "photos", PHOTOS[:1])


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PRESENSI_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("PRESENSI_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "presensi"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "presensi"


def test_command_prints_the_folder_or_a_sentence(tmp_path, index, capsys):
    assert main(["--to", str(tmp_path / "photos")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'photos'}\n"
    (tmp_path / "photos" / "mine.txt").write_text("")
    (tmp_path / "photos" / "ann" / "ann.jpg").unlink()
    assert main(["--to", str(tmp_path / "photos")]) == 2
    assert "holds other files" in capsys.readouterr().err


def test_module_runs_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "provisioning.demo_photos", "--help"], capture_output=True, text=True, check=True
    )
    assert "--to DIR" in done.stdout


def test_photos_equal_the_evaluation_gallery(shared):
    for photo in demo_photos.PHOTOS:
        assert sha256((shared / "data" / "faces" / "demo" / photo.person / photo.file).read_bytes()) == photo.sha256
