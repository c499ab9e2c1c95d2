"""CSV and XLSX files as offices send them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook  # type: ignore[import-untyped]


def write_csv(path: Path, rows: Sequence[Sequence[object]], *, delimiter: str = ",", bom: bool = False) -> Path:
    text = "".join(
        delimiter.join(f'"{cell}"' if delimiter in str(cell) else str(cell) for cell in row) + "\r\n" for row in rows
    )
    path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path
