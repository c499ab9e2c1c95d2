"""`presensi hub shift` and `contract`: whose hours are their own."""

from __future__ import annotations

from pathlib import Path

import click

from cli.commands import Commands
from cli.decided import author_of, tell_affected
from cli.hub_options import HubPlace, by_option, place_options
from hub.recap.monthly import Month
from hub.roster.finding import find_person
from hub.schedule.decisions import (
    add_contracts,
    add_shifts,
)
from hub.schedule.files import read_contracts, read_roster, read_shift_codes


@click.group(cls=Commands)
def shift() -> None:
    """Shift rosters, set by the head of the unit (Ps 10(1))."""


@shift.command(
    "import",
    epilog="Examples:\n\n  presensi hub shift import desember.csv --codes shift-rsud.toml --month 2026-12\n\n"
    "  presensi hub shift import desember.csv --codes shift-rsud.toml --dry-run\n\n"
    "The CSV has one line a person and a column for each date (nip;1;2;3…, or nip;2026-12-01;…), or nip;tanggal;kode. "
    "The codes are [[shift]] tables with code, in, out and perhaps in_opens, out_closes, break.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--codes", required=True, type=click.Path(path_type=Path), help="TOML file of the shifts.")
@click.option("--month", metavar="YYYY-MM", help="The month of columns that are named 1 to 31.")
@click.option("--dry-run", is_flag=True, help="Check the file, and store nothing.")
@by_option
@place_options
def import_shifts(
    file: Path,
    *,
    codes: Path,
    month: str | None,
    dry_run: bool,
    by: str,
    hub: HubPlace,
) -> None:
    """Put a roster on record; a newer roster for the same days takes the place of an older one."""
    shifts, author = read_shift_codes(codes), author_of(by)
    of_month = None if month is None else Month.parse(month).first
    with hub.opened() as database, database.write() as session:
        lines = read_roster(file, codes=shifts, find=lambda text: find_person(session, text), month=of_month)
        people = len({line.employee_id for line in lines})
        if dry_run:
            click.echo(f"{len(lines)} days of {people} people can be stored.")
            return
        affected = add_shifts(session, lines, author=author)
        click.echo(f"{len(lines)} days of {people} people are on record.")
        tell_affected(session, affected, author)


@click.group(cls=Commands)
def contract() -> None:
    """Part-time contracts: slots, quotas and pay."""


@contract.command(
    "import",
    epilog="Example:\n\n  presensi hub contract import kontrak.csv --dry-run\n\n"
    "The CSV has the columns nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah: hari as senin-jumat, kuota in "
    "minutes a day, upah in rupiah a month.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file, and store nothing.")
@by_option
@place_options
def import_contracts(file: Path, *, dry_run: bool, by: str, hub: HubPlace) -> None:
    """Put part-time contracts on record; the newest that holds on a date counts."""
    author = author_of(by)
    with hub.opened() as database, database.write() as session:
        lines = read_contracts(file, find=lambda text: find_person(session, text))
        if dry_run:
            click.echo(f"{len(lines)} contracts can be stored.")
            return
        affected = add_contracts(session, lines, author=author)
        click.echo(f"{len(lines)} contracts are on record.")
        tell_affected(session, affected, author)
