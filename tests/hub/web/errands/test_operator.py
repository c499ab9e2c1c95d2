"""An operator's errands: a punch outside its window, a letter, a correction with evidence, a sheet of a whole unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories.papers import pdf
from tests.factories.snapshots import jpeg
from tests.factories.somebody import Somebody
from tests.hub.web.errands.conftest import doubt_last_punch

pytestmark = pytest.mark.browser

Arrive = Callable[..., Somebody]
PERSON = "Fajar Kusuma, S.E."
OTHER = "Drs. Hadi Ramadhan"


def test_operator_decides_about_punches_outside_their_windows(somebody: Arrive) -> None:
    operator = somebody("operator")
    operator.look("home-operator")
    operator.follow("scan di luar jendela atau disangkal", "punches outside windows or disavowed")
    operator.sees("setelah jendela ditutup", "after the window closed")
    operator.look("review")
    operator.tick((f"Pilih {PERSON}, 18.08", f"Select {PERSON}, 18:08"))
    operator.press("Terima yang dipilih", "Accept selected")
    operator.sees("1 scan diterima.", "Punches accepted: 1.")
    operator.tick((f"Pilih {OTHER}, 04.39", f"Select {OTHER}, 04:39"))
    operator.press("Tolak yang dipilih", "Refuse selected")
    operator.sees("Belum tersimpan", "Not saved")
    operator.look("review-without-a-reason")
    operator.fill(("Alasan", "Reason"), "Datang sebelum kantor dibuka.")
    operator.press("Tolak yang dipilih", "Refuse selected")
    operator.sees("1 scan ditolak.", "Punches refused: 1.")


def test_operator_settles_punches_of_a_kiosk_that_did_not_know_its_place(somebody: Arrive, town: Any) -> None:
    for name in (PERSON, OTHER):
        doubt_last_punch(town, name, fix=False)
    operator = somebody("operator")
    operator.follow("2 scan menunggu Anda melihatnya", "2 punches wait for your look")
    operator.sees("kiosk tidak tahu tempatnya", "the kiosk did not know its place")
    operator.look("unplaced")
    operator.follow(PERSON)
    operator.sees("(tanpa posisi): berlaku, menunggu ditinjau", "(without a position): stands, and waits")
    operator.look("unplaced-day")
    day = operator.path
    operator.page.go_back()
    operator.tick((f"Pilih {PERSON}", f"Select {PERSON}"))
    operator.press("Tolak yang dipilih", "Refuse selected")
    operator.sees("Belum tersimpan", "Not saved")
    operator.fill(("Alasan", "Reason"), "Kiosk berada di rumah pegawai.")
    operator.press("Tolak yang dipilih", "Refuse selected")
    operator.sees("1 scan ditolak.", "Punches refused: 1.")
    operator.tick((f"Pilih {OTHER}", f"Select {OTHER}"))
    operator.press("Terima yang dipilih", "Accept selected")
    operator.sees("1 scan diterima.", "Punches accepted: 1.")
    operator.sees("Tidak ada scan yang menunggu.", "No punch waits.")
    operator.look("unplaced-settled")
    town.settle()
    operator.open(day)
    operator.sees("tidak dibenarkan setelah ditinjau; disimpan", "refused after a look at it; stored")


def test_letter_goes_from_the_operator_to_the_official_and_back(somebody: Arrive, tmp_path: Path) -> None:
    (tmp_path / "spt.pdf").write_bytes(pdf())
    operator = somebody("operator")
    operator.go_to("Pekerjaan", "Work")
    operator.look("work")
    operator.follow("Surat", "Letters")
    operator.follow("Serahkan surat", "Hand in a letter")
    operator.fill(("Pegawai (nama atau NIP)", "Employee (name or NIP)"), PERSON)
    operator.choose(("Jenis surat", "Kind of letter"), "Surat Perintah Tugas")
    operator.fill(("Mulai tanggal", "First day"), "2026-03-30")
    operator.choose(("Diketahui oleh", "Known to"), "Atasan Langsung")
    operator.attach(("Hasil pindai", "Scans"), tmp_path / "spt.pdf")
    operator.look("letter-form-operator")
    operator.press("Serahkan", "Hand in")
    operator.sees("Surat tercatat.", "The letter is on record.")
    number = operator.path.split("?")[0]

    official = somebody("official")
    official.follow("surat menunggu verifikasi Anda", "letter waits for you to verify it")
    official.look("letters-to-verify")
    official.follow(PERSON)
    official.press("Verifikasi", "Verify")
    official.sees("Surat diverifikasi.", "The letter is verified.")
    official.look("letter-verified")

    operator.open(number)
    operator.press("Masukkan", "Enter")
    operator.sees("Surat dimasukkan; sekarang dihitung.", "The letter is entered, and counts from now on.")
    operator.look("letter-entered")


def test_correction_with_evidence_waits_for_a_second_person(somebody: Arrive, tmp_path: Path) -> None:
    (tmp_path / "bukti.jpg").write_bytes(jpeg(7))
    operator = somebody("operator")
    operator.open("/manual")
    operator.follow("Catat kehadiran", "Enter attendance")
    operator.fill(("Pegawai (nama atau NIP)", "Employee (name or NIP)"), PERSON)
    operator.fill(("Tanggal", "Date"), "2026-03-27")
    operator.fill(("Datang", "Arrival"), "06:55")
    operator.fill(("Pulang", "Departure"), "14:40")
    operator.fill(("Mengapa dicatat tangan", "Why it was taken by hand"), "Kiosk diganti pada pagi hari.")
    operator.attach(("Foto sebagai bukti", "Photo as evidence"), tmp_path / "bukti.jpg")
    operator.look("manual-form")
    operator.press("Simpan", "Save")
    operator.sees("Catatan tersimpan; orang lain harus menyetujuinya.", "Entered; somebody else must approve it.")
    operator.look("manual-waiting")

    supervisor = somebody("supervisor")
    supervisor.follow("catatan manual menunggu putusan Anda", "manual entry waits for your decision")
    supervisor.tick((f"Pilih {PERSON}, 27 Maret 2026", f"Select {PERSON}, 27 March 2026"))
    supervisor.look("manual-decide")
    supervisor.press("Setujui yang dipilih", "Approve selected")
    supervisor.sees("Catatan disetujui dan dihitung.", "The entries are approved, and count.")


def test_sheet_of_a_whole_unit_is_checked_and_entered_after_an_outage(somebody: Arrive, tmp_path: Path) -> None:
    sheet, wrong = tmp_path / "lembar.csv", tmp_path / "salah.csv"
    sheet.write_text(f'Nama,Jam Datang,Jam Pulang\n"{PERSON}",06:50,15:05\n"{OTHER}",06:58,15:10\n', encoding="utf-8")
    wrong.write_text("Nama,Jam Datang,Jam Pulang\nOrang Lain,06:50,15:05\n", encoding="utf-8")
    operator = somebody("operator")
    operator.open("/gangguan")
    operator.choose(("Unit", "Unit"), "Dinas Kesehatan")
    operator.fill(("Mulai", "Since"), "2026-03-30T05:00")
    operator.fill(("Sampai", "Until"), "2026-03-30T19:00")
    operator.fill(("Penyebab", "Cause"), "Listrik padam sejak subuh.")
    operator.look("outages")
    operator.press("Nyatakan gangguan", "Declare an outage")
    operator.sees("Gangguan tercatat.", "The outage is on record.")
    list_field = ("Daftar (CSV atau XLSX)", "List (CSV or XLSX)")
    operator.attach(list_field, wrong)
    operator.press("Periksa dahulu", "Check only")
    operator.sees("1 baris salah; tidak ada yang dimasukkan.", "Lines with errors: 1. Nothing was entered.")
    operator.look("sheet-wrong")
    operator.attach(list_field, sheet)
    operator.press("Masukkan lembar", "Enter the sheet")
    operator.sees("2 baris dimasukkan dan menunggu orang kedua.", "Lines entered, waiting for a second person: 2.")
    operator.look("sheet-entered")
