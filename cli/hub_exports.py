"""What commands that export have in common: format, file, paper and signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from cli.output_files import STDOUT, file_name, write_output
from contract.errors import BadInputError
from hub.db import Database
from hub.recap.exports import BINARY, DEFAULT_PAPER, FORMATS, Format, Recap, export
from hub.recap.forms.sheet import Paper

_Command = TypeVar("_Command", bound=Callable[..., Any])

paper_option = click.option(
    "--paper", type=click.Choice(get_args(Paper)), default=DEFAULT_PAPER, show_default=True, help="Of PDF and XLSX."
)
signed_option = click.option(
    "--signed-on", metavar="YYYY-MM-DD", help="Date above the signature; default: dots, to be filled in by hand."
)
out_option = click.option(
    "--out",
    metavar="FILE",
    help="File to write, - for standard output; default: standard output for text, a named file for PDF and XLSX.",
)


def export_options(command: _Command) -> _Command:
    """--format, --json, --out, --paper, --signed-on and --bom."""
    for option in (
        click.option("--bom", is_flag=True, help="Begin CSV with a byte order mark, for Excel."),
        signed_option,
        paper_option,
        out_option,
        click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
        click.option("--format", "form", type=click.Choice(FORMATS), help="Default: a table to read, or as FILE ends."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was asked for; form None: a table to read."""

    form: Format | None
    out: str | None
    paper: Paper
    signed_on: date | None
    bom: bool

    @classmethod
    def of(
        cls, *, form: Format | None, as_json: bool, out: str | None, paper: Paper, signed_on: str | None, bom: bool
    ) -> Export:
        """From options as they were written; BadInputError when they contradict each other."""
        if as_json and form not in (None, "json"):
            raise BadInputError(f"--json and --format {form} contradict each other: give one of them.")
        form = "json" if as_json else form
        if form is None and out is not None:
            form = next((each for each in FORMATS if Path(out).suffix.casefold() == f".{each}"), None)
            if form is None:
                what = "Standard output" if out == STDOUT else out
                raise BadInputError(f"{what} does not say its format: give --format {', '.join(FORMATS)}.")
        return cls(form=form, out=out, paper=paper, signed_on=read_optional_date(signed_on), bom=bom)

    def write(self, database: Database, found: Recap, *name: str) -> None:
        """Write a recap; `name` are the words of a file's name where none is given."""
        if self.form is None:
            raise ValueError("a table to read is not written to a file")
        content = export(
            database, found, self.form, paper=self.paper, signed_on=self.signed_on, bom=self.bom and self.form == "csv"
        )
        default = file_name(*name, suffix=self.form) if self.form in BINARY else None
        write_output(content, self.out, default=default)


def read_date(text: str) -> date:
    """A date written YYYY-MM-DD; BadInputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"'{text}' is not a date: write YYYY-MM-DD, like 2026-03-02.") from error


def read_optional_date(text: str | None) -> date | None:
    return None if text is None else read_date(text)
