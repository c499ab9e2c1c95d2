"""Enrolling one person at the hub's pages: consent, frames and files with their answers, the proposal, who may not."""

from __future__ import annotations

import json
import logging
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import func, select

import hub.web.headers
from contract.sealing import OpeningKey
from hub.access.accounts import add_account, link_account
from hub.access.roles import Role
from hub.db import Database
from hub.roster.changes import current_revision
from hub.roster.gallery import load_people
from hub.roster.kiosk_enroller import KioskEnroller
from hub.roster.models import EnrolmentFrame, Template
from hub.roster.page_enrolment import WORDING, begin, end_idle, going
from hub.roster.page_enrolment_models import PageEnrolment, PagePicture
from hub.web.phrases import PHRASES
from hub.web.phrases_faces import CONSENT
from kiosk.guidance import HINTS
from kiosk.operator import parcel
from kiosk.recognizer.enrolment import PhotoFault
from kiosk.recognizer.enrolment_poses import ORDER
from tests.factories.shades import NOBODY, SEVERAL, shade
from tests.hub.web.conftest import PASSWORD, Visitor

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
WORDS = Path(__file__).parents[3] / "kiosk" / "ui" / "i18n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FRAMES = 8


@pytest.fixture
def rina(office: Any) -> str:
    person: str = office.employee("Rina Wulandari", unit=office.unit("Dinas Kesehatan"), nip="198501012010011001")
    return person


@pytest.fixture
def operator(database: Database, port: int, rina: str) -> Visitor:
    """Siti, operator of Rina's office."""
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR, unit="Dinas Kesehatan")
    visitor = Visitor(port)
    assert visitor.sign_in("siti").status == 303
    return visitor


def place(person: str) -> str:
    return f"/pegawai/{person}/wajah"


def agree(visitor: Visitor, person: str) -> str:
    """The person agrees; the form token for what follows."""
    token = visitor.get(place(person)).field("token")
    assert visitor.post(f"{place(person)}/mulai", token=token).status == 303
    return token


def shoot(visitor: Visitor, person: str, token: str, picture: bytes) -> tuple[int, dict[str, Any]]:
    page = visitor.send(f"{place(person)}/gambar", [("token", token)], [("picture", "kamera.jpg", picture)])
    return page.status, json.loads(page.text)


def shoot_all(visitor: Visitor, person: str, token: str, tone: int = 100) -> None:
    for number in range(FRAMES):
        assert shoot(visitor, person, token, shade(tone, number=number))[0] == 200


def frames_of(database: Database, person: str) -> list[EnrolmentFrame]:
    with database.read() as session:
        query = select(EnrolmentFrame).where(EnrolmentFrame.employee_id == person).order_by(EnrolmentFrame.id)
        return list(session.scalars(query))


def held(database: Database) -> int:
    """Pictures whose bytes lie in the database."""
    with database.read() as session:
        return session.scalar(select(func.count()).where(PagePicture.content.is_not(None))) or 0


def test_person_reads_and_agrees_before_anything_is_taken(operator: Visitor, database: Database, rina: str) -> None:
    page = operator.get(place(rina))
    for paragraph, _ in CONSENT:
        assert paragraph in page.text
    assert "gambar" not in page.text
    token = page.field("token")
    status, told = shoot(operator, rina, token, shade(100))
    assert (status, told["ended"]) == (409, True)
    assert agree(operator, rina)
    with database.read() as session:
        [row] = session.scalars(select(PageEnrolment))
    assert (row.author, row.consent_wording, row.consent_language, row.consented_at) == ("siti", WORDING, "id", NOW)
    assert "Rina Wulandari setuju, 2 Maret 2026 19.00 WIB" in operator.get(place(rina)).words


def test_consent_is_recorded_in_the_language_that_was_read(operator: Visitor, database: Database, rina: str) -> None:
    operator.get("/bahasa/en")
    assert CONSENT[0][1] in operator.get(place(rina)).text
    agree(operator, rina)
    with database.read() as session:
        assert session.scalar(select(PageEnrolment.consent_language)) == "en"


