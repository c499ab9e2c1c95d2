"""Manual attendance, outages and cancellations in the browser: two people, evidence, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.accounts import link_account
from hub.access.roles import PAGE_ROLES, Role, may
from hub.attendance.document_list import list_documents
from hub.attendance.manual import list_entries
from hub.attendance.outages import list_outages
from tests.factories.papers import jpeg, pdf

HEALTH, SCHOOL = "Dinas Kesehatan", "Dinas Pendidikan"
JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = date(2026, 3, 2)


@pytest.fixture
def people(office: Any) -> dict[str, str]:
    health, school = office.unit(HEALTH), office.unit(SCHOOL)
    return {
        "rina": office.employee("Rina Wulandari", unit=health, nip="198501012010011001"),
        "sari": office.employee("Sari Dewi", unit=health),
        "budi": office.employee("Budi Santoso", unit=school),
    }


@pytest.fixture
def operator(as_role: Callable[..., Any], people: Any) -> Any:
    return as_role(Role.OPERATOR, HEALTH)


@pytest.fixture
def head(as_role: Callable[..., Any], people: Any) -> Any:
    return as_role(Role.HEAD, HEALTH)


def entry(**changes: str) -> list[tuple[str, str]]:
    fields = {
        "person": "Rina Wulandari",
        "day": "2026-03-02",
        "arrival": "07:00",
        "departure": "15:05",
        "reason": "kiosk mati",
    }
    return list((fields | changes).items())


def enter(visitor: Any, photo: bytes | None = None, **changes: str) -> Any:
    token = visitor.get("/manual/baru").field("token")
    files = [] if photo is None else [("photo", "rina.jpg", photo)]
    return visitor.send("/manual/baru", [("token", token), *entry(**changes)], files)


def decide(visitor: Any, *entries: int, putusan: str = "terima", reason: str = "") -> Any:
    token = visitor.get("/surat").field("token")
    chosen = [("entry", str(number)) for number in entries]
    return visitor.send("/manual", [("token", token), ("putusan", putusan), ("reason", reason), *chosen])


def test_entry_counts_once_somebody_else_approves(operator: Any, head: Any, database: Any) -> None:
    assert enter(operator, jpeg()).status == 303
    assert "orang lain harus menyetujuinya" in operator.get("/manual?selesai=baru").words
    [line] = list_entries(database)
    assert (line.state, line.entered_by, f"{line.arrival:%H:%M}") == ("submitted", "operator", "07:00")
    page = head.get("/manual")
    for words in ("Rina Wulandari", "07.00", "15.05", "kiosk mati", "operator"):
        assert words in page.words
    assert head.get(f"/manual/{line.id}/foto").headers["content-type"] == "image/jpeg"
    assert decide(head, line.id).status == 303
    assert list_entries(database)[0].decided_by == "head"


def test_entry_until_the_next_day(operator: Any, database: Any) -> None:
    assert enter(operator, day="2026-03-01", arrival="19:00", departure="06:30", next_day="1").status == 303
    [line] = list_entries(database)
    assert line.departure == datetime(2026, 3, 2, 6, 30, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("changes", "photo", "words"),
    [
        ({"arrival": "", "departure": ""}, None, "Isi jam datang"),
        ({"arrival": "25:00"}, None, "bukan jam"),
        ({"departure": "06:00"}, None, "tidak mungkin pulang"),
        ({"departure": "23:00"}, None, "belum terjadi"),
        ({"day": "x"}, None, "bukan tanggal"),
        ({"reason": " "}, None, "Tulis alasannya"),
        ({"person": "Budi Santoso"}, None, "Tidak ada pegawai"),
        ({}, b"<svg/>", "bukan PDF, JPEG atau PNG"),
        ({}, pdf(), "tidak sesuai namanya"),
    ],
)
def test_entries_that_cannot_be_are_refused(
    operator: Any, database: Any, changes: dict[str, str], photo: bytes | None, words: str
) -> None:
    page = enter(operator, photo, **changes)
    assert page.status == 409
    assert words in page.words
    assert list_entries(database) == []


def test_refusing_needs_a_reason_and_decisions_are_made_once(operator: Any, head: Any, database: Any) -> None:
    enter(operator)
    [line] = list_entries(database)
    assert "Tulis alasannya" in decide(head, line.id, putusan="tolak").words
    assert decide(head, line.id, putusan="tolak", reason="bukan dia").status == 303
    assert "mungkin sudah diputuskan" in decide(head, line.id).words
    assert decide(head).status == 409
    assert decide(head, line.id, putusan="x").status == 400


def test_nobody_approves_their_own_day(operator: Any, head: Any, database: Any, people: dict[str, str]) -> None:
    enter(operator)
    link_account(database, "head", people["rina"])
    [line] = list_entries(database)
    page = decide(head, line.id)
    assert (page.status, "tentang diri Anda sendiri" in page.words) == (409, True)
    assert 'name="entry"' not in head.get("/manual").text


def test_entry_is_withdrawn_with_a_reason(operator: Any, database: Any) -> None:
    enter(operator)
    [line] = list_entries(database)
    token = operator.get("/manual").field("token")
    assert "Tulis alasannya" in operator.post(f"/manual/{line.id}/tarik", token=token).words
    assert operator.post(f"/manual/{line.id}/tarik", token=token, reason="salah hari").status == 303
    assert list_entries(database)[0].state == "withdrawn"


def test_entries_of_other_units_are_not_there(admin: Any, operator: Any, head: Any, database: Any) -> None:
    assert enter(admin, jpeg(), person="Budi Santoso").status == 303
    [line] = list_entries(database)
    assert "Budi" not in head.get("/manual").words
    assert head.get(f"/manual/{line.id}/foto").status == 404
    assert decide(head, line.id).status == 409
    token = operator.get("/manual").field("token")
    assert operator.post(f"/manual/{line.id}/tarik", token=token, reason="x").status == 404
    assert list_entries(database)[0].state == "submitted"


# Outages ------------------------------------------------------------------------------------------------------------


def declare(visitor: Any, **changes: str) -> Any:
    token = visitor.get("/gangguan").field("token")
    form = {"began": "2026-03-02T06:00", "reason": "listrik padam", "reported_to": "Diskominfo"} | changes
    return visitor.post("/gangguan", token=token, **form)


@pytest.fixture
def outage(operator: Any) -> str:
    answer = declare(operator)
    assert answer.status == 303
    return str(answer.headers["location"].partition("?")[0])


SHEET = b"NIP;Nama;Jam Datang;Jam Pulang\n;Rina Wulandari;7.05;15.00\n;Sari Dewi;;\n"


def send_sheet(visitor: Any, place: str, sheet: bytes, *, scan: bytes | None = None, **fields: str) -> Any:
    token = visitor.get(place).field("token")
    files = [("sheet", "lampiran-i.csv", sheet)] + ([] if scan is None else [("scan", "lembar.pdf", scan)])
    return visitor.send(f"{place}/lembar", [("token", token), ("day", "2026-03-02"), *fields.items()], files)


def test_outage_is_declared_and_ended(operator: Any, outage: str, database: Any) -> None:
    [line] = list_outages(database)
    assert (line.unit, line.declared_by, line.began_at) == (
        HEALTH,
        "operator",
        datetime(2026, 3, 2, 6, 0, tzinfo=JAKARTA),
    )
    assert "berlangsung" in operator.get(outage).words
    assert "1 gangguan belum berakhir" in operator.get("/pekerjaan").words
    token = operator.get(outage).field("token")
    assert operator.post(f"{outage}/akhiri", token=token, ended="2026-03-02T05:00").status == 409
    assert operator.post(f"{outage}/akhiri", token=token).status == 303
    assert "sudah berakhir" in operator.post(f"{outage}/akhiri", token=token).words


def test_outage_that_cannot_be_is_refused(operator: Any, outage: str, database: Any) -> None:
    for changes, words in (
        ({"began": "x"}, "bukan tanggal"),
        ({"began": "2027-01-01T00:00"}, "setelah mulai"),
        ({}, "belum berakhir"),
        ({"reason": ""}, "Tulis alasannya"),
    ):
        page = declare(operator, **changes)
        assert (page.status, words in page.words) == (409, True), words
    assert len(list_outages(database)) == 1


def test_sheet_is_checked_line_by_line_and_entered_whole(operator: Any, outage: str, database: Any) -> None:
    page = send_sheet(operator, outage, SHEET, periksa="1")
    assert "1 baris dapat dimasukkan" in page.words
    assert list_entries(database) == []
    wrong = SHEET + b";Nobody;8.00;9.00\n"
    page = send_sheet(operator, outage, wrong)
    assert page.status == 409
    assert "1 baris salah" in page.words
    assert "Tidak ada pegawai" in page.words
    assert list_entries(database) == []
    page = send_sheet(operator, outage, SHEET, scan=pdf())
    assert "1 baris dimasukkan" in page.words
    [line] = list_entries(database)
    assert (line.name, line.outage_id is not None, line.reason) == (
        "Rina Wulandari",
        True,
        "Lampiran I, lampiran-i.csv",
    )
    assert operator.get(f"/manual/{line.id}/foto").headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (b"", "Daftar"),
        (b"x" * (3 << 20), "terlalu besar"),
        (b"PK\x03\x04bomb", "Daftar"),
        (b"a;b\n1;2\n", "tidak menyebut"),
    ],
)
def test_sheets_that_are_none_are_refused(operator: Any, outage: str, database: Any, sheet: bytes, words: str) -> None:
    page = send_sheet(operator, outage, sheet)
    assert page.status == 409
    assert words in page.words


def test_sheet_of_a_regency_wide_outage_takes_own_people_only(admin: Any, operator: Any, database: Any) -> None:
    place = declare(admin).headers["location"].partition("?")[0]
    page = send_sheet(operator, place, SHEET + b";Budi Santoso;7.00;15.00\n")
    assert page.status == 409
    assert "Tidak ada pegawai" in page.words
    token = operator.get(place).field("token")
    assert operator.post(f"{place}/akhiri", token=token).status == 403


def test_words_of_an_empty_list_of_outages_ask_only_those_who_may_declare_one(operator: Any, head: Any) -> None:
    assert "Nyatakan gangguan begitu" in operator.get("/gangguan").words
    words = head.get("/gangguan").words
    assert "Nyatakan gangguan" not in words
    assert "Operator menyatakannya" in words


def test_outages_of_other_units_are_not_there(admin: Any, operator: Any, office: Any, people: Any) -> None:
    place = declare(admin, unit="2").headers["location"].partition("?")[0]
    assert operator.get(place).status == 404
    assert SCHOOL not in operator.get("/gangguan").words
    assert declare(operator, unit="2").status == 403
    assert declare(operator, unit="").status == 303


# Cancelling ---------------------------------------------------------------------------------------------------------


def cancel(visitor: Any, **changes: str) -> Any:
    token = visitor.get("/pembatalan/baru").field("token")
    form = {"person": "Rina Wulandari", "day": "2026-03-02", "witnesses": "2", "supervisor": "1", "head": "1"} | changes
    return visitor.send("/pembatalan/baru", [("token", token), *form.items()], [("files", "iii.pdf", pdf())])


def test_cancellation_with_both_signatures_is_in_force(operator: Any, database: Any) -> None:
    answer = cancel(operator)
    assert answer.status == 303
    page = operator.get(answer.headers["location"])
    for words in (
        "Surat Keterangan Pembatalan Kehadiran",
        "Atasan Langsung, Kepala Perangkat Daerah",
        "iii.pdf",
        "dihitung",
    ):
        assert words in page.words
    assert f"{answer.headers['location']}/perbaiki" not in page.links.addresses


def test_cancellation_without_witnesses_is_refused_and_says_why(operator: Any, database: Any) -> None:
    page = operator.get(cancel(operator, witnesses="1", head="").headers["location"])
    assert "ditolak" in page.words
    assert "keterangan dua saksi" in page.words
    assert [line.state for line in list_documents(database, on=DAY)] == ["refused"]


def test_cancellations_that_cannot_be_are_refused(operator: Any, database: Any) -> None:
    for changes, words in (
        ({"day": ""}, "Pilih hari"),
        ({"day": (DAY + timedelta(days=9)).isoformat()}, "belum terjadi"),
        ({"witnesses": "x"}, "keterangan saksi"),
        ({"person": "Budi Santoso"}, "Tidak ada pegawai"),
    ):
        page = cancel(operator, **changes)
        assert (page.status, words in page.words) == (409, True), words
    assert list_documents(database, on=DAY) == []


def test_lampiran_iii_is_downloaded_for_own_people(operator: Any, people: Any) -> None:
    page = operator.get("/unduh/lampiran-iii.pdf?person=Rina+Wulandari&day=2026-03-02")
    assert (page.status, page.headers["content-type"]) == (200, "application/pdf")
    assert page.headers["content-disposition"].startswith("attachment")
    assert operator.get("/unduh/lampiran-iii.pdf").status == 200
    assert operator.get("/unduh/lampiran-iii.pdf?person=Budi+Santoso").status == 404
    assert operator.get("/unduh/lampiran-iii.exe").status == 404


# Roles --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if role is not Role.EMPLOYEE])
def test_each_role_may_what_its_rights_say(as_role: Any, people: Any, role: Role) -> None:
    visitor = as_role(role)
    token = visitor.get("/kiosk" if role is Role.TECHNICIAN else "/harian").field("token")
    for path, right in (
        ("/pekerjaan", "papers"),
        ("/manual", "papers"),
        ("/gangguan", "papers"),
        ("/manual/baru", "enter"),
        ("/pembatalan/baru", "enter"),
        ("/unduh/lampiran-iii.pdf", "enter"),
        ("/unduh/lampiran-i-kosong.pdf?unit=1", "papers"),
    ):
        assert visitor.get(path).status == (200 if may(role, right) else 403), path  # type: ignore[arg-type]
    for path, right in (("/manual", "decide"), ("/manual/baru", "enter"), ("/gangguan", "outage")):
        status = visitor.post(path, token=token, putusan="terima").status
        assert (status == 403) != may(role, right), path  # type: ignore[arg-type]
        assert visitor.post(path, token="x").status == 400
