"""The words of the page on which people say where and of what they want to be reminded."""

from __future__ import annotations

from typing import Final

WISHES: Final[dict[str, tuple[str, str]]] = {
    "wishes.title": ("Pengingat saya", "My reminders"),
    "wishes.lead": (
        "Ke mana pengingat dikirim kepada Anda, tentang apa, dan kapan Anda tidak diganggu. Tanpa alamat di sini tidak "
        "ada yang dikirim.",
        "Where you are reminded, of what, and when you are left alone. Nothing is sent unless an address stands here.",
    ),
    "wishes.added": ("Alamat ditambahkan.", "The address was added."),
    "wishes.changed": ("Keinginan disimpan.", "Your wishes were kept."),
    "wishes.ended": ("Alamat tidak dipakai lagi.", "The address is in use no more."),
    "wishes.nobody": (
        "Akun ini belum ditautkan ke pegawai, sehingga tidak ada yang perlu diingatkan.",
        "This account is linked to no employee, so there is nothing to remind of.",
    ),
    "wishes.nobody_hint": (
        "Mintalah administrator menautkan akun Anda ke data pegawai.",
        "Ask an administrator to link your account to your record.",
    ),
    "wishes.empty": ("Anda belum dapat diingatkan.", "You cannot be reminded yet."),
    "wishes.empty_hint": (
        "Tambahkan surel, Telegram, atau nomor WhatsApp di bawah.",
        "Add an e-mail address, Telegram or a WhatsApp number below.",
    ),
    "wishes.no_gateways": (
        "Pusat ini belum mengirim pengingat; administrator dapat menyalakannya.",
        "This hub sends no reminders yet; an administrator can turn that on.",
    ),
    "wishes.gateway_gone": (
        "Pusat tidak lagi mengirim lewat {gateway}; akhiri alamat ini dan tambahkan yang lain.",
        "The hub sends over {gateway} no more; end this address and add another.",
    ),
    "wishes.addresses": ("Alamat saya", "My addresses"),
    "wishes.added_by": ("Ditambahkan {at} oleh {by}", "Added {at} by {by}"),
    "wishes.for.own": ("Presensi saya", "My attendance"),
    "wishes.for.duty": ("Surat dan bulan unit saya", "Letters and months of my unit"),
    "wishes.about": ("Ingatkan saya bila", "Remind me when"),
    "wishes.kind.closing": ("Sesi segera ditutup", "A session is about to close"),
    "wishes.kind.closing.says": (
        "Beberapa menit sebelum Anda terlambat, atau sebelum presensi pulang ditutup, bila scan Anda belum ada di "
        "pusat. Tidak dikirim saat libur, cuti, sakit, atau izin.",
        "Some minutes before you would be late, or before the departure closes, while your scan is not at the hub. Not "
        "sent on days off, on leave, or when sick or excused.",
    ),
    "wishes.kind.missed": ("Hari saya tidak lengkap", "A day of mine is incomplete"),
    "wishes.kind.missed.says": (
        "Sesudah hari berakhir, bila scan masuk atau pulang tidak ada dan belum ada surat.",
        "Once the day is over, when an arrival or departure is missing and there is no letter.",
    ),
    "wishes.kind.letter": ("Surat jatuh tempo", "A letter is due"),
    "wishes.kind.letter.says": (
        "Tiga hari sebelum hari terakhir sebuah surat yang menunggu Anda, dan pada hari itu.",
        "Three days before the last day of a letter that waits for you, and on it.",
    ),
    "wishes.kind.month": ("Bulan belum diserahkan", "A month was not handed over"),
    "wishes.kind.month.says": (
        "Tiga hari sebelum akhir bulan, dan dalam sepuluh hari sesudahnya selama bulan belum diserahkan. Kepada "
        "operator.",
        "Three days before a month's end, and in the ten days after it while it was not handed over. To operators.",
    ),
    "wishes.quiet": ("Jangan ganggu", "Leave me alone"),
    "wishes.quiet_from": ("dari jam", "from"),
    "wishes.quiet_until": ("sampai jam", "until"),
    "wishes.quiet_hint": (
        "Jam yang sama di kedua isian: tidak ada jam tenang. Pengingat yang datang terlambat karenanya tidak dikirim.",
        "The same time in both: never quiet. A reminder that would come too late because of it is left out.",
    ),
    "wishes.save": ("Simpan", "Save"),
    "wishes.save_of": ("Simpan keinginan untuk {address}", "Save the wishes of {address}"),
    "wishes.end": ("Akhiri", "End"),
    "wishes.end_of": ("Akhiri {address}", "End {address}"),
    "wishes.add": ("Tambah alamat", "Add an address"),
    "wishes.gateway": ("Lewat", "Over"),
    "wishes.address": ("Alamat", "Address"),
    "wishes.purpose": ("Untuk", "For"),
    "wishes.hint.mail": ("Surel, seperti rina@dinkes.go.id.", "E-mail, like rina@dinkes.go.id."),
    "wishes.hint.telegram": (
        "Nomor percakapan yang disebut bot, seperti 123456789; mulailah percakapan dengan botnya dahulu.",
        "The number that the bot tells, like 123456789; begin the conversation with the bot first.",
    ),
    "wishes.hint.phone": (
        "Nomor dengan kode negara, seperti 6281234567890, bukan 0812.",
        "The number with its country, like 6281234567890, not 0812.",
    ),
    "wishes.hint.other": (
        "Alamat yang dikenal gerbang itu; tanyakan kepada administrator.",
        "An address that this gateway knows; ask the administrator.",
    ),
    "wishes.default_quiet": (
        "Setelah ditambahkan, jam tenangnya {first} sampai {last} dan semua jenis pengingat dikirim; keduanya dapat "
        "diubah.",
        "Once added, it is quiet from {first} to {last} and gets every kind of reminder; both can be changed.",
    ),
    "wishes.log": ("Yang terakhir dikirim", "Sent last"),
    "wishes.log_empty": ("Belum ada pengingat untuk Anda.", "There was no reminder for you yet."),
}
