"""What is wrong with hours, policies and pay rules, in Indonesian; the command line says it in English.

A sentence of hub.schedule is `WHERE: what`; where is a file, a weekday and a key, or nothing.
"""

from __future__ import annotations

import re
from typing import Final

from hub.schedule.weekdays import INDONESIAN, WEEKDAYS

_KEYS: Final = {
    "in_opens": "masuk dibuka",
    "in_due": "masuk paling lambat",
    "in": "masuk paling lambat",
    "out_due": "pulang mulai",
    "out": "pulang mulai",
    "out_closes": "pulang ditutup",
    "break": "istirahat",
    "quota_min": "kuota menit",
    "sessions": "sesi",
    "days": "hari",
    "rest": "hari libur",
    "hours": "jam kerja",
    "allowance": "tunjangan",
    "weekly_minutes": "menit seminggu",
    "subtract_break": "kurangi istirahat",
    "repeat_minutes": "menit antara dua scan",
    "out_of_window": "scan di luar jendela",
    "letters_excuse_parts": "surat memaafkan sebagian",
    "reminders": "pengingat",
    "before": "menit sebelum ditutup",
    "missed": "yang terlewat",
    "early_flag": "sebutan pulang awal",
    "name": "nama",
    "title": "judul",
    "basis": "dasar",
    "kind": "jenis",
}

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    # A day's hours
    (r"'?(.*?)'? is no time; write HH:MM.*", "'{0}' bukan jam; tulis JJ:MM, atau JJ:MM+1 untuk hari berikutnya."),
    (
        r"'?(.*?)'? is no window; write .*",
        "'{0}' bukan jendela; tulis [JJ:MM,JJ:MM], atau [JJ:MM,JJ:MM) tanpa menit terakhirnya.",
    ),
    (r"in_due and out_due are both needed\.", "isi jam masuk paling lambat dan jam mulai pulang."),
    (
        r"in_due must lie on the work date itself, not at (.*)\.",
        "jam masuk paling lambat harus pada hari kerja itu sendiri, bukan {0}.",
    ),
    (r"give sessions or (.*), not both\.", "isi sesi atau {0:key}, tidak keduanya."),
    (r"give '(.*)' or '(.*)', not both\.", "isi '{0}' atau '{1}', tidak keduanya."),
    (r"write two windows or more, .*", 'tulis dua jendela atau lebih, misalnya masuk = "[06:30,08:00]".'),
    (r"unknown key '(.*)'; known are (.*)\.", "kunci '{0}' tidak dikenal; yang dikenal: {1}."),
    (r'write two times, \["HH:MM", "HH:MM"\]\.', "tulis dua jam: mulai dan selesai."),
    (r"write a whole number of minutes, not (.*)\.", "tulis bilangan bulat menit, bukan {0}."),
    (r"a day needs at least an arrival and a departure\.", "satu hari paling sedikit berisi masuk dan pulang."),
    (
        r"say when the arrival \(in_due\) and the departure \(out_due\) are due\.",
        "isi jam masuk paling lambat dan jam mulai pulang.",
    ),
    (
        r"the window of '(.*)' closes \((.*?)\) before it opens \((.*?)\); .*",
        "jendela {0:session} ditutup ({1}) sebelum dibuka ({2}); untuk giliran lewat tengah malam tulis JJ:MM+1.",
    ),
    (
        r"'(.*)' or '(.*)' has an open end in the middle of the day\.",
        "jendela {0:session} atau {1:session} tidak punya batas di tengah hari.",
    ),
    (
        r"the windows of 'in' \(to (.*?)\) and 'out' \(from (.*?)\) overlap; .*",
        "pulang mulai ({1}) harus sesudah masuk paling lambat ({0}); untuk giliran lewat tengah malam tulis JJ:MM+1.",
    ),
    (
        r"the windows of '(.*)' \(to (.*?)\) and '(.*)' \(from (.*?)\) overlap; .*",
        "jendela {0:session} (sampai {1}) dan {2:session} (mulai {3}) bertumpuk; untuk giliran lewat tengah malam "
        "tulis JJ:MM+1.",
    ),
    (r"the windows of one work date span two days or more\.", "jendela satu hari kerja mencakup dua hari atau lebih."),
    (
        r"two sessions of the day have one name; .*",
        "dua sesi pada hari itu bernama sama; beri nama yang berbeda-beda.",
    ),
    (r"a quota of (.*) minutes is not between 1 and (\d+)\.", "kuota {0} menit tidak di antara 1 dan {1}."),
    (
        r"the break (.*)-(.*) must lie inside the working time (.*)-(.*)\.",
        "istirahat {0}-{1} harus di dalam jam kerja {2}-{3}.",
    ),
    # A week
    (
        r"the windows of (.*) \(to (.*?)\) and (.*) \(from (.*?)\) overlap; move one of them\.",
        "jendela {0:days} (sampai {1}) dan {2:days} (mulai {3}) bertumpuk; geser salah satu.",
    ),
    (r"(.*) has been given already; name every weekday once\.", "{0:days} sudah disebut; sebut setiap hari satu kali."),
    (
        r"(.*) in neither \[\[hours\]\] nor rest; .*",
        "{0:days} tidak ada pada jam kerja maupun hari libur; sebut setiap hari satu kali.",
    ),
    (
        r"rest and weekly_minutes need \[\[hours\]\] beside them\.",
        "hari libur dan menit seminggu memerlukan [[hours]].",
    ),
    (r"write the hours as \[\[hours\]\] tables\.", "tulis jam kerja sebagai tabel [[hours]]."),
    (
        r"the hours add up to (.*) minutes a week, but weekly_minutes says (.*); .*",
        "jam kerja berjumlah {0} menit seminggu, sedangkan weekly_minutes {1}; perbaiki salah satu.",
    ),
    (r"(.*) is no weekday; write one of (.*)\.", "{0} bukan nama hari; tulis salah satu dari {1}."),
    (
        r'write a list of weekdays, \["mon", "tue"\] or .*',
        'tulis daftar hari, ["senin", "selasa"] atau ["senin-kamis"].',
    ),
    (
        r'write a list of weekdays, \["fri"\], or .*',
        'tulis daftar hari, ["jumat"], atau kosongkan untuk semua hari.',
    ),
    (
        r"days of the kind sessions have .*",
        "hari berjenis sessions mempunyai tiga sesi atau lebih.",
    ),
    (
        r"days of the kind (.*) have arrival and departure, .*",
        "hari berjenis {0} mempunyai masuk dan pulang saja.",
    ),
    (r"days of the kind (.*) need a quota_min\.", "hari berjenis {0} memerlukan kuota menit."),
    (r"days of the kind (.*) have no quota_min\.", "hari berjenis {0} tidak mempunyai kuota menit."),
    (r"days of the kind (.*) have (.*)\.", "hari berjenis {0} tidak cocok: {1}."),
    (r"days of the kind (.*?) (.*)\.", "hari berjenis {0} tidak cocok: {1}."),
    (r"A week needs a working day\.", "Satu minggu memerlukan paling sedikit satu hari kerja."),
    (
        r"give each session a name, its first and its last minute\.",
        "beri setiap sesi nama, menit pertama, dan menit terakhir.",
    ),
    # A policy as a whole
    (r"(\S+) must be a whole number of minutes, not (.*)\.", "{0:key} harus bilangan bulat menit, bukan {1}."),
    (r"(\S+) must be a table, \[reminders\], .*", "{0:key} harus tabel [reminders] dengan before dan missed."),
    (r"(\S+) must be 0 to (\d+) minutes, not (.*)\.", "{0:key} harus 0 sampai {1} menit, bukan {2}."),
    (r"(\S+) must be true or false, not (.*)\.", "{0:key} harus true atau false, bukan {1}."),
    (r"(\S+) must be one of (.*), not (.*)\.", "{0:key} harus salah satu dari {1}, bukan {2}."),
    (r"(\S+) is missing or empty; write it as text\.", "{0:key} kosong; isi."),
    (
        r"The name '(.*)' is Presensi's own; .*",
        "Nama '{0}' milik bawaan Presensi; beri salinannya nama lain, misalnya {0}-2.",
    ),
    (
        r"'(.*)' is no name for a policy: .*",
        "'{0}' tidak dapat menjadi nama jadwal: tulis huruf kecil, angka, dan tanda hubung.",
    ),
    (r"The policy '(.*)' brings no hours of its own: .*", "Jadwal '{0}' tidak membawa jam kerja sendiri."),
    (r"There is no policy '(.*)'; known are (.*), or .*", "Tidak ada jadwal '{0}'; yang ada: {1}."),
    (r"The policy '(.*)' is not on record for (.*?): .*", "Jadwal '{0}' belum tercatat untuk {1}."),
    (
        r"The policy '(.*)' is on record from (.*) only; .*",
        "Jadwal '{0}' baru tercatat sejak {1}; pilih hari sesudahnya.",
    ),
    (r"'(.*)' is a file: .*", "'{0}' adalah berkas; catat dahulu sebagai jadwal."),
    (r"It ends \((.*)\) before it begins \((.*)\)\.", "Berakhir ({0}) sebelum mulai ({1})."),
    (r"it ends \((.*)\) before it begins \((.*)\)\.", "berakhir ({0}) sebelum mulai ({1})."),
    (r"(.*) is no date; write YYYY-MM-DD\.", "{0} bukan tanggal; tulis TTTT-BB-HH."),
    (r"Say from which day on it holds\.", "Isi sejak hari apa jadwal ini berlaku."),
    (r"(?:The policy )?(.*) cannot be read: (.*)\.", "{0} tidak dapat dibaca: {1}."),
    (r"(.*); correct the line and try again\.", "berkas tidak dapat dibaca ({0}); perbaiki barisnya."),
    (r"(.*); save it as UTF-8 and try again\.", "berkas tidak dapat dibaca ({0}); simpan sebagai UTF-8."),
    # Pay
    (r"write it as a table, \[allowance\]\.", "tulis sebagai tabel [allowance]."),
    (r"(.*) is not known; known are (.*)\.", "{0} tidak dikenal; yang dikenal: {1}."),
    (r"(.*) is not known; write day_share/4 .*", "{0} tidak dikenal; tulis day_share/4 atau day_share/sessions."),
    (r"(.*) is no number of at least 0\.", "{0} bukan angka mulai dari 0."),
    (r"(.*) is no share; write 0\.4 .*", "{0} bukan bagian; tulis 0.4 untuk 40 persen."),
    (r"it must be more than 0\.", "harus lebih dari 0."),
    (r"write at least one \[\[(.*)\]\] with percent\.", "tulis paling sedikit satu [[{0}]] dengan percent."),
    (r"only the last bracket may be without up_to\.", "hanya tingkat terakhir yang boleh tanpa up_to."),
    (r"(.*) is no number of minutes\.", "{0} bukan jumlah menit."),
    (r"(.*) is not more than the bracket before it\.", "{0} tidak lebih besar daripada tingkat sebelumnya."),
    (r"leave up_to out of the last bracket: .*", "tingkat terakhir tanpa up_to: berlaku untuk semua yang lebih lama."),
    # Circulars and shifts
    (r"give the circular a name, .*", "Tulis nama surat edarannya, misalnya Ramadan 1448 H."),
    (r"it changes no hours; .*", "Isi jam masuk atau jam pulang."),
    (r"write at least one \[\[shift\]\] .*", "tulis paling sedikit satu [[shift]] dengan code, in, dan out."),
    (r"write the letter of a shift, .*", "tulis huruf giliran, bukan yang berarti libur."),
    (r"'(.*)' is there already\.", "'{0}' sudah ada."),
)