def test_each_frame_is_answered_with_words_and_progress(operator: Visitor, rina: str) -> None:
    token = agree(operator, rina)
    status, told = shoot(operator, rina, token, shade(NOBODY))
    assert (status, told["words"], told["picture"]) == (200, "Lihat lurus ke kamera.", None)
    assert shoot(operator, rina, token, shade(SEVERAL))[1]["words"] == "Satu orang bergantian."
    assert told["poses"] == [{"pose": pose, "kept": 0, "of": 2} for pose in ORDER]
    asked = []
    for number in range(FRAMES):
        _, told = shoot(operator, rina, token, shade(100, number=number))
        asked.append(told["wanted"])
    assert asked == ["ahead", "left", "left", "right", "right", "up", "up", None]
    assert (told["words"], told["count"]) == ("Semua pose lengkap.", FRAMES)
    assert shoot(operator, rina, token, shade(100, number=FRAMES))[1]["fault"] == "enough"


def test_the_same_frame_counts_once(operator: Visitor, rina: str) -> None:
    token = agree(operator, rina)
    assert shoot(operator, rina, token, shade(100))[1]["picture"]
    assert shoot(operator, rina, token, shade(100))[1]["fault"] == "known"


def test_what_was_taken_survives_a_reload_and_is_shown_to_its_author_alone(
    operator: Visitor, admin: Visitor, rina: str
) -> None:
    token = agree(operator, rina)
    number = shoot(operator, rina, token, shade(100))[1]["picture"]
    picture = f"{place(rina)}/foto/{number}"
    assert picture in operator.get(place(rina)).links.addresses
    assert operator.get(picture).headers["content-type"] == "image/jpeg"
    assert admin.get(picture).status == 404


def test_proposal_waits_and_counts_nowhere(operator: Visitor, admin: Visitor, database: Database, rina: str) -> None:
    with database.read() as session:
        before = current_revision(session.connection())
    token = agree(operator, rina)
    shoot_all(operator, rina, token)
    answer = operator.post(f"{place(rina)}/usulkan", token=token)
    assert (answer.status, answer.headers["location"]) == (303, f"{place(rina)}?diusulkan=8")
    assert "8 foto menunggu persetujuan orang kedua." in operator.get(answer.headers["location"]).words
    frames = frames_of(database, rina)
    assert {(frame.state, frame.added_by, frame.origin) for frame in frames} == {("proposed", "siti", "webcam")}
    assert held(database) == 0
    with database.read() as session:
        assert load_people(session.connection(), [rina], "builtin") == []
        assert current_revision(session.connection()) == before
    page = operator.get("/pegawai/persetujuan")
    assert "Didaftarkan di halaman pusat oleh siti: 8 foto, 8 dari kamera" in page.words
    assert f"teks {WORDING}" in page.words
    assert "setujui" not in page.text
    numbers = ",".join(str(frame.id) for frame in frames)
    refused = operator.post(f"/pegawai/persetujuan/{rina}/setujui", token=token, frames=numbers)
    assert refused.status == 409
    second = admin.get("/pegawai/persetujuan")
    admin.post(f"/pegawai/persetujuan/{rina}/setujui", token=second.field("token"), frames=second.field("frames"))
    with database.read() as session:
        [known] = load_people(session.connection(), [rina], "builtin")
    assert known.count == FRAMES
    assert f"naskah {WORDING} (id), di halaman pusat" in admin.get(f"/pegawai/{rina}/data").words


def test_pictures_are_kept_as_they_came(operator: Visitor, database: Database, rina: str, tmp_path: Path) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    operator.post(f"{place(rina)}/usulkan", token=token)
    [frame] = frames_of(database, rina)
    assert (tmp_path / "enrolment" / frame.file).read_bytes() == shade(100)
    with database.read() as session:
        [template] = session.scalars(select(Template))
    assert np.frombuffer(template.embedding, "<f4")[10] == 1


def test_face_of_somebody_else_is_refused_with_the_name(
    operator: Visitor, admin: Visitor, database: Database, office: Any, rina: str
) -> None:
    tono = office.employee("Tono Hadi", unit=office.unit("Dinas Sosial"))
    token = agree(operator, rina)
    shoot_all(operator, rina, token)
    operator.post(f"{place(rina)}/usulkan", token=token)
    theirs = agree(admin, tono)
    for number in range(FRAMES):
        shoot(admin, tono, theirs, shade(103, number=number))
    page = admin.post(f"{place(tono)}/usulkan", token=theirs)
    assert page.status == 409
    assert "Wajah ini sudah terdaftar sebagai Rina Wulandari (Dinas Kesehatan)" in page.words
    assert frames_of(database, tono) == []
    assert "kembar" in page.text
    assert admin.post(f"{place(tono)}/usulkan", token=theirs, kembar="1").status == 303
    assert {(frame.resembles, frame.lookalike_allowed_by) for frame in frames_of(database, tono)} == {(rina, "admin")}


