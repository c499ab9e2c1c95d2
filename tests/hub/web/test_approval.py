"""The page on which a second person looks at photos, and approves or refuses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from hub.access.accounts import link_account
from hub.access.roles import PAGE_ROLES, Role
from hub.db import Database
from hub.roster.kiosk_enrolment_models import KioskEnrolment
from hub.roster.models import Employee, EnrolmentFrame, Membership

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
ENROLLED = NOW - timedelta(hours=3)
PAGE = "/pegawai/persetujuan"


@pytest.fixture
def rina(office: Any, database: Database, tmp_path: Path) -> str:
    """Somebody of Dinas Kesehatan whom `siti` enrolled with two photos; the files are in the hub's folder."""
    unit = office.unit("Dinas Kesehatan")
    person: str = office.employee("Rina Wulandari", unit=unit)
    office.enrol(person, frames=2, at=ENROLLED, state="proposed", by="siti")
    with database.read() as session:
        for frame in session.scalars(select(EnrolmentFrame)):
            path = tmp_path / "enrolment" / frame.file
            path.parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(path), np.full((900, 1200, 3), 90, np.uint8))
    return person


def frames_of(database: Database, person: str) -> list[EnrolmentFrame]:
    with database.read() as session:
        query = select(EnrolmentFrame).where(EnrolmentFrame.employee_id == person).order_by(EnrolmentFrame.id)
        return list(session.scalars(query))


def states_of(database: Database, person: str) -> list[tuple[str, str | None]]:
    return [(frame.state, frame.approved_by) for frame in frames_of(database, person)]


def test_second_person_approves_what_the_page_shows(admin: Any, database: Database, office: Any, rina: str) -> None:
    page = admin.get(PAGE)
    assert page.status == 200
    for words in (
        "Rina Wulandari Dinas Kesehatan",
        "Didaftarkan oleh siti, 2 Maret 2026 16.00 WIB",
        "1 menunggu",
    ):
        assert words in page.words
    token, frames = page.field("token"), page.field("frames")
    office.enrol(rina, frames=1, at=NOW, state="proposed", by="siti", first=2)  # after the page was read
    answer = admin.post(f"{PAGE}/{rina}/setujui", token=token, frames=frames)
    assert (answer.status, answer.headers["location"]) == (303, PAGE)
    assert states_of(database, rina) == [("approved", "admin"), ("approved", "admin"), ("proposed", None)]


def test_page_is_reached_from_the_staff_and_speaks_english(admin: Any, rina: str) -> None:
    assert PAGE in admin.get("/pegawai").links.addresses
    admin.get("/bahasa/en")
    assert "Enrolled by siti" in admin.get(PAGE).words


def test_photo_is_a_small_copy(admin: Any, database: Database, rina: str) -> None:
    frame = frames_of(database, rina)[0]
    assert f"{PAGE}/foto/{frame.id}" in admin.get(PAGE).links.addresses
    page = admin.get(f"{PAGE}/foto/{frame.id}")
    assert (page.status, page.headers["content-type"], page.headers["cache-control"]) == (200, "image/jpeg", "no-store")
    content = page.text.encode(errors="surrogateescape")
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (360, 480, 3)


def test_photo_that_is_missing_or_waits_no_more_is_not_found(
    admin: Any, database: Database, rina: str, tmp_path: Path
) -> None:
    first, second = frames_of(database, rina)
    (tmp_path / "enrolment" / first.file).unlink()
    (tmp_path / "enrolment" / second.file).write_bytes(b"no picture")
    for number in (first.id, second.id, 987654, 10**30):
        assert admin.get(f"{PAGE}/foto/{number}").status == 404
    page = admin.get(PAGE)
    assert "Berkas foto tidak ada di folder pusat ini." in page.words
    assert f"{PAGE}/foto/{first.id}" not in page.links.addresses
    admin.post(f"{PAGE}/{rina}/setujui", token=page.field("token"), frames=page.field("frames"))
    assert admin.get(f"{PAGE}/foto/{first.id}").status == 404


