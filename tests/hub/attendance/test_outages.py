"""Outages are declared when they begin and ended when they are over."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hub.attendance.outages import check_covers, declare_outage, end_outage, find_outage, list_outages
from hub.errors import PaperError
from hub.roster.units import UnitTree
from tests.factories.desk import PaperDesk, at


def declared(
    desk: PaperDesk, began: str = "2026-11-10 06:00", ended: str | None = None, unit: int | None = None
) -> int:
    return declare_outage(
        desk.database,
        unit or desk.unit,
        began_at=at(began),
        ended_at=at(ended) if ended else None,
        reason="listrik padam",
        by="siti",
        now=desk.now,
    )


def test_outage_is_declared_reported_and_ended(desk: PaperDesk) -> None:
    number = declared(desk)
    [line] = list_outages(desk.database, running=True)
    assert (line.id, line.unit, line.reported_to) == (number, "Dinas Kesehatan", "Diskominfo, BKPSDM")
    assert (line.reason, line.declared_by, line.ended_at) == ("listrik padam", "siti", None)
    end_outage(desk.database, number, ended_at=at("2026-11-10 12:00"), now=desk.now)
    assert list_outages(desk.database, running=True) == []
    assert list_outages(desk.database)[0].ended_at == at("2026-11-10 12:00")
    with pytest.raises(PaperError, match="ended already"):
        end_outage(desk.database, number, ended_at=at("2026-11-10 13:00"), now=desk.now)


@pytest.mark.parametrize(
    ("began", "ended", "words"),
    [
        ("2026-11-11 09:00", None, "when it has begun"),
        ("2026-11-10 06:00", "2026-11-11 09:00", "when it is over"),
        ("2026-11-10 06:00", "2026-11-10 06:00", "before it begins"),
    ],
)
def test_outage_that_cannot_be_is_refused(desk: PaperDesk, began: str, ended: str | None, words: str) -> None:
    with pytest.raises(PaperError, match=words):
        declared(desk, began, ended)
    assert list_outages(desk.database) == []


def test_unit_has_one_running_outage_at_a_time(desk: PaperDesk) -> None:
    number = declared(desk)
    with pytest.raises(PaperError, match=f"The outage {number} of this unit is not over yet"):
        declared(desk, "2026-11-11 06:00")
    assert declared(desk, "2026-11-09 06:00", "2026-11-09 18:00") > number


@pytest.mark.parametrize("when", [at("2026-11-10 05:00"), at("2026-11-11 09:00")])
def test_outage_ends_after_it_began_and_not_in_the_future(desk: PaperDesk, when: datetime) -> None:
    number = declared(desk)
    with pytest.raises(PaperError, match="check the time"):
        end_outage(desk.database, number, ended_at=when, now=desk.now)
    with pytest.raises(PaperError, match="no outage 99"):
        end_outage(desk.database, 99, ended_at=at("2026-11-10 12:00"), now=desk.now)


def test_outage_covers_its_unit_those_below_and_its_days(desk: PaperDesk) -> None:
    below, elsewhere = desk.office.unit("Puskesmas", parent=desk.unit), desk.office.unit("Dinas Pendidikan")
    number = declared(desk, "2026-11-09 20:00", "2026-11-10 12:00")
    with desk.database.read() as session:
        outage, tree = find_outage(session, number), UnitTree.load(session.connection())
        check_covers(outage, tree, below, date(2026, 11, 9))
        check_covers(outage, tree, desk.unit, date(2026, 11, 10))
        with pytest.raises(PaperError, match="not one of this person's unit"):
            check_covers(outage, tree, elsewhere, date(2026, 11, 10))
        with pytest.raises(PaperError, match="from 2026-11-09 to 2026-11-10, and not on 2026-11-11"):
            check_covers(outage, tree, desk.unit, date(2026, 11, 11))
