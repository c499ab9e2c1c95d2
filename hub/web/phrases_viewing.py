"""The words of the pages that show attendance: the month grid, a day, charts and search."""

from __future__ import annotations

from typing import Final

VIEWING: Final[dict[str, tuple[str, str]]] = {
    # The month as a grid
    "grid.title": ("Kehadiran sebulan", "Attendance of a month"),
    "grid.people": ("{count} pegawai", "{count} staff"),
    "grid.legend": ("Arti tanda", "What the signs mean"),
    "grid.help": (
        "Tombol panah berpindah antarhari dan antarpegawai, Home dan End ke awal dan akhir baris, Enter membuka hari.",
        "Arrow keys move between days and people, Home and End to the ends of a row, Enter opens the day.",
    ),
    "grid.on_time": ("Hadir tepat waktu", "Present, on time"),
    "grid.late_little": ("Terlambat sampai 15 menit", "Late up to 15 min"),
    "grid.late_more": ("16 sampai 60 menit", "16 to 60 min"),
    "grid.late_much": ("lebih dari 60 menit", "more than 60 min"),
    "grid.kind.all": ("Semua status", "Every status"),
    "grid.kind.terlambat": ("Pernah terlambat", "Was late"),
    "grid.kind.pulang_awal": ("Pernah pulang awal", "Left early"),
    "grid.kind.tidak_lengkap": ("Ada hari tidak lengkap", "Has incomplete days"),
    "grid.kind.tanpa_alasan": ("Ada hari tanpa alasan sah", "Absent without reason"),
    "grid.kind.belum_selesai": ("Ada hari belum selesai", "Has open days"),
    "grid.kind.surat": ("Ada cuti, sakit, dinas, ijin", "Has leave or duty"),
    "grid.empty": ("Tidak ada pegawai yang cocok.", "Nobody matches."),
    "grid.empty_hint": (
        "Pilih bulan, unit atau status lain, atau hapus nama yang dicari.",
        "Choose another month, unit or status, or clear the name.",
    ),
    "grid.pages": ("Halaman", "Pages"),
    "grid.page": ("Halaman {page} dari {pages}", "Page {page} of {pages}"),
    "grid.previous_page": ("Sebelumnya", "Previous"),
    "grid.next_page": ("Berikutnya", "Next"),
}
"""Indonesian, English."""
