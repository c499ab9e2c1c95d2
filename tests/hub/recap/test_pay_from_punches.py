"""From raw punches through the worker to the amount: the worked month of a part-timer, and missed sessions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks.invented_office import InventedOffice
from hub.attendance.dirty import mark_span
from hub.attendance.models import ManualEntry, MonthClose
from hub.attendance.worker import AttendanceWorker
from hub.db import Database
from hub.recap.pay import PayLine, pay_month
from hub.recap.pay_runs import freeze, make_delta
from hub.schedule.models import Holiday
from tests.factories.pay import NOVEMBER, SENT_AT, workdays_of, write_contract, write_term

JAKARTA = ZoneInfo("Asia/Jakarta")


def settle(database: Database) -> None:
    AttendanceWorker(database, now=lambda: datetime(2026, 12, 2, 6, 0, tzinfo=JAKARTA)).settle()


def punch(office: InventedOffice, person: str, day: date, clocks: Sequence[str]) -> None:
    times = [datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), JAKARTA) for clock in clocks]
    office.punches("kiosk-1", [(person, moment) for moment in times])


def close_november(database: Database) -> None:
    with database.write() as session:
        session.add(MonthClose(month=NOVEMBER.first, closed_at=SENT_AT, closed_by="bkpp"))


def only_line(database: Database) -> PayLine:
    (line,) = pay_month(database, NOVEMBER).lines
    return line


@pytest.fixture
def office(database: Database) -> InventedOffice:
    office = InventedOffice(database, at=datetime(2026, 10, 1, tzinfo=UTC))
    office.kiosk("kiosk-1", delivered_up_to=datetime(2026, 12, 2, tzinfo=UTC))
    return office


def test_the_worked_month_of_a_part_timer_comes_out_of_the_punches(
    database: Database, office: InventedOffice, shared: Path
) -> None:
    cases = json.loads((shared / "rules" / "cases.json").read_text())
    expect = {case["id"]: case["expect"] for case in (cases if isinstance(cases, list) else cases["cases"])}["C20"]
    dewi = office.employee("Dewi", unit=office.unit("SDN 1", policy="jombang-part-time"))
    write_contract(database, dewi)
    off, short, manual, absent, *whole = workdays_of()
    with database.write() as session:
        session.add(Holiday(day=off, name="Libur", kind="libur", decree="SKB", set_by="bkpp", set_at=SENT_AT))
        session.add(
            ManualEntry(
                employee_id=dewi, work_date=manual, reason="kiosk rusak", state="approved", sha256="0" * 64,
                arrival=datetime(manual.year, manual.month, manual.day, 8, tzinfo=JAKARTA),
                departure=datetime(manual.year, manual.month, manual.day, 12, tzinfo=JAKARTA),
                entered_by="admin", entered_at=SENT_AT, decided_by="kepala", decided_at=SENT_AT,
            )
        )  # fmt: skip
    for day in whole:
        punch(office, dewi, day, ("07:55", "12:02"))
    punch(office, dewi, short, ("08:20", "11:50"))
    settle(database)
    assert only_line(database).provisional, "the absent day waits for a letter until the month is closed"
    close_november(database)
    with database.write() as session:
        mark_span(session.connection(), first=NOVEMBER.first, last=NOVEMBER.last, now=SENT_AT, people=[dewi])
    settle(database)
    line = only_line(database)
    assert not line.provisional
    assert {key: line.figures[key] for key in ("quota_min", "paid_min", "absent_days")} == {
        key: expect[key] for key in ("quota_min", "paid_min", "absent_days")
    }
    assert (line.amount, line.deduction) == (expect["pay"], expect["deduction"])
    assert absent not in whole


def test_missed_sessions_are_counted_from_punches_and_a_late_one_is_a_delta(
    database: Database, office: InventedOffice
) -> None:
    rina = office.employee("Rina", unit=office.unit("Dinas Kesehatan", policy="kutim-4"))
    write_term(database, rina, tpp_base=2_000_000)
    for number, day in enumerate(workdays_of()):
        clocks = ("07:30", "12:10", "12:40", "16:10")
        punch(office, rina, day, clocks[:2] if number == 0 else clocks)
    close_november(database)
    settle(database)
    line = only_line(database)
    workdays = len(workdays_of())
    assert line.figures == {"session_misses": 2, "sessions_a_day": 4, "workdays": workdays}
    assert line.deduction == 2_000_000 * 4 * 2 // (10 * workdays * 4)
    sent = freeze(database, NOVEMBER, by="bkpp", now=SENT_AT)
    punch(office, rina, workdays_of()[0], ("12:45",))
    settle(database)
    delta = make_delta(database, sent.run.number, by="bkpp", now=SENT_AT)
    assert delta is not None
    (changed,) = delta.lines
    assert changed.line is not None
    assert changed.line.figures["session_misses"] == 1
    assert delta.run.total == 2_000_000 * 4 * 2 // (10 * workdays * 4) - 2_000_000 * 4 // (10 * workdays * 4)
