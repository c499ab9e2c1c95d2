"""Months between offices: checked, signed by somebody else, received; and again when a day changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.attendance.dirty import mark_dirty
from hub.attendance.handover import handover_line, take_step
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import PaperError

from .conftest import JAKARTA, NOW, PASSWORD, Visitor

PATH = "/serah-terima/2026-02/{}"
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def units(office: Any, database: Database, settle: Callable[[], int]) -> dict[str, Any]:
    """Two offices; Rina came on 27 February, of Budi nothing is known yet."""
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    part = office.unit("Puskesmas Ambulu", parent=health)
    rina, budi = office.employee("Rina Wulandari", unit=part), office.employee("Budi Santoso", unit=school)
    office.kiosk("kiosk-1", unit=health, delivered_up_to=NOW)
    office.kiosk("kiosk-2", unit=school)
    for hour in (7, 16):
        office.punch("kiosk-1", rina, datetime(2026, 2, 27, hour, 5, tzinfo=JAKARTA))
    with database.write() as session:
        mark_dirty(session.connection(), [(rina, date(2026, 2, 27)), (budi, date(2026, 2, 27))], now=NOW)
    settle()
    return {"health": health, "school": school, "part": part, "rina": rina, "budi": budi}


@pytest.fixture
def of(database: Database, port: int, units: dict[str, Any]) -> Callable[..., Any]:
    def sign_in(role: Role, unit: str | None = "Dinas Kesehatan", name: str = "") -> Any:
        add_account(database, username=name or str(role), password=PASSWORD, role=role, unit=unit)
        visitor = Visitor(port)
        assert visitor.sign_in(name or str(role)).status == 303
        return visitor

    return sign_in


def do(visitor: Any, unit: int, deed: str, *, seen: str | None = None, note: str = "") -> Any:
    page = visitor.get(PATH.format(unit))
    shown = page.field("seen") if 'name="seen"' in page.text else ""
    return visitor.post(
        f"{PATH.format(unit)}/{deed}",
        token=visitor.get("/serah-terima").field("token"),
        seen=shown if seen is None else seen,
        note=note,
    )


def test_month_goes_from_operator_to_head_to_the_agency(
    of: Callable[..., Any], units: dict[str, Any], database: Database
) -> None:
    operator, head, agency = of(Role.OPERATOR), of(Role.HEAD), of(Role.ADMINISTRATOR, None)
    unit = units["health"]
    assert "1 bulan belum diperiksa" in operator.get("/").words
    assert "Belum diperiksa" in operator.get("/serah-terima?month=2026-02").words
    assert do(operator, unit, "periksa", note="lengkap").status == 303
    assert "1 bulan menunggu tanda tangan Anda" in head.get("/").words
    assert do(head, unit, "tanda-tangan").status == 303
    assert "1 bulan menunggu diterima" in agency.get("/").words
    assert do(agency, unit, "terima").status == 303
    line = handover_line(database, unit, FEBRUARY)
    assert [(each.step, each.by, each.note) for each in line.steps] == [
        ("checked", "operator", "lengkap"),
        ("signed", "head", ""),
        ("received", "administrator", ""),
    ]
    page = head.get(PATH.format(unit))
    assert "Diterima BKPSDM" in page.words
    assert "kembalikan" not in page.text
    assert do(operator, unit, "periksa").status == 409
    assert do(agency, unit, "kembalikan").status == 409, "without a reason"
    assert do(agency, unit, "kembalikan", note="Surat dokter 12 belum masuk").status == 303
    assert "Surat dokter 12 belum masuk" in operator.get(PATH.format(unit)).words
    assert do(operator, unit, "periksa").status == 303


def test_nobody_does_another_step_than_their_own(of: Callable[..., Any], units: dict[str, Any]) -> None:
    visitors = {role: of(role) for role in (Role.OPERATOR, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR)}
    visitors[Role.ADMINISTRATOR] = of(Role.ADMINISTRATOR, None)
    owners = {"periksa": Role.OPERATOR, "tanda-tangan": Role.HEAD, "terima": Role.ADMINISTRATOR}
    for deed, owner in owners.items():
        for role, visitor in visitors.items():
            if role is not owner:
                assert do(visitor, units["health"], deed).status == 403, (deed, role)
    assert do(visitors[Role.OPERATOR], units["health"], "kembalikan", note="begitu saja").status == 403
    assert do(visitors[Role.OPERATOR], units["health"], "hapus").status == 404


def test_other_offices_and_parts_of_offices_are_closed(of: Callable[..., Any], units: dict[str, Any]) -> None:
    operator = of(Role.OPERATOR)
    assert operator.get(PATH.format(units["school"])).status == 403
    assert do(operator, units["school"], "periksa").status == 403
    assert operator.get(PATH.format(units["part"])).status == 404
    assert operator.get(PATH.format(4711)).status == 404
    assert operator.get("/serah-terima/2026-13/1").status == 404
    words = operator.get("/serah-terima?month=2026-02").words
    assert "Dinas Kesehatan" in words
    assert "Dinas Pendidikan" not in words
    assert of(Role.TECHNICIAN, None).get("/serah-terima").status == 403


def test_month_that_may_still_change_is_not_handed_over(
    of: Callable[..., Any], units: dict[str, Any], database: Database
) -> None:
    operator = of(Role.OPERATOR, "Dinas Pendidikan")
    page = do(operator, units["school"], "periksa")
    assert (page.status, "1 hari masih dapat berubah" in page.words) == (409, True)
    with pytest.raises(PaperError, match="not over yet"):
        take_step(
            database, units["health"], FEBRUARY, "checked", by="siti", now=datetime(2026, 2, 28, 20, tzinfo=JAKARTA)
        )
    assert handover_line(database, units["school"], FEBRUARY).steps == ()


def test_nobody_signs_days_that_have_changed(of: Callable[..., Any], units: dict[str, Any], database: Database) -> None:
    operator, head = of(Role.OPERATOR), of(Role.HEAD)
    unit = units["health"]
    stale = operator.get(PATH.format(unit)).field("seen")
    _change(database, units["rina"])
    page = do(operator, unit, "periksa", seen=stale)
    assert (page.status, "Ada hari yang berubah" in page.words) == (409, True)
    assert do(operator, unit, "periksa").status == 303
    _change(database, units["rina"])
    assert "Berubah, periksa lagi" in head.get("/serah-terima?month=2026-02").words
    assert do(head, unit, "tanda-tangan").status == 409
    assert do(operator, unit, "periksa").status == 303
    assert do(head, unit, "tanda-tangan").status == 303


def test_whoever_checks_does_not_sign(database: Database, units: dict[str, Any]) -> None:
    take_step(database, units["health"], FEBRUARY, "checked", by="Siti", now=NOW)
    with pytest.raises(PaperError, match="somebody else"):
        take_step(database, units["health"], FEBRUARY, "signed", by="siti", now=NOW)
    with pytest.raises(PaperError, match="checked and signed"):
        take_step(database, units["health"], FEBRUARY, "received", by="bkpsdm", now=NOW)


def _change(database: Database, person: str) -> None:
    with database.write() as session:
        row = session.get(StoredDay, (person, date(2026, 2, 27)))
        assert row is not None
        row.version += 1
