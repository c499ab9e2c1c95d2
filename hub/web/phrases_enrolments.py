"""The words of the pages on which enrolments are looked at and approved."""

from __future__ import annotations

from typing import Final

ENROLMENTS: Final[dict[str, tuple[str, str]]] = {
    # Approval of enrolments
    "approval.title": ("Persetujuan pendaftaran", "Enrolments to approve"),
    "approval.lead": (
        "Wajah baru berlaku setelah orang kedua memeriksa dan menyetujui fotonya.",
        "A new face counts once a second person has looked at the photos and approved them.",
    ),
    "approval.people": ("{count} menunggu", "{count} waiting"),
    "approval.empty": ("Tidak ada yang menunggu persetujuan.", "Nothing waits for approval."),
    "approval.empty_hint": (
        "Pegawai yang baru didaftarkan muncul di sini beserta fotonya.",
        "Newly enrolled staff appear here with their photos.",
    ),
    "approval.more": (
        "Ditampilkan {shown} yang pertama; yang lain muncul setelah ini selesai.",
        "Showing the first {shown}; the others appear when these are done.",
    ),
    "approval.enrolled_by": ("Didaftarkan oleh {name}, {at}", "Enrolled by {name}, {at}"),
    "approval.at_kiosk": (
        "Didaftarkan di kiosk {device} oleh operator {operator}, {at}: {count} foto",
        "Enrolled at the kiosk {device} by the operator {operator}, {at}, photos: {count}",
    ),
    "approval.consent": (
        "Persetujuan orangnya di layar: teks {wording} ({language}), {at}",
        "Consent on the screen: text {wording} ({language}), {at}",
    ),
    "approval.language.id": ("bahasa Indonesia", "in Indonesian"),
    "approval.language.en": ("bahasa Inggris", "in English"),
    "approval.newcomer": (
        "Belum dikenal pusat: dengan persetujuan ini menjadi pegawai {unit}",
        "Not known to the hub before: approving makes this person an employee of {unit}",
    ),
    "approval.namesake": (
        "Sudah ada {name} di unit ini; periksa apakah orang yang sama",
        "There is a {name} in this unit already; check whether it is the same person",
    ),
    "approval.approved_before": ("{count} foto sudah disetujui sebelumnya", "Photos approved before: {count}"),
    "approval.one_person": (
        "{count} foto sudah berlaku, tetapi baru disetujui oleh yang mendaftarkan",
        "Photos that count already, but were approved only by who enrolled them: {count}",
    ),
    "approval.resembles": (
        "Mirip {name}; menurut {by} mereka dua orang yang berbeda",
        "Looks like {name}; {by} says that they are two people",
    ),
    "approval.refused_before": ("Pernah ditolak oleh {what}", "Refused before by {what}"),
    "approval.photo": ("Foto {name}", "Photo of {name}"),
    "approval.no_photo": (
        "Berkas foto tidak ada di folder pusat ini.",
        "The photo's file is not in this hub's folder.",
    ),
    "approval.own": (
        "Anda yang mendaftarkan, atau Anda orangnya; orang lain harus menyetujui.",
        "You enrolled this person, or are the person; somebody else must approve.",
    ),
    "approval.approve": ("Setujui", "Approve"),
    "approval.refuse": ("Tolak", "Refuse"),
    "approval.reason": ("Alasan penolakan", "Reason for refusing"),
    "approval.not_approved": (
        "Tidak ada yang disetujui: foto-foto itu tidak menunggu lagi, atau Anda sendiri yang mendaftarkannya.",
        "Nothing was approved: these photos do not wait any more, or you enrolled them yourself.",
    ),
    "approval.not_refused": (
        "Tidak ada yang ditolak: tulis alasannya, paling banyak 500 huruf; atau foto-foto itu tidak menunggu lagi.",
        "Nothing was refused: write a reason of at most 500 characters; or these photos do not wait any more.",
    ),
    # Enrolment
    "enrolment.title": ("Pegawai terdaftar", "Enrolled staff"),
    "enrolment.empty": ("Belum ada pegawai yang terdaftar.", "Nobody is enrolled yet."),
    "enrolment.frames": ("Foto", "Photos"),
    "enrolment.state": ("Pendaftaran", "Enrolment"),
    "enrolment.enough": ("lengkap", "complete"),
    "enrolment.few": ("kurang dari {count} foto", "fewer than {count} photos"),
    "enrolment.none": ("belum didaftarkan", "not enrolled"),
    "enrolment.proposed": ("{count} menunggu persetujuan", "{count} to be approved"),
    "enrolment.to_approval": ("Persetujuan pendaftaran", "Approve enrolments"),
    "enrolment.since": ("Terakhir diperbarui", "Last updated"),
    "enrolment.find": ("Nama atau NIP", "Name or NIP"),
    "enrolment.kind.all": ("Semua pendaftaran", "Every enrolment"),
    "enrolment.kind.lengkap": ("Lengkap", "Complete"),
    "enrolment.kind.kurang": ("Kurang foto", "Too few photos"),
    "enrolment.kind.belum": ("Belum didaftarkan", "Not enrolled"),
    "enrolment.kind.menunggu": ("Menunggu persetujuan", "To be approved"),
    "enrolment.none_hint": (
        "Hapus kata yang dicari atau pilih pendaftaran lain.",
        "Clear the words or choose another enrolment.",
    ),
    "enrolment.left": ("berakhir {date}", "left {date}"),
}
