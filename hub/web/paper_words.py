"""What the papers' refusals say on a page: in both languages, and without the commands of the command line.

The rules refuse with an English sentence (hub.errors.PaperError). Each has a line here; a test looks for those without.
"""

from __future__ import annotations

import re
from typing import Final

from hub.errors import PolicyError, SheetError
from hub.web.fleet_words import FLEET_WORDS
from hub.web.language import Language
from hub.web.policy_words import SCHEDULE_WORDS, policy_in_indonesian
from hub.web.unit_words import UNIT_WORDS

_COMMANDS: Final = re.compile(r"[;:]? ?`?presensi hub [^`.;]*`?( shows? (them|those that \w+))?")

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"Days have changed since this page .*", "Ada hari yang berubah sejak halaman ini dibuka; lihat lagi."),
    (r"This month was received; .*", "Bulan ini sudah diterima; hanya penerimanya yang dapat mengembalikannya."),
    (r"No day of this month is assessed; .*", "Belum ada hari yang dihitung; tidak ada yang diserahkan."),
    (r"(.*) days of this month may still change; .*", "{0} hari masih dapat berubah; serahkan setelah tidak ada lagi."),
    (r"This month must be checked before .*", "Bulan ini diperiksa dahulu, dan tidak berubah, sebelum ditandatangani."),
    (
        r"Whoever checked a month does not sign it; .*",
        "Yang memeriksa tidak menandatangani; harus orang lain.",
    ),
    (r"This month must be checked and signed .*", "Bulan ini diperiksa dan ditandatangani dahulu, dan tidak berubah."),
    (r"This month was not handed over; .*", "Bulan ini belum diserahkan; tidak ada yang dikembalikan."),
    (r"Say why the month is returned.*", "Tulis alasan bulan ini dikembalikan, sedikitnya lima huruf."),
    (
        r"This unit hands over no months .*",
        "Unit ini tidak menyerahkan bulan sendiri; unit di atasnya saja.",
    ),
    (r"There is no gateway '(.*)'; there are: (.*)\.", "Tidak ada gerbang '{0}'; yang ada: {1}."),
    (r"'(.*)' is no address: .*", "'{0}' bukan alamat: 3 sampai 200 huruf, angka, dan + @ . _ : - tanpa spasi."),
    (r"This address is known already\.", "Alamat ini sudah ada."),
    (r"'(.*)' is no e-mail address: .*", "'{0}' bukan alamat surel: tulis seperti rina@dinkes.go.id."),
    (
        r"'(.*)' is no chat of Telegram: .*",
        "'{0}' bukan percakapan Telegram: tulis angka yang disebut botnya, seperti 123456789.",
    ),
    (
        r"'(.*)' is no telephone number with its country: .*",
        "'{0}' bukan nomor telepon dengan kode negara: tulis 62812... sebagai ganti 0812..., angka saja.",
    ),
    (r"Nobody has more than (.*) addresses .*", "Paling banyak {0} alamat dipakai; akhiri satu dahulu."),
    (r"Quiet hours are times of the day, .*", "Jam tenang ditulis sebagai jam, HH:MM, misalnya 20:00."),
    (r"There is no job '(.*)'; .*", "Tidak ada pekerjaan '{0}'."),
    (
        r"'(.*)' was due within the last day, .*",
        "'{0}' baru jatuh tempo atau sedang dikerjakan; hanya yang lebih dari sehari tidak dikerjakan yang diakhiri.",
    ),
    (
        r"This account is linked to no employee, .*",
        "Akun ini belum ditautkan ke pegawai, sehingga tidak ada yang perlu diingatkan.",
    ),
    (r"(.*) is not over yet\.", "{0} belum berakhir."),
    (r"Choose the file: CSV or XLSX\.", "Pilih berkasnya: CSV atau XLSX."),
    (r"(.*) has more than (.*) MB; split it\.", "{0} lebih dari {1} MB; pecah menjadi beberapa berkas."),
    (r"(.*) has more than (.*) rows; split it\.", "{0} lebih dari {1} baris; pecah menjadi beberapa berkas."),
    (r"(.*) is empty; the first row holds .*", "{0} kosong; baris pertama berisi judul kolom."),
    (r"(.*) has no column '(.*)'; its headings are: (.*)", "{0} tidak punya kolom '{1}'; judul kolomnya: {2}"),
    (r"(.*) has headings and no rows\.", "{0} hanya berisi judul kolom, tanpa baris."),
    (r"(.*) has the column '(.*)' twice; .*", "{0} memuat kolom '{1}' dua kali; hapus salah satu."),
    (r"(.*) is neither UTF-8 text nor XLSX; .*", "{0} bukan CSV UTF-8 atau XLSX; simpan ulang sebagai salah satunya."),
    (r"(.*) cannot be read as XLSX: .*", "{0} tidak terbaca sebagai XLSX; simpan ulang."),
    (r"(.*), line (\d+): .*; check the quotation marks\.", "{0}, baris {1}: periksa tanda kutipnya."),
    (r"Say which letter it rests on, .*", "Tulis surat dasarnya: nomor dan tanggal."),
    (r"(.*) is in (.*) already on (\S+)\.", "{0} sudah berada di {1} pada {2}."),
    (
        r"(.*) is moved already from (\S+); choose a later day\.",
        "{0} sudah dipindahkan mulai {1}; pilih hari sesudahnya.",
    ),
    (r"Give the decree's number: .*", "Tulis nomor keputusannya."),
    (r"(\S+) is no holiday on record; .*", "{0} bukan hari libur yang tercatat."),
    (r"There is no circular (.*) in force; .*", "Surat edaran {0} tidak berlaku lagi."),
    (r"circular\.name: .*", "Tulis nama surat edarannya, misalnya Ramadan 1448 H."),
    (r"circular: it changes no hours; .*", "Isi jam masuk atau jam pulang."),
    (r"(.*) is no calendar: .*", "{0} bukan kalender ICS yang terbaca."),
    (r"(.*): there is no event in it\.", "{0} tidak memuat hari."),
    (r"Choose the unit\.", "Pilih unitnya."),
    (r"Choose what it is about\.", "Pilih tentang apa laporan ini."),
    (r"There is no kiosk '(.*)'\.", "Tidak ada kiosk '{0}' di unit itu."),
    (r"There is no fault report (.*)\.", "Tidak ada laporan {0}."),
    (r"Somebody else has done something about this report .*", "Laporan ini baru saja diubah orang lain; lihat lagi."),
    (r"Say in a few words what it is\.", "Tulis dengan beberapa kata apa yang terjadi."),
    (r"Say which day's attendance is cancelled\.", "Pilih hari yang kehadirannya dibatalkan."),
    (r"Say how many witness statements .*", "Isi jumlah keterangan saksi yang dilampirkan: dua atau lebih."),
    (r"(\S+) lies ahead; attendance .*", "{0} belum terjadi; kehadiran yang belum ada tidak dapat dibatalkan."),
    (r"Say which punches.*", "Pilih dahulu scan yang diputuskan."),
    (r"'(.*)' is a moment: .*", "'{0}' hanya satu saat: isi juga sampai jam berapa."),
    (r"'(.*)' has a time zone; .*", "'{0}' memuat zona waktu; tulis jam setempat tanpa zona."),
    (r"(\S+) to (\S+) is no time of an absence.*", "{0} sampai {1} bukan waktu ketidakhadiran; periksa tahunnya."),
    (r"The letter would end \((.*?)\) before it begins \((.*?)\)\.", "Surat berakhir ({0}) sebelum mulai ({1})."),
    (r"(\S+) to (\S+) are more than (.*) days.*", "{0} sampai {1} lebih dari {2} hari; periksa tahunnya."),
    (r"'(.*)' is no date.*", "'{0}' bukan tanggal."),
    (r"'(.*)' is not a date.*", "'{0}' bukan tanggal."),
    (r"There is no letter (\S+) in force.*", "Tidak ada surat {0} yang berlaku."),
    (r"There is no letter (\S+);.*", "Tidak ada surat {0}."),
    (r"The letter (.*) was withdrawn by (.*);.*", "Surat {0} sudah ditarik oleh {1}; serahkan surat baru."),
    (r"The letter (.*) was refused \((.*)\);.*", "Surat {0} sudah ditolak ({1}); serahkan surat baru."),
    (r"The (files have|photo has) no place to be kept.*", "Pusat ini tidak punya folder untuk menyimpan berkas."),
    (
        r"There is no employee '(.*)'( in this unit)?[;.].*",
        "Tidak ada pegawai '{0}' di unit Anda; periksa nama atau NIP.",
    ),
    (r"There is no employee of this number: .*", "Nomor ini bukan NIP yang benar; periksa angkanya."),
    (
        r"There are (.*) employees '(.*)';.*",
        "Ada {0} pegawai bernama '{1}'; tulis NIP-nya.",
    ),
    (r"Say whom it is about.*", "Isi nama atau NIP pegawai."),
    (r"The letter's number has more than 100 .*", "Nomor surat lebih dari 100 huruf; tulis nomornya saja."),
    (
        r"'(.*)' is no office; .*",
        "'{0}' bukan jabatan yang dikenal; pilih Atasan Langsung atau Kepala Perangkat Daerah.",
    ),
    (
        r"The letter cannot have been handed in on (\S+): today is (\S+)\.",
        "Surat tidak mungkin diserahkan {0}: hari ini {1}.",
    ),
    (
        r"The letter (.*) says the same already;.*",
        "Surat {0} sudah berisi hal yang sama; tambahkan berkas pada surat itu, atau perbaiki surat itu.",
    ),
    (
        r"'(.*)' is no office that may know .*",
        "'{0}' bukan jabatan yang mengetahui ketidakhadiran: pilih Atasan Langsung atau Kepala OPD.",
    ),
    (r"'(.*)' is no letter of absence.*", "'{0}' bukan jenis surat ketidakhadiran; pilih jenis dari daftar."),
    (r"A (.*) needs its reason, one of (.*)\.", "{0} memerlukan alasan: {1}."),
    (r"A (.*) says by itself .*", "{0} sudah menyatakan alasannya sendiri; kosongkan alasan."),
    (r"Say which days the letter covers\.", "Isi tanggal yang dicakup surat."),
    (
        r"Somebody else handed in the letter (.*); only .*",
        "Surat {0} diserahkan orang lain; hanya yang menyerahkan dapat menariknya.",
    ),
    (
        r"The letter (.*) is being worked on already; .*",
        "Surat {0} sudah diproses; minta kantor menariknya.",
    ),
    (r"The letter (.*) is verified already, on (\S+) by (.*)\.", "Surat {0} sudah diverifikasi {1} oleh {2}."),
    (
        r"The letter (.*) cancels attendance; its .*",
        "Surat {0} membatalkan kehadiran; tanda tangan dan saksi sudah menentukan.",
    ),
    (r"The letter (.*) is entered already, on (\S+) by (.*)\.", "Surat {0} sudah dimasukkan {1} oleh {2}."),
    (
        r"The letter (.*) is not verified yet; .*",
        "Surat {0} belum diverifikasi; pejabat kepegawaian memverifikasinya dahulu.",
    ),
    (
        r"(.*) verified the letter (.*); somebody else .*",
        "{0} yang memverifikasi surat {1}; orang lain harus memasukkannya.",
    ),
    (
        r"(.*) handed in the letter (.*); somebody else .*",
        "{0} yang menyerahkan surat {1}; orang lain harus memverifikasinya.",
    ),
    (r"The letter (.*) is entered already; withdraw .*", "Surat {0} sudah dimasukkan; tarik surat itu dengan alasan."),
    (r"The letter (.*) cancels attendance; withdraw .*", "Surat {0} membatalkan kehadiran; tarik lalu buat yang baru."),
    (r"There is no manual entry (\S+);.*", "Tidak ada catatan manual {0}."),
    (r"The entry (.*) is \w+ already.*", "Catatan {0} sudah diputuskan; tidak ada yang diubah."),
    (r"Nothing waits for a decision\.", "Pilih dahulu catatan yang diputuskan; mungkin sudah diputuskan orang lain."),
    (r"(.*) made the entry (.*); somebody else .*", "{0} yang memasukkan catatan {1}; orang lain harus memutuskannya."),
    (r"'(.*)' is no time.*", "'{0}' bukan jam: tulis JJ:MM, atau JJ:MM+1 untuk hari berikutnya."),
    (r"Write when the person came.*", "Isi jam datang, jam pulang, atau keduanya."),
    (
        r"Somebody who came at (\S+) cannot have left at (\S+);.*",
        "Yang datang {0} tidak mungkin pulang {1}; tulis JJ:MM+1 untuk hari berikutnya.",
    ),
    (r"(\S+ .*) lies ahead; enter .*", "{0} belum terjadi; masukkan yang sudah terjadi."),
    (
        r"(.*) has the entry (\S+) for (\S+) already;.*",
        "{0} sudah punya catatan {1} untuk {2}; tarik dahulu catatan itu.",
    ),
    (r"(.*) works part-time: .*", "{0} bekerja paruh waktu: hari itu memerlukan foto sebagai bukti."),
    (r"(.*) was not employed on (\S+);.*", "{0} tidak bekerja di sini pada {1}; periksa tanggalnya."),
    (
        r"The sheet has headings and no lines;.*",
        "Daftar hanya berisi judul kolom; tulis satu baris untuk tiap pegawai.",
    ),
    (
        r"(.*) is larger than any unit's day;.*",
        "{0} terlalu besar untuk satu hari satu unit; kirim CSV satu unit dan satu tanggal.",
    ),
    (
        r"The sheet's first line names no people or no times \((.*)\);.*",
        "Baris pertama daftar tidak menyebut pegawai atau jam ({0}); tulis NIP atau Nama, Jam Datang, Jam Pulang.",
    ),
    (r"The sheet has more than (\S+) lines;.*", "Daftar lebih dari {0} baris; kirim satu unit dan satu tanggal."),
    (r"The line names nobody: .*", "Baris ini tidak menyebut siapa pun: tulis NIP atau nama."),
    (r"'(.*)' was a NIP before .*", "'{0}' tadinya NIP, lalu dibulatkan program: format kolomnya sebagai teks."),
    (
        r"The NIP is that of (.*), and the name (.*): correct .*",
        "NIP itu milik {0}, sedangkan namanya {1}: perbaiki salah satu.",
    ),
    (r"The sheet (.*) cannot be read.*", "Daftar {0} tidak dapat dibaca."),
    (r"The sheet (.*)", "Daftar tidak dapat dipakai: {0}"),
    (r"Choose the sheet: .*", "Pilih berkas daftar: CSV atau XLSX satu unit dan satu tanggal."),
    (r"(.*) stands on line (\S+) already\.", "{0} sudah ada di baris {1}."),
    (
        r"(.*) is closed(.*); an administrator must .*",
        "Bulan itu sudah ditutup; administrator harus membukanya kembali dahulu.",
    ),
    (r"Say why, in 1 to (\d+) .*", "Tulis alasannya, paling banyak {0} huruf: alasan tersimpan."),
    (
        r"The letter (.*) does not reach into (.*); nothing .*",
        "Surat {0} tidak mencakup bulan itu; tidak ada yang diubah.",
    ),
    (
        r"(.*) is closed already, since (\S+) by (.*); nothing .*",
        "Bulan ini sudah ditutup sejak {1} oleh {2}; tidak ada yang diubah.",
    ),
    (r"(.*) is not over yet; close it from (\S+) on\.", "Bulan ini belum selesai; dapat ditutup mulai {1}."),
    (
        r"(\d+) days of (.*) are still running: .*",
        "{0} hari pada bulan ini masih berjalan atau belum dihitung; tutup bulan setelah semuanya selesai.",
    ),
    (r"(.*) is not closed.*; nothing was changed\.", "Bulan ini tidak dalam keadaan tertutup; tidak ada yang diubah."),
    (r"(.*) was closed for everybody: .*", "Bulan ini ditutup untuk semua unit; buka kembali untuk semua unit."),
    (r"(.*) was closed for (.*?)(?:: reopen .*|\.)", "Bulan ini ditutup untuk {1}; buka kembali untuk unit itu."),
    (r"Say to whom the outage was reported.*", "Isi kepada siapa gangguan dilaporkan, misalnya Diskominfo, BKPSDM."),
    (
        r"An outage is declared when it has begun.*",
        "Gangguan dinyatakan setelah mulai, dan diakhiri setelah selesai: periksa jamnya.",
    ),
    (r"The outage would end before it begins.*", "Gangguan berakhir sebelum mulai; periksa jamnya."),
    (r"There is no outage (\S+);.*", "Tidak ada gangguan {0}."),
    (r"The outage (.*) is not one of this person's unit\.", "Gangguan {0} bukan di unit pegawai ini."),
    (r"The outage (.*) was from (.*), and not on (\S+)\.", "Gangguan {0} tidak berlangsung pada {2}."),
    (r"The outage (.*) of this unit is not over yet;.*", "Gangguan {0} di unit ini belum berakhir; akhiri dahulu."),
    (r"The outage (.*) ended already.*", "Gangguan {0} sudah berakhir."),
    (r"An outage ends after it began.*", "Gangguan berakhir setelah mulai, dan tidak di masa depan; periksa jamnya."),
    (r"(.*) is empty; scan .*", "{0} kosong; pindai kembali suratnya."),
    (
        r"(.*) has (\S+) MB; at most (\S+) MB .*",
        "{0} berukuran {1} MB; paling besar {2} MB: pindai lebih kasar, atau abu-abu.",
    ),
    (
        r"(.*) is neither PDF nor JPEG nor PNG; .*",
        "{0} bukan PDF, JPEG atau PNG; pindai suratnya sebagai salah satunya.",
    ),
    (
        r"(.*) is (?:a )?(.*?)(?: picture)? and not what its name says; .*",
        "{0} sebenarnya {1}, tidak sesuai namanya; beri nama yang benar.",
    ),
    (
        r"(.*) cannot be opened: it is damaged.*",
        "{0} tidak dapat dibuka: rusak, terpotong, terlalu banyak piksel atau dikunci kata sandi; pindai kembali.",
    ),
    (r"(.*) is (?:a )?(.*?)(?: picture)?; a photo is .*", "{0} adalah {1}; foto harus JPEG atau PNG."),
    (r"(.*) cannot be looked into: .*", "{0} tidak dapat diperiksa; penyimpanan pusat penuh."),
    (r"The file (.*) cannot be read: .*", "Berkas {0} tidak dapat dibaca."),
    (r"(.*) cannot be kept: .*", "{0} tidak dapat disimpan: tidak ada yang dicatat; hubungi administrator."),
    (
        r"At most (\S+) files are taken at once;.*",
        "Paling banyak {0} berkas sekaligus; tambahkan yang lain sesudahnya.",
    ),
    (r"The letter (\S+) is about yourself;.*", "Surat {0} tentang diri Anda sendiri; orang lain harus melakukannya."),
    (r"The pair is about yourself;.*", "Pasangan ini tentang diri Anda; orang lain yang memutuskan."),
    (r"The entry (\S+) is about yourself;.*", "Catatan {0} tentang diri Anda sendiri; orang lain harus memutuskannya."),
    (r"Choose the files that are .*", "Pilih dahulu berkas yang ditambahkan."),
    (r"(.*) holds no JPEG or PNG photo; .*", "{0} tidak berisi foto JPEG atau PNG; beri nama foto atau foldernya NIP."),
    (r"(.*) is no ZIP archive that opens; .*", "{0} bukan arsip ZIP yang dapat dibuka; kemas fotonya sebagai ZIP."),
    (r"(.*) holds more than (.*) files; split it\.", "{0} berisi lebih dari {1} berkas; pecah menjadi beberapa arsip."),
    (r"(.*) is locked by a password; .*", "{0} dikunci kata sandi; kemas foto-fotonya tanpa kata sandi."),
    (
        r"(.*) holds a file with a path out of its folder; .*",
        "{0} berisi berkas dengan jalur keluar dari foldernya; kemas ulang foto-fotonya.",
    ),
    (
        r"(.*) holds a file that unpacks to far more .*",
        "{0} berisi berkas yang mengembang jauh melebihi foto; kirim foto saja.",
    ),
    (
        r"(.*) unpacks to (\S+) MB; at most (\S+) MB: split it\.",
        "{0} mengembang menjadi {1} MB; paling besar {2} MB: pecah menjadi beberapa arsip.",
    ),
    (r"This archive is not ready to be proposed; .*", "Arsip ini belum siap diusulkan; lihat lagi."),
    (r"The archive's file is not in this hub's folder .*", "Berkas arsip tidak ada lagi di pusat ini; kirim ulang."),
    (r"'(.*)' is no punch; .*", "'{0}' bukan scan."),
    (r"There is no punch '(.*)';.*", "Tidak ada scan '{0}'."),
    (r"'(.*)' could be several punches;.*", "'{0}' dapat berarti beberapa scan."),
    (r"The punch '(.*)' is of nobody .*", "Scan '{0}' bukan milik pegawai yang dikenal."),
    (r"The punch (.*) (was made with|needs nobody's).*", "Scan {0} tidak perlu ditinjau."),
    (r"'(.*)' cannot stand for a person.*", "'{0}' bukan nama yang dapat dicatat."),
)

_PATTERNS: Final = tuple(
    (re.compile(pattern, re.DOTALL), words) for pattern, words in (*UNIT_WORDS, *_WORDS, *SCHEDULE_WORDS, *FLEET_WORDS)
)


def in_indonesian(sentence: str) -> str | None:
    """The sentence in Indonesian; None when it has no line here."""
    for pattern, words in _PATTERNS:
        match = pattern.fullmatch(sentence)
        if match is not None:
            return words.format(*(group or "" for group in match.groups()))
    return policy_in_indonesian(sentence)


def say(language: Language, error: Exception) -> str:
    """What a refusal says on a page; one that has no line here is shown as it stands."""
    sentence = str(error)
    if language.code == "id":
        told = error.indonesian if isinstance(error, SheetError) else None
        if told is None and isinstance(error, PolicyError):
            told = policy_in_indonesian(sentence)
        return told or in_indonesian(sentence) or sentence
    return _COMMANDS.sub("", sentence).strip().rstrip(";:,") if "presensi hub" in sentence else sentence
