"""The words of the pages on which people are enrolled; what the person is told and consents to is the kiosk's."""

from __future__ import annotations

from typing import Final

CONSENT: Final[tuple[tuple[str, str], ...]] = (
    (
        "Tujuan: wajah Anda dipotret untuk mengenali Anda saat presensi, tidak untuk hal lain.",
        "Purpose: your face is photographed so that you are recognised when you record attendance, and for nothing "
        "else.",
    ),
    (
        "Dasar: persetujuan Anda dan tugas instansi (UU 27/2022 Pasal 20). Wajah adalah data pribadi yang bersifat "
        "spesifik (Pasal 4).",
        "Legal basis: your consent and the duties of your agency (Law 27/2022, article 20). A face is personal data "
        "of a specific nature (article 4).",
    ),
    (
        "Penyimpanan: foto dienkripsi, dikirim ke pusat, dan diperiksa orang kedua. Foto dan templat wajah disimpan "
        "selama dipakai untuk presensi, lalu dihapus menurut ketentuan instansi Anda.",
        "Retention: photos are encrypted, sent to the central office, and checked by a second person. Photos and "
        "face templates are kept as long as they serve attendance, then erased as your agency's rules say.",
    ),
    (
        "Hak Anda: melihat, memperbaiki, meminta penghapusan, menarik persetujuan, dan menyatakan keberatan (Pasal "
        "5 sampai 13), melalui petugas kepegawaian unit Anda.",
        "Your rights: to see, to correct, to have erased, to withdraw your consent, and to object (articles 5 to "
        "13), through your unit's personnel officer.",
    ),
    (
        "Tanpa persetujuan, Anda memakai cara presensi lain. Sentuh Setuju hanya setelah membaca.",
        "Without consent you record attendance in another way. Touch Agree only after you have read this.",
    ),
)
"""Text and version (hub.roster.page_enrolment.WORDING) are those of kiosk/ui/i18n/operator-*.toml; a test says so."""

_HINTS: Final = {
    "face.hint.come-nearer": ("Mendekat sedikit.", "Come a little closer."),
    "face.hint.step-back": ("Mundur sedikit.", "Step back a little."),
    "face.hint.move-to-centre": ("Geser ke tengah layar.", "Move to the centre of the screen."),
    "face.hint.look-straight": ("Lihat lurus ke kamera.", "Look straight at the camera."),
    "face.hint.hold-still": ("Tahan sebentar, gambar masih buram.", "Hold still, the picture is blurred."),
    "face.hint.too-dark": (
        "Terlalu gelap: nyalakan lampu atau hadap ke cahaya.",
        "Too dark: turn on a lamp or face the light.",
    ),
    "face.hint.back-light": (
        "Cahaya datang dari belakang Anda, bergeserlah sedikit.",
        "The light is behind you: move a little.",
    ),
    "face.hint.too-bright": (
        "Terlalu terang, bergeser dari cahaya langsung.",
        "Too bright: move out of the direct light.",
    ),
    "face.hint.take-off-mask": ("Buka masker sebentar.", "Lower your mask for a moment."),
    "face.hint.take-off-sunglasses": ("Lepas kacamata hitam sebentar.", "Take off your sunglasses for a moment."),
    "face.hint.one_at_a_time": ("Satu orang bergantian.", "One person at a time, please."),
    "face.hint.turn_left": ("Menoleh sedikit ke kiri Anda", "Turn a little to your left"),
    "face.hint.turn_right": ("Menoleh sedikit ke kanan Anda", "Turn a little to your right"),
    "face.hint.raise": ("Angkat dagu sedikit", "Raise your chin a little"),
    "face.hint.straight": ("Hadapkan wajah lurus ke kamera", "Face the camera straight"),
    "face.hint.too_far": ("Terlalu jauh: kembali sedikit", "Too far: come back a little"),
    "face.hint.hold": ("Bagus, tetap begitu: sedang dipotret", "Good, stay like that: taking photos"),
}

_POSES: Final = {
    "face.pose.ahead": ("Depan", "Ahead"),
    "face.pose.left": ("Kiri", "Left"),
    "face.pose.right": ("Kanan", "Right"),
    "face.pose.up": ("Atas", "Up"),
}

_ASKS: Final = {
    "face.ask.ahead": ("Hadapkan wajah ke kamera dan tahan.", "Face the camera and hold."),
    "face.ask.left": ("Menoleh sedikit ke kiri Anda dan tahan.", "Turn a little to your left and hold."),
    "face.ask.right": ("Menoleh sedikit ke kanan Anda dan tahan.", "Turn a little to your right and hold."),
    "face.ask.up": ("Angkat dagu sedikit dan tahan.", "Raise your chin a little and hold."),
}