def test_operator_cannot_say_that_two_people_look_alike(operator: Visitor, rina: str) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    assert operator.post(f"{place(rina)}/usulkan", token=token, kembar="1").status == 403


def test_pictures_of_two_people_are_refused(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    for tone in (100, 200, 60):
        for number in range(2):
            shoot(operator, rina, token, shade(tone, number=number))
    page = operator.post(f"{place(rina)}/usulkan", token=token)
    assert page.status == 409
    assert "tidak menunjukkan satu orang" in page.words
    assert frames_of(database, rina) == []


def test_one_foreign_picture_is_left_out_and_told(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    shoot_all(operator, rina, token)
    assert operator.post(f"{place(rina)}/batal", token=token).status == 303
    token = agree(operator, rina)
    for number in range(5):
        shoot(operator, rina, token, shade(100, number=number))
    shoot(operator, rina, token, shade(200))
    answer = operator.post(f"{place(rina)}/usulkan", token=token)
    assert answer.headers["location"] == f"{place(rina)}?diusulkan=5&lain=1"
    assert "1 foto tidak dipakai: wajahnya lain." in operator.get(answer.headers["location"]).words
    assert len(frames_of(database, rina)) == 5


def test_nobody_enrols_themself_nor_approves_their_own_face(
    operator: Visitor, admin: Visitor, database: Database, rina: str
) -> None:
    link_account(database, "siti", rina)
    token = operator.get(place(rina)).field("token")
    page = operator.post(f"{place(rina)}/mulai", token=token)
    assert page.status == 409
    assert "Tidak ada yang mendaftarkan dirinya sendiri" in page.words
    theirs = agree(admin, rina)
    shoot_all(admin, rina, theirs)
    assert admin.post(f"{place(rina)}/usulkan", token=theirs).status == 303
    assert "setujui" not in operator.get("/pegawai/persetujuan").text
    numbers = ",".join(str(frame.id) for frame in frames_of(database, rina))
    assert operator.post(f"/pegawai/persetujuan/{rina}/setujui", token=token, frames=numbers).status == 409


def test_files_serve_without_a_camera_each_with_its_answer(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    files = [
        ("files", "satu.jpg", shade(100)),
        ("files", "kosong.jpg", shade(NOBODY)),
        ("files", "../../logo.svg", SVG),
        ("files", "surat.pdf", b"%PDF-1.7 and so on"),
        ("files", "potong.jpg", shade(100, number=3)[:-200]),
        ("files", "dua.jpg", shade(100, number=1)),
    ]
    page = operator.send(f"{place(rina)}/berkas", [("token", token)], files)
    assert page.status == 200
    for words in (
        "satu.jpg : diambil",
        "kosong.jpg : Tidak ada wajah yang ditemukan",
        "logo.svg : Bukan foto JPEG atau PNG.",
        "surat.pdf : Bukan foto JPEG atau PNG.",
        "potong.jpg : Rusak",
        "dua.jpg : diambil",
    ):
        assert words in page.words
    assert "Kurang dari lima foto" in page.words
    assert operator.post(f"{place(rina)}/usulkan", token=token).status == 303
    assert [(frame.origin, frame.origin_name) for frame in frames_of(database, rina)] == [
        ("folder", "satu.jpg"),
        ("folder", "dua.jpg"),
    ]


def test_frame_that_is_none_is_refused_with_words(operator: Visitor, rina: str) -> None:
    token = agree(operator, rina)
    assert shoot(operator, rina, token, SVG) == (400, {"words": "Bukan foto JPEG atau PNG."})
    assert shoot(operator, rina, token, shade(100) + bytes(600_000))[0] == 400


def test_larger_bodies_are_refused(operator: Visitor, rina: str) -> None:
    token = agree(operator, rina)
    assert operator.send(f"{place(rina)}/gambar", [("token", token)], [("picture", "x", bytes(2 << 20))]).status == 413
    assert operator.send(f"{place(rina)}/berkas", [("token", token)], [("files", "x", bytes(40 << 20))]).status == 413


def test_camera_is_allowed_on_this_page_alone(operator: Visitor, rina: str) -> None:
    allowed = "camera=(self), microphone=(), geolocation=()"
    assert operator.get(place(rina)).headers["permissions-policy"] == allowed
    for path in ("/pegawai", f"/pegawai/{rina}/data", "/pegawai/arsip-foto", f"{place(rina)}/foto/1"):
        assert operator.get(path).headers["permissions-policy"].startswith("camera=(),")
    assert "unsafe-inline" not in hub.web.headers.CONTENT_SECURITY_POLICY


def test_form_of_another_session_is_refused(operator: Visitor, admin: Visitor, rina: str) -> None:
    agree(operator, rina)
    other = admin.get(place(rina)).field("token")
    assert operator.send(f"{place(rina)}/gambar", [("token", other)], [("picture", "x.jpg", shade(100))]).status == 400


def test_people_of_other_units_are_nobody(operator: Visitor, office: Any) -> None:
    tono = office.employee("Tono Hadi", unit=office.unit("Dinas Sosial"))
    assert operator.get(place(tono)).status == 404
    assert operator.get(place("nobody")).status == 404


def test_page_is_reached_from_the_person(operator: Visitor, rina: str) -> None:
    for path in (f"/pegawai/{rina}", f"/pegawai/{rina}/data"):
        assert place(rina) in operator.get(path).links.addresses
    assert "/pegawai/arsip-foto" in operator.get("/pegawai").links.addresses


def test_what_nobody_goes_on_with_is_dropped(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    later = NOW + timedelta(hours=1)
    assert going(database, rina, "siti", now=later) is None
    with database.write() as session:
        assert end_idle(session, now=later) == 1
    assert held(database) == 0
    with database.read() as session:
        assert session.scalar(select(PageEnrolment.state)) == "dropped"


def test_beginning_again_drops_what_was_begun(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    begin(database, rina, author="siti", language="id", now=NOW)
    assert held(database) == 0


def test_pack_that_changes_meanwhile_asks_for_new_pictures(operator: Visitor, database: Database, rina: str) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    with database.write() as session:
        session.scalars(select(PagePicture)).one().pack = "another"
    page = operator.post(f"{place(rina)}/usulkan", token=token)
    assert page.status == 409
    assert "Paket pengenalan baru saja diganti" in page.words


def test_trail_tells_whose_pictures_were_taken_and_nothing_of_them(
    operator: Visitor, rina: str, told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    shoot(operator, rina, token, shade(NOBODY))
    operator.post(f"{place(rina)}/usulkan", token=token)
    assert [entry.status for entry in told("face.picture")] == [200, 200]
    for act in ("face.read", "face.begin", "face.picture", "face.propose"):
        assert all(json.loads(entry.about)["employees"] == [rina] for entry in told(act))
    assert "198501012010011001" not in caplog.text
    assert "Rina" not in caplog.text


def test_words_are_those_of_the_kiosk() -> None:
    """What a person is asked to do, and agrees to, reads the same at both places."""
    assert parcel.WORDING == WORDING
    for column, code in enumerate(("id", "en")):
        screen = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8"))["states"]
        mode = tomllib.loads((WORDS / f"operator-{code}.toml").read_text(encoding="utf-8"))
        assert [words[column] for words in CONSENT] == mode["consent"]
        for usability, hint in HINTS.items():
            assert PHRASES[f"face.hint.{usability.value}"][column] == screen[f"approach_{hint}"]["short"]
        for photo_fault in PhotoFault:
            assert PHRASES[f"face.photo.{photo_fault.value}"][column] == photo_fault.explain(code)
        for fault, words in mode["faults"].items():
            assert PHRASES[f"face.hint.{fault}"][column] == words
        for pose in ORDER:
            assert PHRASES[f"face.pose.{pose}"][column] == mode["poses"][pose]
            assert PHRASES[f"face.ask.{pose}"][column] == mode["states"][f"op_capture_{pose}"]["detail"]


def test_hub_at_work_drops_what_was_left(operator: Visitor, database: Database, rina: str, tmp_path: Path) -> None:
    token = agree(operator, rina)
    shoot(operator, rina, token, shade(100))
    KioskEnroller(
        database=database,
        data_folder=tmp_path,
        opening_key=OpeningKey.generate(),
        initial_pack="builtin",
        now=lambda: NOW + timedelta(hours=1),
    ).sweep()
    assert held(database) == 0
