"""People's months at kiosks: whose, what is in them, how often, and that they arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.codec import MAX_PACKED_BYTES, encode, seal, unseal
from contract.month import MonthDay, MonthPart, PersonMonth
from contract.signing import SigningKey
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.recap.kiosk_months import PEOPLE_PER_PART, parts_of, read_months
from hub.recap.month_delivery import EVERY, MonthDelivery
from tests.factories.journals import KioskJournal, SettableClock, stamp
from tests.factories.people import add_employee, add_kiosk_row, add_unit

TODAY = date(2026, 11, 12)
NIP = "198501012010011001"


def add_day(database: Database, person: str, day: date, status: str = "HADIR", **changes: Any) -> None:
    plain = {"work_date": str(day), "policy": "jember-5", "status": status} | changes.pop("facts", {})
    fields = {"late_min": 0, "early_min": 0, "absent_days": 0, "assessed_at": datetime(2026, 11, 12, tzinfo=UTC)}
    with database.write() as session:
        session.merge(
            StoredDay(employee_id=person, work_date=day, status=status, day=plain, version=1, **(fields | changes))
        )


class Listener:
    """A kiosk that says which months it holds, and what it was sent."""

    def __init__(self, database: Database, key: SigningKey, clock: SettableClock, **changes: Any) -> None:
        self.journal = KioskJournal()
        self.database, self.key, self.clock = database, key, clock
        add_kiosk_row(database, "kiosk-1", self.journal.key.verify_key, **changes)
        self.heartbeats = HeartbeatRecorder(database=database, hub_key=key, now=clock)
        self.delivery = MonthDelivery(database=database, hub_key=key, now=clock)
        self.holds = 0
        self._beats = 0

    def speak(self, **changes: Any) -> None:
        self._beats += 1
        payload = self.journal.heartbeat(months=self.holds, clock=stamp(self._beats), **changes)
        self.heartbeats.record([StateDelivery("kiosk-1", payload)])

    def due(self) -> list[MonthPart]:
        return [
            unseal(message.payload, MonthPart, key=self.key.verify_key, purpose="month", device="kiosk-1")
            for message in self.delivery.due()
            if message.topic == "presensi/v1/down/kiosk-1/month"
        ]

    def update(self) -> list[MonthPart]:
        self.speak()
        parts = self.due()
        if parts:
            self.holds = parts[0].version
            self.speak()
        return parts


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2026, 11, 12, 9, 0, tzinfo=UTC))


@pytest.fixture
def office(database: Database) -> Database:
    add_employee(database, "a", unit=add_unit(database, "Satu"), nip=NIP)
    add_employee(database, "b", unit=add_unit(database, "Dua"))
    return database


@pytest.fixture
def kiosk(office: Database, hub_key: SigningKey, clock: SettableClock) -> Listener:
    return Listener(office, hub_key, clock)


def test_month_holds_the_days_so_far_and_what_is_open(office: Database, kiosk: Listener, clock: SettableClock) -> None:
    add_day(office, "a", date(2026, 10, 30))
    arrived = "2026-11-10T07:10:00+07:00"
    add_day(office, "a", date(2026, 11, 10), late_min=10, early_min=None, facts={"arrival": arrived})
    add_day(office, "a", date(2026, 11, 11), "TIDAK_LENGKAP", late_min=3)
    add_day(office, "a", TODAY, "BELUM_ADA_KETERANGAN")
    [part] = kiosk.update()
    assert (part.version, part.month, part.as_of) == (1, "2026-11", clock.now)
    a, b = part.people
    assert (a.person, a.present, a.late_min, a.early_min) == ("a", 2, 13, 0)
    assert [(day.date, day.status, day.open) for day in a.days] == [
        ("2026-11-10", "HADIR", False),
        ("2026-11-11", "TIDAK_LENGKAP", True),
        ("2026-11-12", "BELUM_ADA_KETERANGAN", True),
    ]
    assert a.days[0].in_at == datetime.fromisoformat(arrived)
    assert a.days[0].out_at is None
    assert b.days == ()


def test_no_number_of_anybody_is_sent(office: Database, kiosk: Listener) -> None:
    add_day(office, "a", TODAY)
    [part] = kiosk.update()
    assert NIP not in encode(part).decode()


def test_months_are_sent_when_they_changed_and_not_more_often(
    office: Database, kiosk: Listener, clock: SettableClock
) -> None:
    kiosk.update()
    add_day(office, "a", TODAY)
    assert kiosk.update() == []
    clock.advance(EVERY.total_seconds())
    [part] = kiosk.update()
    assert part.version == 2
    clock.advance(EVERY.total_seconds())
    assert kiosk.update() == []


def test_lost_months_are_sent_again_under_their_version(
    office: Database, kiosk: Listener, clock: SettableClock
) -> None:
    kiosk.speak()
    [lost] = kiosk.due()
    kiosk.speak()
    assert kiosk.due() == []
    clock.advance(EVERY.total_seconds())
    [again] = kiosk.update()
    assert (again.version, again.people) == (lost.version, lost.people)


def test_hub_from_a_backup_counts_on_beyond_what_the_kiosk_holds(kiosk: Listener) -> None:
    kiosk.holds = 40
    [part] = kiosk.update()
    assert part.version == 41


def test_kiosk_of_a_unit_shows_its_own_people_with_a_face(
    office: Database, hub_key: SigningKey, clock: SettableClock
) -> None:
    unit = add_unit(office, "Tiga")
    add_employee(office, "c", unit=unit)
    add_employee(office, "ghost", unit=unit, state="proposed")
    [part] = Listener(office, hub_key, clock, unit_id=unit).update()
    assert [person.person for person in part.people] == ["c"]


def test_kiosk_that_fell_silent_is_sent_nothing(office: Database, kiosk: Listener, clock: SettableClock) -> None:
    kiosk.speak()
    clock.advance(3_600)
    assert kiosk.due() == []


def test_clock_that_was_set_back_does_not_silence_the_delivery(
    office: Database, kiosk: Listener, clock: SettableClock
) -> None:
    kiosk.update()
    add_day(office, "a", TODAY)
    clock.advance(-7_200)
    kiosk.speak()
    assert len(kiosk.due()) == 1


def test_new_month_begins_where_the_kiosk_is(office: Database, hub_key: SigningKey, clock: SettableClock) -> None:
    clock.now = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    unit = add_unit(office, "Timur", timezone="Asia/Jayapura")
    [part] = Listener(office, hub_key, clock, unit_id=unit).update()
    assert part.month == "2026-12"


def test_large_office_is_divided_below_the_size_of_a_payload(hub_key: SigningKey) -> None:
    day = MonthDay(date="2026-11-10", status="X" * 40, in_at=datetime.now(UTC), out_at=datetime.now(UTC))
    full = PersonMonth(person="p" * 64, days=(day,) * 31)
    parts = list(parts_of([full] * 450, version=1, month=date(2026, 11, 1), as_of=datetime.now(UTC)))
    assert [len(part.people) for part in parts] == [PEOPLE_PER_PART, PEOPLE_PER_PART, 50]
    assert [(part.part, part.parts) for part in parts] == [(1, 3), (2, 3), (3, 3)]
    sealed = seal(parts[0], key=hub_key, purpose="month", device="kiosk-1")
    assert len(sealed) < MAX_PACKED_BYTES
    assert unseal(sealed, MonthPart, key=hub_key.verify_key, purpose="month", device="kiosk-1") == parts[0]


@given(minutes=st.lists(st.one_of(st.none(), st.integers(0, 2_000)), max_size=12))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_are_those_of_the_days(office: Database, minutes: list[int | None]) -> None:
    for number in range(12):
        late = minutes[number] if number < len(minutes) else 0
        add_day(office, "a", date(2026, 11, 1) + timedelta(days=number), late_min=late)
    with office.read() as session:
        [month] = read_months(session.connection(), ["a"], date(2026, 11, 1), TODAY)
    assert month.late_min == sum(minute or 0 for minute in minutes)
    assert month.late_min == sum(day.late_min for day in month.days)
