"""The words of the page about people who look alike."""

from __future__ import annotations

from typing import Final

LOOKALIKES: Final[dict[str, tuple[str, str]]] = {
    "task.lookalikes": ("pasangan wajah mirip menunggu putusan", "pairs of faces that look alike wait for your word"),
    "task.lookalikes.one": (
        "pasangan wajah mirip menunggu putusan",
        "pair of faces that look alike waits for your word",
    ),
    "lookalikes.title": ("Wajah mirip", "Faces that look alike"),
    "lookalikes.count": ("{count} pasangan", "{count} pairs"),
    "lookalikes.count_one": ("{count} pasangan", "{count} pair"),
    "lookalikes.lead": (
        "Kiosk sulit membedakan keduanya, sehingga wajah saja tidak cukup. Kembar, atau satu orang dengan dua NIP?",
        "Kiosks can hardly tell these apart, so a face alone is not enough. Twins, or one person on record twice?",
    ),
    "lookalikes.empty": ("Tidak ada pasangan yang menunggu putusan.", "No pair waits for a decision."),
    "lookalikes.empty_hint": (
        "Pasangan dicari setiap malam di antara semua wajah yang terdaftar.",
        "Pairs are looked for every night among all enrolled faces.",
    ),
    "lookalikes.same": ("Tampak seperti satu wajah dengan dua nama", "Looks like one face under two names"),
    "lookalikes.alike": ("Dua wajah yang sangat mirip", "Two faces that are much alike"),
    "lookalikes.found": ("ditemukan {day}", "found {day}"),
    "lookalikes.two": ("Dua orang", "Two people"),
    "lookalikes.two_hint": (
        "Kembar atau sekadar mirip. Kiosk yang mengenal keduanya menerima wajah saja lagi.",
        "Twins, or merely alike. Kiosks that know both take a face alone again.",
    ),
    "lookalikes.two_hint_factor": (
        "Kembar atau sekadar mirip. Wajah saja tetap tidak cukup: nilainya tidak membedakan keduanya.",
        "Twins, or merely alike. A face alone is still not enough: their scores do not tell them apart.",
    ),
    "lookalikes.one": ("Satu orang", "One person"),
    "lookalikes.one_hint": (
        "Keduanya dikirim ke petugas sampai foto salah satu ditarik. Periksa NIP mana yang benar.",
        "Both are sent to the officer until the pictures of one are withdrawn. Check which NIP is right.",
    ),
    "lookalikes.own": (
        "Pasangan ini tentang diri Anda; orang lain yang memutuskan.",
        "This pair is about yourself; somebody else decides.",
    ),
    "lookalikes.done.dua": ("Dicatat: dua orang.", "On record: two people."),
    "lookalikes.done.satu": ("Dicatat: satu orang.", "On record: one person."),
    "act.lookalikes.read": ("Lihat wajah mirip", "Faces that look alike"),
    "act.lookalikes.settle": ("Putuskan wajah mirip", "Pair of faces decided"),
}
