"""What is written down for webhooks: with what it tells or not at all, for whom it concerns, and without names."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, update

from benchmarks.invented_office import InventedOffice
from hub.attendance.covers import parse_cover
from hub.attendance.documents import Letter, enter, refuse, submit, verify, withdraw
from hub.attendance.months import close_month, reopen_month
from hub.attendance.recompute import recompute
from hub.attendance.stored import Assessed, store_days
from hub.errors import PaperError
from hub.recap.pay_runs import freeze, make_delta
from hub.roster.models import Unit
from hub.webhooks.registry import switch_off
from tests.factories.pay import NOVEMBER, month_of_days, points_day, write_days

from .conftest import BEGIN, Desk

NOV_2 = date(2026, 11, 2)
URL = "http://10.1.2.3/presensi"


def other_unit(office: InventedOffice, name: str, below: int | None = None) -> int:
    unit = office.unit(name)
    if below is not None:
        with office.database.write() as session:
            session.execute(update(Unit).where(Unit.id == unit).values(parent_id=below))
    return unit


def test_changed_days_are_one_event_for_each_webhook(desk: Desk, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    rina = office.employee("Rina Wulandari", unit=unit, nip="198501012010011001")
    desk.add("e-tpp", URL, ["days.changed"])
    desk.add("simpeg", URL, ["month.closed"])
    days = month_of_days("kutim-4", {})
    write_days(desk.database, rina, unit, days)
    [event_] = desk.owed("e-tpp")
    assert event_["type"] == "days.changed"
    assert len(event_["data"]["days"]) == 30
    assert event_["data"]["days"][0] == {"employee": rina, "date": "2026-11-01", "version": 1}
    assert "Rina" not in str(event_)
    assert "1985" not in str(event_)
    write_days(desk.database, rina, unit, days)
    assert len(desk.owed("e-tpp")) == 1, "nothing changed, nothing is told"
    write_days(desk.database, rina, unit, month_of_days("kutim-4", {NOV_2: points_day(late=5)}))
    assert desk.owed("e-tpp")[1]["data"]["days"] == [{"employee": rina, "date": "2026-11-02", "version": 2}]
    with desk.database.write() as session:
        store_days(session, [Assessed(rina, NOV_2, None, None)], now=BEGIN)
    assert desk.owed("e-tpp")[2]["data"]["days"] == [{"employee": rina, "date": "2026-11-02", "version": None}]
    assert desk.owed("simpeg") == []


def test_days_of_a_span_assessed_anew_are_told(desk: Desk, office: InventedOffice) -> None:
    rina = office.employee("Rina", unit=office.unit("Dinas"))
    desk.add("e-tpp", URL, ["days.changed"])
    found = recompute(desk.database, first=NOV_2, last=NOV_2, now=BEGIN)
    assert found.changed == 1
    assert [each["data"]["days"] for each in desk.owed("e-tpp")] == [
        [{"employee": rina, "date": "2026-11-02", "version": 1}]
    ]
    recompute(desk.database, first=NOV_2, last=NOV_2, now=BEGIN)
    assert len(desk.owed("e-tpp")) == 1


def test_unit_hears_of_itself_and_those_below(desk: Desk, office: InventedOffice) -> None:
    dinas, badan = office.unit("Dinas"), office.unit("Badan")
    upt = other_unit(office, "UPT", below=dinas)
    people = {unit: office.employee(f"Orang {unit}", unit=unit) for unit in (dinas, badan, upt)}
    desk.add("dinas", URL, unit_id=dinas)
    desk.add("upt", URL, unit_id=upt)
    desk.add("all", URL)
    days = month_of_days("kutim-4", {})[:1]
    with desk.database.write() as session:
        store_days(session, [Assessed(person, days[0].work_date, unit, days[0]) for unit, person in people.items()],
                   now=BEGIN)  # fmt: skip
    told = {name: {day["employee"] for each in desk.owed(name) for day in each["data"]["days"]}
            for name in ("dinas", "upt", "all")}  # fmt: skip
    assert told == {"dinas": {people[dinas], people[upt]}, "upt": {people[upt]}, "all": set(people.values())}
    with desk.database.write() as session:
        store_days(session, [Assessed(people[upt], days[0].work_date, badan, days[0])], now=BEGIN)
    assert [len(desk.owed(name)) for name in ("dinas", "upt", "all")] == [2, 2, 2], "no longer theirs"


def test_nothing_is_told_of_what_does_not_stand(desk: Desk, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    rina = office.employee("Rina", unit=unit)
    desk.add("e-tpp", URL)
    days = month_of_days("kutim-4", {})

    def store_and_fail() -> None:
        with desk.database.write() as session:
            store_days(session, [Assessed(rina, days[0].work_date, unit, days[0])], now=BEGIN)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        store_and_fail()
    assert desk.owed("e-tpp") == []


def test_webhook_that_is_off_costs_one_look_and_is_told_nothing(desk: Desk, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    rina = office.employee("Rina", unit=unit)
    desk.add("e-tpp", URL)
    switch_off(desk.database, "e-tpp", because="pindah", by="budi", now=BEGIN)
    asked: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    write_days(desk.database, rina, unit, month_of_days("kutim-4", {}))
    assert desk.owed("e-tpp") == []
    before = [text for text in asked if "webhook" in text and "JOIN" not in text]
    assert len(before) == 1


def test_closed_and_reopened_month_is_told_to_whom_it_concerns(desk: Desk, office: InventedOffice) -> None:
    dinas, badan = office.unit("Dinas"), office.unit("Badan")
    upt = other_unit(office, "UPT", below=dinas)
    for name, unit in (("dinas", dinas), ("badan", badan), ("upt", upt), ("all", None)):
        desk.add(name, URL, unit_id=unit)
    close_month(desk.database, NOVEMBER.first, upt, by="budi", now=BEGIN)
    with pytest.raises(PaperError):
        close_month(desk.database, NOVEMBER.first, upt, by="budi", now=BEGIN)
    reopen_month(desk.database, NOVEMBER.first, upt, by="budi", reason="salah", now=BEGIN)
    close_month(desk.database, NOVEMBER.first, None, by="budi", now=BEGIN)
    types = {name: [each["type"] for each in desk.owed(name)] for name in ("dinas", "badan", "upt", "all")}
    all_of_them = ["month.closed", "month.reopened", "month.closed"]
    assert types == {"dinas": all_of_them, "badan": ["month.closed"], "upt": all_of_them, "all": all_of_them}
    first, _, last = desk.owed("all")
    assert first["data"] == {"month": "2026-11", "unit": {"id": upt, "name": "UPT"}}
    assert last["data"] == {"month": "2026-11", "unit": None}


def test_frozen_run_and_its_delta_are_told_with_where_to_fetch_them(desk: Desk, office: InventedOffice) -> None:
    dinas, badan = office.unit("Dinas"), office.unit("Badan")
    rina = office.employee("Rina", unit=dinas)
    write_days(desk.database, rina, dinas, month_of_days("kutim-4", {}))
    for name, unit in (("dinas", dinas), ("badan", badan), ("all", None)):
        desk.add(name, URL, ["pay_run.frozen"], unit_id=unit)
    sent = freeze(desk.database, NOVEMBER, dinas, by="budi", now=BEGIN, force="uji")
    [told] = desk.owed("all")
    assert told["data"] == {
        "number": "2026-11/DINAS/001", "kind": "run", "of_run": None, "month": "2026-11",
        "unit": {"id": dinas, "name": "Dinas"}, "lines": 1, "digest": sent.run.digest,
        "fetch": "/api/v1/pay/run?number=2026-11%2FDINAS%2F001",
    }  # fmt: skip
    write_days(desk.database, rina, dinas, month_of_days("kutim-4", {NOV_2: {"status": "TK", "absent_days": 1}}))
    delta = make_delta(desk.database, sent.run.number, by="budi", now=BEGIN, force="uji")
    assert delta is not None
    assert [each["data"]["of_run"] for each in desk.owed("dinas")] == [None, sent.run.number]
    assert desk.owed("badan") == []


def test_run_over_everybody_is_told_to_those_who_may_fetch_it(desk: Desk, office: InventedOffice) -> None:
    dinas = office.unit("Dinas")
    write_days(desk.database, office.employee("Rina", unit=dinas), dinas, month_of_days("kutim-4", {}))
    desk.add("dinas", URL, ["pay_run.frozen"], unit_id=dinas)
    desk.add("all", URL, ["pay_run.frozen"])
    freeze(desk.database, NOVEMBER, by="budi", now=BEGIN, force="uji")
    assert [len(desk.owed(name)) for name in ("dinas", "all")] == [0, 1]


def test_letter_is_told_at_every_decision(desk: Desk, office: InventedOffice) -> None:
    dinas, badan = office.unit("Dinas"), office.unit("Badan")
    rina = office.employee("Rina", unit=dinas)
    for name, unit in (("dinas", dinas), ("badan", badan)):
        desk.add(name, URL, ["document.decided"], unit_id=unit)
    now = datetime(2026, 11, 4, 3, tzinfo=UTC)

    def hand_in(day: str) -> int:
        letter = Letter(type="Surat Cuti", covers=(parse_cover(day),), known_by="Atasan Langsung")
        return submit(desk.database, rina, letter, by="siti", now=now).id

    one, other = hand_in("2026-11-02"), hand_in("2026-11-03")
    assert desk.owed("dinas") == [], "nobody has decided yet"
    verify(desk.database, one, by="dewi", now=now)
    enter(desk.database, one, by="siti", now=now)
    withdraw(desk.database, one, by="siti", reason="salah orang", now=now)
    refuse(desk.database, other, by="dewi", reason="tanpa tanda tangan", now=now)
    data = [each["data"] for each in desk.owed("dinas")]
    assert [(each["document"], each["state"]) for each in data] == [
        (one, "verified"), (one, "entered"), (one, "withdrawn"), (other, "refused"),
    ]  # fmt: skip
    assert data[0] == {"document": one, "employee": rina, "state": "verified", "fetch": f"/api/v1/documents/{one}"}
    assert desk.owed("badan") == []
