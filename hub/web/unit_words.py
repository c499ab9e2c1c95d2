"""What refusals of changes to units say in Indonesian: patterns as in hub.web.paper_words."""

from __future__ import annotations

from typing import Final

UNIT_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"The unit is called (.*) already; nothing was changed\.", "Namanya sudah {0}; tidak ada yang diubah."),
    (r"(.*) stands there already; nothing was changed\.", "{0} sudah berada di sana; tidak ada yang diubah."),
    (
        r"(.*) stands below (.*): that would be a circle\.",
        "{0} berada di bawah {1}: keduanya tidak dapat saling membawahi.",
    ),
    (r"(.*) stands below (.*); close it or move it first\.", "{0} berada di bawah {1}; tutup atau pindahkan dahulu."),
    (
        r"The tree would have more than (\d+) levels; choose another unit above\.",
        "Pohon unit akan lebih dari {0} tingkat; pilih induk lain.",
    ),
    (r"(.*) is closed already, after (\S+); nothing was changed\.", "{0} sudah ditutup setelah {1}."),
    (r"(.*) is not closed; nothing was changed\.", "{0} tidak ditutup; tidak ada yang diubah."),
    (r"There is no unit (\d+);.*", "Tidak ada unit {0}."),
    (r"There is a unit (.*) already; give it another name\.", "Sudah ada unit {0}; beri nama lain."),
    (r"(.*) is closed after (\S+); choose another unit\.", "{0} ditutup setelah {1}; pilih unit lain."),
    (
        r"(\S+) is closed for one of the two units above and open for the other;.*",
        "Bulan {0} sudah ditutup bagi salah satu induk dan terbuka bagi yang lain; tutup atau buka dahulu bagi "
        "keduanya.",
    ),
    (
        r"(\d+) employees are in (.*) after (\S+); move them first\.",
        "{0} pegawai masih di {1} setelah {2}; pindahkan dahulu.",
    ),
    (
        r"The kiosk (\S+) serves (.*); give it to another unit or revoke it first\.",
        "Kiosk {0} melayani {1}; pindahkan ke unit lain atau cabut dahulu.",
    ),
    (r"The office would end on (\S+), before it begins on (\S+)\.", "Jabatan berakhir {0}, sebelum mulai {1}."),
    (r"Somebody acts for a time: .*", "Plt dan Plh bertugas untuk sementara; isi hari terakhirnya."),
    (r"Somebody acts by a letter: .*", "Plt dan Plh bertugas berdasarkan surat; isi nomornya."),
    (r"'(.*)' is no way of acting: .*", "'{0}' bukan Plt atau Plh."),
    (r"'(.*)' is no office: .*", "Pilih jabatannya."),
    (r"There is no holder (\d+);.*", "Tidak ada pejabat bernomor {0} di unit ini."),
    (r"The holder (\d+) ends on (\S+) already\.", "Sudah tercatat berakhir {1}."),
    (r"The holder (\d+) begins on (\S+); .*", "Mulai {1}; jabatan tidak dapat berakhir sebelumnya."),
    (r"Say whom it is about: .*", "Isi nama atau NIP pegawai."),
    (r"(.*) has the time zone (\S+) already; .*", "{0} sudah memakai zona waktu {1}."),
    (
        r"(.*) has (\d+) days on record, from (\S+) on, which another time zone would change: .*",
        "{0} memiliki {1} hari tercatat sejak {2} yang akan berubah; buat unit dengan zona yang benar, lalu pindahkan "
        "pegawai dan kiosknya mulai suatu tanggal.",
    ),
    (r"A unit's name has 1 to (\d+) characters\.", "Nama unit terdiri atas 1 sampai {0} huruf."),
    (
        r"'(.*)' is no time zone: .*",
        "'{0}' bukan zona waktu: tulis Asia/Jakarta, WIB, WITA, atau WIT.",
    ),
)
