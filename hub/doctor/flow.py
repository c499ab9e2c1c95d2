"""Judging what flows through a hub: heartbeats, quarantine, work by the clock, backups, messages that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from contract.checkup.finding import NOTHING, Finding, Measure, Words
from hub.db import Database
from hub.fleet.overview import KioskStatus
from hub.fleet.trouble import is_silent
from hub.ingest.models import QuarantinedRow
from hub.reminders.models import Reminder
from hub.scheduler.overview import JobLine
from hub.webhooks.models import WebhookDelivery

RECENT: Final = timedelta(days=7)
WAITS: Final = timedelta(hours=1)
WAITS_LONG: Final = timedelta(days=1)
OFTEN: Final = 3
"""A job that failed so often in a row will not mend itself."""


def judge_ingest(kiosks: Sequence[KioskStatus], now: datetime) -> Finding:
    """Bad when nobody is heard; a warning when some kiosks are not."""
    active = [each for each in kiosks if each.state == "active"]
    heard = [each.heard_at for each in active if each.heard_at is not None]
    silent = [each for each in active if is_silent(each, now)]
    newest = max(heard, default=None)
    measured: dict[str, Measure] = {
        "kiosks": len(active),
        "silent": len(silent),
        "newest_heartbeat_seconds": None if newest is None else round((now - newest).total_seconds()),
    }
    if not active:
        return Finding("not_fitted", Words("belum ada kios", "no kiosks yet"), NOTHING, measured)
    age = ("tidak pernah", "never") if newest is None else (f"{_span(now - newest)} lalu", f"{_span(now - newest)} ago")
    value = Words(
        f"detak terbaru {age[0]}, {len(silent)} dari {len(active)} kios diam",
        f"newest heartbeat {age[1]}, {len(silent)} of {len(active)} kiosks silent",
    )
    if len(silent) == len(active):
        advice = Words("Periksa broker dan layanan ingest.", "Check the broker and the ingest service.")
        return Finding("bad", value, advice, measured)
    if silent:
        return Finding(
            "warning", value, Words("Lihat: presensi hub kiosk list.", "See: presensi hub kiosk list."), measured
        )
    return Finding("ok", value, NOTHING, measured)


def count_quarantine(database: Database, now: datetime) -> tuple[int, int]:
    """Rows in quarantine: all, and those that came within a week."""
    query = select(func.count()).select_from(QuarantinedRow)
    with database.read() as session:
        recent = session.scalar(query.where(QuarantinedRow.received_at > now - RECENT)) or 0
        return session.scalar(query) or 0, recent


def judge_quarantine(rows: int, recent: int) -> Finding:
    """A warning when rows came in within a week."""
    value = Words(f"{rows} baris, {recent} dalam 7 hari", f"{rows} rows, {recent} within 7 days")
    measured: dict[str, Measure] = {"rows": rows, "recent": recent}
    if recent:
        return Finding(
            "warning", value, Words("Lihat: presensi hub quarantine.", "See: presensi hub quarantine."), measured
        )
    return Finding("ok", value, NOTHING, measured)


def judge_jobs(jobs: Sequence[JobLine]) -> Finding:
    """Bad when one fails again and again; a warning when one failed or is late."""
    failed = sorted(each.name for each in jobs if each.failures)
    late = sorted(each.name for each in jobs if each.late and not each.may_be_retired)
    measured: dict[str, Measure] = {"jobs": len(jobs), "failed": failed, "late": late}
    if not jobs:
        advice = Words("Jalankan: presensi hub jobs run.", "Start it: presensi hub jobs run.")
        return Finding("warning", Words("belum ada yang berjalan", "nothing has run yet"), advice, measured)
    value = Words(
        f"{len(jobs)} pekerjaan, {len(failed)} gagal, {len(late)} terlambat",
        f"{len(jobs)} jobs, {len(failed)} failed, {len(late)} late",
    )
    if not failed and not late:
        return Finding("ok", value, NOTHING, measured)
    names = ", ".join(dict.fromkeys(failed + late))
    advice = Words(f"Lihat: presensi hub jobs ({names}).", f"See: presensi hub jobs ({names}).")
    worst = max((each.failures for each in jobs), default=0)
    return Finding("bad" if worst >= OFTEN else "warning", value, advice, measured)


def judge_backup(newest: Mapping[str, datetime], now: datetime, *, folder: str | None, every: timedelta) -> Finding:
    """Bad when the newest is three times as old as it may be, or none was made; a warning at twice."""
    made = max(newest.values(), default=None)
    measured: dict[str, Measure] = {
        "set_up": folder is not None,
        "age_hours": None if made is None else round((now - made) / timedelta(hours=1), 1),
    }
    if folder is None:
        value = Words("tidak diatur", "none set up")
        return Finding(
            "warning", value, Words("Atur [backup]: docs/backup.md.", "Set up [backup]: docs/backup.md."), measured
        )
    advice = Words("Coba: presensi hub backup; lalu hub jobs.", "Try: presensi hub backup; then hub jobs.")
    if made is None:
        return Finding("bad", Words("belum pernah dibuat", "none was ever made"), advice, measured)
    age = now - made
    value = Words(f"{_span(age)} lalu", f"{_span(age)} ago")
    if age > 3 * every:
        return Finding("bad", value, advice, measured)
    return Finding("warning", value, advice, measured) if age > 2 * every else Finding("ok", value, NOTHING, measured)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to go out and is due: how many, and since when the first of them."""

    waiting: int
    due: int
    oldest_due_at: datetime | None


def read_backlog(database: Database, now: datetime) -> Backlog:
    """Reminders and webhooks together."""
    waiting, due, oldest = 0, 0, None
    with database.read() as session:
        for owed in (Reminder, WebhookDelivery):
            waits = owed.state == "waiting"
            waiting += session.scalar(select(func.count()).select_from(owed).where(waits)) or 0
            query = select(func.count(), func.min(owed.due_at)).where(waits, owed.due_at <= now)
            count, first = session.execute(query).one()
            due += count
            oldest = min((each for each in (oldest, first) if each is not None), default=None)
    return Backlog(waiting, due, oldest)


def judge_backlog(backlog: Backlog, now: datetime) -> Finding:
    """Bad when something has been due for a day; a warning after an hour."""
    late = now - backlog.oldest_due_at if backlog.oldest_due_at is not None else timedelta(0)
    value = Words(
        f"{backlog.waiting} menunggu, {backlog.due} jatuh tempo", f"{backlog.waiting} waiting, {backlog.due} due"
    )
    measured: dict[str, Measure] = {
        "waiting": backlog.waiting,
        "due": backlog.due,
        "oldest_due_seconds": round(late.total_seconds()),
    }
    if late <= WAITS:
        return Finding("ok", value, NOTHING, measured)
    value = Words(f"{value.id}, tertua {_span(late)}", f"{value.en}, oldest {_span(late)}")
    advice = Words("Periksa gateway dan alamat webhook.", "Check the gateways and the webhooks' addresses.")
    return Finding("bad" if late > WAITS_LONG else "warning", value, advice, measured)


def _span(age: timedelta) -> str:
    """A length of time in one unit: s, min, h, d."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length in (("d", 172_800), ("h", 7_200), ("min", 120)):
        if seconds >= length:
            return f"{seconds // {'d': 86_400, 'h': 3_600, 'min': 60}[unit]} {unit}"
    return f"{seconds} s"
