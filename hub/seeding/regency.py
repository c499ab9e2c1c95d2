"""Pure: the units of a regency that does not exist, and how many people each has."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

REGENCY: Final = "Kabupaten Wanasari"
PLACE: Final = "Wanasari"
POINTS_POLICY: Final = "wanasari-etpp"
"""The regency's own policy: hours on record, pay by activity points."""

Kind = Literal["agency", "district", "clinic", "school", "hospital", "ward", "points", "sessions"]
"""agency, district: five days. clinic, school: six days. hospital: its office. ward: a shift roster. points: the
regency's own policy. sessions: four sessions a day."""

_PEOPLE_PER_UNIT: Final = 22
_WEIGHTS: Final[dict[Kind, tuple[int, int]]] = {
    "agency": (18, 40), "district": (14, 26), "clinic": (16, 36), "school": (12, 24), "hospital": (24, 40),
    "ward": (20, 40), "points": (18, 32), "sessions": (16, 30),
}  # fmt: skip
_POLICIES: Final[dict[Kind, str]] = {
    "clinic": "jember-6", "school": "jember-6", "ward": "shift", "points": POINTS_POLICY, "sessions": "kutim-4",
}  # fmt: skip
_DISTRICTS: Final = (
    "Karangsari", "Sumberarum", "Tegalrejo", "Purwosari", "Banjarharjo", "Wonokerto", "Kedungwaru", "Sidomulyo",
    "Ngadirejo", "Pandanwangi", "Watukebo", "Kalisat Lor", "Jatiroto Wetan", "Gumelar", "Tamansari", "Randuagung",
    "Sukorejo", "Mojosari", "Bendosari", "Plalangan", "Cangkring", "Lengkongsari", "Ambarwinangun", "Curahmalang",
)  # fmt: skip
_AGENCIES: Final = (
    ("Dinas Pekerjaan Umum dan Penataan Ruang", "dpupr"), ("Dinas Sosial", "dinsos"),
    ("Dinas Kependudukan dan Pencatatan Sipil", "dispendukcapil"), ("Badan Pendapatan Daerah", "bapenda"),
    ("Dinas Lingkungan Hidup", "dlh"), ("Dinas Pertanian dan Ketahanan Pangan", "dispertan"),
    ("Badan Perencanaan Pembangunan Daerah", "bappeda"), ("Dinas Tenaga Kerja", "disnaker"),
    ("Satuan Polisi Pamong Praja", "satpolpp"), ("Inspektorat Daerah", "inspektorat"),
    ("Dinas Perpustakaan dan Kearsipan", "dispusip"), ("Dinas Koperasi dan Usaha Mikro", "dinkop"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    """A unit before it is written. short: small letters and hyphens, for devices and letters; above: short of the unit
    above it, None: the regency. head: the position of whoever leads it. people: how many belong to it."""

    name: str
    short: str
    kind: Kind
    head: str
    above: str | None = None
    people: int = 0

    @property
    def policy(self) -> str | None:
        """Its own policy; None: that of the unit above."""
        return _POLICIES.get(self.kind)


def plan_units(dice: random.Random, employees: int) -> list[PlannedUnit]:
    """Units of 12 to 40 people or so (fewer where there are few people), those above before those below."""
    base = list(_base_units())
    count = max(len(base), round(employees / _PEOPLE_PER_UNIT))
    more = _more_units()
    units = base + [next(more) for _ in range(count - len(base))]
    weights = [dice.randint(*_WEIGHTS[unit.kind]) for unit in units]
    sizes = _share(employees, weights)
    return [
        PlannedUnit(name=unit.name, short=unit.short, kind=unit.kind, head=unit.head, above=unit.above, people=people)
        for unit, people in zip(units, sizes, strict=True)
    ]


def letterhead_of(unit: PlannedUnit | None) -> list[str]:
    """The KOP of a unit; None: of the regency."""
    lines = [f"PEMERINTAH {REGENCY.upper()}"]
    if unit is None:
        return [*lines, "SEKRETARIAT DAERAH", f"Jalan Alun-Alun Utara Nomor 1 {PLACE}"]
    return [*lines, unit.name.upper(), f"Jalan Pahlawan Nomor {1 + len(unit.name)} {PLACE}"]


def _base_units() -> Iterator[PlannedUnit]:
    """The units that are always there: one of every kind at least."""
    yield _agency("Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "bkpsdm", head="Kepala BKPSDM")
    yield _agency("Dinas Pendidikan", "dispendik")
    yield _agency("Dinas Kesehatan", "dinkes")
    yield PlannedUnit(
        name=f"RSUD {PLACE}", short="rsud", kind="hospital", head=f"Direktur RSUD {PLACE}", above="dinkes"
    )
    yield PlannedUnit(
        name=f"Instalasi Rawat Inap RSUD {PLACE}",
        short="rsud-rawat-inap",
        kind="ward",
        head="Kepala Instalasi Rawat Inap",
        above="rsud",
    )
    yield _school("SD", _DISTRICTS[0], 1)
    yield PlannedUnit(
        name="Dinas Komunikasi dan Informatika", short="diskominfo", kind="points", head="Kepala Diskominfo"
    )
    yield PlannedUnit(name="Dinas Perhubungan", short="dishub", kind="sessions", head="Kepala Dinas Perhubungan")


def _more_units() -> Iterator[PlannedUnit]:
    """Further units without end: a clinic, a district, a school, an agency and so on, then schools alone."""
    agencies = iter(_AGENCIES)
    for district in _DISTRICTS:
        slug = _slug(district)
        yield PlannedUnit(
            name=f"Puskesmas {district}",
            short=f"pkm-{slug}",
            kind="clinic",
            head=f"Kepala Puskesmas {district}",
            above="dinkes",
        )
        yield PlannedUnit(name=f"Kecamatan {district}", short=f"kec-{slug}", kind="district", head=f"Camat {district}")
        yield _school("SMP", district, 1)
        agency = next(agencies, None)
        if agency is not None:
            yield _agency(*agency)
        yield _school("SD", district, 2)
    number = 2
    while True:
        number += 1
        for district in _DISTRICTS:
            yield _school("SD", district, number)


def _agency(name: str, short: str, *, head: str | None = None) -> PlannedUnit:
    return PlannedUnit(name=name, short=short, kind="agency", head=head or f"Kepala {name}")


def _school(level: str, district: str, number: int) -> PlannedUnit:
    name = f"{level} Negeri {number} {district}"
    return PlannedUnit(
        name=name,
        short=f"{level.lower()}n-{number}-{_slug(district)}",
        kind="school",
        head=f"Kepala {name}",
        above="dispendik",
    )


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _share(total: int, weights: list[int]) -> list[int]:
    """The total in whole parts after the weights (largest remainder)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    rest = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in rest[: total - sum(parts)]:
        parts[place] += 1
    return parts
