"""The hub's folder of pictures."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from contract.evidence import snapshot_hash
from hub import kept_files
from hub.refusals.snapshots import SnapshotStore
from tests.factories.snapshots import jpeg


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def test_picture_is_kept_once_and_for_the_hub_only(store: SnapshotStore, tmp_path: Path) -> None:
    name = snapshot_hash(jpeg(1))
    assert not store.has(name)
    assert store.read(name) is None
    assert {store.keep(jpeg(1)) for _ in range(3)} == {name}
    assert store.has(name)
    assert store.read(name) == jpeg(1)
    [file] = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in list(file.parents)[:2]} == {0o700}


def test_damaged_picture_is_none_and_is_mended_by_the_next_copy(store: SnapshotStore, tmp_path: Path) -> None:
    name = store.keep(jpeg(1))
    files(tmp_path)[0].write_bytes(b"noise")
    assert store.read(name) is None
    store.keep(jpeg(1))
    assert store.read(name) == jpeg(1)


@pytest.mark.parametrize("name", ["", "x", "../../hub.key", "0" * 63, "0" * 65, "A" * 64, "/etc/passwd"])
def test_name_that_is_no_hash_is_no_picture(store: SnapshotStore, name: str) -> None:
    assert not store.has(name)
    assert store.read(name) is None


@pytest.mark.parametrize("fault", ["nearly full", "full"])
def test_full_disk_leaves_nothing_half_written(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        if fault == "full":
            patch.setattr(os, "fsync", refuse)
        else:
            patch.setattr(kept_files, "MIN_FREE_BYTES", 1 << 62)
        with pytest.raises(OSError, match="No space left"):
            store.keep(jpeg(1))
    assert files(tmp_path) == []
    assert store.keep(jpeg(1)) == snapshot_hash(jpeg(1))
