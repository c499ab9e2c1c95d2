"""The words of the pages about rules of attendance."""

from __future__ import annotations

from typing import Final

_DAYS: Final = (
    ("Senin", "Monday"), ("Selasa", "Tuesday"), ("Rabu", "Wednesday"), ("Kamis", "Thursday"), ("Jumat", "Friday"),
    ("Sabtu", "Saturday"), ("Minggu", "Sunday"),
)  # fmt: skip

SCHEDULES: Final[dict[str, tuple[str, str]]] = {
    **{f"weekday.{number}": words for number, words in enumerate(_DAYS)},
    "nav.schedules": ("Jadwal", "Schedules"),
    "schedule.title": ("Jadwal dan aturan", "Schedules and rules"),
    "schedule.lead": (
        "Aturan kabupaten sendiri di atas, lalu bawaan Presensi. Versi lama tetap berlaku untuk hari-harinya.",
        "The regency's own rules first, then those Presensi brings along. Earlier versions stay for their days.",
    ),
    "schedule.name": ("Nama", "Name"),
    "schedule.from": ("Berlaku sejak", "In force from"),
    "schedule.week": ("Seminggu", "A week"),
    "schedule.preset": ("bawaan", "preset"),
    "schedule.by_roster": ("Jamnya dari jadwal giliran atau kontrak", "Hours come from a roster or contract"),
    "schedule.remark": (
        "Jam kerja {hours} jam seminggu; ketentuan {legal} jam.",
        "The working week has {hours} hours; the law says {legal}.",
    ),
    "schedule.other_week": ("bukan 37,5 jam", "not 37.5 hours"),
    "schedule.hours": ("{hours} jam", "{hours} h"),
    "schedule.a_week": ("seminggu", "a week"),
    "schedule.rest": ("Libur", "Rest"),
    "schedule.chart": ("Gambar jam kerja seminggu", "Drawing of the week's hours"),
    "schedule.bar.window": ("Scan dihitung", "Punches count"),
    "schedule.bar.work": ("Jam kerja", "Working hours"),
    "schedule.bar.break": ("Istirahat", "Break"),
    "schedule.change": ("Ubah untuk nanti", "Change for later"),
    "schedule.copy": ("Ubah salinannya", "Change a copy"),
    "schedule.saved": (
        "Tersimpan. Hari-hari yang terkena dihitung lagi oleh hub.",
        "On record. The hub assesses the days that it changes again.",
    ),
    "schedule.followers": ("Dipakai oleh", "Followed by"),
    "schedule.nobody": ("Belum ada unit yang memakainya.", "No unit follows it."),
    "schedule.since": ("sejak {day}", "from {day}"),
    "schedule.file": ("Berkasnya, kata demi kata", "Its file, word for word"),
    "schedule.editor": ("Ubah jam kerja", "Change the hours"),
    "schedule.editor.lead": (
        "Isi jam tiap hari, lihat gambarnya dan akibatnya atas bulan lalu, lalu simpan. Tidak ada yang ditimpa.",
        "Fill in each day, see the drawing and what it would have changed last month, then save. Nothing is lost.",
    ),
    "schedule.unit": ("Berlaku untuk unit", "For the unit"),
    "schedule.unit.none": ("Belum untuk unit mana pun", "No unit yet"),
    "schedule.unit.hint": (
        "Termasuk unit di bawahnya. Dengan unit, akibatnya atas bulan lalu diperlihatkan.",
        "With those below it. With a unit, what it would have changed last month is shown.",
    ),
    "schedule.day": ("Hari kerja", "Working day"),
    "schedule.in_opens": ("Masuk dibuka", "In from"),
    "schedule.in_due": ("Masuk paling lambat", "In by"),
    "schedule.out_due": ("Pulang mulai", "Out from"),
    "schedule.out_closes": ("Pulang ditutup", "Out until"),
    "schedule.break": ("Istirahat", "Break"),
    "schedule.break_from": ("istirahat mulai", "break from"),
    "schedule.break_to": ("istirahat sampai", "break to"),
    "schedule.sessions": ("Sesi", "Sessions"),
    "schedule.session": ("Sesi {number}", "Session {number}"),
    "schedule.session_from": ("menit pertama", "first minute"),
    "schedule.session_to": ("menit terakhir", "last minute"),
    "schedule.sessions_hint": (
        "Tiga sesi atau lebih sehari, paling banyak {most}: nama, menit pertama, dan menit terakhir jendelanya. "
        "Kosongkan baris untuk menghapus sesi. Setelah Lihat akibatnya selalu ada satu baris kosong lagi.",
        "Three sessions a day or more, {most} at most: a name, first and last minute of the window. Empty a row to "
        "take a session away. After See what changes there is one more empty row.",
    ),
    "schedule.slot_hint": (
        "Jam dan kuota di sini hanya pola: pegawai paruh waktu dinilai menurut kontraknya masing-masing.",
        "Times and quota here are a pattern only: part-timers are assessed by their own contracts.",
    ),
    "schedule.no_hours_yet": (
        "Jadwal ini belum membawa jam kerja; isi di sini untuk salinannya. Hari dalam jadwal giliran tetap mengikuti "
        "jadwal gilirannya.",
        "This policy brings no hours of its own; fill them in for its copy. Days on a shift roster still follow the "
        "roster.",
    ),
    "schedule.quota": ("Kuota menit", "Quota in minutes"),
    "schedule.copy_monday": ("Salin jam Senin", "Copy Monday's times"),
    "schedule.preview": ("Lihat akibatnya", "See what changes"),
    "schedule.save": ("Simpan", "Save"),
    "schedule.effect": ("Andai berlaku pada {month}", "Had it been in force in {month}"),
    "schedule.looked_at": (
        "Dilihat {people} dari {everybody} pegawai, {days} hari. Tidak ada yang disimpan.",
        "{people} of {everybody} staff looked at, {days} days. Nothing is stored.",
    ),
    "schedule.changed": ("Hari yang menjadi lain", "Days that come out otherwise"),
    "schedule.late_sum": ("Menit terlambat", "Minutes late"),
    "schedule.early_sum": ("Menit pulang awal", "Minutes left early"),
    "schedule.late": ("terlambat {minutes} mnt", "{minutes} min late"),
    "schedule.early": ("pulang awal {minutes} mnt", "left {minutes} min early"),
    "schedule.nothing": ("Tidak ada hari yang menjadi lain.", "No day comes out otherwise."),
    "schedule.trouble": ("Jam kerja ini belum dapat dipakai:", "These hours cannot be used yet:"),
    "schedule.choose_unit": (
        "Pilih unit untuk melihat akibatnya atas bulan lalu.",
        "Choose a unit to see what it would have changed last month.",
    ),
}
