"""Archives that are not what a hub wrote are refused with a sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from hub.backup.archive import ArchiveReader
from hub.backup.manifest import Entry, Manifest, inner_path, read_manifest
from hub.backup.verifying import verify_backup
from hub.errors import BackupError
from tests.hub.backup.conftest import SmallHub


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with other contents."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated_archive_is_refused(small_hub: SmallHub, share: float) -> None:
    path = small_hub.back_up().backup.path
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError, match="truncated, damaged or no backup"):
        verify_backup(path)


def test_changed_byte_is_found_wherever_it_matters(small_hub: SmallHub) -> None:
    path = small_hub.back_up().backup.path
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        starts = [info.header_offset + 30 + len(info.filename) + 20 for info in archive.infolist()]
    for start in [starts[0] + 10, starts[0] + 5_000, *starts[1:]]:
        changed = bytearray(content)
        changed[start] ^= 0x10
        path.write_bytes(changed)
        with pytest.raises(BackupError):
            verify_backup(path)


def test_contents_that_differ_from_the_manifest_are_refused(small_hub: SmallHub) -> None:
    path = small_hub.back_up().backup.path
    for change, sentence in (
        (lambda kept: kept.update({"files/hub.pub": b"another"}), "was changed"),
        (lambda kept: kept.update({"files/hub.pub": kept["files/hub.pub"] + b"x"}), "was changed"),
        (lambda kept: kept.pop("files/hub.key"), "does not hold the files"),
        (lambda kept: kept.update({"files/more": b""}), "does not hold the files"),
        (lambda kept: kept.pop("manifest.json"), "holds no manifest"),
        (lambda kept: kept.update({"manifest.json": b"{"}), "cannot be read"),
    ):
        with pytest.raises(BackupError, match=sentence):
            verify_backup(rewrite(path, change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ["files/../hub.key", "/etc/passwd", "files//etc/passwd", "files/a/../../b", "files/a\\..\\b", "files/", "other/a"],
)
def test_names_that_lead_elsewhere_are_refused(small_hub: SmallHub, name: str) -> None:
    with pytest.raises(BackupError, match="leads out"):
        inner_path(name)

    def smuggle(kept: dict[str, bytes]) -> None:
        manifest = read_manifest(kept["manifest.json"])
        entries = [*manifest.entries, Entry(name=name, size=0, sha256="0" * 64)]
        kept["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(manifest, entries=entries))
        kept[name] = b""

    with pytest.raises(BackupError, match="leads out"):
        ArchiveReader(rewrite(small_hub.back_up().backup.path, smuggle))


def test_database_that_is_damaged_inside_is_refused(small_hub: SmallHub) -> None:
    def damage(kept: dict[str, bytes]) -> None:
        manifest: Manifest = read_manifest(kept["manifest.json"])
        content = kept[manifest.database][:100] + bytes(20_000)
        kept[manifest.database] = content
        entries = [each for each in manifest.entries if each.name != manifest.database]
        entries.append(Entry(name=manifest.database, size=len(content), sha256=sha256(content).hexdigest()))
        kept["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(manifest, entries=entries))

    with pytest.raises(BackupError, match=r"does not open|is damaged|pg_restore failed"):
        verify_backup(rewrite(small_hub.back_up().backup.path, damage))


def test_no_backup_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no backup"):
        verify_backup(tmp_path / "none.zip")
