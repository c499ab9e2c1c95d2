"""The head of a form and its signatories: the unit's own, else the nearest above."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from benchmarks.invented_office import InventedOffice
from contract.errors import BadInputError
from hub.db import Database
from hub.recap.forms.letterhead import (
    EVERY_UNIT,
    HEAD_OF_OFFICE,
    read_holder,
    read_kop,
    read_terms,
    set_kop,
    signature_of,
)
from hub.roster.models import EmploymentTerm, OfficeHolder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def units(office: InventedOffice) -> tuple[int, int, int]:
    top = office.unit("Kabupaten Jember")
    health = office.unit("Dinas Kesehatan", parent=top)
    return top, health, office.unit("Puskesmas Sumber", parent=health)


def test_letterhead_is_that_of_the_nearest_unit_and_the_newest(database: Database, units: tuple[int, int, int]) -> None:
    top, health, clinic = units
    with database.write() as session:
        set_kop(session, None, lines=["REGENCY"], place="Jember", author="bkpp", now=NOW)
        set_kop(session, health, lines=["OLD"], place="Jember", author="bkpp", now=NOW)
        set_kop(session, health, lines=[" DINAS KESEHATAN ", "Jalan"], place="Patrang", author="bkpp", now=NOW)
    with database.read() as session:
        assert read_kop(session, clinic) == read_kop(session, health)
        assert read_kop(session, clinic).lines == ("DINAS KESEHATAN", "Jalan")
        assert (read_kop(session, clinic).of_unit, read_kop(session, clinic).place) == (health, "Patrang")
        assert read_kop(session, top).lines == read_kop(session, None).lines == ("REGENCY",)


def test_letterhead_without_any_on_record_is_made_of_names(database: Database, units: tuple[int, int, int]) -> None:
    with database.read() as session:
        kop = read_kop(session, units[2])
        assert kop.lines == ("KABUPATEN JEMBER", "DINAS KESEHATAN", "PUSKESMAS SUMBER")
        assert (kop.place, kop.on_record) == (None, False)
        assert read_kop(session, None).lines == ("KABUPATEN JEMBER",)


def test_letterhead_of_several_offices_without_one_above_says_all(database: Database, office: InventedOffice) -> None:
    office.unit("Dinas A")
    office.unit("Dinas B")
    with database.read() as session:
        assert read_kop(session, None).lines == (EVERY_UNIT,)


@pytest.mark.parametrize(
    ("lines", "place"), [([], "Jember"), (["  "], "Jember"), (["x" * 201], "Jember"), (["A"], " "), (["A\nB"], "J")]
)
def test_letterhead_that_cannot_be_printed_is_refused(database: Database, lines: list[str], place: str) -> None:
    with database.write() as session, pytest.raises(BadInputError):
        set_kop(session, None, lines=lines, place=place, author="bkpp", now=NOW)


def test_head_is_found_above_with_plt_and_for_the_day(
    database: Database, office: InventedOffice, units: tuple[int, int, int]
) -> None:
    old, acting = office.employee("Bu Lama", unit=units[1]), office.employee("Pak Plt", unit=units[1], nip="1")
    with database.write() as session:
        common = {"unit_id": units[1], "office": HEAD_OF_OFFICE, "set_by": "bkpp", "set_at": NOW}
        session.add(OfficeHolder(employee_id=old, valid_from=date(2020, 1, 1), valid_until=date(2026, 3, 1), **common))
        session.add(OfficeHolder(employee_id=acting, acting="Plt", valid_from=DAY, **common))
        session.add(EmploymentTerm(employee_id=acting, rank="Pembina (IV/a)", set_by="bkpp", set_at=NOW))
    with database.read() as session:
        found = read_holder(session, units[2], HEAD_OF_OFFICE, DAY)
        before = read_holder(session, units[2], HEAD_OF_OFFICE, date(2026, 3, 1))
        assert read_holder(session, units[0], HEAD_OF_OFFICE, DAY) is None
        assert read_holder(session, None, HEAD_OF_OFFICE, DAY) is None
    assert found is not None
    assert before is not None
    assert before.person.name == "Bu Lama"
    signature = signature_of(found, "Pimpinan OPD", above=("Jember, 2 Maret 2026",))
    assert signature.above == ("Jember, 2 Maret 2026", "Plt. Pimpinan OPD,")
    assert (signature.name, signature.nip, signature.rank) == ("Pak Plt", "1", "Pembina (IV/a)")
    unknown = signature_of(None, "Pimpinan OPD")
    assert (unknown.above, unknown.name, unknown.nip) == (("Pimpinan OPD,",), None, None)


def test_term_that_counts_is_the_newest_of_the_day(database: Database, office: InventedOffice) -> None:
    ani = office.employee("Ani", unit=None)
    with database.write() as session:
        for rank, first, last in (
            ("II/a", None, None),
            ("III/a", date(2026, 3, 2), None),
            ("IV/a", None, date(2020, 1, 1)),
        ):
            session.add(
                EmploymentTerm(
                    employee_id=ani, rank=rank, valid_from=first, valid_until=last, set_by="bkpp", set_at=NOW
                )
            )
            session.flush()
    with database.read() as session:
        assert read_terms(session, date(2026, 3, 1), [ani])[ani].rank == "II/a"
        assert read_terms(session, DAY)[ani].rank == "III/a"
        assert read_terms(session, date(2019, 1, 1))[ani].rank == "IV/a"
