"""The words of the pages on which papers and punches are worked on, in Indonesian and in English."""

from __future__ import annotations

from typing import Final

PAPERS: Final[dict[str, tuple[str, str]]] = {
    # The frame of these pages
    "nav.work": ("Pekerjaan", "Work"),
    "work.title": ("Pekerjaan", "Work"),
    "work.lead": ("Yang menunggu Anda hari ini.", "What waits for you today."),
    "work.nothing": ("Tidak ada yang menunggu Anda.", "Nothing waits for you."),
    "work.nothing_hint": (
        "Semua scan, surat dan catatan manual sudah selesai. Bagian lain ada di menu di atas.",
        "All punches, letters and manual entries are done. The other parts are in the menu above.",
    ),
    "work.home": ("Yang perlu saya hari ini", "What needs me today"),
    "work.tabs": ("Bagian pekerjaan", "Parts of the work"),
    "work.tab.tasks": ("Ringkasan", "Overview"),
    "work.tab.review": ("Tinjauan scan", "Punches"),
    "work.tab.letters": ("Surat", "Letters"),
    "work.tab.manual": ("Absensi manual", "Manual attendance"),
    "work.tab.outages": ("Gangguan", "Outages"),
    "work.tab.months": ("Bulan", "Months"),
    "trouble": ("Belum tersimpan", "Not saved"),
    "reason": ("Alasan", "Reason"),
    "reason.hint": ("Tersimpan bersama nama Anda.", "Kept with your name."),
    "back": ("Kembali", "Back"),
    "choose_all": ("Pilih semua", "Select all"),
    "waiting.count": ("{count} menunggu", "{count} waiting"),
    "person.field": ("Pegawai (nama atau NIP)", "Employee (name or NIP)"),
    "optional": ("boleh kosong", "optional"),
    # Review of punches
    "review.title": ("Tinjauan scan", "Punches to look at"),
    "review.lead.wajah": (
        "Scan dengan PIN, kartu, dinas luar, atau di kiosk yang tidak tahu tempatnya. Sudah dihitung, dan menunggu "
        "Anda melihatnya.",
        "Punches with a PIN or a card, on duty elsewhere, or at a kiosk that did not know where it was. They count "
        "already, and wait for your look.",
    ),
    "review.lead.jendela": (
        "Scan di luar jendela waktu, dan scan yang disangkal di kiosk (“Bukan saya”). Tidak dihitung sebelum diterima.",
        "Punches outside the windows, and those disavowed at the kiosk (“Not me”). They count only once accepted.",
    ),
    "review.queue.wajah": ("Tanpa wajah saja, dinas, tempat", "Not by face alone, duty, place"),
    "review.queue.jendela": ("Di luar jendela, disangkal", "Outside windows, disavowed"),
    "review.queues": ("Antrean", "Queues"),
    "review.empty": ("Tidak ada scan yang menunggu.", "No punch waits."),
    "review.empty_hint.wajah": (
        "Scan dengan PIN atau kartu muncul di sini begitu sampai dari kiosk.",
        "Punches with a PIN or a card appear here as soon as a kiosk has delivered them.",
    ),
    "review.empty_hint.jendela": (
        "Pilih bulan lain, atau kembali nanti: scan di luar jendela muncul setelah harinya dihitung.",
        "Choose another month, or come back later: such punches appear once their day is assessed.",
    ),
    "review.why.pin": ("dengan PIN", "with a PIN"),
    "review.why.card": ("dengan kartu", "with a card"),
    "review.why.duty": ("dinas luar", "on duty elsewhere"),
    "review.why.unplaced": ("kiosk tidak tahu tempatnya", "the kiosk did not know its place"),
    "review.why.before": ("sebelum jendela dibuka", "before the window opened"),
    "review.why.after": ("setelah jendela ditutup", "after the window closed"),
    "review.why.disavowed": ("disangkal di kiosk: “Bukan saya”", "disavowed at the kiosk: “Not me”"),
    "review.letter.here": ("surat tugas sudah ada", "its letter is here"),
    "review.letter.awaited": ("surat tugas belum ada", "its letter has not come"),
    "review.face": ("Kemiripan {similarity}, ambang {threshold}", "Similarity {similarity}, threshold {threshold}"),
    "review.face.like": ("mirip", "alike"),
    "review.face.unlike": ("kurang mirip", "little alike"),
    "review.position": ("Posisi {latitude}, {longitude}", "Position {latitude}, {longitude}"),
    "review.snapshot": ("Foto saat scan, {name}", "Picture at the punch, {name}"),
    "review.portrait": ("Foto pendaftaran, {name}", "Enrolment picture, {name}"),
    "review.snapshot_short": ("Saat scan", "At the punch"),
    "review.portrait_short": ("Pendaftaran", "Enrolment"),
    "review.no_portrait": ("Belum ada foto pendaftaran", "No enrolment picture"),
    "review.picture.none": ("Kiosk tidak mengambil foto", "The kiosk took no picture"),
    "review.picture.awaited": ("Foto belum sampai", "The picture has not come"),
    "review.picture.missing": ("Foto sudah dihapus", "The picture was erased"),
    "review.choose": ("Pilih {name}, {at}", "Select {name}, {at}"),
    "review.accept": ("Terima yang dipilih", "Accept selected"),
    "review.refuse": ("Tolak yang dipilih", "Refuse selected"),
    "review.decide": ("Putusan", "Decision"),
    "review.reason_hint": (
        "Wajib bila menolak. Tersimpan bersama nama Anda.",
        "Needed for refusing. Kept with your name.",
    ),
    "review.seen": ("Foto dan waktunya sesuai", "Picture and time are right"),
    "review.gone": (
        "Sebagian scan itu tidak menunggu lagi; mungkin orang lain sudah memutuskannya. Tidak ada yang diubah.",
        "Some of these punches wait no longer; perhaps somebody else has decided. Nothing was changed.",
    ),
    "review.done.terima": ("{count} scan diterima.", "Punches accepted: {count}."),
    "review.done.tolak": ("{count} scan ditolak.", "Punches refused: {count}."),
    "review.more": (
        "Ditampilkan {shown} yang terlama; yang lain muncul setelah ini selesai.",
        "Showing the oldest {shown}; the others appear when these are done.",
    ),
}
