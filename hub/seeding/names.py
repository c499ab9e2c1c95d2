"""Pure: names, numbers, ranks and positions of people who do not exist."""

from __future__ import annotations

import random
from typing import Final, Literal

from hub.roster.nip import Kind

Sex = Literal["L", "P"]
SEXES: Final[tuple[Sex, ...]] = ("L", "P")
Calling = Literal["office", "teacher", "nurse"]
"""What somebody's titles and positions are chosen for."""

_GIVEN: Final[dict[Sex, tuple[str, ...]]] = {
    "L": (
        "Agus", "Budi", "Hendra", "Wahyu", "Bambang", "Yusuf", "Joko", "Hadi", "Made", "Andi", "Slamet", "Ahmad",
        "Rudi", "Imam", "Arif", "Dimas", "Fajar", "Rizky", "Dwi", "Nur", "Eka", "Tri", "Yohanes", "Muhammad",
    ),
    "P": (
        "Sri", "Rina", "Siti", "Putri", "Dewi", "Ratna", "Lestari", "Fitri", "Kartika", "Maria", "Indah", "Ani",
        "Yuliana", "Endang", "Wiwik", "Anisa", "Mega", "Novi", "Dwi", "Nur", "Eka", "Tri", "Ayu", "Khusnul",
    ),
}  # fmt: skip
_FAMILY: Final[dict[Sex, tuple[str, ...]]] = {
    "L": (
        "Santoso", "Prasetyo", "Nugroho", "Setiawan", "Kusuma", "Hidayat", "Wijaya", "Saputra", "Firmansyah",
        "Gunawan", "Hartono", "Suryadi", "Wibowo", "Kurniawan", "Mulyono", "Ramadhan", "Susanto", "Purnomo",
    ),
    "P": (
        "Wulandari", "Handayani", "Rahmawati", "Utami", "Permata", "Anggraini", "Maharani", "Puspitasari", "Astuti",
        "Hidayati", "Lestari", "Susanti", "Kusumawati", "Safitri", "Nurjanah", "Widyastuti", "Ningsih", "Yuliani",
    ),
}  # fmt: skip
_AFTER: Final[dict[Calling, tuple[str, ...]]] = {
    "office": (
        *(", S.E.", ", S.Kom., M.T.", ", S.STP., M.Si.", ", S.Sos.", ", S.H., M.H.", ", S.AP.", ", A.Md."),
        *("", "", "", "", "", "", "", "", "", ""),
    ),
    "teacher": (", S.Pd.", ", S.Pd.", ", S.Pd.", ", M.Pd.", ", S.Pd.I.", ""),
    "nurse": (", S.Kep., Ns.", ", A.Md.Kep.", ", S.Tr.Keb.", ", A.Md.Keb.", ", S.Farm., Apt.", ""),
}
POSITIONS: Final[dict[Calling, tuple[str, ...]]] = {
    "office": (
        "Kepala Bidang Pelayanan", "Analis Kepegawaian Ahli Muda", "Pranata Komputer Ahli Pertama",
        "Bendahara Pengeluaran", "Pengadministrasi Umum", "Penata Layanan Operasional", "Arsiparis Terampil",
        "Pengemudi", "Perencana Ahli Pertama", "Auditor Ahli Pertama",
    ),
    "teacher": (
        "Guru Kelas Ahli Pertama", "Guru Kelas Ahli Muda", "Guru Pendidikan Agama Ahli Pertama",
        "Guru Olahraga Ahli Muda", "Pengadministrasi Umum", "Penjaga Sekolah",
    ),
    "nurse": (
        "Perawat Terampil", "Perawat Ahli Pertama", "Bidan Mahir", "Bidan Terampil", "Apoteker Ahli Pertama",
        "Perekam Medis Terampil", "Nutrisionis Terampil",
    ),
}  # fmt: skip
RANKS: Final = (
    "Pengatur Muda (II/a)", "Pengatur (II/c)", "Pengatur Tk. I (II/d)", "Penata Muda (III/a)",
    "Penata Muda Tk. I (III/b)", "Penata (III/c)", "Penata Tk. I (III/d)", "Pembina (IV/a)", "Pembina Tk. I (IV/b)",
)  # fmt: skip
"""Pangkat of PNS, the lowest first."""
CLASSES: Final = ("V", "VII", "IX", "X")
"""Golongan of PPPK, the lowest first."""


def invent_name(dice: random.Random, *, sex: Sex | None = None, calling: Calling = "office") -> str:
    """A name of two to three words, now and then with titles. sex None: either."""
    chosen = sex if sex is not None else dice.choice(SEXES)
    given, family = dice.choice(_GIVEN[chosen]), _FAMILY[chosen]
    words = [given, *dice.sample([word for word in family if word != given], dice.choice((1, 1, 1, 2)))]
    after = dice.choice(_AFTER[calling])
    if calling == "nurse" and dice.random() < 0.12:
        return " ".join(("dr.", *words))
    if calling == "office" and not after and dice.random() < 0.1:
        return " ".join(("Drs." if chosen == "L" else "Dra.", *words))
    return " ".join(words) + after


def invent_nip(
    dice: random.Random,
    *,
    kind: Kind = "NIP",
    sex: Sex | None = None,
    started: tuple[int, int] = (2008, 2024),
    born: tuple[int, int] | None = None,
) -> str:
    """Eighteen digits that `hub.roster.nip.parse_nip` reads.

    started: first and last year of the start of service. born: year and month; None: 20 to 32 years before the start.
    """
    year = dice.randint(*started)
    birth_year, birth_month = born or (year - dice.randint(20, 32), dice.randint(1, 12))
    birth = f"{birth_year}{birth_month:02d}{dice.randint(1, 28):02d}"
    start = f"{dice.choice((1, 3, 4, 12)):02d}" if kind == "NIP" else "21"
    digit = "12"[SEXES.index(sex or dice.choice(SEXES))]
    return f"{birth}{year}{start}{digit}{dice.randint(1, 60):03d}"
