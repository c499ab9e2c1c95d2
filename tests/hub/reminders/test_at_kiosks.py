"""Who is told what at a kiosk: one line, the most urgent, and nobody who is away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contract.codec import unseal
from contract.month import MonthPart, Notice
from contract.signing import SigningKey
from hub.attendance.day import Status
from hub.attendance.models import DocumentRow, MonthClose
from hub.db import Database
from hub.ingest.heartbeats import HeartbeatRecorder, StateDelivery
from hub.recap.month_delivery import MonthDelivery
from hub.reminders.at_kiosks import Open, choose_notice, read_notices
from hub.roster.models import UnitPolicy
from hub.roster.units import UnitTree
from hub.schedule.models import PolicyVersion
from tests.factories.journals import NOON, KioskJournal, stamp
from tests.factories.people import add_employee, add_kiosk_row, add_unit
from tests.factories.stored_days import day, store

TODAY = date(2026, 11, 12)
YESTERDAY = date(2026, 11, 11)


class Office:
    """People of one office, and what a kiosk there would say to them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.unit = add_unit(database, "Dinas")
        add_employee(database, "a", unit=self.unit)

    def stored(self, *days: tuple[date, Status], **fields: Any) -> None:
        store(self.database, "a", self.unit, *(day(on, status, **fields) for on, status in days))

    def letter(self, first: date, **changes: Any) -> None:
        fields = {"employee_id": "a", "type": "Surat Cuti", "covers": [], "first_day": first, "last_day": first}
        self.write(DocumentRow(**(fields | {"created_at": NOON} | changes)))

    def write(self, *rows: Any) -> None:
        with self.database.write() as session:
            session.add_all(rows)

    def policy(self, reminders: str) -> None:
        hours = '[[hours]]\ndays=["mon-sun"]\nin_due="07:30"\nout_due="16:00"\n'
        text = f'name="kita"\ntitle="Kita"\nbasis="SK 1"\n{hours}[reminders]\n{reminders}\n'
        by = {"set_by": "bkpp", "set_at": NOON}
        self.write(
            PolicyVersion(name="kita", valid_from=date(2026, 1, 1), text=text, **by),
            UnitPolicy(unit_id=self.unit, policy="kita", valid_from=date(2026, 1, 1), **by),
        )

    def says(self, today: date = TODAY) -> Notice | None:
        with self.database.read() as session:
            connection = session.connection()
            return read_notices(connection, {"a"}, today, UnitTree.load(connection)).get("a")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.mark.parametrize(
    ("missing", "lacks"), [(("out",), "out"), (("in",), "in"), (("Apel pagi",), "Apel pagi"), (("in", "out"), "")]
)
def test_yesterday_without_a_session_is_told(office: Office, missing: tuple[str, ...], lacks: str) -> None:
    office.stored((YESTERDAY, Status.TIDAK_LENGKAP), missing=missing)
    assert office.says() == Notice(kind="missed", day="2026-11-11", until="2026-11-17", lacks=lacks)


def test_day_without_punch_and_letter_is_told_as_such(office: Office) -> None:
    office.stored((YESTERDAY, Status.BELUM_ADA_KETERANGAN), missing=("in", "out"))
    assert office.says() == Notice(kind="missed", day="2026-11-11", until="2026-11-17", nothing=True)


@pytest.mark.parametrize(
    "status",
    [
        Status.HADIR, Status.BERJALAN, Status.MENUNGGU_DATA, Status.LIBUR, Status.DL, Status.C, Status.S, Status.I,
        Status.TK,
    ],
)  # fmt: skip
def test_day_that_is_settled_or_still_waits_for_a_kiosk_is_not_told(office: Office, status: Status) -> None:
    office.stored((YESTERDAY, status))
    assert office.says() is None


@pytest.mark.parametrize("today", [Status.C, Status.S, Status.I, Status.DL])
def test_nobody_is_told_who_is_away_today(office: Office, today: Status) -> None:
    office.stored((YESTERDAY, Status.TIDAK_LENGKAP), missing=("out",))
    assert office.says() is not None
    office.stored((TODAY, today))
    assert office.says() is None


def test_today_is_not_over_and_a_week_ago_is_for_the_month_page(office: Office) -> None:
    office.stored((TODAY, Status.BELUM_ADA_KETERANGAN), (TODAY - timedelta(days=7), Status.TIDAK_LENGKAP))
    assert office.says() is None


