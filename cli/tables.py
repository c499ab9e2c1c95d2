"""Tables and JSON on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
import msgspec


def show_table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Columns as wide as their widest cell; `empty` is said when there are no rows."""
    if not rows:
        click.echo(empty)
        return
    cells = [[_to_text(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in (list(headings), *cells)) for column in range(len(headings))]
    for line in (list(headings), *cells):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_json(found: Any) -> None:
    """Readable JSON; names stay as they are written."""
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def _to_text(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, datetime):
        return f"{cell.astimezone():%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    # A name from elsewhere shall not move the cursor or colour the terminal.
    return "".join(character if character.isprintable() else "�" for character in str(cell))
