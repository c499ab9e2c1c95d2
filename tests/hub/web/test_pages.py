"""What pages show: the figures, in both languages, with words where there is nothing, and never a stranger's tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.attendance.worker import AttendanceWorker
from hub.web.headers import CONTENT_SECURITY_POLICY

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


def test_every_page_opens_in_both_languages(admin: Any, page_paths: list[str]) -> None:
    for code in ("id", "en"):
        admin.get(f"/bahasa/{code}")
        for path in page_paths:
            page = admin.get(path)
            assert page.status == 200, path
            assert f'<html lang="{code}">' in page.text, path
            assert page.headers["content-language"] == code


def test_pages_load_nothing_from_elsewhere_and_hold_no_scripts(
    admin: Any, stranger: Any, page_paths: list[str]
) -> None:
    pages = [admin.get(path) for path in page_paths] + [stranger.get("/masuk"), admin.get("/nowhere")]
    for page in pages:
        assert [address for address in page.links.addresses if not re.match(r"/(?!/)|#", address)] == []
        assert page.links.inside == []
        assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_hostile_texts_stay_texts(admin: Any, page_paths: list[str]) -> None:
    shown = 0
    for path in page_paths:
        page = admin.get(path)
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "<b>1</b>" not in page.text, path
        assert "<i>nobody" not in page.text, path
        shown += "&lt;script&gt;alert(" in page.text
    assert shown >= 8


def test_assets_are_served_from_here(admin: Any, stranger: Any) -> None:
    for address in admin.get("/").links.addresses:
        if address.startswith("/aset/"):
            page = stranger.ask("GET", address, None, {"Accept-Encoding": "identity"})
            assert page.status == 200, address
            assert "max-age" in page.headers["cache-control"]
    assert stranger.get("/aset/tema/../../../base.py").status == 404
    assert stranger.get("/aset/tema/%2e%2e/__init__.py").status == 404


def test_today_counts_by_unit(admin: Any, furnished: Any) -> None:
    words = admin.get("/").words
    assert "Senin, 2 Maret 2026" in words
    assert "Hadir 1 dari 2" in words
    assert "Terlambat 1 dari 1 hadir" in words
    assert "2 alarm terbuka" in words
    assert "1 baris dalam karantina" in words
    assert "1 kiosk tidak memberi kabar kiosk-new" in words


def test_today_without_anybody_says_what_to_do(admin: Any) -> None:
    words = admin.get("/").words
    assert "Belum ada pegawai yang terdaftar." in words
    assert "Impor daftar pegawai di halaman Pegawai" in words
    assert "Belum ada kiosk." in words


def test_daily_recap_shows_times_and_minutes(admin: Any, furnished: Any) -> None:
    page = admin.get("/harian?date=2026-03-02")
    assert "07.12" in page.words
    assert "terlambat 12 menit" in page.words
    assert f'href="/pegawai/{furnished.rina}/2026-03-02"' in page.text
    assert "Belum ada keterangan" in page.words
    english = admin.get("/bahasa/en?kembali=/harian").headers["location"]
    assert english == "/harian"
    assert "12 min late" in admin.get("/harian?date=2026-03-02").words


@pytest.mark.parametrize("path", ["/harian?date=2031-01-01", "/bulanan?month=2031-01"])
def test_empty_recap_has_words(admin: Any, furnished: Any, path: str) -> None:
    words = admin.get(path).words
    assert "Tidak ada catatan untuk tanggal ini." in words or "Belum ada catatan untuk bulan ini." in words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/harian?date=yesterday", 400),
        ("/harian?date=9999-12-31", 400),
        ("/bulanan?month=2026-13", 400),
        ("/harian?unit=99999", 404),
        ("/harian?unit=x' OR 1=1", 404),
        ("/pegawai/nobody", 404),
        ("/pegawai/nobody/2026-03-02", 404),
        ("/tidak-ada", 404),
        ("/bahasa/xx", 404),
    ],
)
def test_wrong_address_gets_a_page_with_words(admin: Any, furnished: Any, path: str, status: int) -> None:
    page = admin.get(path.replace(" ", "%20"))
    assert page.status == status
    assert "Kembali ke halaman utama" in page.words


def test_wrong_date_of_a_person_is_no_page(admin: Any, furnished: Any) -> None:
    assert admin.get(f"/pegawai/{furnished.rina}/not-a-date").status == 404
    assert admin.get(f"/pegawai/{furnished.rina}?month=x").status == 400


def test_monthly_recap_has_the_columns_of_lampiran_ii(admin: Any, furnished: Any) -> None:
    words = admin.get("/bulanan?month=2026-03").words.replace("\u200b", "")
    for heading in (
        "Rekapitulasi Kehadiran Pegawai",
        "Nama/NIP",
        "Jabatan",
        "Rekap Terlambat Datang (Jumlah Menit)",
        "Rekap Pulang Sebelum Waktu (Jumlah Menit)",
        "Tidak Hadir Tanpa Alasan Sah (Jumlah Hari)",
        "Cuti/Sakit/Dinas Luar/Diklat (Jumlah Hari)",
        "Ijin (Jumlah Hari)",
    ):
        assert heading in words
    assert "19850101 201001 1 001" in words
    assert re.search(r"Rina Wulandari .*? Arsiparis 12 0 0 0 0", words)
    assert "Bulan masih terbuka" in words


def test_persons_day_gives_reasons_and_punches(admin: Any, furnished: Any) -> None:
    page = admin.get(f"/pegawai/{furnished.rina}/2026-03-02")
    assert "Mengapa demikian" in page.words
    assert "07.12.00" in page.words
    assert "15.05.00" in page.words
    assert "0,83" in page.words
    assert "Tidak ada pindaian untuk hari ini." in admin.get(f"/pegawai/{furnished.hostile}/2026-03-02").words
    assert "Hari ini belum dihitung." in admin.get(f"/pegawai/{furnished.rina}/2027-01-01").words


def test_nobody_who_punched_is_unheard_of_on_any_page(admin: Any, office: Any, database: Any) -> None:
    noon = NOW.replace(hour=12)
    unit = office.unit("Dinas")
    rina, budi = office.employee("Rina", unit=unit), office.employee("Budi", unit=unit)
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=noon)
    office.punch("kiosk-1", rina, NOW.replace(hour=11, minute=17))
    office.punch("kiosk-1", budi, NOW.replace(hour=4, minute=40))
    AttendanceWorker(database, now=lambda: noon).settle()
    assert "Hadir 2 dari 2" in admin.get("/").words
    assert "Belum ada kabar 0" in admin.get("/harian").words
    assert "scan 11.17, belum dihitung" in admin.get("/harian").words
    assert "scan 04.40 sebelum jendela dibuka" in admin.get("/harian").words
    assert "scan 11.17, belum dihitung" in admin.get(f"/pegawai/{rina}").words
    of_rina = admin.get(f"/pegawai/{rina}/2026-03-02").words
    assert "Satu scan: 11.17" in of_rina
    assert "Scan 11.17 (kiosk-1) belum dihitung." in of_rina
    office.deliver("kiosk-1", NOW)
    AttendanceWorker(database, now=lambda: NOW).settle()
    words = admin.get("/").words
    assert "Hadir 1 dari 2" in words
    assert "Scan di luar jendela saja: 1" in words


def test_english_pages_hold_no_indonesian_remarks(admin: Any, office: Any, settle: Callable[[], int]) -> None:
    unit = office.unit("Dinas")
    rina = office.employee("Rina", unit=unit)
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=NOW)
    office.punch("kiosk-1", rina, NOW.replace(hour=4, minute=40))
    office.punch("kiosk-1", rina, NOW.replace(hour=15, minute=10))
    settle()
    assert "1 hari tanpa scan datang, menit dihitung 0 (02-03)" in admin.get("/bulanan").words
    admin.get("/bahasa/en")
    month = admin.get("/bulanan").words
    assert "1 day without an arrival punch, minutes counted as 0 (2 Mar)" in month
    assert "hari" not in month
    day = admin.get("/harian").words
    assert "no arrival punch, punch 04:40 before the window opened" in day
    of_person = admin.get(f"/pegawai/{rina}/2026-03-02").text
    # The reasons stand there in the other language too, folded away and marked as such.
    assert of_person.count('<details class="mt-2" lang="id">') == 1
    english = re.sub(r"<[^>]+>", " ", re.sub(r"<details.*?</details>", "", of_person, flags=re.DOTALL))
    for page in (day, english):
        assert not re.search(r"\b(jendela|tanpa|scan)\b", page, re.IGNORECASE)


def test_day_that_waits_names_the_kiosk(admin: Any, office: Any, settle: Callable[[], int]) -> None:
    unit = office.unit("Dinas")
    rina = office.employee("Rina", unit=unit)
    office.kiosk("kiosk-jauh", unit=unit)
    settle()
    page = admin.get(f"/pegawai/{rina}/2026-03-02")
    assert "Menunggu data" in page.words
    assert "kiosk-jauh" in page.words
    assert "menunggu kiosk kiosk-jauh" in admin.get("/harian?date=2026-03-02").words


def test_kiosks_page_shows_how_each_fares(admin: Any, furnished: Any) -> None:
    words = admin.get("/kiosk").words
    assert "0 baris" in words
    assert "belum pernah tersambung" in words
    assert "Dua isi untuk satu baris jurnal" in words
    assert "perangkat tidak dikenal" in words
    one = admin.get("/kiosk/kiosk-1").words
    assert "tepat (server waktu)" in one
    assert "5 baris tersimpan" in one


def test_quarantine_page_shows_rows_and_unknown_people(admin: Any, furnished: Any) -> None:
    words = admin.get("/karantina").words
    assert "klip atau foto, bukan kamera" in words
    assert "Pindaian tanpa pegawai" in words
    assert "&lt;i&gt;nobody&lt;/i&gt;" in words


def test_quarantine_and_kiosks_have_words_when_empty(admin: Any) -> None:
    assert "Karantina kosong." in admin.get("/karantina").words
    assert "Tidak ada alarm yang terbuka." in admin.get("/kiosk").words
    assert "Belum ada pegawai yang terdaftar." in admin.get("/pegawai").words


def test_enrolment_list_warns_of_few_photos(admin: Any, furnished: Any) -> None:
    words = admin.get("/pegawai").words
    assert "lengkap" in words
    assert "kurang dari 5 foto" in words


def test_language_follows_the_browser_until_somebody_chooses(stranger: Any) -> None:
    assert 'lang="id"' in stranger.get("/masuk").text
    assert 'lang="en"' in stranger.get("/masuk", **{"Accept-Language": "en-GB,en;q=0.8"}).text
    assert 'lang="id"' in stranger.get("/masuk", **{"Accept-Language": "en;q=0.8,id-ID"}).text
    assert 'lang="id"' in stranger.get("/masuk", **{"Accept-Language": "fr"}).text
    stranger.get("/bahasa/en")
    assert 'lang="en"' in stranger.get("/masuk", **{"Accept-Language": "id"}).text


def test_language_switch_leads_back_to_the_same_page(admin: Any, furnished: Any) -> None:
    page = admin.get("/harian?date=2026-03-02")
    switch = next(address for address in page.links.addresses if address.startswith("/bahasa/en"))
    assert admin.get(switch).headers["location"] == "/harian?date=2026-03-02"
    assert admin.get("/bahasa/en?kembali=//evil.example").headers["location"] == "/"


def test_trouble_with_the_database_is_a_page_with_words(
    admin: Any, database: Any, front: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE stored_day")
    page = admin.get("/harian")
    assert page.status == 503
    assert "Basis data tidak dapat dihubungi" in page.words
    assert "stored_day" not in page.text
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    answer = admin.get("/api/v1/recap/daily")
    assert (answer.status, answer.headers["content-type"]) == (503, "application/json")


def test_day_of_four_sessions_shows_each_of_them_and_what_was_missed(
    admin: Any, office: Any, settle: Callable[[], int]
) -> None:
    rina = office.employee("Rina", unit=office.unit("Dinas Perhubungan", policy="kutim-4"))
    office.kiosk("lobi", delivered_up_to=NOW)
    for hour, minute in ((8, 5), (12, 10), (16, 20)):
        office.punch("lobi", rina, NOW.replace(hour=hour, minute=minute))
    settle()
    day = admin.get(f"/pegawai/{rina}/{NOW.date()}").words
    assert "S2 sebelum istirahat 12:00–12:29 12.10" in day
    assert "S3 setelah istirahat 12:30–13:00 terlewat" in day
    assert "terlambat 5 menit, Sesi terlewat: S3 setelah istirahat" in admin.get(f"/harian?date={NOW.date()}").words


def test_day_of_a_slot_shows_the_minutes_that_are_paid(admin: Any, office: Any, settle: Callable[[], int]) -> None:
    rina = office.employee("Rina", unit=office.unit("SDN 1", policy="jombang-part-time"))
    office.kiosk("lobi", delivered_up_to=NOW)
    office.contract(rina, start="08:00", end="12:00", quota=240)
    friday = NOW - timedelta(days=3)  # a slot has no window that closes: today is still running
    for hour, minute in ((8, 20), (11, 50)):
        office.punch("lobi", rina, friday.replace(hour=hour, minute=minute))
    settle()
    assert "210 dari 240 menit dibayar" in admin.get(f"/pegawai/{rina}/{friday.date()}").words


def test_list_of_employees_comes_in_pages_and_is_narrowed(admin: Any, furnished: Any, office: Any) -> None:
    for number in range(105):
        office.employee(f"Pegawai {number:03d}", unit=furnished.unit)
    first, second = admin.get("/pegawai"), admin.get("/pegawai?page=2")
    assert "Halaman 1 dari 2" in first.words
    names = [f"Pegawai {number:03d}" for number in range(105)]
    assert [name for name in names if (name in first.words) == (name in second.words)] == []
    assert "Halaman" not in admin.get("/pegawai?name=pegawai+10").words
    found = admin.get("/pegawai?name=198501012010011001").words
    assert "Rina Wulandari" in found
    assert "Pegawai 001" not in found
    assert "Rina Wulandari" in admin.get("/pegawai?kind=lengkap").words
    assert "Pegawai 001" not in admin.get("/pegawai?kind=lengkap").words
    assert "Tidak ada pegawai yang cocok." in admin.get("/pegawai?name=zzz").words
    assert "Halaman 2 dari 2" in admin.get("/pegawai?page=99").words
    for wrong in ("/pegawai?kind=semua", "/pegawai?page=0", "/pegawai?page=x"):
        assert admin.get(wrong).status == 400, wrong
