"""Tables that people hand in as CSV: found delimiter, known columns, and every complaint with line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.errors import BadInputError

MOST_BYTES: Final = 20_000_000
"""A table of a regency has one or two; whoever hands in more has taken the wrong file."""

_MOST_COMPLAINTS: Final = 20
_DELIMITERS: Final = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. number: of the line in the file, from 1; cells: by column, without spaces around."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell's text; empty when the line or the table has none."""
        return self.cells.get(column, "")

    def complaint(self, column: str, words: str) -> str:
        """A sentence that names the place."""
        return f"line {self.number}, column {column}: {words}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that was read. columns: as the heading has them, in small letters."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read_sheet(path: Path, *, needed: Sequence[str], known: Sequence[str] | None = None) -> Sheet:
    """The table of a CSV file; BadInputError when it cannot be read, or lacks or repeats a column.

    The delimiter is the one of `;`, `,` and tab that the heading holds; UTF-8 with or without a byte order mark.
    known: further columns that may be there; None: any. Empty lines are left out.
    """
    return parse_sheet(_read(path), name=path.name, needed=needed, known=known)


def parse_sheet(text: str, *, name: str, needed: Sequence[str], known: Sequence[str] | None = None) -> Sheet:
    """The table of a CSV text; see read_sheet."""
    heading, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=heading.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        columns = tuple(" ".join(cell.split()).lower() for cell in next(lines, []))
        rows = tuple(
            Row(lines.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
            for cells in lines
            if any(cell.strip() for cell in cells)
        )
    except csv.Error as error:
        raise BadInputError(f"{name}, line {lines.line_num}: {error}; save it as CSV again.") from error
    missing = [column for column in needed if column not in columns]
    if missing:
        raise BadInputError(
            f"{name}: the column '{missing[0]}' is missing; the first line names the columns: {', '.join(needed)}."
        )
    twice = [column for column in columns if column and columns.count(column) > 1]
    if twice:
        raise BadInputError(f"{name}: the column '{twice[0]}' is there twice.")
    unknown = [column for column in columns if known is not None and column and column not in (*needed, *known)]
    if unknown:
        listed = ", ".join((*needed, *(known or ())))
        raise BadInputError(f"{name}: nobody knows the column '{unknown[0]}'; known are {listed}.")
    if not rows:
        raise BadInputError(f"{name}: there is no line below the heading.")
    return Sheet(name, columns, rows)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInputError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB: is it the right file?")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path.name} is not UTF-8: save it as 'CSV UTF-8' and try again.") from error


def refuse_wrong_lines(name: str, complaints: Sequence[str]) -> None:
    """BadInputError with every complaint, if there is any: a table is taken as a whole or not at all."""
    if not complaints:
        return
    shown = "\n".join(f"  {complaint}" for complaint in complaints[:_MOST_COMPLAINTS])
    more = len(complaints) - _MOST_COMPLAINTS
    rest = f"\n  and {more} more" if more > 0 else ""
    lines = "1 line cannot" if len(complaints) == 1 else f"{len(complaints)} lines cannot"
    raise BadInputError(f"{name}: {lines} be used, nothing was stored:\n{shown}{rest}")
