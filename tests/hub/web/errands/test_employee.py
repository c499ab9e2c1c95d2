"""An employee's errands: the account with a number and a code, the own month, a day explained, a letter handed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.papers import pdf
from tests.factories.somebody import Somebody

pytestmark = pytest.mark.browser

Arrive = Callable[..., Somebody]
NEW = "teh-poci-hangat"
DAY = ("Senin, 30 Maret", "Monday, 30 March")


def test_employee_looks_at_the_month_and_at_what_explains_a_day(somebody: Arrive) -> None:
    employee = somebody("employee")
    employee.sees("Maret 2026", "March 2026")
    employee.look("own-month")
    employee.follow(*DAY)
    employee.sees("Mengapa demikian", "Why")
    employee.sees("Pindaian yang diterima", "Punches received")
    employee.look("own-day")
    employee.go_to("Bulan saya", "My month")
    employee.sees("Yang masih terbuka", "Still open")


def test_employee_hands_in_a_letter_and_corrects_it(somebody: Arrive, tmp_path: Path) -> None:
    (tmp_path / "surat-dokter.pdf").write_bytes(pdf())
    employee = somebody("employee")
    employee.follow("Serahkan surat", "Hand in a letter")
    employee.choose(("Jenis surat", "Kind of letter"), "Surat Dokter")
    employee.fill(("Mulai tanggal", "First day"), "2026-03-30")
    employee.choose(("Diketahui oleh", "Known to"), "Atasan Langsung")
    employee.attach(("Hasil pindai", "Scans"), tmp_path / "surat-dokter.pdf")
    employee.look("letter-form")
    employee.press("Serahkan", "Hand in")
    employee.sees("Surat tercatat.", "The letter is on record.")
    employee.sees("menunggu verifikasi", "awaits verification")
    employee.look("letter")
    employee.follow("Perbaiki", "Correct")
    employee.fill(("Sampai tanggal", "Last day"), "2026-03-31")
    employee.fill(("Alasan perbaikan", "Reason for the correction"), "Dokter memberi dua hari.")
    employee.look("letter-correction")
    employee.press("Serahkan", "Hand in")
    employee.sees("Perbaikan tercatat.", "The correction is on record.")
    employee.sees("30–31 Maret 2026", "30–31 March 2026")
    employee.go_to("Surat saya", "My letters")
    employee.sees("Surat Dokter")
    employee.look("own-letters")


def test_employee_activates_an_account_with_number_and_code(somebody: Arrive) -> None:
    operator = somebody("operator")
    operator.open("/akun/aktivasi")
    chosen = operator.page.get_by_role("checkbox").first
    name = str(chosen.get_attribute("aria-label")).split(" ", 1)[1]
    number = operator.page.locator(".person-nip").first.inner_text()
    chosen.check()
    operator.look("activation")
    operator.press("Terbitkan kode untuk yang dipilih", "Issue codes for those chosen")
    operator.sees("Kode aktivasi", "Activation codes")
    operator.look("slip")
    code = operator.page.locator(".slip-code").inner_text()

    employee = somebody()
    employee.open("/masuk")
    employee.look("sign-in")
    employee.follow("Punya kode aktivasi? Aktifkan akun", "You have an activation code? Activate your account")
    employee.fill(("NIP atau NI PPPK", "NIP or NI PPPK"), number)
    employee.fill(("Kode aktivasi", "Activation code"), code)
    employee.fill(("Kata sandi baru", "New password"), NEW)
    employee.fill(("Kata sandi sekali lagi", "The password once more"), NEW)
    employee.look("activate")
    employee.press("Aktifkan", "Activate")
    employee.sees("Akun sudah aktif", "Your account is ready")
    employee.look("activated")
    employee.sign_in(number, NEW)
    employee.sees(name)
    employee.sees("Maret 2026", "March 2026")


def test_employee_with_a_wrong_code_is_told_so(somebody: Arrive) -> None:
    employee = somebody()
    employee.open("/aktivasi")
    employee.fill(("NIP atau NI PPPK", "NIP or NI PPPK"), "198501012010011001")
    employee.fill(("Kode aktivasi", "Activation code"), "AAAA-BBBB-CCCC")
    employee.fill(("Kata sandi baru", "New password"), NEW)
    employee.fill(("Kata sandi sekali lagi", "The password once more"), NEW)
    employee.press("Aktifkan", "Activate")
    employee.sees("NIP dan kode tidak cocok", "Number and code do not belong together")
    employee.look("activation-refused")
