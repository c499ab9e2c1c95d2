"""What a line of a file of employees says: its number, its group and the terms, each checked by itself."""

from __future__ import annotations

import re
from typing import Final

from contract.errors import BadInputError
from hub.roster.nip import parse_nip
from hub.sheets import Line

COLUMNS: Final = {
    "nip": ("nip", "nippppk", "ni pppk", "nip/nippppk", "nip baru"),
    "name": ("nama", "name", "nama pegawai", "nama lengkap"),
    "unit": ("unit", "unit kerja", "opd", "perangkat daerah", "skpd"),
    "group": ("kelompok", "group", "status kepegawaian", "jenis pegawai"),
    "rank": ("pangkat", "rank", "golongan", "pangkat/golongan", "pangkat golongan"),
    "position": ("jabatan", "position", "nama jabatan"),
    "tpp_base": ("tpp", "tpp_base", "tpp dasar", "besaran tpp"),
    "valid_from": ("tmt", "valid_from", "berlaku mulai", "mulai"),
}
NEEDED: Final = ("nip", "name", "unit")
GROUPS: Final = ("PNS", "CPNS", "PPPK", "PPPK Paruh Waktu")
_WITH_NIP: Final = ("PNS", "CPNS")
_LONGEST_TPP: Final = 1_000_000_000

Term = dict[str, str | int | None]
"""Group, rank, position and basic allowance; None: the line leaves it as it is."""


def term_of(line: Line) -> Term:
    tpp_base = line.rupiah("tpp_base")
    if tpp_base is not None and tpp_base > _LONGEST_TPP:
        raise line.error(
            "tpp_base", f"{tpp_base} rupiah sebulan tidak masuk akal.", f"{tpp_base} rupiah a month cannot be meant."
        )
    return {
        "group": _group_of(line),
        "rank": line.text("rank", most=100),
        "position": line.text("position"),
        "tpp_base": tpp_base,
    }


def _group_of(line: Line) -> str | None:
    text = line.text("group", most=32)
    if text is None:
        return None
    known = {re.sub(r"[^a-z]", "", group.casefold()): group for group in GROUPS}
    group = known.get(re.sub(r"[^a-z]", "", text.casefold()))
    if group is None:
        raise line.error(
            "group",
            f"'{text}' tidak dikenal; tulis {', '.join(GROUPS)}.",
            f"'{text}' is not known; write {', '.join(GROUPS)}.",
        )
    return group


def nip_of(line: Line) -> str:
    nip = line.digits("nip")
    if nip is None:
        raise line.error("nip", "kosong; isi.", "it is empty; fill it in.")
    try:
        parsed = parse_nip(nip)
    except BadInputError as error:
        raise line.error("nip", f"nomornya tidak sah. ({error})", str(error)) from error
    group = _group_of(line)
    if group in _WITH_NIP and parsed.kind != "NIP":
        raise line.error(
            "nip",
            f"{nip}: angka 13-14 bukan bulan, jadi bukan NIP seorang {group}.",
            f"{nip}: its digits 13-14 are no month, so it is no NIP of a {group}.",
        )
    return parsed.digits
