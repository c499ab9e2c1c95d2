"""Letters and months that are due are told to those who see to them, once, and to nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.attendance.handover import take_step
from hub.attendance.models import DocumentRow
from hub.db import Database
from hub.reminders.contacts import add_contact, set_wish
from hub.reminders.models import Reminder, ReminderContact
from hub.reminders.papers import PaperPlanner
from tests.factories.journals import NOON
from tests.factories.people import add_employee, add_unit
from tests.factories.stored_days import day, store


class Bureau:
    """Two offices, each with an operator and a personnel official who can be reached, and a letter writer."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
        self.health, self.school = add_unit(database, "Dinas Kesehatan"), add_unit(database, "Dinas Pendidikan")
        add_employee(database, "rina", unit=self.health, frames=0)
        for name, role, unit in (
            ("operator-1", Role.OPERATOR, "Dinas Kesehatan"),
            ("official-1", Role.OFFICIAL, "Dinas Kesehatan"),
            ("operator-2", Role.OPERATOR, "Dinas Pendidikan"),
        ):
            add_account(database, username=name, password="kata-sandi-panjang-7", role=role, unit=unit, by="t")
            contact = add_contact(
                database, account=name, gateway="mail", address=f"{name}@x.id", gateways=("mail",), by="t", now=self.now
            )
            set_wish(database, contact, quiet=(0, 0), by="t", now=self.now)

    def letter(self, first: date, **changes: Any) -> None:
        fields = {"employee_id": "rina", "type": "Surat Cuti", "covers": [], "first_day": first, "last_day": first}
        with self.database.write() as session:
            session.add(DocumentRow(**(fields | {"created_at": NOON} | changes)))

    def step(self, now: datetime | None = None) -> int:
        self.now = now or self.now
        return PaperPlanner(self.database, now=lambda: self.now).step()

    def told(self) -> list[tuple[str, str, str]]:
        query = (
            select(ReminderContact.account, Reminder.kind, Reminder.title)
            .join(Reminder, Reminder.contact_id == ReminderContact.id)
            .order_by(Reminder.id)
        )
        with self.database.read() as session:
            return [(row.account or "", row.kind, row.title) for row in session.execute(query)]


@pytest.fixture
def bureau(database: Database) -> Bureau:
    return Bureau(database)


def letters(bureau: Bureau) -> list[tuple[str, str]]:
    return [(who, title) for who, kind, title in bureau.told() if kind == "letter"]


def test_letter_is_told_to_the_official_and_once_verified_to_the_operator(bureau: Bureau) -> None:
    bureau.letter(date(2026, 11, 10))
    bureau.letter(date(2026, 11, 11), verified_on=date(2026, 11, 12), verified_by="official-1")
    for _ in range(3):
        bureau.step()
    assert letters(bureau) == [
        ("official-1", "Surat 1 harus diperiksa sampai 30/11/2026"),
        ("operator-1", "Surat 2 harus dicatat sampai 30/11/2026"),
    ]
    bureau.step(datetime(2026, 11, 30, 1, 0, tzinfo=UTC))
    assert len(letters(bureau)) == 4, "once more on the last day"


def test_letter_that_is_not_due_or_done_is_not_told(bureau: Bureau) -> None:
    bureau.letter(date(2026, 12, 10))
    bureau.letter(date(2026, 11, 3), entered_on=date(2026, 11, 4), verified_on=date(2026, 11, 4))
    bureau.letter(date(2026, 11, 3), refused_at=NOON, refused_by="official-1", refused_because="x")
    bureau.letter(date(2026, 11, 3), withdrawn_at=NOON, withdrawn_by="rina")
    bureau.step()
    assert letters(bureau) == []


def test_month_is_told_before_its_end_and_afterwards_until_it_is_handed_over(bureau: Bureau) -> None:
    worked = [day(date(2026, 11, 2) + timedelta(days=number)) for number in range(3)]
    store(bureau.database, "rina", bureau.health, *worked)
    bureau.step(datetime(2026, 11, 27, 1, 0, tzinfo=UTC))
    assert bureau.told() == []
    bureau.step(datetime(2026, 11, 28, 1, 0, tzinfo=UTC))
    assert [(who, title) for who, _, title in bureau.told()] == [
        ("operator-1", "Bulan 11/2026 Dinas Kesehatan: segera ditutup"),
        ("operator-2", "Bulan 11/2026 Dinas Pendidikan: segera ditutup"),
    ]
    for _ in range(2):
        bureau.step(datetime(2026, 12, 2, 1, 0, tzinfo=UTC))
    assert [who for who, _, title in bureau.told() if title.endswith("belum diserahkan")] == [
        "operator-1",
        "operator-2",
    ]
    assert bureau.step(datetime(2026, 12, 20, 1, 0, tzinfo=UTC)) == 0


def test_month_that_was_handed_over_is_not_told(bureau: Bureau) -> None:
    store(bureau.database, "rina", bureau.health, day(date(2026, 11, 2)))
    bureau.now = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    take_step(bureau.database, bureau.health, date(2026, 11, 1), "checked", by="operator-1", now=bureau.now)
    bureau.step()
    assert "operator-1" not in [who for who, _, _ in bureau.told()]


def test_month_that_came_back_is_told(bureau: Bureau) -> None:
    store(bureau.database, "rina", bureau.health, day(date(2026, 11, 2)))
    bureau.now = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    november = date(2026, 11, 1)
    take_step(bureau.database, bureau.health, november, "checked", by="operator-1", now=bureau.now)
    take_step(bureau.database, bureau.health, november, "returned", note="Lengkapi surat", by="bkpp", now=bureau.now)
    bureau.step()
    assert "operator-1" in [who for who, _, _ in bureau.told()]
