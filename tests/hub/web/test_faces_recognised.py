"""Enrolling with the real `builtin` pack: photo files of well-known people, and a rendered one before a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest
from sqlalchemy import select

from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.db import Database
from hub.roster.models import EnrolmentFrame
from hub.roster.recogniser import Recogniser
from hub.web.guard import SESSION_COOKIE
from hub.web.office import FrontOffice
from kiosk.recognizer.packs.pack import Pack, open_pack
from tests.factories.axe import violations
from tests.factories.chromium import Chromium, find_chromium
from tests.factories.shades import archive
from tests.factories.sitter import sit, write_camera
from tests.hub.web.conftest import PASSWORD, Visitor

SIZES = {"desk": (1280, 900, False), "telephone": (390, 844, True)}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return open_pack("builtin")


@pytest.fixture(scope="module")
def faces(shared: Path) -> Path:
    return shared / "data" / "faces" / "demo"


@pytest.fixture
def front(front: FrontOffice, database: Database, pack: Pack) -> FrontOffice:
    """The pages with a recogniser that recognises."""
    return replace(front, recogniser=Recogniser(database=database, initial_pack="builtin", open_=lambda _name: pack))


@pytest.fixture
def people(office: Any) -> dict[str, str]:
    unit = office.unit("Dinas Kesehatan")
    return {
        name: office.employee(name.title(), unit=unit, nip=f"19850101201001100{number}")
        for number, name in enumerate(("obama", "biden"), start=1)
    }


def files_of(folder: Path) -> list[tuple[str, str, bytes]]:
    return [("files", path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def enrol(visitor: Visitor, person: str, files: list[tuple[str, str, bytes]]) -> Any:
    """Agree, add files, propose."""
    place = f"/pegawai/{person}/wajah"
    token = visitor.get(place).field("token")
    visitor.post(f"{place}/mulai", token=token)
    visitor.send(f"{place}/berkas", [("token", token)], files)
    return visitor.post(f"{place}/usulkan", token=token)


def states(database: Database, person: str) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(EnrolmentFrame.state).where(EnrolmentFrame.employee_id == person)))


def test_one_face_under_two_names_is_refused(
    admin: Visitor, database: Database, people: dict[str, str], faces: Path
) -> None:
    assert enrol(admin, people["obama"], files_of(faces / "obama")).status == 303
    assert len(states(database, people["obama"])) >= 3
    renamed = [
        ("files", "a.png", bytes(cv2.imencode(".png", cv2.imread(str(path)))[1]))
        for path in sorted((faces / "obama").iterdir())[:3]
    ]
    page = enrol(admin, people["biden"], renamed)
    assert page.status == 409
    assert "Wajah ini sudah terdaftar sebagai Obama" in page.words
    assert states(database, people["biden"]) == []


def test_archive_takes_people_by_their_numbers(
    admin: Visitor, database: Database, people: dict[str, str], faces: Path
) -> None:
    photos = {
        f"19850101201001100{number}/{path.name}": path.read_bytes()
        for number, name in enumerate(("obama", "biden"), start=1)
        for path in sorted((faces / name).iterdir())
    }
    token = admin.get("/pegawai/arsip-foto").field("token")
    fields = [("token", token), ("consented", "1")]
    place = admin.send("/pegawai/arsip-foto", fields, [("file", "foto.zip", archive(photos))]).headers["location"]
    for deed in ("langkah", "langkah", "usulkan", "langkah", "langkah"):
        admin.post(f"{place}/{deed}", token=token)
    assert "Semua yang dapat dipakai menunggu" in admin.get(place).words
    assert set(states(database, people["obama"]) + states(database, people["biden"])) == {"proposed"}


@pytest.fixture(scope="module")
def camera(pack: Pack, faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who looks ahead, left and right in turn; found once, which takes long, and shown to every browser."""
    taken = sit(pack, faces / "obama" / "obama.jpg")
    frames = iter([frame for frames in taken.values() for frame in frames])
    return write_camera(tmp_path_factory.mktemp("camera") / "camera.y4m", frames)