SCHEDULE_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"circular\.name: .*", "Beri nama surat edaran, misalnya Ramadan 1448 H."),
    (r"circular: it changes no hours; .*", "Surat edaran ini tidak mengubah jam; isi jam masuk atau pulang."),
    (r".*: '(.*)' is no weekday; .*", "'{0}' bukan nama hari; tulis misalnya senin-kamis."),
)
"""Whole sentences of schedules and circulars that hub.web.paper_words looks for; their places have no kinds."""

_PATTERNS: Final = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _WORDS)
_DAY: Final = re.compile(rf"\b({'|'.join(WEEKDAYS)})\b")
_NAMES: Final = dict(zip(WEEKDAYS, INDONESIAN, strict=True))
_PLACE: Final = re.compile(r"\{(\d)(?::(\w+))?\}")
_SESSIONS: Final = {"in": "masuk", "out": "pulang"}


def policy_in_indonesian(sentence: str) -> str | None:
    """A refusal of hub.schedule in Indonesian; None when it has no line here."""
    parts = sentence.split(": ")
    # From the end: a pattern that begins with anything would take the place for a part of what is wrong.
    for begin in reversed(range(len(parts))):
        what = ": ".join(parts[begin:])
        for pattern, words in _PATTERNS:
            match = pattern.fullmatch(what)
            if match is not None:
                where = [_where(part) for part in parts[:begin] if part]
                return ": ".join([*where, _filled(words, match.groups())])
    return None


def _filled(words: str, found: tuple[str | None, ...]) -> str:
    return _PLACE.sub(lambda place: _shown(found[int(place[1])] or "", place[2]), words)


def _shown(text: str, kind: str | None) -> str:
    if kind == "days":
        return _DAY.sub(lambda found: _NAMES[found[1]], text)
    if kind == "key":
        return _KEYS.get(text, text)
    if kind == "session":
        return _SESSIONS.get(text, f"'{text}'")
    return text


def _where(text: str) -> str:
    """`hours of mon, tue.in_due` as `jam kerja Senin, Selasa, masuk paling lambat`; a file's name as it is."""
    if text.startswith("hours of "):
        days, *keys = text.removeprefix("hours of ").split(".")
        return ", ".join([f"jam kerja {_shown(days, 'days')}", *(_KEYS.get(key, key) for key in keys)])
    keys = text.split(".")
    return ", ".join(_KEYS.get(key, key) for key in keys) if keys[0] in _KEYS else text
