"""Words of the pages about roles: an employee's own record, activating accounts, and administering them."""

from __future__ import annotations

from typing import Final

ROLES: Final[dict[str, tuple[str, str]]] = {
    "role.employee": ("pegawai", "employee"),
    "role.integration": ("integrasi", "integration"),
    "nav.own": ("Bulan saya", "My month"),
    "nav.own_letters": ("Surat saya", "My letters"),
    # An employee's own record
    "own.title": ("Bulan saya", "My month"),
    "own.open": ("Yang masih terbuka", "Still open"),
    "own.nothing_open": ("Tidak ada yang perlu dilengkapi bulan ini.", "Nothing is missing this month."),
    "own.letter": ("Serahkan surat", "Hand in a letter"),
    "own.letter_for": ("Serahkan surat untuk {date}", "Hand in a letter for {date}"),
    "own.letters": ("Surat terakhir", "Latest letters"),
    "own.no_letters": ("Belum ada surat.", "No letters yet."),
    "own.hand_in": ("Serahkan surat", "Hand in a letter"),
    "own.letters_lead": (
        "Surat Anda dan sampai di mana: diserahkan, diverifikasi pejabat kepegawaian, dimasukkan operator.",
        "Your letters and how far they are: handed in, verified by the personnel official, entered by the operator.",
    ),
}
