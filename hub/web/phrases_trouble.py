"""What is wrong with a kiosk and what to do about it, by the kinds of hub.fleet.trouble and hub.fleet.models."""

from __future__ import annotations

from typing import Final

TROUBLE: Final[dict[str, tuple[str, str]]] = {
    "trouble.never": ("Belum pernah tersambung", "Never connected"),
    "trouble.never.do": (
        "Periksa jaringan kiosk, alamat broker, dan kunci publik yang didaftarkan.",
        "Check the kiosk's network, the broker's address, and the public key that was registered.",
    ),
    "trouble.silent": ("Tidak ada kabar selama {span}", "Not heard for {span}"),
    "trouble.silent.do": (
        "Periksa listrik dan jaringan di kantor; bila layar menyala, scan tersimpan di kiosk dan menyusul.",
        "Check power and network at the office; while its screen is on, punches are kept there and come later.",
    ),
    "trouble.queue": ("{count} baris belum sampai, tertinggal {span}", "{count} rows not delivered, {span} behind"),
    "trouble.queue.do": (
        "Kiosk tersambung tetapi datanya tertahan: periksa mutu jaringan, lalu mulai ulang kiosk.",
        "It is connected but its data are held up: check the quality of the network, then restart it.",
    ),
    "trouble.clock": ("Jam belum dipastikan", "The clock is not confirmed"),
    "trouble.clock.do": (
        "Buka akses ke server waktu (NTP, UDP 123), atau pasang jam berbaterai. Scan tetap tercatat.",
        "Open the way to a time server (NTP, UDP 123), or fit a battery clock. Punches are recorded all the same.",
    ),
    "trouble.camera": ("Kamera bermasalah", "The camera fails"),
    "trouble.camera.do": (
        "Periksa kabel kamera, lalu mulai ulang; bila tetap, ganti kamera. Pakai PIN atau daftar manual sementara.",
        "Check the camera's cable, then restart; if it stays, replace the camera. Use PINs or paper meanwhile.",
    ),
    "trouble.camera_restarts": ("Kamera dimulai ulang {count} kali", "The camera was restarted {count} times"),
    "trouble.camera_restarts.do": (
        "Kabel longgar atau catu daya lemah; periksa saat kunjungan berikutnya.",
        "A loose cable or a weak power supply; look at it on the next visit.",
    ),
    "trouble.journal_full": ("Penyimpanan penuh, scan ditolak", "Storage is full, punches are refused"),
    "trouble.journal_full.do": (
        "Kosongkan penyimpanan atau ganti kartu, sekarang. Sementara itu presensi manual.",
        "Free space or replace the card, now. Take attendance by hand meanwhile.",
    ),
    "trouble.journal_salvaged": ("Jurnal rusak dan dipulihkan", "The journal was damaged and salvaged"),
    "trouble.journal_salvaged.do": (
        "Kartu mulai rusak: siapkan kartu baru dan jadwalkan penggantian.",
        "The card is failing: prepare a new one and plan to replace it.",
    ),
    "trouble.disk": ("Sisa penyimpanan {count} MB", "Disk free: {count} MB"),
    "trouble.disk.do": (
        "Hapus berkas yang tidak perlu di kiosk, atau pasang kartu yang lebih besar.",
        "Remove what is not needed from the kiosk, or fit a larger card.",
    ),
    "trouble.hot": ("Suhu {count} °C", "{count} °C hot"),
    "trouble.hot.do": (
        "Bersihkan ventilasi, jauhkan dari matahari, periksa kipas. Di atas 80 °C kiosk melambat.",
        "Clean the vents, keep it out of the sun, check the fan. Above 80 °C it slows down.",
    ),
    "trouble.says": ("Kata kiosk: {text}", "The kiosk says: {text}"),
    "trouble.says.do": (
        "Periksa bagian yang disebut saat di tempat.",
        "Look at the part that it names when on site.",
    ),
    "trouble.locked_hub": ("Terkunci oleh pusat, tidak menerima scan", "Locked by the hub, takes no punches"),
    "trouble.locked_hub.do": ("Buka kuncinya bila sudah selesai.", "Unlock it when that is over."),
    "trouble.locked_here": ("Terkunci oleh operator di tempat", "Locked by an operator on site"),
    "trouble.locked_here.do": (
        "Tanyakan kepada kantor; buka dari sini bila terlupa.",
        "Ask the office; unlock it from here if it was forgotten.",
    ),
    "trouble.pack_missing": ("Tidak dapat membuka paket {text}", "It cannot open the pack {text}"),
    "trouble.pack_missing.do": (
        "Pasang paket itu di kiosk (presensi models fetch), lalu mulai ulang.",
        "Install the pack at the kiosk (presensi models fetch), then restart it.",
    ),
    "trouble.pack_behind": ("Belum memakai paket {text}", "Does not use the pack {text} yet"),
    "trouble.pack_behind.do": (
        "Biasanya menyusul sendiri; bila tidak, muat ulang daftar pegawai.",
        "It follows by itself as a rule; if not, fetch the roster anew.",
    ),
    "trouble.roster": ("Daftar pegawai tertinggal {span}", "The roster is {span} behind"),
    "trouble.roster.do": (
        "Muat ulang daftar pegawai; bila tetap, mulai ulang kiosk.",
        "Fetch the roster anew; if it stays, restart the kiosk.",
    ),
    "trouble.release_refused": ("Rilis ditolak: {text}", "A release was refused: {text}"),
    "trouble.release_refused.do": (
        "Kiosk tetap memakai versi lama. Buat rilis baru dengan kunci rilis, lalu perintahkan lagi.",
        "The kiosk keeps the version that runs. Make the release anew with the release key, then order it again.",
    ),
    "trouble.release_rolled_back": (
        "Rilis tidak lolos uji, versi lama dipakai lagi: {text}",
        "A release did not prove itself, the former one runs again: {text}",
    ),
    "trouble.release_rolled_back.do": (
        "Perbaiki yang disebut (kamera, jaringan), lalu perintahkan lagi; jangan teruskan ke kiosk lain dulu.",
        "Mend what is named (camera, network), then order it again; do not go on with other kiosks before.",
    ),
    "trouble.software": ("Perangkat lunak lama ({text})", "Old software ({text})"),
    "trouble.software.do": (
        "Perbarui kiosk ini seperti yang lain.",
        "Update this kiosk as the others were.",
    ),
    "trouble.disobeys": ("Perintah belum dijalankan selama {span}", "A command was not obeyed for {span}"),
    "trouble.disobeys.do": (
        "Kiosk tersambung tetapi tidak menjawab: periksa kunci pusat di kiosk, lalu mulai ulang di tempat.",
        "It is connected but does not answer: check the hub's key at the kiosk, then restart it on site.",
    ),
    "trouble.first_try": ("Hanya {count} % dikenali sekali coba", "Only {count} % recognised at first try"),
    "trouble.first_try.do": (
        "Periksa cahaya dan letak kamera; daftarkan ulang pegawai yang sering gagal.",
        "Look at the light and the camera's place; enrol those anew who fail often.",
    ),
    "trouble.certificate": ("Sertifikat berakhir dalam {span}", "The certificate ends in {span}"),
    "trouble.certificate.do": (
        "Seharusnya diperbarui sendiri; periksa sambungan ke pusat sertifikat, atau perbarui di tempat.",
        "It should have renewed itself; check the way to the authority, or renew it on site.",
    ),
    "trouble.certificate_over": ("Sertifikat sudah berakhir", "The certificate has expired"),
    "trouble.certificate_over.do": (
        "Perbarui sertifikat di tempat. Scan tersimpan di kiosk dan menyusul.",
        "Renew the certificate on site. Punches are kept at the kiosk and come later.",
    ),
    "trouble.lost": ("Dinyatakan hilang oleh {text}", "Declared lost by {text}"),
    "trouble.lost.do": ("Orang kedua harus mengesahkan.", "A second person must confirm it."),
    "trouble.swap": ("Akan diganti, diminta {text}", "To be replaced, asked for by {text}"),
    "trouble.swap.do": ("Orang kedua harus mengesahkan.", "A second person must confirm it."),
    # The hub's alarms: what is wrong stands at `alarm.KIND`
    "trouble.alarm.unknown_device.do": (
        "Daftarkan perangkat itu bila milik Anda; bila bukan, cari siapa yang mengirim.",
        "Register the device if it is yours; if not, find who sends.",
    ),
    "trouble.alarm.revoked_device.do": (
        "Kiosk lama masih menyala: matikan, atau cari bila dinyatakan hilang.",
        "The old kiosk still runs: switch it off, or look for it if it was declared lost.",
    ),
    "trouble.alarm.bad_signature.do": (
        "Kartu kiosk diganti tanpa kuncinya, atau ada yang menyamar: bandingkan kunci publiknya.",
        "The card was replaced without its key, or somebody poses as the kiosk: compare the public key.",
    ),
    "trouble.alarm.broken_chain.do": (
        "Jurnal di kiosk tidak utuh: ekspor jurnalnya di tempat dan simpan untuk diperiksa.",
        "The kiosk's journal is not whole: export it on site and keep it to be looked at.",
    ),
    "trouble.alarm.malformed.do": (
        "Versi tidak cocok atau data rusak di jalan: samakan versi kiosk dan pusat.",
        "Versions do not match, or data were damaged on the way: bring kiosk and hub to one version.",
    ),
    "trouble.alarm.conflict.do": (
        "Bandingkan baris di karantina dengan jurnal kiosk; mungkin ada yang mengubah kartu.",
        "Compare the rows in quarantine with the kiosk's journal; somebody may have changed the card.",
    ),
    "trouble.alarm.fork.do": (
        "Dua kartu memakai satu jurnal: cari salinannya, cabut salah satu.",
        "Two cards carry on one journal: find the copy, and revoke one of them.",
    ),
    "trouble.alarm.source.do": (
        "Kiosk ini membaca klip atau foto, bukan kamera: periksa pengaturannya di tempat.",
        "This kiosk reads a clip or a photo, not a camera: check its settings on site.",
    ),
    "trouble.alarm.rolled_back.do": (
        "Kartu lama, kartu baru atau salinannya dipakai: pastikan kartu yang benar. Jurnal baru dimulai sendiri.",
        "An old card, a new one or a copy is in use: make sure of the right one. A new journal begins by itself.",
    ),
    "trouble.alarm.rows_missing.do": (
        "Biasanya dikirim ulang sendiri; bila alarm tetap besok, ekspor jurnal di tempat.",
        "They come again by themselves as a rule; if it still rings tomorrow, export the journal on site.",
    ),
    "trouble.alarm.rows_lost.do": (
        "Baris itu tidak dapat kembali dari kiosk: beri tahu operator agar mencari bukti lain.",
        "The kiosk cannot give them back: tell the operators to look for other evidence.",
    ),
    "trouble.alarm.restored_backup.do": (
        "Tidak ada yang perlu dilakukan bila pemulihan itu disengaja; kiosk mengirim ulang.",
        "Nothing to do if the restore was meant; kiosks send again.",
    ),
    "trouble.alarm.unstorable.do": (
        "Periksa ruang penyimpanan dan log di server pusat, sekarang.",
        "Check disk space and log at the hub's server, now.",
    ),
    "trouble.alarm.refusals.do": (
        "Lihat fotonya di halaman penolakan; mungkin ada yang memakai foto orang lain.",
        "Look at the pictures on the page of refusals; somebody may be using a photograph.",
    ),
    "trouble.alarm.stray_disavowal.do": (
        "Cukup dicatat; bila berulang, samakan versi kiosk.",
        "To know only; if it repeats, bring the kiosk to the current version.",
    ),
    "trouble.alarm.enrolments.do": (
        "Setujui pendaftaran yang menunggu, lalu daftarkan ulang di kiosk.",
        "Approve the enrolments that wait, then enrol again at the kiosk.",
    ),
}