def test_refusal_needs_a_reason_and_keeps_it(admin: Any, database: Database, rina: str) -> None:
    page = admin.get(PAGE)
    form = {"token": page.field("token"), "frames": page.field("frames")}
    for reason in (" ", "x" * 501):
        answer = admin.post(f"{PAGE}/{rina}/tolak", **form, reason=reason)
        assert answer.status == 409
        assert "Tidak ada yang ditolak" in answer.words
    assert states_of(database, rina) == [("proposed", None)] * 2
    assert admin.post(f"{PAGE}/{rina}/tolak", **form, reason="bukan fotonya").status == 303
    assert states_of(database, rina) == [("refused", None)] * 2
    assert {frame.refused_because for frame in frames_of(database, rina)} == {"bukan fotonya"}
    assert "Tidak ada yang menunggu persetujuan." in admin.get(PAGE).words


def test_who_enrolled_may_take_it_back_and_not_approve(
    as_role: Callable[..., Any], database: Database, office: Any
) -> None:
    person = office.employee("Tono", unit=office.unit("Dinas"))
    office.enrol(person, frames=1, at=NOW, state="proposed", by="Operator")
    operator = as_role(Role.OPERATOR)  # signed in as `operator`
    page = operator.get(PAGE)
    assert "orang lain harus menyetujui" in page.words
    assert f"{PAGE}/{person}/setujui" not in page.links.addresses
    form = {"token": page.field("token"), "frames": page.field("frames")}
    answer = operator.post(f"{PAGE}/{person}/setujui", **form)
    assert (answer.status, states_of(database, person)) == (409, [("proposed", None)])
    assert "Tidak ada yang disetujui" in answer.words
    assert operator.post(f"{PAGE}/{person}/tolak", **form, reason="salah orang").status == 303


def test_approving_twice_is_told(admin: Any, database: Database, office: Any, rina: str) -> None:
    page = admin.get(PAGE)
    form = {"token": page.field("token"), "frames": page.field("frames")}
    office.enrol(rina, frames=1, at=NOW, state="proposed", by="siti", first=2)
    assert admin.post(f"{PAGE}/{rina}/setujui", **form).status == 303
    assert admin.post(f"{PAGE}/{rina}/setujui", **form).status == 409
    assert states_of(database, rina)[-1] == ("proposed", None)


@pytest.mark.parametrize("frames", ["", "x", "1;2", "1," + "9" * 30, "٣"])
def test_form_with_other_numbers_is_refused(admin: Any, database: Database, rina: str, frames: str) -> None:
    token = admin.get(PAGE).field("token")
    assert admin.post(f"{PAGE}/{rina}/setujui", token=token, frames=frames).status == 400
    assert states_of(database, rina) == [("proposed", None)] * 2


def test_form_of_somebody_else_is_refused(admin: Any, database: Database, rina: str) -> None:
    frames = admin.get(PAGE).field("frames")
    for token in ("", "0" * 64):
        assert admin.post(f"{PAGE}/{rina}/setujui", token=token, frames=frames).status == 400
        assert admin.post(f"{PAGE}/{rina}/tolak", token=token, frames=frames, reason="x").status == 400
    assert states_of(database, rina) == [("proposed", None)] * 2


# Who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if role not in {Role.ADMINISTRATOR, Role.OPERATOR}])
def test_other_roles_see_no_photos_and_approve_nothing(
    as_role: Callable[..., Any], database: Database, rina: str, role: Role
) -> None:
    visitor = as_role(role)
    assert visitor.get(PAGE).status == 403
    assert visitor.get(f"{PAGE}/foto/{frames_of(database, rina)[0].id}").status == 403
    token = visitor.get("/akun").field("token")
    assert visitor.post(f"{PAGE}/{rina}/setujui", token=token, frames="1").status == 403
    assert PAGE not in visitor.get("/pegawai").links.addresses
    assert states_of(database, rina) == [("proposed", None)] * 2


def test_strangers_are_sent_to_the_sign_in(stranger: Any, rina: str) -> None:
    for path in (PAGE, f"{PAGE}/foto/1"):
        assert stranger.get(path).headers["location"].startswith("/masuk")
    assert stranger.post(f"{PAGE}/{rina}/setujui").status == 303


