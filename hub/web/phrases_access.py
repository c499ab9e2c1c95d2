"""The words of the pages about accounts: the second step at sign-in."""

from __future__ import annotations

from typing import Final

ACCESS: Final[dict[str, tuple[str, str]]] = {
    "sign_in.code.title": ("Masukkan kode", "Enter the code"),
    "sign_in.code.lead": (
        "Buka aplikasi autentikator di ponsel Anda dan ketik enam angka untuk Presensi.",
        "Open the authenticator app on your telephone and type the six digits for Presensi.",
    ),
    "sign_in.code": ("Kode", "Code"),
    "sign_in.code.submit": ("Lanjutkan", "Continue"),
    "sign_in.code.lost": (
        "Ponsel hilang? Ketik salah satu kode cadangan, atau minta administrator menghapus langkah kedua.",
        "Telephone lost? Type one of your recovery codes, or ask the administrator to remove the second step.",
    ),
    "sign_in.code.again": ("Masuk dengan akun lain", "Sign in with another account"),
    "sign_in.code.wrong": (
        "Kode salah, sudah dipakai, atau sudah lewat. Tunggu kode berikutnya lalu coba lagi.",
        "This code is wrong, was used before, or is too old. Wait for the next one and try again.",
    ),
    "sign_in.code.no_key": (
        "Kode dari ponsel tidak dapat diperiksa: berkas kunci di server hub hilang atau tertukar. Pakai kode cadangan, "
        "atau hubungi pengelola hub.",
        "Codes of a telephone cannot be checked: a key file on the hub's server is lost or mixed up. Use a recovery "
        "code, or call whoever runs the hub.",
    ),
    "second_step.title": ("Verifikasi dua langkah", "Two-step sign-in"),
    "second_step.lead": (
        "Setelah kata sandi, hub meminta enam angka dari ponsel Anda: kata sandi yang bocor tidak cukup untuk masuk.",
        "After the password the hub asks for six digits from your telephone: a password that leaked is not enough.",
    ),
    "second_step.required": (
        "Peran Anda wajib memakai verifikasi dua langkah. Pasang dahulu, lalu halaman lain terbuka.",
        "Your role needs two-step sign-in. Set it up first; the other pages open afterwards.",
    ),
    "second_step.off": ("Belum terpasang", "Not set up"),
    "second_step.on": ("Terpasang", "Set up"),
    "second_step.impossible": (
        "Hub ini tidak dapat menyimpan langkah kedua; hubungi pengelola hub.",
        "This hub cannot keep second steps; ask whoever runs it.",
    ),
    "second_step.begin": ("Pasang", "Set up"),
    "second_step.your_password": ("Kata sandi Anda", "Your password"),
    "second_step.scan": (
        "1. Pasang aplikasi autentikator di ponsel (mis. Aegis, Google Authenticator), lalu pindai gambar ini.",
        "1. Install an authenticator app on your telephone (Aegis, Google Authenticator), then scan this picture.",
    ),
    "second_step.type": ("Tidak dapat memindai? Ketik kunci ini:", "Cannot scan it? Type this key:"),
    "second_step.enter": (
        "2. Ketik enam angka yang ditampilkan aplikasi.",
        "2. Type the six digits that the app shows.",
    ),
    "second_step.qr": ("Kode QR untuk aplikasi autentikator", "QR code for the authenticator app"),
    "second_step.confirm": ("Sahkan", "Confirm"),
    "second_step.left": ("Kode cadangan tersisa: {count}", "Recovery codes left: {count}"),
    "second_step.renew": ("Buat kode cadangan baru", "Make new recovery codes"),
    "second_step.renew.lead": (
        "Kode cadangan yang lama tidak berlaku lagi, dan perangkat lain yang masuk dengan akun ini dikeluarkan.",
        "The recovery codes from before will count no more, and whoever else is signed in with this account is signed "
        "out.",
    ),
    "second_step.end": ("Hapus verifikasi dua langkah", "Remove two-step sign-in"),
    "second_step.end.kept": (
        "Peran Anda wajib memakainya; hanya pengelola hub yang dapat menghapusnya bila ponsel hilang.",
        "Your role needs it; only whoever runs the hub can remove it when the telephone is lost.",
    ),
    "second_step.wrong": (
        "Kode salah, sudah dipakai, atau sudah lewat. Periksa jam ponsel dan coba kode berikutnya.",
        "This code is wrong, was used before, or is too old. Check the telephone's clock and try the next code.",
    ),
    "second_step.password": ("Kata sandi salah.", "Wrong password."),
    "second_step.notice": (
        "Akun ini hanya dijaga kata sandi.",
        "Only a password guards this account.",
    ),
    "second_step.notice.act": ("Pasang verifikasi dua langkah", "Set up two-step sign-in"),
    "recovery.title": ("Kode cadangan", "Recovery codes"),
    "recovery.done": (
        "Verifikasi dua langkah terpasang. Perangkat lain yang masuk dengan akun ini sudah dikeluarkan.",
        "Two-step sign-in is set up. Whoever else was signed in with this account is signed out.",
    ),
    "recovery.lead": (
        "Cetak atau catat sekarang, dan simpan di tempat terkunci: kode ini tidak ditampilkan lagi. Tiap kode berlaku "
        "sekali, bila ponsel hilang.",
        "Print or write them down now, and lock them away: they are not shown again. Each counts once, when the "
        "telephone is lost.",
    ),
    "recovery.print": ("Cetak", "Print"),
    "recovery.go_on": ("Sudah saya simpan", "I have kept them"),
}
