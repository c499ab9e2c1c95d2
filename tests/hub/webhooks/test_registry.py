"""Webhooks as an administrator keeps them, and what is forgotten with age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benchmarks.invented_office import InventedOffice
from hub.errors import WebhookError
from hub.webhooks.deliveries import (
    KEEP_DELIVERIES,
    find_delivery,
    forget_deliveries,
    list_deliveries,
    replay_one,
    send_test,
)
from hub.webhooks.registry import add_webhook, list_webhooks, replace_secret, switch_off, switch_on

from .conftest import BEGIN, Desk

URL = "http://10.1.2.3/presensi"


@pytest.mark.parametrize(
    "url",
    [
        "", "e-tpp", "ftp://e-tpp/x", "http://", "http:///x", "https://budi:rahasia@e-tpp/x", "http://e-tpp/x#y",
        "http://e-tpp/a b", "http://e-tpp/\n", "http://e-tpp:99999/", "http://e-tpp/" + "x" * 500, "file:///etc/passwd",
        "http://[::1/",
    ],
)  # fmt: skip
def test_address_that_is_none_is_refused(desk: Desk, url: str) -> None:
    if url.endswith("\n"):
        url = "http://e-tpp/\nx"
    with pytest.raises(WebhookError, match=r"no address|out of the address") as refused:
        desk.add("e-tpp", url)
    assert "rahasia" not in str(refused.value)
    assert list_webhooks(desk.database) == []


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3:8080/x?y=1", "https://e-tpp.jemberkab.go.id/presensi", "http://[::1]/"]
)
def test_private_and_public_addresses_are_taken(desk: Desk, url: str) -> None:
    desk.add("e-tpp", f" {url} ")
    assert [line.url for line in list_webhooks(desk.database)] == [url]


def test_name_and_events_are_checked(desk: Desk) -> None:
    with pytest.raises(WebhookError, match="cannot be a webhook's name"):
        desk.add("E TPP", URL)
    with pytest.raises(WebhookError, match=r"'days\.gone' is no event"):
        desk.add("e-tpp", URL, ["days.changed", "days.gone"])
    with pytest.raises(WebhookError, match="needs an event"):
        desk.add("e-tpp", URL, [])
    desk.add("e-tpp", URL, ["month.closed", "days.changed"])
    with pytest.raises(WebhookError, match="already"):
        desk.add("e-tpp", URL)
    [line] = list_webhooks(desk.database)
    assert line.events == ("days.changed", "month.closed")


def test_list_says_how_each_stands(desk: Desk, office: InventedOffice) -> None:
    unit = office.unit("Dinas")
    secret = add_webhook(desk.database, desk.seal, "b1", URL, ["days.changed"], unit_id=unit, by="budi", now=BEGIN)
    assert secret.startswith("whsec_")
    desk.add("a1", URL)
    send_test(desk.database, "a1", now=BEGIN)
    one, other = list_webhooks(desk.database)
    assert (one.name, one.state, one.waiting, one.unit) == ("a1", "waiting", 1, None)
    assert (other.name, other.state, other.unit, other.made_by) == ("b1", "unused", "Dinas", "budi")
    switch_off(desk.database, "b1", because=" e-TPP   mati ", by="siti", now=BEGIN)
    with pytest.raises(WebhookError, match="off already"):
        switch_off(desk.database, "b1", because="x", by="siti", now=BEGIN)
    _, other = list_webhooks(desk.database)
    assert (other.state, other.off_by, other.off_because) == ("off", "siti", "e-TPP mati")
    with pytest.raises(WebhookError, match="is off"):
        send_test(desk.database, "b1", now=BEGIN)
    switch_on(desk.database, "b1")
    with pytest.raises(WebhookError, match="on already"):
        switch_on(desk.database, "b1")
    for unsaid in ("", " ", "x" * 301):
        with pytest.raises(WebhookError, match="Say why"):
            switch_off(desk.database, "b1", because=unsaid, by="siti", now=BEGIN)
    with pytest.raises(WebhookError, match="no webhook 'c1'"):
        switch_on(desk.database, "c1")


def test_secret_is_replaced_at_once_when_asked(desk: Desk) -> None:
    first = desk.add("e-tpp", URL)
    second = replace_secret(desk.database, desk.seal, "e-tpp", now=BEGIN)
    assert first != second
    assert [line.before_until for line in list_webhooks(desk.database)] == [BEGIN + timedelta(hours=24)]
    replace_secret(desk.database, desk.seal, "e-tpp", now=BEGIN, both=timedelta())
    assert [line.before_until for line in list_webhooks(desk.database)] == [None]


def test_delivery_of_another_webhook_is_not_replayed(desk: Desk) -> None:
    for name in ("a1", "b1"):
        desk.add(name, URL)
    number = send_test(desk.database, "a1", now=BEGIN)
    with pytest.raises(WebhookError, match="no delivery"):
        replay_one(desk.database, "b1", number, now=BEGIN)
    with pytest.raises(WebhookError, match="still waits"):
        replay_one(desk.database, "a1", number, now=BEGIN)
    assert find_delivery(desk.database, number).webhook == "a1"
    with pytest.raises(WebhookError, match="no delivery"):
        find_delivery(desk.database, number + 1)


def test_old_deliveries_are_forgotten_and_waiting_ones_are_not(desk: Desk) -> None:
    desk.add("e-tpp", URL)
    old = send_test(desk.database, "e-tpp", now=BEGIN)
    switch_off(desk.database, "e-tpp", because="x", by="budi", now=BEGIN)
    desk.courier().step()
    switch_on(desk.database, "e-tpp")
    waiting = send_test(desk.database, "e-tpp", now=BEGIN)
    later = BEGIN + KEEP_DELIVERIES
    assert forget_deliveries(desk.database, before=later - KEEP_DELIVERIES) == 0
    assert [line.id for line in list_deliveries(desk.database, "e-tpp")] == [waiting, old]
    assert [line.id for line in list_deliveries(desk.database, "e-tpp", state="moot")] == [old]
    assert forget_deliveries(desk.database, before=later + timedelta(seconds=1) - KEEP_DELIVERIES) == 1
    assert [line.id for line in list_deliveries(desk.database, "e-tpp")] == [waiting]
