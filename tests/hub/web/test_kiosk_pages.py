"""The pages of kiosks: the list with what is wrong, one kiosk, its commands, and two people for a loss or a swap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from hub.access.roles import Role
from hub.db import Database
from hub.fleet.command_models import KioskCommand
from hub.fleet.commands import list_commands
from hub.fleet.kiosks import list_kiosks
from hub.fleet.lost import loss_of
from hub.fleet.models import Alarm, Kiosk
from tests.hub.web.conftest import NOW


@pytest.fixture
def fleet(office: Any) -> None:
    """Three kiosks: one well, one silent with a camera that failed, one that never spoke."""
    dinas = office.unit("Dinas Kesehatan")
    for device in ("kiosk-baik", "kiosk-diam", "kiosk-baru"):
        office.kiosk(device, unit=dinas, delivered_up_to=NOW - timedelta(minutes=1))
    office.heartbeat("kiosk-baik", NOW - timedelta(minutes=1), roster=99)
    office.heartbeat("kiosk-diam", NOW - timedelta(hours=5), camera="trouble", roster=99)


def post(visitor: Any, path: str, **form: str) -> Any:
    token = visitor.get("/kiosk/kiosk-baik").field("token")
    return visitor.post(path, token=token, **form)


def names(page: Any) -> list[str]:
    links = [link for link in page.links.addresses if link.startswith("/kiosk/")]
    return [link.removeprefix("/kiosk/") for link in links]


def test_kiosks_in_trouble_come_first_with_words(admin: Any, fleet: None) -> None:
    page = admin.get("/kiosk")
    assert names(page) == ["kiosk-diam", "kiosk-baru", "kiosk-baik"]
    assert "Tidak ada kabar selama 5 jam" in page.words
    assert "dan 1 lagi" in page.words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("keadaan=silent", ["kiosk-diam", "kiosk-baru"]),
        ("keadaan=well", ["kiosk-baik"]),
        ("keadaan=revoked", []),
        ("keadaan=%3Cscript%3E", ["kiosk-diam", "kiosk-baru", "kiosk-baik"]),
        ("q=BAI", ["kiosk-baik"]),
        ("q=kesehatan&keadaan=trouble", ["kiosk-diam", "kiosk-baru"]),
        ("hal=7", ["kiosk-diam", "kiosk-baru", "kiosk-baik"]),
        ("hal=x", ["kiosk-diam", "kiosk-baru", "kiosk-baik"]),
    ],
)
def test_list_is_filtered(admin: Any, fleet: None, query: str, expected: list[str]) -> None:
    assert names(admin.get(f"/kiosk?{query}")) == expected


def test_long_list_has_pages(admin: Any, office: Any) -> None:
    for number in range(120):
        office.kiosk(f"kiosk-{number:03}")
    first, last = admin.get("/kiosk"), admin.get("/kiosk?hal=3")
    assert (names(first)[0], names(first)[-1]) == ("kiosk-000", "kiosk-049")
    assert "1–50 dari 120" in first.words
    assert (len(names(last)), names(last)[-1]) == (20, "kiosk-119")


def test_one_kiosk_says_what_to_do(admin: Any, fleet: None) -> None:
    words = admin.get("/kiosk/kiosk-diam").words
    assert "Kamera bermasalah" in words
    assert "Periksa kabel kamera" in words
    assert "Tidak ada yang salah." in admin.get("/kiosk/kiosk-baik").words
    assert admin.get("/kiosk/kiosk-9").status == 404


def test_kiosk_of_another_unit_is_nobodys_business(office: Any, fleet: None, as_role: Callable[..., Any]) -> None:
    office.unit("Dinas Pendidikan")
    operator = as_role(Role.OPERATOR, "Dinas Pendidikan")
    assert operator.get("/kiosk/kiosk-baik").status == 404
    assert names(operator.get("/kiosk")) == []


def test_technician_gives_a_command(
    database: Database, fleet: None, as_role: Callable[..., Any], told: Callable[..., Any]
) -> None:
    technician = as_role(Role.TECHNICIAN)
    answer = post(technician, "/kiosk/kiosk-baik/perintah", action="message", text="Apel pukul 07.30")
    assert answer.status == 303
    assert answer.headers["location"] == "/kiosk/kiosk-baik?selesai=perintah#perintah"
    [command] = list_commands(database, "kiosk-baik")
    assert (command.action, command.text, command.author) == ("message", "Apel pukul 07.30", "technician")
    page = technician.get("/kiosk/kiosk-baik?selesai=perintah")
    assert "Perintah dicatat." in page.words
    assert "menunggu" in page.words
    assert "Apel pukul 07.30" in page.words
    [entry] = told("kiosk.command")
    assert (entry.actor, entry.status) == ("technician", 200)
    assert msgspec.json.decode(entry.about)["device"] == "kiosk-baik"
    assert "Apel" not in entry.about


def test_wipe_wants_the_kiosks_name(
    database: Database, fleet: None, as_role: Callable[..., Any], told: Callable[..., Any]
) -> None:
    technician = as_role(Role.TECHNICIAN)
    refused = post(technician, "/kiosk/kiosk-baik/perintah", action="wipe", confirm="kiosk-lain")
    assert refused.status == 409
    assert "tulis nama kiosk, kiosk-baik" in refused.words
    assert list_commands(database, "kiosk-baik") == []
    assert post(technician, "/kiosk/kiosk-baik/perintah", action="wipe", confirm="kiosk-baik").status == 303
    assert [command.action for command in list_commands(database, "kiosk-baik")] == ["wipe"]
    assert msgspec.json.decode(told("kiosk.command")[-1].about)["step"] == "wipe"
    assert "Hapus data wajah" in technician.get("/kiosk/kiosk-baik").words


def test_outcome_of_a_command_is_shown(admin: Any, database: Database, fleet: None) -> None:
    post(admin, "/kiosk/kiosk-baik/perintah", action="lock")
    with database.write() as session:
        command = session.scalars(select(KioskCommand)).one()
        command.outcome, command.outcome_at, command.detail = "refused", NOW, "<b>No relay.</b>"
    page = admin.get("/kiosk/kiosk-baik")
    assert "ditolak" in page.words
    assert "&lt;b&gt;No relay.&lt;/b&gt;" in page.text


def test_technician_takes_a_command_back_and_the_page_says_who(
    database: Database, fleet: None, as_role: Callable[..., Any], told: Callable[..., Any]
) -> None:
    technician = as_role(Role.TECHNICIAN)
    post(technician, "/kiosk/kiosk-baik/perintah", action="lock")
    page = technician.get("/kiosk/kiosk-baik")
    assert "Perintah ini tidak akan dikirim lagi." in page.words
    answer = post(technician, "/kiosk/kiosk-baik/tarik", command=page.field("command"))
    assert answer.headers["location"] == "/kiosk/kiosk-baik?selesai=tarik#perintah"
    [command] = list_commands(database, "kiosk-baik")
    assert (command.state, command.taken_back_by, command.taken_back_at) == ("taken_back", "technician", NOW)
    after = technician.get("/kiosk/kiosk-baik?selesai=tarik")
    assert "Perintah ditarik." in after.words
    assert "ditarik oleh technician 2 Maret 2026 19.00 WIB" in after.words
    assert "/kiosk/kiosk-baik/tarik" not in after.links.addresses
    [entry] = told("kiosk.take_back")
    assert (entry.actor, entry.status, msgspec.json.decode(entry.about)["device"]) == ("technician", 200, "kiosk-baik")


def test_command_that_was_carried_out_is_not_taken_back_on_the_page(
    admin: Any, database: Database, fleet: None
) -> None:
    post(admin, "/kiosk/kiosk-baik/perintah", action="lock")
    number = admin.get("/kiosk/kiosk-baik").field("command")
    with database.write() as session:
        command = session.scalars(select(KioskCommand)).one()
        command.outcome, command.outcome_at = "done", NOW
    answer = post(admin, "/kiosk/kiosk-baik/tarik", command=number)
    assert (answer.status, "Perintah 1 sudah dilaksanakan" in answer.words) == (409, True)
    answer = post(admin, "/kiosk/kiosk-baik/tarik", command="\0nonsense")
    assert (answer.status, "Tidak ada perintah seperti itu" in answer.words) == (409, True)
    [line] = list_commands(database, "kiosk-baik")
    assert (line.state, line.taken_back_by) == ("done", None)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_nobody_else_gives_commands(database: Database, fleet: None, as_role: Callable[..., Any], role: Role) -> None:
    visitor = as_role(role, "Dinas Kesehatan" if role is Role.OPERATOR else None)
    page = visitor.get("/kiosk/kiosk-baik")
    assert page.status == 200
    assert "/kiosk/kiosk-baik/perintah" not in page.links.addresses
    token = visitor.get("/akun").field("token")
    assert visitor.post("/kiosk/kiosk-baik/perintah", token=token, action="lock").status == 403
    assert visitor.post("/kiosk/kiosk-baik/tarik", token=token, command="x").status == 403
    assert list_commands(database, "kiosk-baik") == []


def test_technician_of_a_unit_does_not_order_a_kiosk_for_everybody(
    database: Database, office: Any, fleet: None, as_role: Callable[..., Any]
) -> None:
    office.kiosk("kiosk-umum")
    technician = as_role(Role.TECHNICIAN, "Dinas Kesehatan")
    assert technician.get("/kiosk/kiosk-umum").status == 200
    assert post(technician, "/kiosk/kiosk-umum/perintah", action="lock").status == 403
    assert post(technician, "/kiosk/kiosk-baik/perintah", action="lock").status == 303


def test_command_that_cannot_be_is_explained(admin: Any, database: Database, fleet: None) -> None:
    page = post(admin, "/kiosk/kiosk-baik/perintah", action="message", text="x" * 300)
    assert page.status == 409
    assert "paling panjang 200 huruf" in page.words
    assert post(admin, "/kiosk/kiosk-baik/perintah", action="explode").status == 400
    assert post(admin, "/kiosk/kiosk-baik/lain").status == 404
    assert admin.post("/kiosk/kiosk-baik/perintah", token="x", action="lock").status == 400


def test_loss_takes_two_people(admin: Any, database: Database, fleet: None, as_role: Callable[..., Any]) -> None:
    assert post(admin, "/kiosk/kiosk-diam/hilang", because="dicuri malam hari").status == 303
    page = admin.get("/kiosk/kiosk-diam")
    assert "dicuri malam hari" in page.words
    assert "/kiosk/kiosk-diam/sahkan-hilang" not in page.links.addresses
    refused = post(admin, "/kiosk/kiosk-diam/sahkan-hilang")
    assert refused.status == 409
    assert "orang lain yang mengesahkan" in refused.words
    technician = as_role(Role.TECHNICIAN)
    assert "Menunggu" not in technician.get("/kiosk/kiosk-diam").words
    assert post(technician, "/kiosk/kiosk-diam/sahkan-hilang").status == 303
    loss = loss_of(database, "kiosk-diam")
    assert loss is not None
    assert (loss.declared_by, loss.confirmed_by) == ("admin", "technician")
    assert "dicabut" in technician.get("/kiosk/kiosk-diam").words


def test_swap_takes_two_people(admin: Any, database: Database, fleet: None, as_role: Callable[..., Any]) -> None:
    with database.write() as session:
        session.get_one(Kiosk, "kiosk-baru").unit_id = None
    form = {"other": "kiosk-baru", "because": "layar pecah"}
    assert post(admin, "/kiosk/kiosk-diam/ganti", **form).status == 303
    assert post(admin, "/kiosk/kiosk-diam/sahkan-ganti").status == 409
    technician = as_role(Role.TECHNICIAN)
    assert "admin meminta kiosk-baru menggantikan" in technician.get("/kiosk/kiosk-diam").words
    assert post(technician, "/kiosk/kiosk-diam/sahkan-ganti").status == 303
    states = {each.device: (each.state, each.unit) for each in list_kiosks(database)}
    assert states["kiosk-diam"] == ("revoked", "Dinas Kesehatan")
    assert states["kiosk-baru"] == ("active", "Dinas Kesehatan")


def test_swap_is_taken_back(admin: Any, database: Database, fleet: None) -> None:
    post(admin, "/kiosk/kiosk-diam/ganti", other="kiosk-baru", because="layar pecah")
    assert post(admin, "/kiosk/kiosk-diam/batal-ganti").status == 303
    assert "menggantikan" not in admin.get("/kiosk/kiosk-diam").words


def test_alarm_is_settled_by_whoever_saw_to_it(admin: Any, office: Any, database: Database, fleet: None) -> None:
    office.alarm("kiosk-baik", "fork", NOW)
    assert "Jurnal bercabang" in admin.get("/kiosk/kiosk-baik").words
    assert post(admin, "/kiosk/kiosk-baik/alarm", kind="fork").status == 303
    assert "Jurnal bercabang" not in admin.get("/kiosk/kiosk-baik").words
    with database.read() as session:
        alarm = session.scalars(select(Alarm)).one()
        assert (alarm.settled_by, alarm.settled_at) == ("admin", NOW)
    assert post(admin, "/kiosk/kiosk-baik/alarm", kind="fork").status == 409


def test_pages_speak_english(admin: Any, fleet: None) -> None:
    admin.get("/bahasa/en")
    assert "Not heard for 5 h" in admin.get("/kiosk").words
    assert "then restart; if it stays, replace the camera" in admin.get("/kiosk/kiosk-diam").words
