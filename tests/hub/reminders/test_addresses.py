"""Addresses that a channel takes, and those that it does not; contacts as their owner sees them."""

from __future__ import annotations

import pytest

from hub.db import Database
from hub.errors import ReminderError
from hub.reminders.addresses import Channel, channel_of, channels_of, check_address
from hub.reminders.contacts import add_contact, list_contacts

from .conftest import Desk


@pytest.mark.parametrize(
    ("name", "url", "channel"),
    [
        ("mail", "mailtos://a:b@smtp.x.id?to={to}", "mail"),
        ("kantor", "mailto://a:b@smtp.x.id?to={to}", "mail"),
        ("telegram", "tgram://1:ab/{to}", "telegram"),
        ("whatsapp", "jsons://wa.x.id/{to}", "phone"),
        ("resmi", "whatsapp://token@1/{to}", "phone"),
        ("chat", "jsons://chat.x.id/{to}", "other"),
    ],
)
def test_channel_is_told_by_scheme_then_by_name(name: str, url: str, channel: str) -> None:
    assert channel_of(name, url) == channel
    assert channels_of({name: url}) == {name: channel}


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("mail", "rina@dinkes.go.id"),
        ("telegram", "123456789"),
        ("telegram", "-1001234567890"),
        ("phone", "6281234567890"),
        ("phone", "+6281234567890"),
        ("other", "rina.w"),
    ],
)
def test_address_of_a_channel_is_taken(channel: Channel, address: str) -> None:
    check_address(channel, address)


@pytest.mark.parametrize(
    ("channel", "address", "words"),
    [
        ("mail", "6281234567890", "no e-mail"),
        ("mail", "rina@dinkes", "no e-mail"),
        ("mail", "a@b@dinkes.go.id", "no e-mail"),
        ("telegram", "@rina", "Telegram"),
        ("phone", "081234567890", "62812"),
        ("phone", "0812-3456", "62812"),
        ("phone", "628", "62812"),
        ("other", "a b", "no address"),
        ("phone", "6281234567890/..", "no address"),
    ],
)
def test_address_of_another_channel_is_refused_with_a_sentence(channel: Channel, address: str, words: str) -> None:
    with pytest.raises(ReminderError, match=words):
        check_address(channel, address)


def test_contacts_of_a_person_and_of_their_account_are_listed_whole(desk: Desk, database: Database) -> None:
    desk.person("Rina")
    desk.person("Joko")
    contacts = list_contacts(database, employee_id="Rina", whole=True)
    assert [line.address for line in contacts] == ["6281234567890"]
    assert [line.address for line in list_contacts(database, employee_id="Rina")] == ["***890"]


def test_who_has_enough_addresses_adds_no_more(desk: Desk, database: Database) -> None:
    desk.person("Rina")
    with pytest.raises(ReminderError, match="more than 1"):
        add_contact(
            database,
            employee_id="Rina",
            gateway="mail",
            address="rina@dinkes.go.id",
            gateways=("mail",),
            channel="mail",
            most=1,
            by="rina",
            now=desk.now,
        )
    assert len(list_contacts(database)) == 1