def test_operator_of_another_unit_sees_and_approves_nothing(
    as_role: Callable[..., Any], database: Database, office: Any, rina: str
) -> None:
    office.unit("Dinas Pendidikan")
    operator = as_role(Role.OPERATOR, unit="Dinas Pendidikan")
    page = operator.get(PAGE)
    assert "Rina" not in page.words
    assert operator.get(f"{PAGE}/foto/{frames_of(database, rina)[0].id}").status == 404
    assert operator.post(f"{PAGE}/{rina}/setujui", token=page.field("token"), frames="1").status == 404
    assert states_of(database, rina) == [("proposed", None)] * 2


def test_lookalike_and_earlier_refusal_are_told(admin: Any, database: Database, office: Any, rina: str) -> None:
    twin = office.employee("Rani Wulandari", unit=None)
    with database.write() as session:
        for frame in session.scalars(select(EnrolmentFrame)):
            frame.resembles, frame.lookalike_allowed_by = twin, "siti"
            frame.refused_by, frame.refused_because = "budi", "kurang jelas"
    words = admin.get(PAGE).words
    assert "Mirip Rani Wulandari; menurut siti mereka dua orang yang berbeda" in words
    assert "Pernah ditolak oleh budi: kurang jelas" in words


# From kiosks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tono(office: Any) -> str:
    """Somebody whom Siti Rahma has enrolled at a kiosk as new."""
    unit = office.unit("Dinas Kesehatan")
    operator = office.employee("Siti Rahma, S.E.", unit=unit)
    person: str = office.employee("Tono Hadi", unit=unit)
    office.kiosk("kiosk-1", unit=unit)
    office.enrol_at_kiosk("kiosk-1", person, operator=operator, frames=2, at=ENROLLED, is_new=True)
    return person


def test_kiosk_operator_and_consent_are_shown(admin: Any, tono: str) -> None:
    words = admin.get(PAGE).words
    for expected in (
        "Didaftarkan di kiosk kiosk-1 oleh operator Siti Rahma, S.E., 2 Maret 2026 16.00 WIB: 2 foto",
        "Persetujuan orangnya di layar: teks 2026-11 (bahasa Indonesia), 2 Maret 2026 16.00 WIB",
        "Belum dikenal pusat: dengan persetujuan ini menjadi pegawai Dinas Kesehatan",
    ):
        assert expected in words
    assert "Sudah ada Tono" not in words
    assert "Didaftarkan oleh" not in words
    admin.get("/bahasa/en")
    assert "Consent on the screen: text 2026-11 (in Indonesian)" in admin.get(PAGE).words


def test_namesake_is_shown(admin: Any, office: Any, database: Database, tono: str) -> None:
    with database.read() as session:
        unit = session.scalars(select(Membership.unit_id).where(Membership.employee_id == tono)).one()
    office.employee("Tono Hadi", unit=unit)
    assert "Sudah ada Tono Hadi di unit ini; periksa apakah orang yang sama" in admin.get(PAGE).words


def test_operator_of_the_kiosk_sees_no_button_under_any_spelling_that_is_known(
    as_role: Callable[..., Any], database: Database, tono: str
) -> None:
    with database.read() as session:
        siti = session.scalars(select(Employee.id).where(Employee.name.startswith("Siti"))).one()
    operator = as_role(Role.OPERATOR)  # signed in as `operator`
    assert f"{PAGE}/{tono}/setujui" in operator.get(PAGE).links.addresses
    link_account(database, "operator", siti)
    page = operator.get(PAGE)
    assert "Anda yang mendaftarkan, atau Anda orangnya" in page.words
    assert f"{PAGE}/{tono}/setujui" not in page.links.addresses
    form = {"token": page.field("token"), "frames": page.field("frames")}
    assert operator.post(f"{PAGE}/{tono}/setujui", **form).status == 409
    assert states_of(database, tono) == [("proposed", None)] * 2


def test_second_person_ends_the_enrolment(admin: Any, database: Database, tono: str) -> None:
    page = admin.get(PAGE)
    form = {"token": page.field("token"), "frames": page.field("frames")}
    assert admin.post(f"{PAGE}/{tono}/tolak", **form, reason="bukan pegawai").status == 303
    with database.read() as session:
        enrolment = session.scalars(select(KioskEnrolment)).one()
    assert (enrolment.state, enrolment.reason) == ("refused", "Ditolak oleh admin: bukan pegawai (Refused by admin.)")
