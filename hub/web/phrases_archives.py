"""The words of the pages about archives of photos."""

from __future__ import annotations

from typing import Final

ARCHIVES: Final[dict[str, tuple[str, str]]] = {
    "archive.title": ("Arsip foto", "Photo archive"),
    "archive.lead": (
        "Satu ZIP untuk banyak pegawai. Diperiksa dahulu orang demi orang; baru setelah itu diusulkan kepada orang "
        "kedua.",
        "One ZIP for many employees. It is looked through person by person first, and only then proposed to a "
        "second person.",
    ),
    "archive.file": ("Berkas ZIP", "ZIP file"),
    "archive.file_hint": (
        "Di dalamnya NIP.jpg, NIP_1.jpg, atau folder NIP/ berisi foto; nama lengkap boleh bila hanya satu. JPEG dan "
        "PNG, "
        "paling besar 128 MB, lima foto atau lebih dari setiap orang.",
        "Inside: NIP.jpg, NIP_1.jpg, or a folder NIP/ of photos; a full name will do where only one has it. JPEG "
        "and PNG, "
        "at most 128 MB, five photos or more of each person.",
    ),
    "archive.too_large": ("lebih dari 128 MB; pecah menjadi beberapa arsip", "more than 128 MB; split it"),
    "archive.consent": (
        "Setiap orang di arsip ini sudah menyetujui di atas kertas, dan kertasnya ada pada kami",
        "Everybody in this archive has consented on paper, and we keep the paper",
    ),
    "archive.no_consent": (
        "Foto baru boleh diperiksa bila setiap orangnya sudah menyetujui.",
        "Photos may be looked at only when everybody on them has consented.",
    ),
    "archive.choose": ("Pilih berkas ZIP.", "Choose the ZIP file."),
    "archive.send": ("Kirim dan periksa", "Send and check"),
    "archive.sending": ("Mengirim", "Sending"),
    "archive.earlier": ("Arsip sebelumnya", "Earlier archives"),
    "archive.none": ("Belum ada arsip.", "No archives yet."),
    "archive.by": ("Dikirim oleh {name}, {at}", "Sent by {name}, {at}"),
    "archive.state.checking": ("Sedang diperiksa", "Being checked"),
    "archive.state.checked": ("Sudah diperiksa, belum diusulkan", "Checked, not proposed yet"),
    "archive.state.proposing": ("Sedang diusulkan", "Being proposed"),
    "archive.state.done": ("Diusulkan", "Proposed"),
    "archive.state.dropped": ("Dibatalkan", "Cancelled"),
    "archive.progress": ("{done} dari {all} nama", "{done} of {all} names"),
    "archive.sums": (
        "{people} orang dengan {taken} foto yang dapat dipakai, dari {all} nama di arsip.",
        "People with usable photos: {people}, photos: {taken}, of {all} names in the archive.",
    ),
    "archive.go_on": ("Lanjutkan", "Go on"),
    "archive.leave": (
        "Halaman ini boleh ditinggalkan; pemeriksaan tetap berjalan di pusat.",
        "This page may be left; the work goes on at the hub.",
    ),
    "archive.propose": ("Usulkan yang dapat dipakai", "Propose what can be used"),
    "archive.drop": ("Batalkan dan hapus arsip", "Cancel and delete the archive"),
    "archive.waits": ("Menunggu diperiksa", "Not looked at yet"),
    "archive.taken": ("{count} foto", "photos: {count}"),
    "archive.known": ("{count} sudah terdaftar", "enrolled already: {count}"),
    "archive.label": ("Di arsip: {label}", "In the archive: {label}"),
    "archive.nobody": ("Tidak dikenal", "Not known"),
    "archive.not_used": ("Tidak dipakai", "Not used"),
    "archive.left_out": ("{count} nama lain tidak ditampilkan.", "{count} more names are not shown."),
    "archive.proposed": (
        "Semua yang dapat dipakai menunggu persetujuan orang kedua.",
        "All that can be used waits for a second person.",
    ),
}
