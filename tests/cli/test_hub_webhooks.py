"""Webhooks on the command line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from hub.access.trail.append import entries
from hub.db import Database
from hub.webhooks.models import WebhookDelivery
from hub.webhooks.sealing import load_webhook_seal
from hub.webhooks.sending import webhook_courier
from tests.factories.etpp import Etpp, serving

Run = Callable[..., Result]
URL = "http://10.1.2.3/presensi"


@pytest.fixture
def etpp() -> Iterator[Etpp]:
    with serving(Etpp([])) as opened:
        yield opened


@pytest.fixture
def delivering(hub_database: Database, hub_folder: Path) -> Iterator[None]:
    """What a running hub would do."""
    stop = threading.Event()
    courier = webhook_courier(hub_database, load_webhook_seal(hub_folder))
    thread = threading.Thread(target=courier.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(20)


def test_webhook_is_made_its_secret_shown_once_and_listed(presensi_hub: Run, hub_database: Database) -> None:
    made = presensi_hub("webhook", "add", "e-tpp", URL, "--event", "pay_run.frozen", "--by", "budi")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("whsec_")
    listed = presensi_hub("webhook", "list", "--json")
    [line] = json.loads(listed.stdout)
    assert (line["name"], line["url"], line["events"], line["state"], line["made_by"]) == (
        "e-tpp", URL, ["pay_run.frozen"], "unused", "budi",
    )  # fmt: skip
    with hub_database.read() as session:
        trail = [str(row) for row in session.execute(select(entries))]
    assert any("cli.webhook.add" in text and "e-tpp" in text for text in trail), trail
    for text in (listed.stdout, presensi_hub("webhook", "list").stdout, *trail):
        assert secret not in text
        assert "whsec_" not in text


@pytest.mark.usefixtures("delivering")
def test_test_event_goes_out_and_says_what_came_of_it(presensi_hub: Run, etpp: Etpp) -> None:
    made = presensi_hub("webhook", "add", "e-tpp", etpp.url, "--json")
    etpp.secrets.append(json.loads(made.stdout)["secret"])
    tried = presensi_hub("webhook", "test", "e-tpp")
    assert (tried.exit_code, tried.stdout) == (0, "delivered: HTTP 204\n")
    etpp.answers.append((404, {}))
    tried = presensi_hub("webhook", "test", "e-tpp")
    assert (tried.exit_code, tried.stdout) == (1, "refused: HTTP 404: not now\n")
    [refused, delivered] = json.loads(presensi_hub("webhook", "deliveries", "e-tpp", "--json").stdout)
    assert (refused["state"], delivered["state"]) == ("refused", "delivered")
    assert "HTTP 404" in presensi_hub("webhook", "deliveries", "e-tpp", "--state", "refused").stdout
    again = presensi_hub("webhook", "replay", "e-tpp", "--delivery", str(refused["id"]))
    assert (again.exit_code, f"repeats {refused['id']}" in again.stdout) == (0, True)


def test_test_event_says_when_no_hub_runs(presensi_hub: Run) -> None:
    presensi_hub("webhook", "add", "e-tpp", URL)
    tried = presensi_hub("webhook", "test", "e-tpp", "--wait", "0")
    assert tried.exit_code == 1
    assert "does the hub run?" in tried.stderr


def test_webhook_is_switched_off_and_on_and_given_another_secret(presensi_hub: Run, hub_database: Database) -> None:
    first = presensi_hub("webhook", "add", "e-tpp", URL).stdout
    assert presensi_hub("webhook", "off", "e-tpp").exit_code == 2, "without a reason"
    assert presensi_hub("webhook", "off", "e-tpp", "--because", "e-TPP pindah", "--by", "budi").exit_code == 0
    shown = presensi_hub("webhook", "list").stdout
    assert "off" in shown
    assert "e-TPP pindah" in shown
    refused = presensi_hub("webhook", "test", "e-tpp")
    assert (refused.exit_code, "switch it on first" in refused.output) == (2, True)
    assert presensi_hub("webhook", "on", "e-tpp").exit_code == 0
    second = presensi_hub("webhook", "secret", "e-tpp", "--both-hours", "2").stdout
    assert second.startswith("whsec_")
    assert second != first
    replayed = presensi_hub("webhook", "replay", "e-tpp", "--since", "2026-01-01 07:00", "--undelivered")
    assert replayed.stdout == "0 deliveries are repeated.\n"
    assert presensi_hub("webhook", "replay", "e-tpp").exit_code == 2
    with hub_database.read() as session:
        assert session.scalars(select(WebhookDelivery)).all() == []


def test_what_is_wrong_is_told(presensi_hub: Run) -> None:
    assert "no address" in presensi_hub("webhook", "add", "e-tpp", "e-tpp.local").output
    assert "no unit 'Nowhere'" in presensi_hub("webhook", "add", "e-tpp", URL, "--unit", "Nowhere").output
    assert presensi_hub("webhook", "add", "e-tpp", URL, "--event", "days.gone").exit_code == 2
    assert "no webhook 'e-tpp'" in presensi_hub("webhook", "deliveries", "e-tpp").output
    assert presensi_hub("webhook", "list").stdout == "There are no webhooks: presensi hub webhook add NAME URL\n"
