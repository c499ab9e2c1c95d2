"""An administrator's errands: a unit found, a silent kiosk, a month reopened, hours changed, an account made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.factories.somebody import Somebody

pytestmark = pytest.mark.browser

Arrive = Callable[..., Somebody]
UNIT = "Dinas Perhubungan"
OWN = "wedang-jahe-panas"


def test_administrator_looks_at_a_silent_kiosk_and_finds_a_unit(somebody: Arrive) -> None:
    administrator = somebody("administrator")
    administrator.sees("Selasa, 31 Maret 2026", "Tuesday, 31 March 2026")
    administrator.look("home-administrator")
    administrator.follow("1 kiosk tidak memberi kabar", "Silent kiosks: 1")
    administrator.sees("sdn-1-karangsari-1")
    administrator.sees("tidak ada kabar", "silent")
    assert "sdn-1-karangsari-1" in administrator.page.locator("tbody tr").first.inner_text()
    administrator.look("kiosks")
    administrator.go_to("Cari", "Search")
    administrator.fill(("Nama, NIP, unit, jadwal", "Name, NIP, unit, schedule"), "perhub")
    administrator.press("Cari", "Search")
    administrator.look("search")
    administrator.follow(UNIT)
    administrator.sees(UNIT)
    administrator.look("unit")
    administrator.follow("Kehadiran", "Attendance")
    administrator.sees("7 pegawai", "7 staff")
    administrator.look("grid")


def test_administrator_reopens_a_month_and_closes_it_again(somebody: Arrive) -> None:
    administrator = somebody("administrator")
    administrator.go_to("Pekerjaan", "Work")
    administrator.follow("Bulan", "Months")
    administrator.look("months")
    administrator.follow("Februari 2026", "February 2026")
    administrator.fill(("Alasan", "Reason"), "Surat tugas terlambat diserahkan.")
    administrator.press("Buka kembali", "Reopen")
    administrator.sees("Dibuka kembali oleh administrator", "Reopened by administrator")
    administrator.look("month-reopened")
    administrator.press("Tutup bulan Februari 2026", "Close February 2026")
    administrator.sees("Ditutup oleh administrator", "Closed by administrator")
    administrator.look("month-closed")


def test_administrator_sees_what_other_hours_would_change_and_keeps_them(somebody: Arrive) -> None:
    administrator = somebody("administrator")
    administrator.go_to("Jadwal", "Schedules", under=("Lainnya", "More"))
    administrator.look("schedules")
    administrator.follow("jember-5")
    administrator.look("schedule")
    administrator.follow("Ubah salinannya", "Change a copy")
    administrator.choose(("Berlaku untuk unit", "For the unit"), UNIT)
    administrator.fill(("Senin: Masuk paling lambat", "Monday: In by"), "06:30")
    administrator.look("schedule-editor")
    administrator.press("Lihat akibatnya", "See what changes")
    administrator.sees("Andai berlaku pada", "Had it been in force in")
    administrator.sees("Hari yang menjadi lain", "Days that come out otherwise")
    administrator.look("schedule-preview")
    administrator.press("Simpan", "Save")
    administrator.sees("Tersimpan. Hari-hari yang terkena", "On record. The hub assesses the days")
    administrator.sees(UNIT)


def test_administrator_makes_an_account_whose_owner_chooses_among_two_roles(somebody: Arrive) -> None:
    administrator = somebody("administrator")
    administrator.go_to("Akun dan peran", "Accounts and roles")
    administrator.unfold("Akun baru", "New account")
    administrator.fill(("Nama akun", "Account"), "sulastri", of="details")
    administrator.choose(("Peran", "Role"), "operator", of="details")
    administrator.choose(("Unit", "Unit"), UNIT, of="details")
    administrator.look("account-new")
    administrator.press("Buat akun", "Make the account")
    administrator.sees("Kata sandi sekali pakai", "One-time password")
    administrator.look("account-made")
    once = administrator.page.locator(".one-time").inner_text()
    administrator.choose(("Peran", "Role"), "atasan", "supervisor")
    administrator.choose(("Unit", "Unit"), "Dinas Pendidikan")
    administrator.press("Tambah peran", "Grant")
    administrator.sees("Peran ditambahkan.", "The role was granted.")

    owner = somebody("sulastri", once)
    owner.sees("Kata sandi ini hanya untuk masuk pertama kali.", "This password is for the first sign-in only.")
    owner.look("password-first")
    owner.fill(("Kata sandi Anda", "Your password"), once)
    owner.fill(("Kata sandi baru", "New password"), OWN)
    owner.fill(("Kata sandi sekali lagi", "The password once more"), OWN)
    owner.press("Ganti", "Change")
    owner.open("/")
    owner.sees("Pegawai saya hari ini", "My people today")
    owner.choose(("Bertindak sebagai", "Acting as"), f"operator · {UNIT}", of="body")
    owner.sees(UNIT)
    owner.open("/akun")
    owner.look("roles-of-two")
