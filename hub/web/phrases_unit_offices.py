"""The words about who holds an office of a unit, and about its time zone."""

from __future__ import annotations

from typing import Final

UNIT_OFFICES: Final[dict[str, tuple[str, str]]] = {
    "unit.set_holder": ("Catat pejabat", "Put somebody in an office"),
    "unit.set_holder_hint": (
        "Yang sebelumnya tetap tercatat. Pelaksana (Plt, Plh) memerlukan surat dan hari terakhir, dan didahulukan dari "
        "pejabat definitif selama bertugas.",
        "Whoever was in it before stays on record. Acting holders (Plt, Plh) need a letter and a last day, and come "
        "before the definitive one for that time.",
    ),
    "unit.office": ("Jabatan", "Office"),
    "unit.office_choose": ("Pilih jabatan", "Choose an office"),
    "unit.who": ("Pegawai", "Employee"),
    "unit.who_hint": (
        "Nama lengkap, atau NIP bila ada yang bernama sama.",
        "The whole name, or the NIP where others have the name.",
    ),
    "unit.as": ("Sebagai", "As"),
    "unit.first_day": ("Hari pertama", "First day"),
    "unit.last_day": ("Hari terakhir", "Last day"),
    "unit.office_letter": ("Surat", "Letter"),
    "unit.office_letter_hint": ("Wajib untuk Plt dan Plh.", "Needed for Plt and Plh."),
    "unit.held": ("Riwayat pejabat", "All holders so far"),
    "unit.held_from": ("{first} sampai {last}", "{first} to {last}"),
    "unit.held_since": ("sejak {first}", "since {first}"),
    "unit.set_by": ("dicatat {name}, {at}", "put down by {name}, {at}"),
    "unit.ended_by": ("diakhiri {name}, {at}", "ended by {name}, {at}"),
    "unit.ended_before": ("semula sampai {day}", "was to end on {day}"),
    "unit.end_holder": ("Akhiri", "End"),
    "unit.end_holder_of": ("Akhiri {name} sebagai {office}", "End {name} as {office}"),
    "unit.done.pejabat": ("Pejabat dicatat.", "The holder is on record."),
    "unit.rezone": ("Ubah zona waktu", "Change the time zone"),
    "unit.rezone_hint": (
        "Hanya selama unit ini belum memiliki hari tercatat: tanggal dan menit hari yang sudah ada akan berubah. "
        "Sesudahnya, buat unit dengan zona yang benar lalu pindahkan pegawai dan kiosk.",
        "Only while the unit has no days on record: their dates and minutes would change. After that, make a unit with "
        "the right zone and move people and kiosks there.",
    ),
    "unit.change.zoned": ("Zona waktu diganti dari {before} menjadi {after}", "Time zone {before} changed to {after}"),
    "unit.done.zona": ("Zona waktu diganti.", "The time zone is changed."),
    "act.unit.rezone": ("Ubah zona waktu unit", "Time zone of a unit changed"),
    "unit.done.akhiri": ("Hari terakhir dicatat.", "The last day is on record."),
    "act.unit.set_holder": ("Catat pejabat unit", "Holder of an office set"),
    "act.unit.end_holder": ("Akhiri pejabat unit", "Holder of an office ended"),
}