def test_latest_of_several_days_is_told(office: Office) -> None:
    office.stored((date(2026, 11, 9), Status.TIDAK_LENGKAP), (date(2026, 11, 10), Status.TIDAK_LENGKAP))
    notice = office.says()
    assert notice is not None
    assert notice.day == "2026-11-10"


def test_letter_that_is_due_comes_first_and_is_not_named(office: Office) -> None:
    office.stored((date(2026, 11, 25), Status.TIDAK_LENGKAP))
    office.letter(date(2026, 11, 3))
    before = office.says(date(2026, 11, 26))
    assert before is not None
    assert before.kind == "missed"
    told = office.says(date(2026, 11, 27))
    assert told == Notice(kind="letter", day="2026-11-30", until="2026-11-30")
    assert "Cuti" not in msgspec.json.encode(told).decode()


@pytest.mark.parametrize("state", ["entered_on", "refused_at", "withdrawn_at"])
def test_letter_that_waits_no_more_is_not_told(office: Office, state: str) -> None:
    office.letter(date(2026, 11, 3), **{state: date(2026, 11, 4) if state == "entered_on" else NOON})
    assert office.says(date(2026, 11, 30)) is None


def test_month_that_ends_is_told_to_those_who_have_open_days_in_it(office: Office) -> None:
    assert office.says(date(2026, 11, 28)) is None
    office.stored((date(2026, 11, 5), Status.BELUM_ADA_KETERANGAN))
    assert office.says(date(2026, 11, 27)) is None
    assert office.says(date(2026, 11, 28)) == Notice(kind="month", day="2026-11-30", until="2026-11-30")


@pytest.mark.parametrize("of_all", [True, False])
def test_day_of_a_closed_month_can_be_seen_to_no_more(office: Office, of_all: bool) -> None:
    office.stored((date(2026, 11, 30), Status.TIDAK_LENGKAP), missing=("out",))
    first = date(2026, 12, 1)
    assert office.says(first) is not None
    office.write(
        MonthClose(
            month=date(2026, 11, 1), unit_id=None if of_all else office.unit, closed_at=NOON, closed_by="bkpp"
        )
    )  # fmt: skip
    assert office.says(first) is None


@pytest.mark.parametrize(("rule", "told"), [("kiosk=false", False), ("missed=false", False), ("before=0", True)])
def test_policy_says_whether_the_kiosk_tells(office: Office, rule: str, told: bool) -> None:
    office.policy(rule)
    office.stored((YESTERDAY, Status.TIDAK_LENGKAP))
    assert (office.says() is not None) == told


def test_choice_is_the_most_urgent() -> None:
    missed = [Open(date(2026, 11, 27), ("out",))]
    end = date(2026, 11, 30)
    kinds = [
        getattr(choose_notice(date(2026, 11, 28), missed=missed, letter=letter, in_month=in_month), "kind", None)
        for letter, in_month in ((end, True), (None, True), (None, False))
    ]
    assert kinds == ["letter", "month", "missed"]
    assert choose_notice(date(2026, 11, 28), missed=(), letter=None, in_month=False) is None


@pytest.mark.parametrize(
    ("zone", "today"),
    [("Asia/Jakarta", "11"), ("Asia/Makassar", "12"), ("Asia/Jayapura", "12")],
)
def test_each_zone_has_its_own_yesterday(database: Database, hub_key: SigningKey, zone: str, today: str) -> None:
    """At 16:30 UTC it is 23:30 in Jakarta, and past midnight east of it: the 11th is over there."""
    now = datetime(2026, 11, 11, 16, 30, tzinfo=UTC)
    unit = add_unit(database, "Dinas", timezone=zone)
    add_employee(database, "a", unit=unit)
    store(database, "a", unit, day(YESTERDAY, Status.TIDAK_LENGKAP, missing=("out",)))
    journal = KioskJournal()
    add_kiosk_row(database, "kiosk-1", journal.key.verify_key, unit_id=unit)
    HeartbeatRecorder(database=database, hub_key=hub_key, now=lambda: now).record(
        [StateDelivery("kiosk-1", journal.heartbeat(months=0, clock=stamp(1)))]
    )
    [message] = MonthDelivery(database=database, hub_key=hub_key, now=lambda: now).due()
    part = unseal(message.payload, MonthPart, key=hub_key.verify_key, purpose="month", device="kiosk-1")
    assert [bool(person.notice) for person in part.people] == [today == "12"]
