"""Faults that offices report: who sees them, who takes them up, and what stays on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.access.roles import Role
from hub.db import Database
from hub.fleet.faults import list_faults, report_fault, take_fault_step

from .conftest import HOSTILE, NOW


def post(visitor: Any, path: str, **form: str) -> Any:
    return visitor.post(path, token=visitor.get("/laporan").field("token"), **form)


def test_fault_is_reported_taken_up_solved_and_reopened(
    as_role: Callable[..., Any], office: Any, database: Database
) -> None:
    unit = office.unit("RSUD")
    office.kiosk("kiosk-1", unit=unit)
    operator, technician = as_role(Role.OPERATOR, "RSUD"), as_role(Role.TECHNICIAN)
    assert "Tidak ada laporan." in operator.get("/laporan").words
    said = {"unit": str(unit), "about": "network", "device": "kiosk-1", "text": f"Mati sejak pagi {HOSTILE}"}
    assert post(operator, "/laporan", **said).status == 303
    page = technician.get("/laporan")
    assert "Mati sejak pagi" in page.words
    assert HOSTILE not in page.text
    assert page.links.inside == []
    assert post(operator, "/laporan/1/tangani").status == 403
    assert post(technician, "/laporan/1/tangani").status == 303
    assert post(technician, "/laporan/1/tangani").status == 400, "somebody else was faster"
    assert post(technician, "/laporan/1/selesaikan").status == 400, "without saying what was done"
    assert post(technician, "/laporan/1/selesaikan", note="Kabel diganti").status == 303
    page = operator.get("/laporan")
    assert "Kabel diganti" in page.words
    assert 'placeholder="Apa yang masih rusak"' in page.text
    assert post(technician, "/laporan/1/buka", note="masih mati").status == 403
    assert post(operator, "/laporan/1/buka", note="Masih putus").status == 303
    [line] = list_faults(database, unsolved=True)
    assert [(each.step, each.by) for each in line.steps] == [
        ("taken_up", "technician"),
        ("solved", "technician"),
        ("reopened", "operator"),
    ]
    assert (line.state, line.reported_by) == ("reported", "operator")


def test_other_offices_see_and_do_nothing(as_role: Callable[..., Any], office: Any, database: Database) -> None:
    school, hospital = office.unit("Dinas Pendidikan"), office.unit("RSUD")
    office.kiosk("kiosk-9", unit=school)
    report_fault(database, school, about="power", text="Listrik padam", by="guru", now=NOW)
    take_fault_step(database, 1, "solved", note="Menyala lagi", by="pln", now=NOW)
    operator = as_role(Role.OPERATOR, "RSUD")
    assert "Listrik padam" not in operator.get("/laporan").words
    assert post(operator, "/laporan/1/buka", note="Padam lagi").status == 404
    assert post(operator, "/laporan", unit=str(school), about="power", text="Padam").status == 403
    page = post(operator, "/laporan", unit=str(hospital), about="terminal", device="kiosk-9", text="Layar gelap")
    assert (page.status, "Tidak ada kiosk" in page.words) == (400, True)
    assert "Layar gelap" in page.text, "what was written is not lost"


@pytest.mark.parametrize(
    "said",
    [
        {"about": "network", "text": "x"},
        {"about": "everything", "text": "Mati sejak pagi"},
        {"unit": "", "text": "Mati"},
    ],
)
def test_report_that_says_nothing_is_refused(
    as_role: Callable[..., Any], office: Any, database: Database, said: dict[str, str]
) -> None:
    unit = office.unit("RSUD")
    admin = as_role(Role.ADMINISTRATOR)
    page = post(admin, "/laporan", **({"unit": str(unit), "about": "network"} | said))
    assert page.status == 400
    assert list_faults(database) == []
