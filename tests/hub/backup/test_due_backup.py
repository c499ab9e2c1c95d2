"""The backup among what is due by the clock."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.due_work import DueWork
from hub.refusals.snapshots import SnapshotStore
from hub.scheduler.claims import ask_for
from hub.scheduler.overview import RunLine, list_runs
from hub.settings import BackupSection, HubSettings
from tests.hub.backup.conftest import SmallHub


def run_backup(hub: SmallHub, settings: BackupSection) -> RunLine:
    work = DueWork(
        settings=HubSettings(data=str(hub.folder), database=hub.url, backup=settings),
        database=hub.database,
        key=hub.key,
        snapshots=SnapshotStore(hub.folder),
        zone=ZoneInfo("Asia/Jakarta"),
    )
    scheduler = work.scheduler()
    scheduler.enrol()
    [name] = [job.name for job in work.jobs() if job.name.startswith("backup@")]
    ask_for(hub.database, name, now=hub.clock.now)
    assert name in scheduler.step()
    return list_runs(hub.database, name=name, limit=1)[0]


def test_job_makes_a_backup_and_says_which(small_hub: SmallHub, tmp_path: Path) -> None:
    run = run_backup(small_hub, BackupSection(folder=str(tmp_path / "due")))
    [made] = (tmp_path / "due").glob("*.zip")
    assert run.outcome == "done"
    assert (run.detail or "").startswith(made.name)


def test_job_without_a_folder_says_so(small_hub: SmallHub) -> None:
    run = run_backup(small_hub, BackupSection())
    assert (run.outcome, run.detail) == ("done", "no backup: no folder is set up ([backup] in the settings)")


def test_job_that_finds_no_room_fails_with_words(small_hub: SmallHub, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file, no folder")
    run = run_backup(small_hub, BackupSection(folder=str(tmp_path / "taken" / "due")))
    assert run.outcome == "failed"
    assert "No backup was made in" in (run.detail or "")


@pytest.mark.parametrize("days", [0, 90])
def test_settings_refuse_what_kiosks_could_not_complete(days: int, tmp_path: Path) -> None:
    from hub.errors import SettingsError
    from hub.settings import read_settings

    path = tmp_path / "hub.toml"
    path.write_text(f"[backup]\nkeep_days = {days}\n", encoding="ascii")
    with pytest.raises(SettingsError, match="keep_days"):
        read_settings(path)
