"""The month grid in a real browser: by keyboard, on paper, and on a telephone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from hub.web.guard import SESSION_COOKIE
from tests.factories.chromium import Chromium, find_chromium
from tests.hub.web.conftest import JAKARTA

pytestmark = pytest.mark.browser

KEYS = {"End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}
WHERE = "[...document.querySelectorAll('tr[data-person]')].indexOf(document.activeElement.parentElement)"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def grid(chromium: Chromium, admin: Any, office: Any, settle: Callable[[], int]) -> Callable[..., Chromium]:
    """Opens the grid of March with two people."""
    unit = office.unit("Dinas Arsip")
    office.kiosk("kiosk-1", unit=unit)
    for name in ("Ani", "Budi"):
        person = office.employee(name, unit=unit)
        office.punch("kiosk-1", person, datetime(2026, 3, 2, 7, 12, tzinfo=JAKARTA))
    settle()
    hub = f"http://127.0.0.1:{admin.port}"

    def show(language: str = "id", **size: Any) -> Chromium:
        chromium.emulate_print(on=False)
        for cookie, content in ((SESSION_COOKIE, admin.cookies[SESSION_COOKIE]), ("bahasa", language)):
            chromium.set_cookie(hub, cookie, content)
        chromium.open(f"{hub}/kehadiran?month=2026-03", **size)
        return chromium

    return show


def press(browser: Chromium, *keys: str) -> None:
    for key in keys:
        for kind in ("keyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])


def place(browser: Chromium) -> list[int]:
    found: list[int] = browser.evaluate(f"[{WHERE}, document.activeElement.cellIndex]")
    return found


def test_keys_lead_through_the_grid_and_open_a_day(grid: Callable[..., Chromium]) -> None:
    browser = grid()
    browser.evaluate("document.querySelector('.month-grid [tabindex=\"0\"]').focus()")
    assert place(browser) == [0, 1]
    for keys, where in (
        (["ArrowUp"], [0, 1]),
        (["ArrowDown", "ArrowRight"], [1, 2]),
        (["End"], [1, 36]),
        (["ArrowRight"], [1, 36]),
        (["Home"], [1, 0]),
        (["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"], [1, 2]),
    ):
        press(browser, *keys)
        assert place(browser) == where, keys
    assert browser.evaluate("document.querySelectorAll('.month-grid [tabindex=\"0\"]').length") == 1
    assert browser.evaluate("document.activeElement.title") == "Menunggu data"
    # The same event that a key sends, so that the next page can be waited for.
    browser.follow("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))")
    assert browser.evaluate("location.pathname").endswith("/2026-03-02")
    assert "Budi" in browser.evaluate("document.querySelector('h1').innerText")
    assert browser.refused == []


def test_tab_leaves_the_grid_at_once(grid: Callable[..., Chromium]) -> None:
    browser = grid("en")
    browser.evaluate("document.querySelector('.month-grid [tabindex=\"0\"]').focus()")
    press(browser, "Tab")
    assert browser.evaluate("document.querySelector('.month-grid').contains(document.activeElement)") is False


def test_telephone_shows_people_with_a_strip_of_days(grid: Callable[..., Chromium]) -> None:
    browser = grid("en", width=390, height=844, mobile=True)
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.evaluate("document.querySelector('.month-grid thead').offsetHeight") == 0
    second = "document.querySelector('tr[data-person]').cells[2]"
    assert browser.evaluate(f"getComputedStyle({second}, '::before').content").startswith("counter(day)")
    assert browser.evaluate(f"{second}.getBoundingClientRect().height") >= 24
    browser.follow(f"{second}.click()")
    assert browser.evaluate("location.pathname").endswith("/2026-03-02")


def test_sums_on_a_telephone_say_their_unit_and_do_not_run_into_each_other(grid: Callable[..., Chromium]) -> None:
    browser = grid(width=390, height=844, mobile=True)
    first, second = "tr[data-person] .grid-sum:nth-last-child(5)", "tr[data-person] .grid-sum:nth-last-child(4)"
    browser.evaluate(
        f"for (const cell of [document.querySelector('{first}'), document.querySelector('{second}')])"
        " { cell.classList.remove('zero'); cell.dataset.label = 'Pulang awal (menit)'; cell.textContent = '1.234'; }"
    )
    for cell in (first, second):
        shown = f"document.querySelector('{cell}')"
        assert browser.evaluate(f"{shown}.scrollWidth <= {shown}.clientWidth")
        assert browser.evaluate(f"{shown}.getBoundingClientRect().height") < 40


def test_grid_prints_across_with_its_names(grid: Callable[..., Chromium]) -> None:
    browser = grid()
    browser.emulate_print(on=True)
    assert browser.evaluate("document.querySelector('.grid-choices').offsetHeight") == 0
    assert browser.evaluate("getComputedStyle(document.querySelector('.grid-who')).position") == "static"
    assert browser.evaluate("getComputedStyle(document.querySelector('.grid-scroll')).overflowX") == "visible"
    assert browser.pdf().startswith(b"%PDF")
