"""What the refusals about accounts say on a page in Indonesian; the rules refuse with an English sentence."""

from __future__ import annotations

import re
from typing import Final

from hub.web.language import Language

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"There is an account '(.*)' already.*", "Akun '{0}' sudah ada; pilih nama lain."),
    (
        r"'(.*)' cannot be an account's name.*",
        "'{0}' bukan nama akun: pakai 2 sampai 64 huruf kecil, angka, dan titik.",
    ),
    (r"A NIP cannot be an account's name.*", "NIP tidak dapat menjadi nama akun; pilih nama lain."),
    (r"Choose a role\.", "Pilih perannya."),
    (r"It would end on (\S+), before it begins on (\S+)\.", "Berakhir {0}, sebelum mulai {1}."),
    (r"An acting holder has a letter.*", "Plt atau Plh memerlukan surat; isi nomornya."),
    (r"A letter's number has at most.*", "Nomor surat terlalu panjang."),
    (r"(.*) is (\S+) there already.*", "{0} sudah memegang peran itu di sana; akhiri dahulu."),
    (r"(.*) has no such role.*", "{0} tidak memegang peran itu; tidak ada yang diubah."),
    (r"(.*) is the last administrator.*", "{0} administrator terakhir; tunjuk dahulu administrator lain."),
    (r"(.*) is disabled already\.", "{0} sudah dinonaktifkan."),
    (r"(.*) is not disabled.*", "{0} tidak dinonaktifkan; tidak ada yang diubah."),
    (r"Say whom it is about.*", "Isi nama atau NIP pegawai."),
    (r"There is no employee '(.*)'.*", "Tidak ada pegawai '{0}'; periksa nama atau NIP."),
    (r"There is no employee of this number.*", "Nomor ini bukan NIP yang benar; periksa angkanya."),
    (r"There are (.*) employees '(.*)';.*", "Ada {0} pegawai bernama '{1}'; tulis NIP-nya."),
    (
        r"Say why, and how .* to (\d+) characters\.",
        "Isi alasan dan cara memastikan orangnya, 1 sampai {0} huruf.",
    ),
    (r"(.*) has no second step;.*", "{0} tidak memakai verifikasi dua langkah; sesinya diakhiri."),
    (r"(.*) is closed after (\S+); choose another unit\.", "{0} ditutup setelah {1}; pilih unit lain."),
    (r"'(.*)' is not a date\.", "'{0}' bukan tanggal."),
)
_COMMANDS: Final = re.compile(r"; `presensi hub [^`]*` shows [^.]*")


def say_account(language: Language, error: Exception) -> str:
    """Why it was refused, in the page's language; the English sentence where there is no other."""
    text = str(error)
    if language.code == "id":
        for pattern, words in _WORDS:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found is not None:
                return words.format(*found.groups())
    return _COMMANDS.sub("", text)
