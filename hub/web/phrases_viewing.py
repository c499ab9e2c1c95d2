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
    # Search
    "search.title": ("Cari", "Search"),
    "search.field": ("Nama, NIP, unit atau kiosk", "Name, NIP, unit or kiosk"),
    "search.begin": ("Tulis paling sedikit {fewest} huruf atau angka.", "Write {fewest} letters or digits at least."),
    "search.none": ("Tidak ada yang cocok.", "Nothing matches."),
    "search.none_hint": (
        "Periksa ejaannya, atau tulis bagian nama atau NIP saja.",
        "Check the spelling, or write only a part of the name or of the NIP.",
    ),
    "search.people": ("Pegawai", "Staff"),
    "search.units": ("Unit", "Units"),
    "search.kiosks": ("Kiosk", "Kiosks"),
    "search.more": (
        "Ditampilkan {shown} yang pertama; tulis nama lebih lengkap.",
        "Showing the first {shown}; write more of the name.",
    ),
    # Charts
    "charts.title": ("Grafik", "Charts"),
    # Units now, and what is not settled
    "count.hadir_short": ("Hadir", "Present"),
    "count.terlambat_short": ("Telat", "Late"),
    "count.belum_short": ("Belum", "No word"),
    "count.menunggu_short": ("Tunggu", "Awaited"),
    "count.surat_short": ("Surat", "Letter"),
    "count.tanpa_alasan_short": ("TK", "Absent"),
    "count.pegawai_short": ("Pegawai", "Staff"),
    "pending.title": ("Belum selesai", "Not settled"),
    "pending.today": ("{count} pegawai menunggu data kiosk hari ini", "Staff awaiting a kiosk's data today: {count}"),
    "pending.kiosk": ("{kiosk} ({count} pegawai)", "{kiosk} ({count} staff)"),
    "pending.kiosk_days": ("{kiosk} ({count} hari)", "{kiosk} ({count} days)"),
    "pending.awaiting": ("{count} hari menunggu data kiosk", "Days awaiting a kiosk's data: {count}"),
    "pending.unexplained": ("{count} hari belum ada keterangan", "Unexplained days: {count}"),
    "pending.unexplained_why": (
        "Tidak ada scan yang dihitung dan belum ada surat; menjadi tanpa keterangan bila bulan ditutup.",
        "No punch counted and no letter yet; absent once the month is closed.",
    ),
    "pending.none": ("Tidak ada hari yang menunggu.", "No day is waiting."),
    "pending.since": ("Sejak awal {month} sampai kemarin", "From the start of {month} to yesterday"),
}
"""Indonesian, English."""