_PHOTO: Final = {
    "face.photo.no-face": (
        "Tidak ada wajah yang ditemukan; pakai foto dari depan dengan cahaya cukup.",
        "No face was found; use a photo from the front in good light.",
    ),
    "face.photo.several-faces": (
        "Ada beberapa wajah yang sama besar; potong foto sehingga hanya satu orang terlihat.",
        "Several faces of similar size; crop the photo so that it shows one person.",
    ),
    "face.photo.too-small": (
        "Wajah terlalu kecil; pakai foto yang lebih dekat atau lebih tajam.",
        "The face is too small; use a closer or sharper photo.",
    ),
    "face.photo.cut-off": (
        "Sebagian wajah berada di luar foto; pakai foto dengan seluruh wajah.",
        "A part of the face is outside the photo; use one with the whole face.",
    ),
    "face.photo.turned-away": (
        "Wajah terlalu menoleh; pakai foto yang menghadap ke kamera.",
        "The face is turned away; use a photo that looks into the camera.",
    ),
    "face.photo.blurred": (
        "Foto buram; pakai foto yang lebih tajam.",
        "The photo is blurred; use a sharper one.",
    ),
    "face.photo.too-dark": (
        "Wajah terlalu gelap; pakai foto dengan cahaya dari depan.",
        "The face is too dark; use a photo with light from the front.",
    ),
    "face.photo.too-bright": (
        "Wajah terlalu terang; pakai foto tanpa cahaya langsung atau lampu kilat.",
        "The face is too bright; use a photo without direct light or flash.",
    ),
    "face.photo.mask": (
        "Hidung dan mulut tampak tertutup; pakai foto tanpa masker.",
        "Nose and mouth seem to be covered; use a photo without a mask.",
    ),
    "face.photo.sunglasses": (
        "Mata tampak tertutup; pakai foto tanpa kacamata hitam.",
        "The eyes seem to be covered; use a photo without sunglasses.",
    ),
    "face.photo.unreadable": (
        "Rusak, terlalu banyak piksel, atau bukan seperti namanya.",
        "Damaged, too many pixels, or not what its name says.",
    ),
    "face.photo.no-photo": ("Bukan foto JPEG atau PNG.", "No JPEG or PNG photo."),
    "face.photo.too-large": ("Lebih dari 10 MB.", "More than 10 MB."),
    "face.photo.too-many": (
        "Sudah cukup: paling banyak 20 foto seorang.",
        "Enough already: at most 20 photos of a person.",
    ),
    "face.photo.known": ("Foto ini sudah terdaftar.", "This photo is enrolled already."),
    "face.photo.enough": ("Sudah cukup.", "There are enough."),
    "face.photo.ended": ("Pendaftaran ini sudah diakhiri; mulai lagi.", "This enrolment was ended; begin again."),
    "face.photo.unlike": (
        "Wajah di foto ini tidak mirip dengan foto-foto lainnya; pakai foto orang yang benar.",
        "The face is unlike those in the other photos; use a photo of the right person.",
    ),
}

_REFUSALS: Final = {
    "face.refused.own": (
        "Tidak ada yang mendaftarkan dirinya sendiri; minta operator lain.",
        "Nobody enrols themself; ask another operator.",
    ),
    "face.refused.several": (
        "Gambar-gambar ini tidak menunjukkan satu orang, atau bukan orang yang sudah terdaftar dengan nama ini.",
        "These pictures do not show one person, or not the one who is enrolled under this name.",
    ),
    "face.refused.double": (
        "Wajah ini sudah terdaftar sebagai {who}; bila memang orang lain yang mirip, hubungi administrator.",
        "This face is enrolled already as {who}; if they are two people who look alike, ask an administrator.",
    ),
    "face.refused.attack": (
        "Gambar tampak seperti foto atau layar, bukan orang yang hadir. Tidak ada yang dikirim.",
        "The pictures look like a photo or a screen, not a person who is here. Nothing was sent.",
    ),
    "face.refused.pack": (
        "Paket pengenalan baru saja diganti; ambil gambar lagi.",
        "The recognition pack was changed just now; take the pictures again.",
    ),
    "face.refused.none": ("Tidak satu pun gambar baru dapat dipakai.", "None of the pictures is new and can be used."),
    "face.refused.ended": ("Pendaftaran ini sudah diakhiri; mulai lagi.", "This enrolment was ended; begin again."),
    "face.refused.unknown": (
        "Tidak ada pegawai dengan nomor atau nama ini di unit Anda.",
        "No employee of this number or name in your units.",
    ),
    "face.refused.ambiguous": (
        "Beberapa pegawai bernama ini; beri nama dengan NIP.",
        "Several employees have this name; name it by the NIP.",
    ),
}
"""Why a person's pictures are not proposed, by hub.roster.picture_proposal.RefusedProposal and archive_import."""