@pytest.fixture
def browser(camera: Path) -> Iterator[Chromium]:
    """A browser with somebody before its camera."""
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here")
    with Chromium(
        program,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_operator_enrols_by_webcam_and_somebody_else_approves(
    browser: Chromium,
    admin: Visitor,
    database: Database,
    people: dict[str, str],
    port: int,
    *,
    size: str,
    language: str,
    tmp_path: Path,
) -> None:
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR, unit="Dinas Kesehatan")
    operator = Visitor(port)
    operator.sign_in("siti")
    hub, place = f"http://127.0.0.1:{port}", f"/pegawai/{people['obama']}/wajah"
    width, height, mobile = SIZES[size]

    def look(name: str) -> None:
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert violations(browser) == [], name
        (tmp_path / f"{size}-{language}-{name}.png").write_bytes(browser.screenshot(whole=True))

    for name, content in ((SESSION_COOKIE, operator.cookies[SESSION_COOKIE]), ("bahasa", language)):
        browser.set_cookie(hub, name, content)
    browser.open(hub + place, width=width, height=height, mobile=mobile)
    look("consent")
    browser.follow("document.querySelector('.face-consent button').click()")
    look("begin")
    browser.evaluate("document.querySelector('#start').click()")
    browser.await_true("document.querySelectorAll('#pictures img').length >= 2")
    look("taking")
    browser.await_true("document.querySelector('#start').disabled && document.querySelector('#preview').hidden")
    all_there = {"id": "Semua pose lengkap.", "en": "All poses are there."}[language]
    assert browser.evaluate("document.querySelector('#ask').textContent") == all_there
    assert browser.evaluate("document.querySelectorAll('.face-pose-done').length") == 3
    assert browser.evaluate("document.querySelector('[data-pose=up]').hidden")
    look("taken")
    browser.follow("document.querySelector('#propose').click()")
    assert browser.evaluate("location.search") == "?diusulkan=6"
    look("proposed")
    assert browser.refused == []
    assert states(database, people["obama"]) == ["proposed"] * 6
    browser.set_cookie(hub, SESSION_COOKIE, admin.cookies[SESSION_COOKIE])
    browser.open(f"{hub}/pegawai/persetujuan", width=width, height=height, mobile=mobile)
    look("approval")
    browser.follow("document.querySelector('.approval-actions .btn-primary').click()")
    assert states(database, people["obama"]) == ["approved"] * 6


@pytest.mark.browser
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_archive_goes_on_by_itself_and_survives_a_reload(
    browser: Chromium, admin: Visitor, people: dict[str, str], faces: Path, *, size: str, language: str, tmp_path: Path
) -> None:
    photos = {f"198501012010011001/{path.name}": path.read_bytes() for path in sorted((faces / "obama").iterdir())}
    photos |= {"198501012010011002.jpg": (faces / "biden" / "biden.jpg").read_bytes(), "Tidak Ada/1.jpg": b"x"}
    sent = tmp_path / "foto.zip"
    sent.write_bytes(archive(photos))
    hub = f"http://127.0.0.1:{admin.port}"
    width, height, mobile = SIZES[size]
    for name, content in ((SESSION_COOKIE, admin.cookies[SESSION_COOKIE]), ("bahasa", language)):
        browser.set_cookie(hub, name, content)
    browser.open(f"{hub}/pegawai/arsip-foto", width=width, height=height, mobile=mobile)
    (tmp_path / f"{size}-{language}-send.png").write_bytes(browser.screenshot(whole=True))
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    field = browser.call("DOM.querySelector", nodeId=document, selector="#f-file")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=field, files=[str(sent)])
    browser.evaluate("document.querySelector('[name=consented]').checked = true")
    browser.follow("document.querySelector('#send button').click()")
    browser.await_true("location.pathname === '/pegawai/arsip-foto/1'")
    browser.open(f"{hub}/pegawai/arsip-foto/1", width=width, height=height, mobile=mobile)
    browser.await_true("document.querySelector('form[action$=usulkan]') !== null")
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(browser) == []
    (tmp_path / f"{size}-{language}-checked.png").write_bytes(browser.screenshot(whole=True))
    browser.follow("document.querySelector('form[action$=usulkan] button').click()")
    browser.await_true("document.querySelector('main a[href=\"/pegawai/persetujuan\"]') !== null")
    assert browser.refused == []
    (tmp_path / f"{size}-{language}-done.png").write_bytes(browser.screenshot(whole=True))
