"""A punch at a kiosk appears on the live page, through the real broker and in a real browser."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.db import open_database
from tests.factories.chromium import Chromium, find_chromium
from tests.factories.people import add_employee, add_unit
from tests.journeys.conftest import AddKiosk
from tests.journeys.world import Broker, HubAtWork, free_port, wait_until

pytestmark = pytest.mark.browser

PASSWORD = "kata-sandi-panjang-7"
LINES = "[...document.querySelectorAll('[data-list=punches] .live-person')].map(each => each.innerText)"


@pytest.fixture
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def own_hub(broker: Broker, tmp_path: Path) -> Iterator[HubAtWork]:
    hub = HubAtWork(tmp_path / "hub", broker.url, port=free_port())
    hub.start()
    yield hub
    hub.end()


def sign_in(browser: Chromium, hub: HubAtWork) -> None:
    browser.open(f"{hub.url}/masuk")
    for field, text in (("name", "bkpp"), ("password", PASSWORD)):
        browser.evaluate(f"document.querySelector('[name={field}]').value = '{text}'")
    browser.follow("document.querySelector('form[action=\"/masuk\"]').submit()")
    browser.open(f"{hub.url}/langsung")


def test_punch_is_on_the_live_page_and_again_after_a_restart(
    chromium: Chromium, own_hub: HubAtWork, add_kiosk: AddKiosk
) -> None:
    with open_database(f"sqlite:///{own_hub.folder / 'hub.db'}") as database:
        unit = add_unit(database, "Dinas Kesehatan")
        for number in range(1, 10):
            add_employee(database, f"person-{number}", unit=unit, valid_from=date(2020, 1, 1), frames=0)
        add_account(database, username="bkpp", password=PASSWORD, role=Role.ADMINISTRATOR, by="test")
    kiosk = add_kiosk(own_hub)
    sign_in(chromium, own_hub)
    chromium.await_true("document.querySelector('[data-status] .bg-green') !== null")
    began = time.monotonic()
    kiosk.start(1)
    kiosk.deliver_all()
    delivered = time.monotonic()
    wait_until(lambda: chromium.evaluate(LINES), "the punch is on the page")
    shown = time.monotonic()
    print(json.dumps({"from_start_s": round(shown - began, 2), "from_receipt_s": round(shown - delivered, 2)}))
    assert chromium.evaluate(LINES) == ["Person-1"]
    assert chromium.refused == []
    own_hub.end()
    chromium.await_true("document.querySelector('[data-status] .bg-yellow') !== null")
    own_hub.start()
    chromium.await_true("document.querySelector('[data-status] .bg-green') !== null")
    kiosk.start(8)
    kiosk.deliver_all()
    wait_until(lambda: len(chromium.evaluate(LINES)) > 1, "a second punch is on the page")
