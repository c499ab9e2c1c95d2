"""Months are closed when they are over, and opened again on the record."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest

from hub.attendance.months import close_month, last_of, list_closes, reopen_month
from hub.db import Database
from hub.errors import PaperError
from tests.factories.desk import PaperDesk, at

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def over(desk: PaperDesk) -> PaperDesk:
    desk.now = at("2026-12-01 08:00")
    desk.settle()
    return desk


def test_closing_makes_unexplained_days_absences_and_says_how_many(over: PaperDesk) -> None:
    assert over.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    closing = close_month(over.database, NOVEMBER, over.unit, by="admin", now=over.now)
    assert (closing.month, closing.unit, closing.days, closing.unexplained) == ("2026-11", "Dinas Kesehatan", 30, 21)
    assert (closing.waiting, closing.incomplete, closing.unassessed) == (0, 0, 0)
    assert over.status("2026-11-10") == "TK"


def test_reopening_is_on_record_and_takes_absences_back(over: PaperDesk) -> None:
    close_month(over.database, NOVEMBER, None, by="admin", now=over.now)
    assert over.status("2026-11-10") == "TK"
    reopening = reopen_month(over.database, NOVEMBER, None, by="admin", reason="surat menyusul", now=over.now)
    assert reopening.days == 30
    assert over.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    close_month(over.database, NOVEMBER, None, by="admin", now=over.now)
    again, first = list_closes(over.database, NOVEMBER)
    assert again.reopened_at is None
    assert (first.closed_by, first.reopened_by, first.reopen_reason) == ("admin", "admin", "surat menyusul")
    assert list_closes(over.database, date(2026, 10, 1)) == []


def test_month_that_is_not_over_stays_open(desk: PaperDesk) -> None:
    desk.now = at("2026-11-30 23:59")
    with pytest.raises(PaperError, match="not over yet; close it from 2026-12-01 on"):
        close_month(desk.database, NOVEMBER, desk.unit, by="admin", now=desk.now)
    assert list_closes(desk.database) == []


def test_month_is_over_only_when_it_is_over_in_every_zone_of_the_unit(desk: PaperDesk) -> None:
    east = desk.office.unit("Kantor Penghubung Jayapura", timezone="Asia/Jayapura")
    desk.now = at("2026-11-30 22:30")
    assert close_month(desk.database, NOVEMBER, east, by="admin", now=desk.now).days == 0
    with pytest.raises(PaperError, match="not over yet"):
        close_month(desk.database, NOVEMBER, None, by="admin", now=desk.now)


def test_month_with_running_days_stays_open(desk: PaperDesk) -> None:
    desk.now = at("2026-11-30 08:00")
    desk.settle()
    desk.now = at("2026-12-01 08:00")
    with pytest.raises(PaperError, match="1 days of November 2026 are still running"):
        close_month(desk.database, NOVEMBER, None, by="admin", now=desk.now)


def test_month_is_closed_once(over: PaperDesk) -> None:
    close_month(over.database, NOVEMBER, None, by="admin", now=over.now)
    for unit in (None, over.unit):
        with pytest.raises(PaperError, match=r"closed already, since 2026-12-01 by admin"):
            close_month(over.database, NOVEMBER, unit, by="admin", now=over.now)


def test_month_is_reopened_where_it_was_closed(over: PaperDesk) -> None:
    below = over.office.unit("Puskesmas", parent=over.unit)

    def reopen(unit: int | None, reason: str = "x") -> None:
        reopen_month(over.database, NOVEMBER, unit, by="admin", reason=reason, now=over.now)

    with pytest.raises(PaperError, match="is not closed for Puskesmas"):
        reopen(below)
    close_month(over.database, NOVEMBER, over.unit, by="admin", now=over.now)
    with pytest.raises(PaperError, match="closed for Dinas Kesehatan: reopen it for that unit"):
        reopen(below)
    with pytest.raises(PaperError, match="is not closed"):
        reopen(None)
    with pytest.raises(PaperError, match="Say why"):
        reopen(over.unit, reason=" ")
    reopen(over.unit)
    close_month(over.database, NOVEMBER, None, by="admin", now=over.now)
    with pytest.raises(PaperError, match="closed for everybody"):
        reopen(over.unit)


def test_month_is_reopened_for_letters_that_reach_it_only(over: PaperDesk) -> None:
    close_month(over.database, NOVEMBER, None, by="admin", now=over.now)
    with pytest.raises(PaperError, match="no letter 7 in force"):
        reopen_month(over.database, NOVEMBER, None, by="admin", reason="x", now=over.now, letters=[7])
    assert list_closes(over.database)[0].reopened_at is None


def test_last_day_of_a_month() -> None:
    assert last_of(date(2026, 2, 3)) == date(2026, 2, 28)
    assert last_of(date(2028, 2, 29)) == date(2028, 2, 29)
    assert last_of(date(2026, 12, 31)) == date(2026, 12, 31)


def test_of_two_who_close_a_month_at_once_one_is_told(database: Database) -> None:
    """On PostgreSQL both would read that it stands open before either has written."""
    for attempt in range(3):
        ready, told = Barrier(2), []

        def close(by: str, ready: Barrier = ready, told: list[str] = told) -> None:
            ready.wait(30)
            try:
                close_month(database, NOVEMBER, None, by=by, now=at("2026-12-01 08:00"))
            except PaperError as error:
                told.append(str(error))

        closers = [Thread(target=close, args=(by,)) for by in ("ana", "budi")]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join(60)
        assert len(told) == 1
        assert "closed already" in told[0]
        assert len(list_closes(database)) == attempt + 1
        reopen_month(database, NOVEMBER, None, by="ana", reason="lagi", now=at("2026-12-01 09:00"))
