"""The page of refused faces: who sees it and whose pictures, what it says where there are none, and who settles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import PAGE_ROLES, Role
from hub.refusals.overview import list_refusals
from tests.factories.snapshots import jpeg

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
TAKEN = NOW - timedelta(hours=2)


def place(key: tuple[str, str, int]) -> str:
    return "/penolakan/{}/{}/{}".format(*key)


@pytest.fixture
def event(office: Any, snapshots: Any) -> tuple[str, str, int]:
    """An event at a kiosk of Dinas Kesehatan, with its picture, about Rina who works there."""
    unit = office.unit("Dinas Kesehatan")
    rina = office.employee("Rina Wulandari", unit=unit)
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=NOW)
    office.heartbeat("kiosk-1", NOW)
    key: tuple[str, str, int] = office.refusal("kiosk-1", rina, TAKEN, evidence=snapshots.keep(jpeg(1)), stored_at=NOW)
    return key


def test_page_says_who_when_where_and_why(admin: Any, event: tuple[str, str, int]) -> None:
    page = admin.get("/penolakan")
    assert page.status == 200
    for words in (
        "Mirip Rina Wulandari",
        "2 Maret 2026 17.00 WIB · kiosk-1 (Dinas Kesehatan)",
        "Ditolak 3 kali : tidak terbukti orang sungguhan".replace(" :", ":"),
        "Tekstur gambar: tidak pasti 0,41",
        "Gerakan yang diminta: tiruan",
        "1 belum selesai",
    ):
        assert words in page.words
    assert f"{place(event)}/foto" in page.links.addresses
    admin.get("/bahasa/en")
    assert "Resembles Rina Wulandari" in admin.get("/penolakan").words


def test_picture_is_served_as_a_picture_and_never_cached(admin: Any, event: tuple[str, str, int]) -> None:
    page = admin.get(f"{place(event)}/foto")
    assert page.status == 200
    assert page.text.encode(errors="surrogateescape") == jpeg(1)
    assert page.headers["content-type"] == "image/jpeg"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_empty_page_has_words(admin: Any) -> None:
    words = admin.get("/penolakan").words
    assert "Belum ada wajah yang ditolak." in words
    assert "0 belum selesai" in words


def test_events_without_a_picture_say_why(admin: Any, office: Any, database: Any, snapshots: Any) -> None:
    office.kiosk("kiosk-1", delivered_up_to=NOW)
    office.refusal("kiosk-1", None, TAKEN)
    office.refusal("kiosk-1", None, TAKEN, evidence="a" * 64)
    office.refusal("kiosk-1", "erased", TAKEN, evidence="b" * 64, stored_at=NOW)
    page = admin.get("/penolakan")
    for words in (
        "Kiosk tidak dapat menyimpan foto.",
        "Foto belum sampai.",
        "berkasnya tidak ada di folder pusat ini",
        "Tidak mirip siapa pun yang terdaftar",
        "Mirip orang yang tidak dikenal pusat ini: erased",
        "semua pegawai",
    ):
        assert words in page.words
    assert '<img src="/penolakan' not in page.text
    for line in list_refusals(database, snapshots):
        assert admin.get(f"{place(line.key)}/foto").status == 404


# Who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if role not in {Role.ADMINISTRATOR, Role.OPERATOR}])
def test_other_roles_see_no_pictures(
    as_role: Callable[..., Any], event: tuple[str, str, int], database: Any, snapshots: Any, role: Role
) -> None:
    visitor = as_role(role)
    assert visitor.get("/penolakan").status == 403
    assert visitor.get(f"{place(event)}/foto").status == 403
    token = visitor.get("/akun").field("token")
    for step in ("dilihat", "selesai"):
        assert visitor.post(f"{place(event)}/{step}", token=token).status == 403
    assert "/penolakan" not in visitor.get("/").links.addresses
    [line] = list_refusals(database, snapshots)
    assert (line.seen_by, line.settled_by) == (None, None)


def test_strangers_are_sent_to_the_sign_in(stranger: Any, event: tuple[str, str, int]) -> None:
    for path in ("/penolakan", f"{place(event)}/foto"):
        page = stranger.get(path)
        assert page.status == 303
        assert page.headers["location"].startswith("/masuk")
    assert stranger.post(f"{place(event)}/selesai").status == 303


def test_operator_of_a_unit_sees_its_own_kiosks_and_people(
    as_role: Callable[..., Any], office: Any, snapshots: Any, event: tuple[str, str, int]
) -> None:
    other = office.unit("Dinas Pendidikan")
    budi = office.employee("Budi Santoso", unit=other)
    office.kiosk("kiosk-2", unit=other, delivered_up_to=NOW)
    office.kiosk("kiosk-lobby", delivered_up_to=NOW)
    own = office.refusal("kiosk-lobby", budi, TAKEN, evidence=snapshots.keep(jpeg(2)), stored_at=NOW)
    unknown = office.refusal("kiosk-2", None, TAKEN)
    foreign = office.refusal("kiosk-lobby", None, TAKEN, evidence=snapshots.keep(jpeg(3)), stored_at=NOW)
    visitor = as_role(Role.OPERATOR, "Dinas Pendidikan")
    page = visitor.get("/penolakan")
    assert "2 belum selesai" in page.words
    assert "Mirip Budi Santoso" in page.words
    assert "Rina" not in page.words
    assert visitor.get(f"{place(own)}/foto").status == 200
    token = page.field("token")
    for key in (event, foreign):
        assert visitor.get(f"{place(key)}/foto").status == 404
        assert visitor.post(f"{place(key)}/selesai", token=token).status == 404
    assert visitor.post(f"{place(unknown)}/selesai", token=token).status == 303
    assert "1 wajah ditolak, belum selesai" in visitor.get("/").words


def test_first_page_leads_to_what_is_not_settled(admin: Any, event: tuple[str, str, int]) -> None:
    page = admin.get("/")
    assert "1 wajah ditolak, belum selesai" in page.words
    assert "/penolakan" in page.links.addresses
    token = admin.get("/penolakan").field("token")
    admin.post(f"{place(event)}/selesai", token=token)
    assert "wajah ditolak" not in admin.get("/").words


# Settling -----------------------------------------------------------------------------------------------------------


def test_event_is_seen_and_settled_with_a_name(
    admin: Any, as_role: Callable[..., Any], event: tuple[str, str, int]
) -> None:
    token = admin.get("/penolakan").field("token")
    answer = admin.post(f"{place(event)}/dilihat", token=token)
    assert (answer.status, answer.headers["location"]) == (303, "/penolakan")
    page = admin.get("/penolakan")
    assert "sudah dilihat" in page.words
    assert "Dilihat oleh admin, 2 Maret 2026 19.00 WIB" in page.words
    assert f"{place(event)}/dilihat" not in page.links.addresses
    operator = as_role(Role.OPERATOR)
    assert operator.post(f"{place(event)}/selesai", token=operator.get("/penolakan").field("token")).status == 303
    page = admin.get("/penolakan")
    assert "Diselesaikan oleh operator, 2 Maret 2026 19.00 WIB" in page.words
    assert f"{place(event)}/selesai" not in page.links.addresses
    assert "0 belum selesai" in page.words


def test_form_of_somebody_else_settles_nothing(
    admin: Any, as_role: Callable[..., Any], event: tuple[str, str, int], database: Any, snapshots: Any
) -> None:
    operator = as_role(Role.OPERATOR)
    foreign = operator.get("/penolakan").field("token")
    for token in ("", "x", foreign):
        for step in ("dilihat", "selesai"):
            assert admin.post(f"{place(event)}/{step}", token=token).status == 400
    [line] = list_refusals(database, snapshots)
    assert (line.seen_by, line.settled_by) == (None, None)


def test_asking_for_the_page_settles_nothing(
    admin: Any, event: tuple[str, str, int], database: Any, snapshots: Any
) -> None:
    admin.get("/penolakan")
    for step in ("dilihat", "selesai"):
        assert admin.get(f"{place(event)}/{step}").status == 405
    [line] = list_refusals(database, snapshots)
    assert (line.seen_by, line.settled_by) == (None, None)


@pytest.mark.parametrize(
    "key",
    [
        "kiosk-1/x/1",
        "kiosk-1/11111111-2222-4333-8444-555555555555/999",
        "nobody/11111111-2222-4333-8444-555555555555/1",
        "%00/x/1",
        "kiosk-1/x/0",
        "kiosk-1/x/-1",
        "kiosk-1/x/99999999999999999999999",
        "kiosk-1/x/one",
        "kiosk-1/x/1.5",
        "..%2f..%2fhub.key/x/1",
    ],
)
def test_event_that_is_not_there_is_404(admin: Any, event: tuple[str, str, int], key: str) -> None:
    assert admin.get(f"/penolakan/{key}/foto").status == 404
    token = admin.get("/penolakan").field("token")
    assert admin.post(f"/penolakan/{key}/selesai", token=token).status == 404


def test_open_events_come_first_and_the_list_ends(
    admin: Any, office: Any, event: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.refusal("kiosk-1", None, TAKEN + timedelta(minutes=30), settled_at=NOW, settled_by="bkpp")
    late = office.refusal("kiosk-1", None, TAKEN + timedelta(minutes=10))
    page = admin.get("/penolakan")
    forms = [address for address in page.links.addresses if address.endswith("/selesai")]
    assert forms == [f"{place(late)}/selesai", f"{place(event)}/selesai"]
    assert page.text.index("Rina") < page.text.index("refusal-settled")
    monkeypatch.setattr("hub.web.views.refusals.SHOWN_EVENTS", 2)
    page = admin.get("/penolakan")
    assert "Ditampilkan 2 yang terbaru" in page.words
    assert "refusal-settled" not in page.text
