"""What the refusals of schedules and circulars say on an Indonesian page; see `hub.web.paper_words`."""

from __future__ import annotations

from typing import Final

SCHEDULE_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"A week needs a working day\.", "Seminggu memerlukan sedikitnya satu hari kerja."),
    (r"Say from which day on it holds\.", "Tulis mulai tanggal berapa jam kerja ini berlaku."),
    (r"Only a week of arrival and departure .*", "Aturan ini bukan jam datang dan pulang; ubah berkasnya."),
    (r".*: in_due and out_due are both needed\.", "Setiap hari kerja memerlukan batas masuk dan jam mulai pulang."),
    (
        r".*: the windows of 'in' \(to (.*)\) and 'out' \(from (.*)\) overlap; .*",
        "Pulang mulai {1}, padahal batas masuk {0}: pulang harus sesudah masuk.",
    ),
    (
        r".*: the window of 'in' closes \((.*)\) before it opens \((.*)\); .*",
        "Masuk dibuka {1}, padahal batasnya {0}: bukalah sebelum itu.",
    ),
    (
        r".*: the window of 'out' closes \((.*)\) before it opens \((.*)\); .*",
        "Pulang ditutup {0}, padahal baru mulai {1}: tutuplah sesudah itu.",
    ),
    (r".*\.break: '' is no time; .*", "Istirahat memerlukan dua jam: mulai dan sampai."),
    (r".*: '(.*)' is no time; .*", "'{0}' bukan jam; tulis seperti 07:30."),
    (r".*: the break (.*) must lie inside the working time (.*)\.", "Istirahat {0} harus di dalam jam kerja {1}."),
    (r".*: name is missing or empty; .*", "Tulis namanya."),
    (r"The name '(.*)' is Presensi's own; .*", "Nama '{0}' milik Presensi; beri nama lain, misalnya {0}-2."),
    (r"'(.*)' is no name for a policy: .*", "'{0}' bukan nama: tulis huruf kecil, angka, dan tanda hubung."),
    (r"circular\.name: .*", "Beri nama surat edaran, misalnya Ramadan 1448 H."),
    (r"circular: it changes no hours; .*", "Surat edaran ini tidak mengubah jam; isi jam masuk atau pulang."),
    (r".*: it ends \((.*)\) before it begins \((.*)\)\.", "Berakhir ({0}) sebelum mulai ({1})."),
    (r".*: '(.*)' is no weekday; .*", "'{0}' bukan nama hari; tulis misalnya senin-kamis."),
)
