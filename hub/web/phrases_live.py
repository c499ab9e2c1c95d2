"""The words of the live page."""

from __future__ import annotations

from typing import Final

LIVE: Final[dict[str, tuple[str, str]]] = {
    "nav.live": ("Langsung", "Live"),
    "live.title": ("Langsung", "Live"),
    "live.lead": ("Presensi saat terjadi, hari ini.", "Attendance as it happens, today."),
    "live.on": ("Tersambung", "Connected"),
    "live.off": ("Terputus, menyambung lagi…", "Connection lost, trying again…"),
    "live.paused": ("Dijeda: yang baru tetap dihitung", "Paused: new ones are still counted"),
    "live.pause": ("Jeda", "Pause"),
    "live.go_on": ("Lanjutkan", "Go on"),
    "live.held": ("{count} baru", "{count} new"),
    "live.ended": ("Sesi berakhir. Masuk lagi.", "The session has ended. Sign in again."),
    "live.ended_why": (
        "Sesi Anda berakhir, dan halaman ini tidak menunjukkan yang baru lagi. Halaman yang hanya terbuka tidak "
        "memperpanjang sesi.",
        "Your session has ended, and this page shows nothing new any more. A page that is merely open keeps no session "
        "going.",
    ),
    "live.sign_in": ("Masuk lagi", "Sign in again"),
    "live.present": ("Hadir", "Present"),
    "live.of": ("dari {count} orang", "of {count} people"),
    "live.late": ("Terlambat", "Late"),
    "live.missing": ("Belum ada", "Not yet"),
    "live.kiosks": ("Kiosk terhubung", "Kiosks connected"),
    "live.kiosks_trouble": ("{count} bermasalah atau diam", "{count} silent or in trouble"),
    "live.kiosks_well": ("semua baik", "all well"),
    "live.offices": ("Kantor", "Offices"),
    "live.offices_all": ("Semua kantor", "All offices"),
    "live.offices_empty": ("Belum ada hari kerja tercatat hari ini.", "No working day is on record for today yet."),
    "live.punches": ("Presensi terbaru", "Latest punches"),
    "live.punches_empty": ("Belum ada presensi sejak halaman ini dibuka.", "No punch since this page was opened."),
    "live.punches_hint": (
        "Presensi berikutnya muncul di sini dalam satu atau dua detik.",
        "The next punch appears here within a second or two.",
    ),
    "live.way.in": ("Masuk", "In"),
    "live.way.out": ("Pulang", "Out"),
    "live.way.check": ("Sesi", "Session"),
    "live.way.": ("Tercatat", "Recorded"),
    "live.minutes_late": ("Terlambat {count} menit", "{count} min late"),
    "live.minutes_early": ("Pulang awal {count} menit", "{count} min early"),
    "live.on_time": ("Tepat waktu", "On time"),
    "live.delayed": ("Baru terkirim", "Delivered late"),
    "live.refusals": ("Percobaan yang ditolak", "Refused attempts"),
    "live.refusals_empty": (
        "Tidak ada percobaan yang ditolak sejak halaman ini dibuka.",
        "No refused attempt since this page was opened.",
    ),
    "live.refusal": ("Ditolak berulang kali", "Refused again and again"),
    "live.no_picture": ("Tanpa foto", "No picture"),
    "live.kiosks_title": ("Kiosk yang perlu dilihat", "Kiosks to look at"),
    "live.kiosks_empty": ("Tidak ada kiosk yang diam atau bermasalah.", "No kiosk is silent or in trouble."),
    "live.no_kiosks": ("Belum ada kiosk.", "There are no kiosks yet."),
    "live.state.silent": ("Diam", "Silent"),
    "live.state.trouble": ("Bermasalah", "In trouble"),
    "live.state.new": ("Belum pernah terdengar", "Never heard"),
    "live.state.online": ("Terhubung", "Connected"),
    "live.everybody": ("Semua kantor", "Every office"),
}
