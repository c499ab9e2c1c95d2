"""The words of the page of kiosks that ask to be let in."""

from __future__ import annotations

from typing import Final

CLAIMS: Final[dict[str, tuple[str, str]]] = {
    "claims.title": ("Kiosk baru", "New kiosks"),
    "claims.lead": (
        "Kiosk yang minta masuk. Setujui hanya sambil berdiri di depannya: ketik kode yang tampil di layarnya.",
        "Kiosks that ask to be let in. Approve one only when you stand before it: type the code on its screen.",
    ),
    "claims.all_kiosks": ("Semua kiosk", "All kiosks"),
    "claims.waiting": ("Kiosk baru: {count}", "New kiosks: {count}"),
    "claims.empty": ("Tidak ada kiosk yang minta masuk.", "No kiosk asks to be let in."),
    "claims.empty_hint": (
        "Kiosk muncul di sini begitu menampilkan kodenya, dan menunggu 24 jam.",
        "A kiosk appears here as soon as it shows its code, and waits for 24 hours.",
    ),
    "claims.no_authority": (
        "Hub ini belum punya otoritas sertifikat, sehingga tidak ada kiosk yang dapat disetujui. Administrator menulis "
        "foldernya di pengaturan, bagian [authority].",
        "This hub has no certificate authority, so no kiosk can be approved. An administrator names its folder in the "
        "settings, under [authority].",
    ),
    "claims.since": ("Minta masuk {at}, menunggu sampai {until}", "Asked {at}, waits until {until}"),
    "claims.from": ("Dari {client}, program {software}", "From {client}, program {software}"),
    "claims.doubled": (
        "Lebih dari satu mesin minta masuk dengan nama ini. Hanya kode di layarnya yang menunjukkan mana yang benar.",
        "More than one machine asks under this name. Only the code on the kiosk's screen says which is the right one.",
    ),
    "claims.code": ("Kode di layar kiosk", "Code on the kiosk's screen"),
    "claims.code_hint": (
        "Delapan tanda; huruf kecil dan tanda hubung tidak menjadi soal.",
        "Eight signs; small letters and the hyphen do not matter.",
    ),
    "claims.unit": ("Mengenali pegawai", "Recognises the staff of"),
    "claims.approve": ("Setujui", "Approve"),
    "claims.refuse": ("Tolak", "Refuse"),
    "claims.because": ("Alasan, tampil di kiosk", "Why; the kiosk shows it"),
    "claims.settled": ("Sudah dijawab", "Answered"),
    "claims.state.approved": ("Disetujui", "Approved"),
    "claims.state.refused": ("Ditolak", "Refused"),
    "claims.state.expired": ("Lewat waktu", "Expired"),
    "claims.done.setujui": (
        "{device} disetujui; sertifikatnya diambil sendiri dalam beberapa detik.",
        "{device} is approved; it fetches its certificate by itself within seconds.",
    ),
    "claims.done.tolak": ("{device} ditolak.", "{device} is refused."),
    "act.claim.hand_in": ("Kiosk minta masuk", "Kiosk asks to be let in"),
    "act.claim.renew": ("Perpanjang sertifikat kiosk", "Kiosk's certificate renewed"),
    "act.claim.answer": ("Jawab kiosk baru", "New kiosk answered"),
    "act.claim.approve": ("Setujui kiosk baru", "New kiosk approved"),
    "act.claim.refuse": ("Tolak kiosk baru", "New kiosk refused"),
}
