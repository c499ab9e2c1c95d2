"""Backups: what is in one, who may read it, how long it stays, and what a bad day leaves."""

from __future__ import annotations

import errno
import os
import stat
import threading
import zipfile
from pathlib import Path
from typing import IO, Any

import pytest

from hub.backup import making
from hub.backup.archive import open_private
from hub.backup.manifest import read_manifest
from hub.backup.verifying import verify_backup
from hub.errors import BackupError
from hub.ingest.recorder import Recorder
from tests.hub.backup.conftest import SmallHub


def test_backup_holds_database_keys_and_pictures_and_is_private(small_hub: SmallHub) -> None:
    (small_hub.folder / ".half-written").write_bytes(b"x")
    made = small_hub.back_up()
    found = verify_backup(made.backup.path)
    assert found.counts == {"employees": 0, "kiosks": 1, "punches": 5}
    assert (found.known, found.files) == (True, made.files)
    with zipfile.ZipFile(made.backup.path) as archive:
        names = archive.namelist()
        manifest = read_manifest(archive.read("manifest.json"))
    assert {"files/hub.key", "files/hub.pub"} < set(names)
    assert any(name.startswith("files/snapshots/") and name.endswith(".jpg") for name in names)
    assert not any("half-written" in name or "hub.db" in name or "backups" in name for name in names)
    assert manifest.made_at == small_hub.clock.now
    assert stat.S_IMODE(made.backup.path.stat().st_mode) == 0o600
    assert [path.suffix for path in small_hub.shelf.folder.iterdir() if path != made.backup.path] == [".lock"]


def test_old_backups_go_when_a_newer_one_is_there_and_the_day_is_said(small_hub: SmallHub) -> None:
    first = small_hub.back_up()
    foreign = small_hub.shelf.folder / "presensi-ffffffff-20200101T000000Z.zip"
    foreign.write_bytes(b"another hub's")
    assert f"{first.backup.expires_on}" == "2026-11-05"
    small_hub.clock.advance(2 * 86_400)
    second = small_hub.back_up()
    assert second.deleted == ()
    small_hub.clock.advance(86_400)
    third = small_hub.back_up()
    assert third.deleted == (first.backup.path.name,)
    assert [kept.path for kept in small_hub.shelf.kept()] == [third.backup.path, second.backup.path]
    assert foreign.exists()


class FullDisk:
    """A file that takes so many bytes and no more."""

    def __init__(self, file: IO[bytes], room: int) -> None:
        self._file = file
        self._room = room

    def write(self, piece: bytes) -> int:
        self._room -= len(piece)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(piece)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._file.close()


@pytest.mark.parametrize("room", [0, 100, 3_000])
def test_full_disk_leaves_no_half_backup_and_the_old_ones(
    small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    first = small_hub.back_up()
    monkeypatch.setattr(making, "open_private", lambda path: FullDisk(open_private(path), room))
    small_hub.clock.advance(30 * 86_400)
    with pytest.raises(BackupError, match="No space left on device"):
        small_hub.back_up()
    assert [kept.path for kept in small_hub.shelf.kept()] == [first.backup.path]
    assert sorted(path.name for path in small_hub.shelf.folder.iterdir()) == [
        ".presensi-0a1b2c3d.lock",
        first.backup.path.name,
    ]


def test_backup_that_does_not_verify_is_not_kept_and_deletes_nothing(
    small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = small_hub.back_up()
    small_hub.clock.advance(30 * 86_400)

    def rot(path: Path, **_keywords: Any) -> None:
        raise BackupError(f"{path} rots")

    monkeypatch.setattr(making, "verify_backup", rot)
    with pytest.raises(BackupError, match="rots"):
        small_hub.back_up()
    assert [kept.path for kept in small_hub.shelf.kept()] == [first.backup.path]


def test_what_a_killed_backup_left_is_deleted_by_the_next(small_hub: SmallHub) -> None:
    left = small_hub.shelf.folder / ".presensi-0a1b2c3d.part-dead"
    left.mkdir(parents=True)
    (left / "database").write_bytes(b"half")
    small_hub.back_up()
    assert not left.exists()


def test_work_that_is_told_to_end_leaves_nothing(small_hub: SmallHub) -> None:
    def end(_bytes: int) -> None:
        raise BackupError("stopped")

    with pytest.raises(BackupError, match="stopped"):
        making.make_backup(small_hub.database, small_hub.folder, small_hub.shelf, on_bytes=end)
    assert small_hub.shelf.kept() == []


def test_hub_writes_on_while_it_is_backed_up(small_hub: SmallHub) -> None:
    over = threading.Event()

    def punch() -> None:
        recorder = Recorder(database=small_hub.database, hub_key=small_hub.key, now=small_hub.clock)
        while not over.is_set():
            seq = small_hub.journal.punch()
            recorder.record([small_hub.journal.delivery(seq)])

    thread = threading.Thread(target=punch)
    thread.start()
    try:
        made = [small_hub.back_up(), small_hub.clock.advance(1), small_hub.back_up()]
    finally:
        over.set()
        thread.join()
    assert made[2].counts["punches"] >= 5
    verify_backup(made[2].backup.path)
