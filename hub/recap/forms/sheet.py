"""A form as data: its head, its table and who signs it. What draws it knows nothing of attendance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Paper = Literal["F4", "A4"]
"""F4 (215 x 330 mm) is what Indonesian offices print on."""

Cell = str | int | None
"""A line break in a text begins another line of the cell. None: an empty cell."""


class Column(msgspec.Struct, frozen=True):
    """One column. width: millimetres, of which paper and screen keep the proportions. group: a heading above it, shared
    with its neighbours of the same group; None: the heading stands alone."""

    heading: str
    width: float
    align: Literal["left", "center", "right"] = "left"
    group: str | None = None


class SumLine(msgspec.Struct, frozen=True):
    """A line of sums. span: over how many columns its label goes; cells: of the columns after these."""

    label: str
    span: int
    cells: tuple[Cell, ...]


class Section(msgspec.Struct, frozen=True):
    """Rows under one heading. heading None: no line of its own."""

    rows: tuple[tuple[Cell, ...], ...]
    heading: str | None = None
    sums: SumLine | None = None


class Signature(msgspec.Struct, frozen=True):
    """Who signs, with what stands above and below. name, rank, nip None: a dotted line to be filled in by hand.

    above: from the top, place and date among it. shows_rank: whether the form asks for Pangkat.
    """

    above: tuple[str, ...]
    name: str | None
    nip: str | None
    rank: str | None = None
    shows_rank: bool = True


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A form with a table, on as many pages as it takes.

    name: in the foot of every page, and the worksheet's. facts: such as BULAN and November. empty: what is said instead
    of rows when there are none. legend: below the table. notes: one line each, below the legend.
    """

    name: str
    kop: tuple[str, ...]
    title: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    empty: str
    sums: SumLine | None = None
    legend: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are in all sections."""
        return sum(len(section.rows) for section in self.sections)

    @property
    def has_groups(self) -> bool:
        """Whether the heading has two rows."""
        return any(column.group is not None for column in self.columns)


def clean(text: str) -> str:
    """A text from elsewhere in one line, without control characters, which neither paper nor a workbook can show."""
    return "".join(character if character.isprintable() else " " if character.isspace() else "�" for character in text)


def name_with_nip(name: str, nip: str) -> str:
    """The cell Nama/NIP; nip as it is shown, empty when there is none."""
    return f"{clean(name)}\n{clean(nip)}" if nip else clean(name)


def sections_by_unit(
    entries: Sequence[tuple[str, tuple[Cell, ...]]], sums: dict[str, SumLine] | None = None
) -> tuple[Section, ...]:
    """Sections of (unit, row), which are sorted by unit; a single unit needs no heading and no sum of its own."""
    by_unit: dict[str, list[tuple[Cell, ...]]] = {}
    for unit, row in entries:
        by_unit.setdefault(unit, []).append(row)
    if len(by_unit) <= 1:
        return tuple(Section(tuple(rows)) for rows in by_unit.values())
    sums = sums or {}
    return tuple(Section(tuple(rows), clean(unit) or "Tanpa unit", sums.get(unit)) for unit, rows in by_unit.items())
