"""Reminders by e-mail: the words as meant, to whom they were meant, and again when the server was not well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hub.reminders.addresses import channel_of
from hub.reminders.sending import Gateways, reminder_courier
from tests.factories.mail import MailServer, open_mail_server
from tests.factories.people import add_employee, add_unit
from tests.hub.reminders.conftest import Desk

RINA = "rina@dinkes.wanasari.go.id"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with open_mail_server() as opened:
        yield opened


@pytest.fixture
def due(desk: Desk) -> Desk:
    """A reminder of somebody's arrival, at 06:46 in Jakarta."""
    unit = add_unit(desk.database, "Dinas Kesehatan", timezone="Asia/Jakarta")
    add_employee(desk.database, "a", unit=unit, frames=0)
    desk.reach("a", "mail", RINA)
    desk.now = datetime(2026, 11, 2, 23, 46, tzinfo=UTC)
    desk.planner().step()
    return desk


def send(desk: Desk, mail: MailServer) -> str:
    reminder_courier(desk.database, Gateways({"mail": mail.address}), now=lambda: desk.now).step()
    [row] = desk.rows()
    return row.state


def test_reminder_comes_as_a_letter_with_its_words(due: Desk, mail: MailServer) -> None:
    assert send(due, mail) == "delivered"
    [(to, message)] = mail.got
    assert to == RINA
    assert "Presensi masuk sampai 07:00 WIB" in str(message["subject"])
    body = message.get_body(("html", "plain"))
    assert body is not None
    assert "07:00 WIB" in body.get_content()


def test_server_that_is_not_well_is_asked_again(due: Desk, mail: MailServer) -> None:
    mail.refusing = True
    assert (send(due, mail), mail.got) == ("waiting", [])
    mail.refusing = False
    due.now += timedelta(seconds=15)
    assert send(due, mail) == "delivered"
    assert len(mail.got) == 1


def test_gateway_of_letters_is_known_as_such(mail: MailServer) -> None:
    assert channel_of("mail", mail.address) == "mail"
