"""The main errands with papers in a real browser: at a desk and on a telephone, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import Role
from hub.attendance.document_list import list_documents
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.review.queue import count_reviews
from hub.web.guard import SESSION_COOKIE
from tests.factories.chromium import Chromium, find_chromium
from tests.factories.doubted import doubted
from tests.factories.papers import pdf
from tests.factories.snapshots import jpeg

pytestmark = pytest.mark.browser

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)
SIZES = {"desk": (1280, 800, False), "telephone": (390, 844, True)}
UNIT = "Dinas Kesehatan"
PICTURE = (
    "new Promise(done => { const picture = document.querySelector('WHICH');"
    "picture.loading = 'eager'; if (picture.complete && picture.naturalWidth) done(picture.naturalWidth);"
    "picture.onload = () => done(picture.naturalWidth); picture.onerror = () => done(0); })"
)
"""How wide a picture is that loads only when it is looked at; 0: it cannot be shown."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with Chromium(program) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chromium) -> Chromium:
    chromium.call("Network.clearBrowserCookies")
    return chromium


@pytest.fixture
def rina(office: Any, snapshots: Any, settle: Any) -> str:
    """With two punches that wait."""
    unit = office.unit(UNIT)
    person: str = office.employee("Rina Wulandari", unit=unit, nip="198501012010011001")
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=NOW)
    for hour in (7, 15):
        evidence = snapshots.keep(jpeg(hour))
        doubted(office, "kiosk-1", person, NOW.replace(hour=hour), factor="pin", evidence=evidence)
    settle()
    return person


def become(browser: Chromium, visitor: Any, language: str = "id") -> str:
    hub = f"http://127.0.0.1:{visitor.port}"
    browser.set_cookie(hub, SESSION_COOKIE, visitor.cookies[SESSION_COOKIE])
    browser.set_cookie(hub, "bahasa", language)
    return hub


def choose_file(browser: Chromium, selector: str, *paths: Path) -> None:
    browser.call("DOM.enable")
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_supervisor_accepts_everything_that_waits(
    browser: Chromium, as_role: Callable[..., Any], database: Any, rina: str, size: str, language: str
) -> None:
    hub = become(browser, as_role(Role.SUPERVISOR, UNIT), language)
    width, height, mobile = SIZES[size]
    browser.open(hub + "/", width=width, height=height, mobile=mobile)
    browser.follow("document.querySelector('.task').click()")
    assert browser.evaluate("location.pathname") == "/tinjauan"
    assert browser.evaluate("innerWidth") == width
    assert browser.evaluate(PICTURE.replace("WHICH", ".review-pictures img")) > 0
    browser.evaluate("document.querySelector('[data-chooses]').click()")
    assert browser.evaluate("document.querySelectorAll('[name=punch]:checked').length") == 2
    browser.follow("document.querySelector('[value=terima]').click()")
    assert browser.evaluate("document.querySelector('.alert-success').innerText.includes('2')")
    assert count_reviews(database) == 0
    assert browser.refused == []


@pytest.mark.parametrize("size", SIZES)
def test_operator_hands_in_a_letter_with_its_scan(
    browser: Chromium, as_role: Callable[..., Any], database: Any, rina: str, size: str, tmp_path: Path
) -> None:
    hub = become(browser, as_role(Role.OPERATOR, UNIT))
    width, height, mobile = SIZES[size]
    (tmp_path / "surat.pdf").write_bytes(pdf())
    browser.open(hub + "/surat/baru", width=width, height=height, mobile=mobile)
    assert browser.evaluate("document.querySelector('#grounds-part').hidden")
    browser.evaluate(
        "for (const [name, text] of Object.entries({person: 'Rina Wulandari', kind: 'Surat Keterangan', "
        "first: '2026-03-02', known_by: 'Atasan Langsung'})) {"
        "const field = document.querySelector(`[name=${name}]`); field.value = text;"
        "field.dispatchEvent(new Event('change')); }"
    )
    assert not browser.evaluate("document.querySelector('#grounds-part').hidden")
    browser.evaluate("document.querySelector('[name=grounds]').value = 'diklat'")
    choose_file(browser, "[name=files]", tmp_path / "surat.pdf")
    browser.follow("document.querySelector('.paper-form button[type=submit]').click()")
    assert browser.evaluate("location.pathname") == "/surat/1"
    assert "dihitung untuk 1 hari kerja: DL" in browser.evaluate("document.body.innerText")
    assert browser.evaluate("innerWidth") == width
    assert browser.evaluate(PICTURE.replace("WHICH", ".scan img")) > 300
    [line] = list_documents(database, on=NOW.date())
    assert [file.name for file in line.files] == ["surat.pdf"]
    assert browser.refused == []


def test_file_that_is_too_large_is_told_before_it_is_sent(
    browser: Chromium, as_role: Callable[..., Any], rina: str, tmp_path: Path
) -> None:
    hub = become(browser, as_role(Role.OPERATOR, UNIT), "en")
    with (tmp_path / "besar.pdf").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    browser.open(hub + "/surat/baru")
    choose_file(browser, "[name=files]", tmp_path / "besar.pdf")
    message = browser.evaluate("document.querySelector('[name=files]').validationMessage")
    assert message == "besar.pdf: more than 10 MB; scan it in fewer dots"


def test_every_field_and_picture_has_a_name(browser: Chromium, admin: Any, page_paths: list[str]) -> None:
    hub = become(browser, admin)
    nameless = (
        "[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a, img')].filter(each =>"
        "!(each.labels?.length && [...each.labels].some(label => label.textContent.trim())) && !each.ariaLabel && "
        "!each.textContent.trim() && !(each.tagName === 'IMG' && each.hasAttribute('alt'))).map(each => each.outerHTML)"
    )
    for path in page_paths:
        browser.open(hub + path)
        assert browser.evaluate(nameless) == [], path
        ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        assert len(ids) == len(set(ids)), path
        assert browser.evaluate("document.querySelectorAll('h1').length") == 1, path


def test_numbers_of_the_trail_stay_on_one_line(browser: Chromium, admin: Any, rina: str) -> None:
    browser.open(become(browser, admin) + "/jejak", width=1280, height=800)
    shown = browser.evaluate(
        "(() => { const cell = document.querySelector('.trail-number'); cell.textContent = '123.456';"
        "cell.parentElement.lastElementChild.textContent = 'Badan Kepegawaian '.repeat(20);"
        "const words = document.createRange(); words.selectNodeContents(cell);"
        "return [words.getClientRects().length, words.getBoundingClientRect().right <= "
        "cell.nextElementSibling.getBoundingClientRect().left] })()"
    )
    assert shown == [1, True]


def test_menu_leaves_room_for_the_name_beside_it(browser: Chromium, admin: Any, rina: str) -> None:
    """An administrator's menu is the longest, and longer in Indonesian."""
    # A scroll bar takes 15 pixels.
    browser.open(become(browser, admin) + "/surat", width=1265, height=800)
    brand = "document.querySelector('.navbar-brand')"
    assert browser.evaluate(f"{brand}.scrollWidth <= {brand}.clientWidth")
    last = browser.evaluate("[...document.querySelectorAll('#menu .nav-link')].pop().getBoundingClientRect().right")
    assert last <= browser.evaluate("document.querySelector('.navbar-tools').getBoundingClientRect().left")
