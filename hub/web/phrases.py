"""Every word that the hub's pages show, in Indonesian and in English."""

from __future__ import annotations

from typing import Final

from hub.web.phrases_access import ACCESS
from hub.web.phrases_archives import ARCHIVES
from hub.web.phrases_claims import CLAIMS
from hub.web.phrases_enrolments import ENROLMENTS
from hub.web.phrases_faces import FACES
from hub.web.phrases_fleet import FLEET
from hub.web.phrases_jobs import JOBS
from hub.web.phrases_kiosks import KIOSKS
from hub.web.phrases_live import LIVE
from hub.web.phrases_lookalikes import LOOKALIKES
from hub.web.phrases_master import MASTER
from hub.web.phrases_offices import OFFICES
from hub.web.phrases_papers import PAPERS
from hub.web.phrases_recaps import RECAPS
from hub.web.phrases_roles import ROLES
from hub.web.phrases_schedules import SCHEDULES
from hub.web.phrases_trail import TRAIL
from hub.web.phrases_trouble import TROUBLE
from hub.web.phrases_unit_offices import UNIT_OFFICES
from hub.web.phrases_units import UNITS
from hub.web.phrases_viewing import VIEWING
from hub.web.phrases_webhooks import WEBHOOKS
from hub.web.phrases_wishes import WISHES

Phrase = tuple[str, str]
"""Indonesian, English."""

