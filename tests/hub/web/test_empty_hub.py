"""The first day of a hub: nobody and nothing is on record, and every page says so in words."""

from __future__ import annotations

import re
from typing import Any

import pytest

EMPTY_TABLE = re.compile(r"<tbody[^>]*>\s*</tbody>")

SAYS = {
    "/": ("Belum ada pegawai yang terdaftar.", "Nobody is enrolled yet."),
    "/pekerjaan": ("Tidak ada yang menunggu Anda.", "Nothing waits for you."),
    "/harian": ("Tidak ada catatan untuk tanggal ini.", "Nothing is recorded for this date."),
    "/kehadiran": ("Tidak ada pegawai yang cocok.", "Nobody matches."),
    "/bulanan": ("Belum ada catatan untuk bulan ini.", "Nothing is recorded for this month."),
    "/grafik": ("Tidak ada kedatangan pada tanggal ini.", "Nobody arrived on this date."),
    "/cari?q=rina": ("Tidak ada yang cocok.", "Nothing matches."),
    "/pegawai": ("Belum ada pegawai yang terdaftar.", "Nobody is enrolled yet."),
    "/pegawai/persetujuan": ("Tidak ada yang menunggu persetujuan.", "Nothing waits for approval."),
    "/kiosk": ("Belum ada kiosk.", "There are no kiosks yet."),
    "/penolakan": ("Belum ada wajah yang ditolak.", "No face was refused yet."),
    "/karantina": ("Karantina kosong.", "The quarantine is empty."),
    "/terjadwal": ("Belum ada pekerjaan terjadwal.", "There is no scheduled work yet."),
    "/pengingat": ("Belum ada yang dapat dihubungi.", "Nobody can be reached yet."),
    "/tinjauan": ("Tidak ada scan yang menunggu.", "No punch waits."),
    "/surat": ("Tidak ada surat di sini.", "There are no letters here."),
    "/manual": ("Tidak ada catatan di sini.", "There are no entries here."),
    "/gangguan": ("Belum ada gangguan yang dinyatakan.", "No outage was declared yet."),
    "/bulan": ("belum ada hari tercatat", "no days on record"),
    "/bulan/2026-03": ("belum ada hari tercatat", "no days on record"),
    "/serah-terima": ("Tidak ada kantor yang menyerahkan bulan di sini.", "No office hands over months here."),
    "/laporan": ("Tidak ada laporan.", "No reports."),
    "/jejak?akun=siapa": ("Tidak ada catatan yang cocok.", "No entry matches."),
    "/akun/aktivasi": ("Tidak ada pegawai tanpa akun.", "There is no staff without an account."),
    "/unit": ("Belum ada unit.", "There are no units yet."),
    "/pegawai/arsip-foto": ("Belum ada arsip.", "No archives yet."),
    "/kalender": ("Belum ada hari libur tahun 2026.", "No holidays of 2026 on record."),
}


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_says_that_there_is_nothing_yet(admin: Any, language: str) -> None:
    admin.get(f"/bahasa/{language}")
    for path, words in SAYS.items():
        page = admin.get(path)
        assert page.status == 200, path
        assert words[0 if language == "id" else 1] in page.words, path
        assert EMPTY_TABLE.search(page.text) is None, path
