"""Words of the pages about roles: an employee's own record, activating accounts, and administering them."""

from __future__ import annotations

from typing import Final

ROLES: Final[dict[str, tuple[str, str]]] = {
    "role.employee": ("pegawai", "employee"),
    "role.integration": ("integrasi", "integration"),
    "role.switch": ("Bertindak sebagai", "Acting as"),
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
    # Activating accounts
    "activation.title": ("Aktivasi akun pegawai", "Activating accounts of staff"),
    "activation.lead": (
        "Pegawai yang belum punya akun. Kode dicetak atau dibacakan, berlaku 14 hari dan hanya sekali.",
        "Staff without an account. Codes are printed or read out; each holds for 14 days and counts once.",
    ),
    "activation.issue": ("Terbitkan kode untuk yang dipilih", "Issue codes for those chosen"),
    "activation.issue_all": (
        "Cetak untuk semua yang belum punya kode ({count})",
        "Print for all without a code ({count})",
    ),
    "activation.choose": ("Pilih", "Choose"),
    "activation.choose_whom": ("Pilih {name}", "Choose {name}"),
    "activation.code": ("Kode aktivasi", "Code"),
    "activation.no_code": ("belum diterbitkan", "not issued yet"),
    "activation.holds": ("berlaku sampai {date}", "holds until {date}"),
    "activation.by": ("diterbitkan {name}; kode baru menggantikannya", "issued by {name}; a new one replaces it"),
    "activation.without_number": ("tanpa NIP, isi dahulu", "no NIP, enter it first"),
    "activation.none": ("Semua pegawai sudah punya akun.", "Everybody has an account."),
    "activation.none_hint": ("Pegawai baru muncul di sini sendiri.", "New staff appear here by themselves."),
    "activation.nobody": ("Pilih sedikitnya satu pegawai.", "Choose somebody."),
    "activation.no_number": (
        "Ada yang belum punya NIP atau NI PPPK, atau sudah punya akun. Tidak ada kode yang diterbitkan.",
        "Somebody has no NIP or NI PPPK, or an account already. No code was issued.",
    ),
    "activation.more": ("{shown} dari {count} ditampilkan; pilih unitnya.", "{shown} of {count} shown; choose a unit."),
    "activation.differ": ("Kedua kata sandi tidak sama.", "The two passwords differ."),
    "activation.weak": (
        "Kata sandi terlalu pendek atau mudah ditebak: pakai sedikitnya 10 huruf, angka, atau tanda.",
        "The password is too short or easy to guess: use at least 10 letters, digits or signs.",
    ),
    "activation.wrong": (
        "NIP dan kode tidak cocok, atau kode sudah tidak berlaku. Minta kode baru kepada operator.",
        "Number and code do not belong together, or the code holds no more. Ask your operator for a new one.",
    ),
    "slips.title": ("Kode aktivasi", "Activation codes"),
    "slips.lead": (
        "{count} kode. Hanya tampil sekali ini: cetak sekarang, lalu serahkan sendiri kepada pegawainya.",
        "Codes: {count}. Shown this once: print them now, and hand them over yourself.",
    ),
    "slips.heading": ("aktivasi akun", "account activation"),
    "slips.open": ("Buka", "Open"),
    "slips.write": ("Tulis NIP atau NI PPPK dan kode ini", "Write your NIP or NI PPPK and this code"),
    "slips.choose": ("Pilih kata sandi, sedikitnya 10 huruf", "Choose a password of at least 10 characters"),
    "slips.until": (
        "Berlaku sampai {at}, sekali pakai. Jangan berikan kepada siapa pun.",
        "Holds until {at}, once. Give it to nobody.",
    ),
    "activate.title": ("Aktivasi akun", "Activate your account"),
    "activate.lead": ("Dengan kode dari operator kantor Anda.", "With the code from your office's operator."),
    "activate.number": ("NIP atau NI PPPK", "NIP or NI PPPK"),
    "activate.code": ("Kode aktivasi", "Activation code"),
    "activate.code_hint": ("12 huruf dan angka, seperti di kertasnya.", "12 letters and digits, as on the slip."),
    "activate.password": ("Kata sandi baru", "New password"),
    "activate.password_hint": (
        "Sedikitnya 10 huruf; beberapa kata lebih mudah diingat.",
        "At least 10 characters; several words are easier to remember.",
    ),
    "activate.again": ("Kata sandi sekali lagi", "The password once more"),
    "activate.do": ("Aktifkan", "Activate"),
    "activate.have_account": ("Sudah punya akun? Masuk", "You have an account? Sign in"),
    "activated.title": ("Akun sudah aktif", "Your account is ready"),
    "activated.name": ("Nama akun Anda:", "Your account is called"),
    "activated.hint": ("Masuk dengan nama ini atau dengan NIP Anda.", "Sign in with this name, or with your number."),
    "sign_in.activate": ("Punya kode aktivasi? Aktifkan akun", "You have an activation code? Activate your account"),
}
