"""What a hub does by the clock, and when: the one list of it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from contract.signing import SigningKey
from hub.access.trail.head import DailyHead
from hub.backup.history import JOB as BACKUP_JOB
from hub.backup.making import BackupShelf, make_backup
from hub.db import Database
from hub.errors import BackupError
from hub.refusals.retention import RefusalRetention
from hub.refusals.snapshots import SnapshotStore
from hub.reminders.papers import PaperPlanner
from hub.reminders.planner import SessionPlanner
from hub.roster.calibration import calibrate_kiosks
from hub.scheduler.claims import forget_runs
from hub.scheduler.rhythm import Daily, Every
from hub.scheduler.scheduler import KEEP_RUNS, Job, Scheduler
from hub.settings import HubSettings
from hub.webhooks.deliveries import KEEP_DELIVERIES, forget_deliveries

FOLDER_ID: Final = "folder.id"
_HOURLY: Final = Every(timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class DueWork:
    """What the work needs. A job whose name ends in `@ID` is about the files of this hub's folder alone."""

    settings: HubSettings
    database: Database
    key: SigningKey
    snapshots: SnapshotStore
    zone: ZoneInfo

    def jobs(self) -> list[Job]:
        """All of it."""
        here = folder_id(self.settings.data_folder)
        return [
            Job("calibration", Daily(time(self.settings.calibrate_at), self.zone), self._calibrate, most_attempts=3),
            Job(f"retention@{here}", _HOURLY, self._erase_refusals),
            Job(f"audit-head@{here}", _HOURLY, self._export_head),
            Job("reminders", Every(timedelta(seconds=20)), self._plan_sessions(SessionPlanner(self.database))),
            Job("paper-reminders", _HOURLY, self._plan_papers),
            Job("job-history", Daily(time(3, 40), self.zone), self._forget_runs),
            Job("webhook-history", Daily(time(3, 50), self.zone), self._forget_deliveries),
            Job(f"{BACKUP_JOB}{here}", Every(timedelta(hours=self.settings.backup.every_hours)), self._back_up),
        ]

    def scheduler(self) -> Scheduler:
        """Whoever runs it does what is due, unless another process has it in hand."""
        return Scheduler(self.database, self.jobs())

    def _calibrate(self, _over: threading.Event) -> str:
        found = calibrate_kiosks(self.database, made_by="scheduler", target=self.settings.calibrate_target)
        return f"{len(found)} thresholds"

    def _erase_refusals(self, _over: threading.Event) -> str | None:
        keep = timedelta(days=self.settings.keep_refusals_days)
        erased = RefusalRetention(self.database, self.snapshots, keep=keep).step()
        if not (erased.events or erased.pictures):
            return None
        return f"{erased.events} refusals and {erased.pictures} pictures erased by age"

    def _export_head(self, _over: threading.Event) -> str | None:
        path = DailyHead(self.database, self.settings.data_folder, self.key, zone=self.zone).step()
        return None if path is None else path.name

    @staticmethod
    def _plan_sessions(planner: SessionPlanner) -> Callable[[threading.Event], str | None]:
        def plan(_over: threading.Event) -> str | None:
            new = planner.step()
            return f"{new} reminders written" if new else None

        return plan

    def _plan_papers(self, _over: threading.Event) -> str | None:
        new = PaperPlanner(self.database).step()
        return f"{new} reminders written" if new else None

    def _forget_runs(self, _over: threading.Event) -> str | None:
        gone = forget_runs(self.database, before=datetime.now(UTC) - KEEP_RUNS)
        return f"{gone} runs forgotten" if gone else None

    def _forget_deliveries(self, _over: threading.Event) -> str | None:
        gone = forget_deliveries(self.database, before=datetime.now(UTC) - KEEP_DELIVERIES)
        return f"{gone} deliveries forgotten" if gone else None

    def _back_up(self, over: threading.Event) -> str:
        wanted = self.settings.backup
        if wanted.folder is None:
            return "no backup: no folder is set up ([backup] in the settings)"
        keep = timedelta(days=wanted.keep_days)
        shelf = backup_shelf(self.settings, Path(wanted.folder), keep, self.zone)

        def go_on(_bytes: int) -> None:
            if over.is_set():
                raise BackupError("The hub was stopped before the backup was made.")

        made = make_backup(self.database, self.settings.data_folder, shelf, on_bytes=go_on)
        gone = f", {len(made.deleted)} expired deleted" if made.deleted else ""
        return f"{made.backup.path.name}, {made.backup.bytes / 1e6:.1f} MB, expires {made.backup.expires_on}{gone}"


def backup_shelf(settings: HubSettings, folder: Path, keep: timedelta, zone: ZoneInfo) -> BackupShelf:
    """The backups of this hub's folder."""
    return BackupShelf(folder=folder, hub=folder_id(settings.data_folder), keep=keep, zone=zone)


def folder_id(folder: Path) -> str:
    """A name that a data folder keeps, and no other folder has."""
    path = folder / FOLDER_ID
    if not path.exists():
        temporary = path.with_name(f".{FOLDER_ID}.{secrets.token_hex(4)}")
        temporary.write_text(secrets.token_hex(4), encoding="ascii")
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass  # another process was first
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()
