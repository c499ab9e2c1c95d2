"""When the newest backup was made, as the history tells."""

from __future__ import annotations

from pathlib import Path

from hub.backup.history import newest_backups
from hub.settings import BackupSection
from tests.hub.backup.conftest import SmallHub
from tests.hub.backup.test_due_backup import run_backup


def test_only_runs_that_made_a_backup_count(small_hub: SmallHub, tmp_path: Path) -> None:
    run_backup(small_hub, BackupSection())
    assert newest_backups(small_hub.database) == {}
    run = run_backup(small_hub, BackupSection(folder=str(tmp_path / "due")))
    assert newest_backups(small_hub.database) == {run.name: run.started_at}
