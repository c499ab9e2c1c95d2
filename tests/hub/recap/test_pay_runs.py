"""Runs and deltas: numbered, frozen, refused while something is open, and replayed to what holds now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from benchmarks.invented_office import InventedOffice
from hub.attendance.day import Status
from hub.attendance.dirty import mark_dirty
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import PayError
from hub.recap.models import EarnedPoints, PayRun, PayRunLine
from hub.recap.monthly import Month
from hub.recap.pay import pay_lines
from hub.recap.pay_runs import find_run, freeze, list_runs, make_delta, replay, show_run, to_plain, verify_runs
from hub.roster.models import Employee, Unit
from tests.factories.pay import (
    NOVEMBER,
    SENT_AT,
    month_of_days,
    points_day,
    workdays_of,
    write_days,
    write_points,
    write_term,
)

WAITING: dict[str, Any] = {"status": Status.BELUM_ADA_KETERANGAN, "late_min": 0, "early_min": 0, "deduction": None}


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Kesehatan")


@pytest.fixture
def rina(database: Database, office: InventedOffice, unit: int) -> str:
    return add_person(database, office, "Rina Wulandari", unit)


def add_person(database: Database, office: InventedOffice, name: str, unit: int) -> str:
    person = office.employee(name, unit=unit)
    write_days(database, person, unit, month_of_days("kulon-progo", {}, **points_day()))
    write_term(database, person, tpp_base=3_000_000)
    write_points(database, person, "6000")
    return person


def send(database: Database, unit: int | None = None, **options: Any) -> Any:
    return freeze(database, NOVEMBER, unit, by="bkpp", now=SENT_AT, **options)


def delta(database: Database, number: str, **options: Any) -> Any:
    return make_delta(database, number, by="bkpp", now=SENT_AT + timedelta(days=1), **options)


def be_late(database: Database, person: str, unit: int, *days: int) -> None:
    changes = {workdays_of()[day]: points_day(late=9) for day in days}
    write_days(database, person, unit, month_of_days("kulon-progo", changes, **points_day()))


def test_a_run_is_numbered_by_month_and_unit(database: Database, unit: int, rina: str) -> None:
    sent = send(database, unit)
    assert sent.run.number == "2026-11/DINAS-KESEHATAN/001"
    assert (sent.run.kind, sent.run.lines, sent.run.total) == ("run", 1, 3_000_000)
    assert show_run(database, sent.run.number) == sent
    assert [run.number for run in list_runs(database)] == [sent.run.number]
    assert list_runs(database, Month(2026, 10)) == ()
    assert sent.lines[0].line is not None
    assert sent.lines[0].line.derivation


def test_units_whose_names_are_written_alike_have_numbers_of_their_own(
    database: Database, office: InventedOffice
) -> None:
    numbers = []
    for name in ("Seksi A/B", "Seksi A-B"):
        unit = office.unit(name)
        add_person(database, office, "X", unit)
        numbers.append(send(database, unit).run.number)
    assert numbers == ["2026-11/SEKSI-A-B/001", "2026-11/SEKSI-A-B/002"]


def test_nobody_is_sent_to_pay_twice(database: Database, office: InventedOffice, unit: int, rina: str) -> None:
    part, other = office.unit("Puskesmas", parent=unit), office.unit("Dinas Pendidikan")
    add_person(database, office, "Siti", part)
    add_person(database, office, "Budi", other)
    send(database, unit)
    for again in (unit, part, None):
        with pytest.raises(PayError, match="2026-11/DINAS-KESEHATAN/001"):
            send(database, again)
    assert send(database, other).run.lines == 1


def test_open_days_are_refused_unless_forced_with_a_reason(database: Database, unit: int, rina: str) -> None:
    days = month_of_days("kulon-progo", {workdays_of()[0]: WAITING}, **points_day())
    write_days(database, rina, unit, days)
    with pytest.raises(PayError, match=r"provisional lines: 1, .*Rina Wulandari"):
        send(database)
    with pytest.raises(PayError, match="--force"):
        send(database, force="  ")
    assert list_runs(database) == ()
    sent = send(database, force="Kas tutup hari ini")
    assert sent.run.number == "2026-11/SEMUA/001"
    assert sent.run.forced == "Kas tutup hari ini"
    assert sent.lines[0].line.forced == "Kas tutup hari ini"
    assert delta(database, sent.run.number) is None, "what was forced and is still so is no change"


def test_an_amount_that_is_missing_is_refused(database: Database, unit: int, rina: str) -> None:
    with database.write() as session:
        session.execute(delete(EarnedPoints))
    with pytest.raises(PayError, match="without an amount: 1"):
        send(database)


def test_a_month_without_days_is_refused(database: Database, unit: int) -> None:
    with pytest.raises(PayError, match="nothing to send"):
        send(database, unit)


def test_a_delta_after_no_change_is_empty(database: Database, unit: int, rina: str) -> None:
    sent = send(database)
    assert delta(database, sent.run.number) is None
    assert len(list_runs(database)) == 1


def test_a_new_name_or_position_is_no_change_and_a_new_number_is(database: Database, unit: int, rina: str) -> None:
    sent = send(database)
    with database.write() as session:
        session.execute(update(Employee).values(name="Rina W.", position="Kepala"))
        session.execute(update(Unit).values(name="Dinkes"))
    assert delta(database, sent.run.number) is None
    with database.write() as session:
        session.execute(update(Employee).values(nip="198501012010012001"))
    assert delta(database, sent.run.number).run.lines == 1


def test_a_day_that_is_about_to_be_assessed_again_holds_a_run_back(database: Database, unit: int, rina: str) -> None:
    with database.write() as session:
        mark_dirty(session.connection(), [(rina, workdays_of()[3])], now=SENT_AT)
    with pytest.raises(PayError, match="provisional lines: 1"):
        send(database)


def test_a_delta_holds_only_what_changed_with_before_and_after(
    database: Database, office: InventedOffice, unit: int, rina: str
) -> None:
    add_person(database, office, "Budi", unit)
    sent = send(database)
    be_late(database, rina, unit, 0)
    first = delta(database, sent.run.number)
    assert first.run.number == "2026-11/SEMUA/001/D01"
    (line,) = first.lines
    assert (line.before.amount, line.line.amount) == (3_000_000, 2_982_000)
    assert first.run.total == -18_000
    assert first.run.of_run == sent.run.number
    be_late(database, rina, unit, 0, 1)
    second = delta(database, first.run.number)
    assert second.run.number == "2026-11/SEMUA/001/D02"
    assert second.lines[0].before.amount == 2_982_000
    assert show_run(database, sent.run.number) == sent, "what was sent is as it was"


def test_a_delta_names_who_came_and_who_went(database: Database, office: InventedOffice, unit: int, rina: str) -> None:
    sent = send(database)
    with database.write() as session:
        session.execute(delete(StoredDay).where(StoredDay.employee_id == rina))
    add_person(database, office, "Budi", unit)
    came, went = delta(database, sent.run.number).lines
    assert (came.line.person.name, came.before) == ("Budi", None)
    assert (went.line, went.before.person.name) == (None, "Rina Wulandari")


def test_a_delta_with_open_days_is_refused_unless_forced(database: Database, unit: int, rina: str) -> None:
    sent = send(database)
    days = month_of_days("kulon-progo", {workdays_of()[0]: WAITING}, **points_day())
    write_days(database, rina, unit, days)
    with pytest.raises(PayError, match="The changes since"):
        delta(database, sent.run.number)
    assert delta(database, sent.run.number, force="Surat menyusul").run.forced == "Surat menyusul"


def test_verify_finds_a_line_that_was_tampered_with(database: Database, unit: int, rina: str) -> None:
    sent = send(database)
    assert all(run.whole for run in verify_runs(database))
    with database.write() as session:
        row = session.scalars(select(PayRunLine)).one()
        session.execute(update(PayRunLine).values(line={**(row.line or {}), "amount": 9_000_000}))
    (found,) = verify_runs(database, sent.run.number)
    assert not found.whole
    assert found.digest != found.computed


def test_an_unknown_number_is_said(database: Database) -> None:
    for ask in (show_run, verify_runs, delta):
        with pytest.raises(PayError, match="no run '2026-11/X/001'"):
            ask(database, "2026-11/X/001")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 20), max_size=3)), max_size=4))
def test_a_run_and_its_deltas_replay_to_the_current_lines(
    database: Database, office: InventedOffice, steps: list[tuple[int, set[int]]]
) -> None:
    with database.write() as session:
        session.execute(delete(PayRunLine))
        session.execute(delete(PayRun).where(PayRun.of_run.is_not(None)))
        session.execute(delete(PayRun))
        session.execute(delete(StoredDay))
    unit = office.unit(f"Unit {office._seqs['unit']}")
    office._seqs["unit"] += 1
    people = [add_person(database, office, name, unit) for name in ("A", "B", "C")]
    sent = send(database, unit)
    for who, days in steps:
        be_late(database, people[who], unit, *days)
        delta(database, sent.run.number)
        assert delta(database, sent.run.number) is None
        with database.read() as session:
            replayed = replay(session, find_run(session, sent.run.number))
            current = {(line.person.id, line.unit.id): to_plain(line) for line in pay_lines(session, NOVEMBER, unit)}
        assert replayed == current
    assert all(run.whole for run in verify_runs(database))