PHRASES: Final[dict[str, Phrase]] = {
    **PAPERS,
    **ROLES,
    **CLAIMS,
    # The frame of every page
    "product": ("Presensi", "Presensi"),
    "tagline": ("Kehadiran pegawai dengan pindai wajah", "Face-scan attendance of staff"),
    "skip_to_content": ("Langsung ke isi", "Skip to content"),
    "menu": ("Menu", "Menu"),
    "nav.home": ("Hari ini", "Today"),
    "nav.daily": ("Rekap harian", "Daily recap"),
    "nav.grid": ("Kehadiran", "Attendance"),
    "nav.monthly": ("Rekap bulanan", "Monthly recap"),
    "nav.enrolment": ("Pegawai", "Staff"),
    "nav.kiosks": ("Kiosk", "Kiosks"),
    "nav.refusals": ("Penolakan", "Refusals"),
    "nav.more": ("Lainnya", "More"),
    "nav.quarantine": ("Karantina", "Quarantine"),
    "language": ("Bahasa", "Language"),
    "language.id": ("Bahasa Indonesia", "Bahasa Indonesia"),
    "language.en": ("English", "English"),
    "sign_out": ("Keluar", "Sign out"),
    "sign_out.everywhere": ("Keluar dari semua perangkat", "Sign out on all devices"),
    "account.title": ("Akun saya", "My account"),
    "account.roles": ("Peran", "Roles"),
    "account.role": ("Peran", "Role"),
    "account.unit": ("Unit", "Unit"),
    "account.every_unit": ("Semua unit", "Every unit"),
    "account.from": ("Mulai", "From"),
    "account.to": ("Sampai", "To"),
    "account.letter": ("Nomor surat", "Letter"),
    "account.leads": ("berlaku sekarang", "in use now"),
    "account.sessions": ("Sesi yang masih terbuka", "Open sessions"),
    "account.sessions.lead": (
        "Sesi berakhir setelah satu jam tidak dipakai, paling lama dua belas jam.",
        "A session ends after an hour without use, and after twelve hours at the latest.",
    ),
    "account.began": ("Masuk", "Signed in"),
    "account.seen": ("Terakhir dipakai", "Last used"),
    "signed_in_as": ("Masuk sebagai {name} ({role})", "Signed in as {name} ({role})"),
    "show": ("Tampilkan", "Show"),
    "print": ("Cetak", "Print"),
    "all_units": ("Semua unit", "All units"),
    "no_unit": ("Tanpa unit", "No unit"),
    "unit": ("Unit", "Unit"),
    "date": ("Tanggal", "Date"),
    "month": ("Bulan", "Month"),
    "previous_day": ("Hari sebelumnya", "Previous day"),
    "next_day": ("Hari berikutnya", "Next day"),
    "previous_month": ("Bulan sebelumnya", "Previous month"),
    "next_month": ("Bulan berikutnya", "Next month"),
    "assessed_at": ("Dihitung {at}", "Assessed {at}"),
    "never": ("belum pernah", "never"),
    "unknown": ("tidak diketahui", "not known"),
    "minutes": ("{count} menit", "{count} min"),
    "days": ("{count} hari", "{count} d"),
    # Sign-in
    "sign_in": ("Masuk", "Sign in"),
    "sign_in.title": ("Masuk ke Presensi", "Sign in to Presensi"),
    "sign_in.name": ("Nama pengguna atau NIP", "User name or NIP"),
    "sign_in.password": ("Kata sandi", "Password"),
    "sign_in.wrong": ("Nama pengguna atau kata sandi salah.", "The user name or the password is wrong."),
    "sign_in.stale": (
        "Halaman ini sudah terlalu lama terbuka. Silakan masuk sekali lagi.",
        "This page had been open for too long. Please sign in once more.",
    ),
    "sign_in.wait": (
        "Terlalu banyak percobaan. Coba lagi dalam {seconds} detik.",
        "Too many attempts. Try again in {seconds} seconds.",
    ),
    "sign_in.help": (
        "Lupa kata sandi? Hubungi administrator BKPP.",
        "Forgot the password? Ask the administrator at BKPP.",
    ),
    **RECAPS,
    **ENROLMENTS,
    **KIOSKS,
    # Errors
    "error.back": ("Kembali ke halaman utama", "Back to the first page"),
    "error.400": ("Permintaan tidak dapat dibaca", "The request cannot be read"),
    "error.403": ("Akun ini tidak berhak membuka halaman itu.", "This account may not open that page."),
    "error.404": ("Halaman tidak ditemukan.", "There is no such page."),
    "error.405": ("Halaman tidak dapat dibuka dengan cara itu.", "The page cannot be opened that way."),
    "error.413": (
        "Kiriman terlalu besar: paling besar 10 MB untuk satu berkas, 30 MB sekaligus, 128 MB untuk arsip foto.",
        "Too much was sent: at most 10 MB in one file, 30 MB at once, 128 MB in a photo archive.",
    ),
    "error.429": ("Terlalu banyak percobaan.", "Too many attempts."),
    "error.500": ("Terjadi kesalahan di server.", "Something went wrong on the server."),
    "error.503": (
        "Basis data tidak dapat dihubungi. Coba lagi sebentar lagi.",
        "The database cannot be reached. Try again in a moment.",
    ),
    "error.hint": (
        "Bila terulang, beri tahu administrator apa yang sedang dilakukan.",
        "If it happens again, tell the administrator what you were doing.",
    ),
    # Statuses of a day and roles
    "status.HADIR": ("Hadir", "Present"),
    "status.TIDAK_LENGKAP": ("Tidak lengkap", "Incomplete"),
    "status.BERJALAN": ("Berjalan", "Running"),
    "status.MENUNGGU_DATA": ("Menunggu data", "Awaiting data"),
    "status.BELUM_ADA_KETERANGAN": ("Belum ada keterangan", "Unexplained"),
    "status.TK": ("Tanpa keterangan", "Absent"),
    "status.LIBUR": ("Libur", "Rest day"),
    "status.DIBATALKAN": ("Dibatalkan", "Cancelled"),
    "status.DL": ("Dinas luar", "On duty"),
    "status.C": ("Cuti", "Leave"),
    "status.S": ("Sakit", "Sick"),
    "status.I": ("Ijin", "Permit"),
    "role.administrator": ("administrator", "administrator"),
    "role.operator": ("operator", "operator"),
    "role.official": ("pejabat kepegawaian", "personnel official"),
    "role.head": ("pimpinan", "head"),
    "role.supervisor": ("atasan", "supervisor"),
    "role.technician": ("teknisi", "technician"),
    "role.auditor": ("auditor", "auditor"),
    **VIEWING,
    **WEBHOOKS,
    **WISHES,
    **ACCESS,
    **OFFICES,
    **SCHEDULES,
    **TRAIL,
    **MASTER,
    **UNITS,
    **FACES,
    **ARCHIVES,
    **LOOKALIKES,
    **FLEET,
    **TROUBLE,
    **UNIT_OFFICES,
    **JOBS,
    **LIVE,
}
