"""Punches that wait for somebody: who sees them and their pictures, and what a decision does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.access.accounts import link_account
from hub.access.roles import PAGE_ROLES, Role, may
from hub.attendance.corrections import Side
from hub.attendance.day import Concern
from hub.attendance.models import MonthClose, PunchDecision
from hub.review.queue import count_reviews
from hub.web.phrases import PHRASES
from tests.factories.doubted import disavowed, doubted
from tests.factories.snapshots import jpeg

JAKARTA = ZoneInfo("Asia/Jakarta")
MORNING = datetime(2026, 3, 2, 7, 12, tzinfo=JAKARTA)
EVENING = datetime(2026, 3, 2, 15, 5, tzinfo=JAKARTA)
LATE = datetime(2026, 3, 2, 18, 40, tzinfo=JAKARTA)


@pytest.fixture
def desk(office: Any, snapshots: Any, settle: Any) -> dict[str, Any]:
    """Rina of Dinas Kesehatan with a PIN, Budi of Dinas Pendidikan with a card; Rina also late and disavowed."""
    health, school = office.unit("Dinas Kesehatan"), office.unit("Dinas Pendidikan")
    rina = office.employee("Rina Wulandari", unit=health)
    budi = office.employee("Budi Santoso", unit=school)
    office.kiosk("kiosk-1", unit=health, delivered_up_to=LATE)
    office.kiosk("kiosk-2", unit=school, delivered_up_to=LATE)
    found = {
        "health": health,
        "rina": rina,
        "budi": budi,
        "pin": doubted(office, "kiosk-1", rina, MORNING, factor="pin", evidence=snapshots.keep(jpeg(1))),
        "card": doubted(office, "kiosk-2", budi, MORNING, factor="card", evidence=snapshots.keep(jpeg(2))),
        "disavowed": disavowed(office, "kiosk-1", rina, EVENING),
    }
    office.punch("kiosk-1", rina, LATE)
    settle()
    return found


def decisions(database: Any) -> list[PunchDecision]:
    with database.read() as session:
        return list(session.scalars(select(PunchDecision).order_by(PunchDecision.id)))


def test_supervisor_sees_own_people_with_reasons_and_pictures(
    as_role: Callable[..., Any], desk: dict[str, Any]
) -> None:
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    page = visitor.get("/tinjauan")
    for words in ("1 menunggu", "Rina Wulandari", "07.12", "kiosk-1", "dengan PIN", "Kemiripan 0,83, ambang 0,61"):
        assert words in page.words
    assert "Budi" not in page.words
    assert f"/tinjauan/scan/{desk['pin']}" in page.links.addresses
    picture = visitor.get(f"/tinjauan/scan/{desk['pin']}")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.headers["cache-control"] == "no-store"


def test_punch_outside_the_kiosks_location_says_how_far(
    as_role: Callable[..., Any], office: Any, desk: dict[str, Any]
) -> None:
    doubted(office, "kiosk-1", desk["rina"], EVENING, fix=True, latitude=-8.17, longitude=113.7, beyond_m=1840.4)
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    words = visitor.get("/tinjauan").words
    assert "2 menunggu" in words
    assert "di luar lokasi kiosk" in words
    assert "Posisi -8.17000, 113.70000 · 1.840 m di luar lokasi" in words


def test_pictures_of_other_units_are_not_there(as_role: Callable[..., Any], desk: dict[str, Any]) -> None:
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    assert visitor.get(f"/tinjauan/scan/{desk['card']}").status == 404
    assert visitor.get(f"/tinjauan/wajah/{desk['budi']}").status == 404
    for key in ("kiosk-1/x/1", "kiosk-1/x/one", "kiosk-1/x/99999999999999999999", "..%2fhub/x/1"):
        assert visitor.get(f"/tinjauan/scan/{key}").status == 404


def test_enrolment_picture_stands_beside(
    as_role: Callable[..., Any], office: Any, front: Any, desk: dict[str, Any]
) -> None:
    office.enrol(desk["rina"], frames=1, at=MORNING)
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    address = f"/tinjauan/wajah/{desk['rina']}"
    assert address in visitor.get("/tinjauan").links.addresses
    assert visitor.get(address).status == 404
    from hub.roster.portraits import portrait_files

    path = front.photos.path(portrait_files(front.database, [desk["rina"]])[desk["rina"]])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(3))
    assert visitor.get(address).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("why", [*get_args(Concern), *get_args(Side)])
def test_every_reason_to_look_has_words(why: str) -> None:
    assert f"review.why.{why}" in PHRASES


def test_chosen_punches_are_accepted_together(admin: Any, desk: dict[str, Any], database: Any) -> None:
    assert count_reviews(database) == 2
    token = admin.get("/tinjauan").field("token")
    answer = admin.send(
        "/tinjauan",
        [
            ("token", token),
            ("antrean", "wajah"),
            ("punch", desk["pin"]),
            ("punch", desk["card"]),
            ("putusan", "terima"),
        ],
    )
    assert answer.status == 303
    assert [(row.about, row.accepted, row.decided_by) for row in decisions(database)] == [("review", True, "admin")] * 2
    page = admin.get(answer.headers["location"])
    assert "2 scan diterima." in page.words
    assert "Tidak ada scan yang menunggu." in page.words
    assert count_reviews(database) == 0


def test_refusing_needs_a_reason(admin: Any, desk: dict[str, Any], database: Any) -> None:
    form = [("token", admin.get("/tinjauan").field("token")), ("punch", desk["pin"]), ("putusan", "tolak")]
    page = admin.send("/tinjauan", form)
    assert page.status == 409
    assert "Tulis alasannya" in page.words
    assert f'value="{desk["pin"]}" checked' in page.text
    assert decisions(database) == []
    assert admin.send("/tinjauan", [*form, ("reason", "orang lain")]).status == 303
    [row] = decisions(database)
    assert (row.accepted, row.reason) == (False, "orang lain")


def test_nothing_chosen_is_told_in_both_languages(admin: Any, desk: dict[str, Any]) -> None:
    form = [("token", admin.get("/tinjauan").field("token")), ("putusan", "terima")]
    assert "Pilih dahulu scan" in admin.send("/tinjauan", form).words
    admin.get("/bahasa/en")
    page = admin.send("/tinjauan", form)
    assert "Say which punches" in page.words
    assert "presensi hub" not in page.words


def test_operator_decides_about_windows_and_disavowals(
    as_role: Callable[..., Any], desk: dict[str, Any], database: Any
) -> None:
    visitor = as_role(Role.OPERATOR, "Dinas Kesehatan")
    page = visitor.get("/tinjauan?antrean=jendela&month=2026-03")
    assert "2 menunggu" in page.words
    for words in ("“Bukan saya”", "setelah jendela ditutup", "18.40"):
        assert words in page.words
    form = [
        *(("token", page.field("token")), ("antrean", "jendela"), ("month", "2026-03")),
        *(("punch", desk["disavowed"]), ("putusan", "tolak"), ("reason", "memang bukan dia")),
    ]
    assert visitor.send("/tinjauan", form).status == 303
    assert {row.about for row in decisions(database)} == {"window", "disavowal"}
    assert "1 menunggu" in visitor.get("/tinjauan?antrean=jendela&month=2026-03").words


def test_punch_of_another_unit_is_never_decided(
    as_role: Callable[..., Any], desk: dict[str, Any], database: Any
) -> None:
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    token = visitor.get("/tinjauan").field("token")
    for chosen in ([desk["card"]], [desk["pin"], desk["card"]], ["nobody/x/1"]):
        page = visitor.send("/tinjauan", [("token", token), ("putusan", "terima"), *(("punch", key) for key in chosen)])
        assert page.status == 409
        assert "Tidak ada yang diubah" in page.words
    assert decisions(database) == []


def test_closed_month_takes_no_decision(admin: Any, desk: dict[str, Any], database: Any) -> None:
    with database.write() as session:
        session.add(MonthClose(month=MORNING.date().replace(day=1), closed_at=LATE, closed_by="bkpp"))
    form = [("token", admin.get("/tinjauan").field("token")), ("punch", desk["pin"]), ("putusan", "terima")]
    page = admin.send("/tinjauan", form)
    assert page.status == 409
    assert "Bulan itu sudah ditutup" in page.words
    assert decisions(database) == []


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if not may(role, "review")])
def test_other_roles_see_and_decide_nothing(
    as_role: Callable[..., Any], desk: dict[str, Any], database: Any, role: Role
) -> None:
    visitor = as_role(role)
    token = visitor.get("/akun").field("token")
    assert visitor.get("/tinjauan").status == 403
    assert visitor.get(f"/tinjauan/scan/{desk['pin']}").status == 403
    assert visitor.get(f"/tinjauan/wajah/{desk['rina']}").status == 403
    form = [("token", token), ("punch", desk["pin"]), ("putusan", "terima")]
    assert visitor.send("/tinjauan", form).status == 403
    assert decisions(database) == []


def test_form_of_somebody_else_decides_nothing(
    admin: Any, as_role: Callable[..., Any], desk: dict[str, Any], database: Any
) -> None:
    foreign = as_role(Role.SUPERVISOR, "Dinas Kesehatan").get("/tinjauan").field("token")
    for token in ("", "x", foreign):
        form = [("token", token), ("punch", desk["pin"]), ("putusan", "terima")]
        assert admin.send("/tinjauan", form).status == 400
    assert decisions(database) == []


def test_strange_queries_are_refused(admin: Any, desk: dict[str, Any]) -> None:
    assert admin.get("/tinjauan?antrean=x").status == 404
    assert admin.get("/tinjauan?antrean=jendela&month=2026-13").status == 400
    assert admin.get("/tinjauan?unit=9999").status == 404
    assert admin.get("/tinjauan?selesai=x&hasil=y").status == 200


def test_nobody_decides_about_their_own_punch(as_role: Callable[..., Any], desk: dict[str, Any], database: Any) -> None:
    visitor = as_role(Role.SUPERVISOR, "Dinas Kesehatan")
    link_account(database, "supervisor", desk["rina"])
    page = visitor.get("/tinjauan")
    assert "Scan Anda sendiri" in page.words
    assert 'name="punch"' not in page.text
    form = [("token", page.field("token")), ("punch", desk["pin"]), ("putusan", "terima")]
    page = visitor.send("/tinjauan", form)
    assert (page.status, "diputuskan orang lain" in page.words) == (409, True)
    assert decisions(database) == []