FACES: Final[dict[str, tuple[str, str]]] = {
    **_HINTS,
    **_POSES,
    **_ASKS,
    **_PHOTO,
    **_REFUSALS,
    **{f"face.consent.{number}": words for number, words in enumerate(CONSENT)},
    "face.title": ("Pendaftaran wajah", "Face enrolment"),
    "face.enrol": ("Daftarkan wajah", "Enrol the face"),
    "face.lead": (
        "Setelah diusulkan, orang kedua memeriksa; sampai disetujui wajah ini belum dapat presensi.",
        "Once proposed, a second person looks; until it is approved this face records no attendance.",
    ),
    "face.standing": (
        "Disetujui: {frames} foto. Menunggu orang kedua: {waiting}.",
        "Photos approved: {frames}. Waiting for a second person: {waiting}.",
    ),
    "face.consent": ("Mohon dibaca", "Please read"),
    "face.consent_who": (
        "Panggil {name} sekarang: ia membaca ini dan menyentuh Setuju sendiri.",
        "Call {name} now: they read this, and touch Agree themselves.",
    ),
    "face.agree": ("Setuju", "Agree"),
    "face.decline": ("Tidak setuju", "Do not agree"),
    "face.consented": ("{name} setuju, {at}", "{name} agreed, {at}"),
    "face.camera": ("Kamera", "Camera"),
    "face.start": ("Nyalakan kamera", "Start the camera"),
    "face.turn": ("Kamera lain", "Other camera"),
    "face.again": ("Daftarkan lagi", "Enrol again"),
    "face.stop": ("Matikan kamera", "Stop the camera"),
    "face.preview": ("Gambar dari kamera", "The camera's picture"),
    "face.off": ("Kamera mati.", "The camera is off."),
    "face.needs_script": (
        "Kamera memerlukan JavaScript; tanpa itu pakailah berkas foto.",
        "The camera needs JavaScript; without it use photo files.",
    ),
    "face.no_camera": (
        "Tidak ada kamera di perangkat ini; pakailah berkas foto.",
        "There is no camera on this device; use photo files.",
    ),
    "face.denied": (
        "Peramban tidak mengizinkan kamera. Izinkan di samping alamat halaman, atau pakailah berkas foto.",
        "The browser does not allow the camera. Allow it beside the page's address, or use photo files.",
    ),
    "face.insecure": (
        "Kamera hanya menyala lewat HTTPS; hubungi administrator, atau pakailah berkas foto.",
        "The camera works over HTTPS only; ask an administrator, or use photo files.",
    ),
    "face.slow": (
        "Foto belum lengkap dalam satu menit. Perbaiki cahaya atau posisi, lalu coba lagi.",
        "Not all photos within a minute. Mend the light or the position, then try again.",
    ),
    "face.lost": (
        "Pusat tidak menjawab, atau Anda sudah keluar. Muat ulang halaman ini.",
        "The hub does not answer, or you are signed out. Load this page again.",
    ),
    "face.all_there": ("Semua pose lengkap.", "All poses are there."),
    "face.poses": ("Pose yang diperlukan", "Poses that are wanted"),
    "face.count": ("{kept} dari {of}", "{kept} of {of}"),
    "face.files": ("Tanpa kamera: berkas foto", "Without a camera: photo files"),
    "face.files_hint": (
        "JPEG atau PNG, paling banyak delapan sekaligus, masing-masing sampai 10 MB. Lima atau lebih, dari hari "
        "berbeda.",
        "JPEG or PNG, at most eight at once, each up to 10 MB. Five or more, from different days.",
    ),
    "face.add_files": ("Tambahkan foto", "Add photos"),
    "face.file_taken": ("diambil", "taken"),
    "face.review": ("Periksa foto", "Look at the photos"),
    "face.review_lead": (
        "{name}: {count} foto. Belum ada yang diusulkan.",
        "{name}: {count} photos. Nothing is proposed.",
    ),
    "face.picture": ("Foto {number} dari {name}", "Photo {number} of {name}"),
    "face.thin": (
        "Kurang dari lima foto; lima atau lebih dikenali lebih baik.",
        "Fewer than five photos; five or more recognise better.",
    ),
    "face.propose": ("Usulkan", "Propose"),
    "face.twin": (
        "Dua orang berbeda yang mirip; tercatat atas nama saya",
        "Two people who look alike; on record in my name",
    ),
    "face.cancel": ("Batalkan", "Cancel"),
    "face.proposed": (
        "{count} foto menunggu persetujuan orang kedua.",
        "Photos that wait for a second person: {count}.",
    ),
    "face.left_out": (
        "{count} foto tidak dipakai: wajahnya lain.",
        "Photos left out, for they show another face: {count}.",
    ),
    "face.refused": ("Tidak diusulkan", "Not proposed"),
    "face.no_pack": (
        "Pusat ini belum dapat mengenali wajah: paket pengenalannya tidak dapat dibuka. Hubungi administrator.",
        "This hub cannot recognise faces: its recognition pack cannot be opened. Ask an administrator.",
    ),
    "register.consent_on_page": (
        "naskah {wording} ({language}), di halaman pusat",
        "text {wording} ({language}), at the hub's pages",
    ),
    "approval.at_page": (
        "Didaftarkan di halaman pusat oleh {author}: {count} foto, {webcam} dari kamera",
        "Enrolled at the hub's pages by {author}: {count} photos, {webcam} from the camera",
    ),
}
