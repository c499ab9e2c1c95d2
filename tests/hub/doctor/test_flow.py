"""What flows through a hub, on good days and bad ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.doctor import flow
from hub.doctor.checks import judge_gateways
from hub.fleet.overview import KioskStatus
from hub.scheduler.overview import JobLine

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


def kiosk(heard: timedelta | None, state: str = "active") -> KioskStatus:
    return KioskStatus(
        device="kiosk-1",
        unit=None,
        state=state,
        demo=False,
        online=None,
        added_at=NOW,
        delivered_up_to=None,
        held=0,
        quarantined=0,
        open_alarms=(),
        heard_at=None if heard is None else NOW - heard,
    )


def job(name: str = "calibration", **changes: Any) -> JobLine:
    fields: dict[str, Any] = dict.fromkeys(
        ("running_by", "looked_at", "started_at", "ended_at", "seconds", "last_outcome", "last_detail")
    )
    return JobLine(**({"name": name, "due_at": NOW, "late": False, "failures": 0, "runs": 1} | fields | changes))


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("kiosks", "state"),
    [
        ([], "not_fitted"),
        ([kiosk(HOUR, "revoked")], "not_fitted"),
        ([kiosk(MINUTE)], "ok"),
        ([kiosk(MINUTE), kiosk(HOUR)], "warning"),
        ([kiosk(HOUR), kiosk(None)], "bad"),
    ],
)
def test_ingest(kiosks: list[KioskStatus], state: str) -> None:
    assert flow.judge_ingest(kiosks, NOW).state == state


@pytest.mark.parametrize(
    ("jobs", "state", "named"),
    [
        ([], "warning", ""),
        ([job()], "ok", ""),
        ([job(failures=1), job("backup@a")], "warning", "calibration"),
        ([job(late=True)], "warning", "calibration"),
        ([job(late=True, may_be_retired=True)], "ok", ""),
        ([job(failures=3)], "bad", "calibration"),
    ],
)
def test_jobs(jobs: list[JobLine], state: str, named: str) -> None:
    finding = flow.judge_jobs(jobs)
    assert (finding.state, named in finding.advice.id) == (state, True)


@pytest.mark.parametrize(
    ("age", "folder", "state"),
    [
        (None, None, "warning"),
        (None, "/backup", "bad"),
        (DAY, "/backup", "ok"),
        (2.5 * DAY, "/backup", "warning"),
        (4 * DAY, "/backup", "bad"),
    ],
)
def test_backup(age: timedelta | None, folder: str | None, state: str) -> None:
    newest = {} if age is None else {"backup@a": NOW - age, "backup@b": NOW - 30 * DAY}
    assert flow.judge_backup(newest, NOW, folder=folder, every=DAY).state == state


@pytest.mark.parametrize(("oldest", "state"), [(None, "ok"), (MINUTE, "ok"), (2 * HOUR, "warning"), (2 * DAY, "bad")])
def test_backlog(oldest: timedelta | None, state: str) -> None:
    backlog = flow.Backlog(3, 0 if oldest is None else 2, None if oldest is None else NOW - oldest)
    assert flow.judge_backlog(backlog, NOW).state == state


def test_quarantine() -> None:
    assert [flow.judge_quarantine(*each).state for each in ((0, 0), (9, 0), (9, 1))] == ["ok", "ok", "warning"]


def test_gateways() -> None:
    found = [
        judge_gateways({}),
        judge_gateways({"surel": "mailto://u:rahasia7@mail.example/{to}"}),
        judge_gateways({"x": "?"}),
    ]
    assert [each.state for each in found] == ["not_fitted", "ok", "bad"]
    assert "rahasia7" not in repr(found)
