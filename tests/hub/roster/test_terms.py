"""Employment in time: numbers, dates, terms, transfers, suspensions, offices and other places."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from contract.errors import BadInputError
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.roster.employee_file import employee_file
from hub.roster.locations import approve_location, withdraw_location
from hub.roster.offices import end_holder, holder_on, list_holders, set_holder
from hub.roster.terms import Term, set_employment, set_nip, set_term, suspend, term_on, transfer
from hub.roster.units import Memberships
from tests.factories.desk import PaperDesk

FIRST = date(2026, 11, 10)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> PaperDesk:
    desk = PaperDesk(database, tmp_path)
    desk.settle()
    return desk


def unit_on(desk: PaperDesk, day: date) -> int | None:
    with desk.database.read() as session:
        return Memberships.load(session.connection(), [desk.rina]).unit_on(desk.rina, day)


def test_number_is_checked_and_one_persons_only(desk: PaperDesk) -> None:
    budi = desk.office.employee("Budi", unit=desk.unit)
    assert set_nip(desk.database, budi, "19920314 202121 2 017", by="bkpp", now=desk.now) == "19920314 202121 2 017"
    assert employee_file(desk.database, budi).nip == "199203142021212017"
    with pytest.raises(BadInputError, match="is the number of Rina Wulandari"):
        set_nip(desk.database, budi, "198501012010011001", by="bkpp", now=desk.now)
    with pytest.raises(BadInputError, match="is no NIP"):
        set_nip(desk.database, budi, "12345", by="bkpp", now=desk.now)


def test_days_outside_the_employment_go(desk: PaperDesk) -> None:
    set_employment(desk.database, desk.rina, first=None, last=date(2026, 11, 9), by="bkpp", now=desk.now)
    assert desk.dirty() >= {"2026-11-10", "2026-11-11"}
    desk.settle()
    with desk.database.read() as session:
        assert session.get(StoredDay, (desk.rina, FIRST)) is None
        assert session.get(StoredDay, (desk.rina, date(2026, 11, 9))) is not None
    set_employment(desk.database, desk.rina, first=None, last=None, by="bkpp", now=desk.now)
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    with pytest.raises(BadInputError, match="before it begins"):
        set_employment(desk.database, desk.rina, first=FIRST, last=date(2026, 11, 9), by="bkpp", now=desk.now)


def test_change_of_number_and_employment_says_who_made_it_and_what_was_before(desk: PaperDesk) -> None:
    last = date(2026, 11, 9)
    set_nip(desk.database, desk.rina, "19850101 201001 1 002", by="bkpp", now=desk.now, because="SK 1")
    set_employment(desk.database, desk.rina, first=None, last=last, by="siti", now=desk.now, because="SK pensiun")
    newest, oldest = employee_file(desk.database, desk.rina).changes
    assert (newest.employed_until, newest.before["employed_until"]) == (last, None)
    assert (newest.set_by, newest.because, newest.nip) == ("siti", "SK pensiun", "198501012010011002")
    assert (oldest.before["nip"], oldest.nip, oldest.set_by) == ("198501012010011001", "198501012010011002", "bkpp")


def test_newer_term_counts_and_what_it_leaves_open_stays(desk: PaperDesk) -> None:
    said = Term(group="PNS", rank="Penata / III/c", position="Analis", tpp_base=3_500_000)
    set_term(desk.database, desk.rina, said, first=None, by="bkpp", now=desk.now)
    desk.settle()
    set_term(desk.database, desk.rina, Term(tpp_base=4_000_000), first=FIRST, by="bkpp", now=desk.now)
    assert desk.dirty() == {"2026-11-10", "2026-11-11"}
    with desk.database.read() as session:
        before, after = (term_on(session, desk.rina, day) for day in (FIRST - timedelta(days=1), FIRST))
    assert before is not None
    assert after is not None
    assert (before.tpp_base, after.tpp_base) == (3_500_000, 4_000_000)
    assert (after.group, after.rank, after.position) == ("PNS", "Penata / III/c", "Analis")
    assert len(employee_file(desk.database, desk.rina).terms) == 2


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Term(), "Say what changes"),
        (Term(group="Honorer"), "no group of employees"),
        (Term(rank=" "), "A rank has 1 to 100"),
        (Term(position="x" * 201), "A position has 1 to 200"),
        (Term(tpp_base=-1), "no base of an allowance"),
        (Term(tpp_base=10**10), "no base of an allowance"),
    ],
)
def test_term_that_cannot_be_is_refused(desk: PaperDesk, term: Term, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        set_term(desk.database, desk.rina, term, first=FIRST, by="bkpp", now=desk.now)


def test_transfer_keeps_its_letter_and_the_days_before(desk: PaperDesk) -> None:
    there = desk.office.unit("Dinas Pendidikan")
    transfer(desk.database, desk.rina, there, from_day=FIRST, basis="800/1/2026", by="bkpp", now=desk.now)
    assert desk.dirty() == {"2026-11-10", "2026-11-11"}
    assert (unit_on(desk, date(2026, 11, 9)), unit_on(desk, FIRST)) == (desk.unit, there)
    assert desk.day("2026-11-10").unit_id == there
    newest, oldest = employee_file(desk.database, desk.rina).units
    assert (newest.basis, newest.set_by, oldest.valid_until) == ("800/1/2026", "bkpp", date(2026, 11, 9))
    with pytest.raises(BadInputError, match="is in Dinas Pendidikan already"):
        transfer(desk.database, desk.rina, there, from_day=FIRST, basis="x", by="bkpp", now=desk.now)
    with pytest.raises(BadInputError, match="Say which letter"):
        transfer(desk.database, desk.rina, desk.unit, from_day=FIRST, basis=" ", by="bkpp", now=desk.now)
    with pytest.raises(BadInputError, match="moved already from 2026-11-10"):
        transfer(desk.database, desk.rina, there, from_day=date(2026, 11, 3), basis="x", by="bkpp", now=desk.now)


def test_suspension_is_a_time_without_a_unit_and_without_days(desk: PaperDesk) -> None:
    suspend(desk.database, desk.rina, first=date(2026, 11, 4), last=FIRST, basis="SK 5", by="bkpp", now=desk.now)
    assert [unit_on(desk, date(2026, 11, day)) for day in (3, 4, 10, 11)] == [desk.unit, None, None, desk.unit]
    desk.settle()
    with desk.database.read() as session:
        assert session.get(StoredDay, (desk.rina, FIRST)) is None
    assert desk.status("2026-11-03") == "BELUM_ADA_KETERANGAN"
    with pytest.raises(BadInputError, match="in no unit on 2026-11-05"):
        suspend(desk.database, desk.rina, first=date(2026, 11, 5), last=None, basis="SK 6", by="bkpp", now=desk.now)
    suspend(desk.database, desk.rina, first=date(2026, 11, 11), last=None, basis="SK 6", by="bkpp", now=desk.now)
    assert unit_on(desk, date(2030, 1, 1)) is None


def test_other_place_is_approved_for_a_time_and_withdrawn(desk: PaperDesk) -> None:
    there = desk.office.unit("Kecamatan")
    options = {"first": FIRST, "last": FIRST, "basis": "ST 9", "by": "bkpp", "now": desk.now}
    number = approve_location(desk.database, desk.rina, there, **options)
    assert desk.dirty() == {"2026-11-10"}
    desk.settle()
    withdraw_location(desk.database, number, by="siti", now=desk.now)
    assert desk.dirty() == {"2026-11-10"}
    [place] = employee_file(desk.database, desk.rina).locations
    assert (place.unit, place.basis, place.withdrawn_by) == ("Kecamatan", "ST 9", "siti")
    with pytest.raises(BadInputError, match=f"no approved place {number} in force"):
        withdraw_location(desk.database, number, by="siti", now=desk.now)
    with pytest.raises(BadInputError, match="before it begins"):
        approve_location(desk.database, desk.rina, there, **(options | {"last": date(2026, 11, 9)}))


def test_holder_is_looked_for_up_the_tree_and_acting_ones_stand_before(desk: PaperDesk) -> None:
    below = desk.office.unit("Puskesmas", parent=desk.office.unit("Bidang", parent=desk.unit))
    budi = desk.office.employee("Budi", unit=desk.unit)
    head = "Kepala Perangkat Daerah"
    old = set_holder(desk.database, desk.unit, "kepala opd", desk.rina, first=date(2026, 1, 1), by="b", now=desk.now)
    set_holder(
        desk.database, desk.unit, head, budi, first=FIRST, last=FIRST, acting="Plh", basis="SP 7", by="b", now=desk.now
    )

    def holder(day: date, unit: int = below, office: str = head) -> str | None:
        with desk.database.read() as session:
            found = holder_on(session, unit, office, day)
        return None if found is None else f"{found.acting or ''} {found.name}".strip()

    assert [holder(FIRST + timedelta(days=days)) for days in (-1, 0, 1)] == [
        "Rina Wulandari", "Plh Budi", "Rina Wulandari",
    ]  # fmt: skip
    assert holder(date(2025, 12, 31)) is None
    assert holder(FIRST, office="Atasan Langsung") is None
    set_holder(desk.database, below, head, budi, first=date(2026, 1, 1), by="b", now=desk.now)
    assert holder(FIRST - timedelta(days=1)) == "Budi"
    assert holder(FIRST - timedelta(days=1), desk.unit) == "Rina Wulandari"
    end_holder(desk.database, old, last=date(2026, 6, 30), by="c", now=desk.now)
    assert holder(FIRST - timedelta(days=1), desk.unit) is None
    assert [line.unit for line in list_holders(desk.database, unit_id=below)] == ["Puskesmas"]
    assert len(list_holders(desk.database)) == 3
    assert len(list_holders(desk.database, on=FIRST)) == 2
    with pytest.raises(BadInputError, match="ends on 2026-06-30 already"):
        end_holder(desk.database, old, last=date(2026, 12, 31), by="c", now=desk.now)


def test_office_that_cannot_be_is_refused(desk: PaperDesk) -> None:
    def hold(office: str = "Atasan Langsung", **changes: object) -> None:
        fields = {"first": FIRST, "by": "b", "now": desk.now} | changes
        set_holder(desk.database, desk.unit, office, desk.rina, **fields)  # type: ignore[arg-type]

    for office, changes, words in (
        ("Satpam", {}, "is no office"),
        ("Atasan Langsung", {"acting": "Pjs", "last": FIRST}, "no way of acting"),
        ("Atasan Langsung", {"acting": "Plt"}, "say until when"),
        ("Atasan Langsung", {"acting": "Plt", "last": FIRST}, "say which"),
        ("Atasan Langsung", {"last": date(2026, 11, 9)}, "before it begins"),
    ):
        with pytest.raises(BadInputError, match=words):
            hold(office, **changes)
    assert list_holders(desk.database) == []
