"""The month as a grid of people and days."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from markupsafe import Markup, escape

from contract.errors import BadInputError
from hub.attendance.day import Status
from hub.recap.grid_people import KINDS
from hub.recap.month_grid import GridDay, GridLine, month_grid
from hub.recap.monthly import Month
from hub.web.guard import Office, PageVisitor, choose_unit, require
from hub.web.language import Language
from hub.web.pages import address, language_of, render

router = APIRouter()

NAME_LENGTH: Final = 100
LEGEND: Final = (
    ("h", "•", "grid.on_time"),
    ("t1", "T", "grid.late_little"),
    ("t2", "T", "grid.late_more"),
    ("t3", "T", "grid.late_much"),
    ("p", "P", "monthly.early_short"),
    ("n", "½", "status.TIDAK_LENGKAP"),
    ("k", "TK", "status.TK"),
    ("k", "B", "status.DIBATALKAN"),
    ("s", "DL", "status.DL"),
    ("s", "C", "status.C"),
    ("s", "S", "status.S"),
    ("s", "I", "status.I"),
    ("r", "▸", "status.BERJALAN"),
    ("w", "…", "status.MENUNGGU_DATA"),
    ("b", "?", "status.BELUM_ADA_KETERANGAN"),
    ("o", "–", "status.LIBUR"),
)
"""Class of a cell, its sign, and the phrase that explains it."""
SUMS: Final = (
    ("terlambat_menit", "late"),
    ("pulang_awal_menit", "early"),
    ("tanpa_alasan_hari", "absent"),
    ("cuti_sakit_dl_diklat_hari", "leave"),
    ("ijin_hari", "permit"),
)
"""The sums of a row, and what their phrases are called."""

_SIGNS: Final = {
    Status.TIDAK_LENGKAP: ("n", "½"),
    Status.BERJALAN: ("r", "▸"),
    Status.MENUNGGU_DATA: ("w", "…"),
    Status.BELUM_ADA_KETERANGAN: ("b", "?"),
    Status.TK: ("k", "TK"),
    Status.DIBATALKAN: ("k", "B"),
    Status.LIBUR: ("o", "–"),
    Status.DL: ("s", "DL"),
    Status.C: ("s", "C"),
    Status.S: ("s", "S"),
    Status.I: ("s", "I"),
}
_LITTLE, _MORE = 15, 60


@router.get("/kehadiran")
def show_grid(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    month: str = "",
    unit: str = "",
    name: str = "",
    kind: str = "",
    page: str = "",
) -> Response:
    """People x days of a unit and those below it; kind: one of KINDS, whoever has such a day."""
    require(visitor, "recap")
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400) from error
    if (kind and kind not in KINDS) or (page and not (page.isascii() and page.isdigit() and len(page) < 6)):
        raise HTTPException(400)
    name = name.strip()[:NAME_LENGTH]
    with office.database.one_read():
        choice = choose_unit(office, visitor, unit)
        found = month_grid(office.database, chosen, choice.unit_id, name=name, kind=kind, page=int(page or 1))
    writer = CellWriter(language_of(request), chosen)
    groups = [
        (of_unit, [writer.row(line) for line in lines])
        for of_unit, lines in groupby(found.lines, key=lambda line: line.unit)
    ]
    return render(
        request,
        "grid.html",
        grid=found,
        groups=groups,
        month=chosen,
        choice=choice,
        name=name,
        kind=kind,
        kinds=tuple(KINDS),
        legend=LEGEND,
        sums=SUMS,
    )


class CellWriter:
    """Writes the rows of a grid in one language; thousands of cells, of which few differ.

    Not by the template: this is most of the page, and takes a tenth of the time here.
    """

    def __init__(self, language: Language, month: Month) -> None:
        self._t = language
        self._month = month.text
        self._labels = [escape(language(f"monthly.{short}_unit")) for _, short in SUMS]
        self._written: dict[GridDay | None, str] = {None: "<td></td>"}

    def row(self, line: GridLine) -> Markup:
        """A person's row: name, days, sums."""
        written, person = self._written, line.person
        cells = [written.get(day) or self._remember(day) for day in line.days]
        for (name, _), label in zip(SUMS, self._labels, strict=True):
            number = getattr(line.sums, name)
            # A telephone leaves zeros out, so they need no label.
            attributes = f'class="grid-sum" data-label="{label}"' if number else 'class="grid-sum zero"'
            cells.append(f"<td {attributes}>{self._t.number(number)}</td>")
        title = f"{person.name}, {person.shown_nip}" if person.nip else person.name
        link = escape(address(f"/pegawai/{person.id}", month=self._month))
        return Markup(  # noqa: S704 - every part from outside is escaped
            f'<tr data-person="{escape(person.id)}"><th scope="row" class="grid-who" title="{escape(title)}">'
            f'<a href="{link}">{escape(person.name)}</a></th>{"".join(cells)}</tr>'
        )

    def _remember(self, day: GridDay | None) -> str:
        assert day is not None  # noqa: S101 - None is written from the start
        cell = self._written[day] = self._write(day)
        return cell

    def _write(self, day: GridDay) -> str:
        style, sign = sign_of(day)
        return f'<td class="{style}" title="{escape(self.words(day))}">{sign}</td>'

    def words(self, day: GridDay) -> str:
        """Status and minutes, as the title of a cell says them."""
        said = [self._t(f"status.{day.status}")]
        if day.late_min:
            said.append(self._t("late", count=day.late_min))
        if day.early_min:
            said.append(self._t("early", count=day.early_min))
        return ", ".join(said)


def sign_of(day: GridDay) -> tuple[str, str]:
    """Class and sign of a cell; minutes are told on days that people were present."""
    if day.status in (Status.HADIR, Status.BERJALAN, Status.TIDAK_LENGKAP) and day.late_min:
        heat = "t1" if day.late_min <= _LITTLE else "t2" if day.late_min <= _MORE else "t3"
        return heat, "T½" if day.status is Status.TIDAK_LENGKAP else "TP" if day.early_min else "T"
    if day.status is Status.HADIR:
        return ("p", "P") if day.early_min else ("h", "•")
    return _SIGNS[day.status]
