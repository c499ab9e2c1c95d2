"""`presensi hub employee`: one person's employment in time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from cli.commands import Commands
from cli.hub_exports import read_date
from cli.hub_options import HubPlace, by_option, find_employee_id, json_option, place_options, unit_named
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.roster.employee_file import EmployeeFile, employee_file
from hub.roster.nip import show_nip
from hub.roster.terms import GROUPS, Term, set_employment, set_nip, set_term, suspend, transfer


@click.group(cls=Commands)
def employee() -> None:
    """One person's employment: number, dates, terms, transfers."""


@employee.command("show", epilog="Example:\n\n  presensi hub employee show 'Rina Wulandari'")
@click.argument("who", metavar="EMPLOYEE")
@json_option
@place_options
def show(who: str, *, as_json: bool, hub: HubPlace) -> None:
    """Everything on record about the employment of EMPLOYEE (name, NIP or id)."""
    with hub.opened() as database:
        found = employee_file(database, find_employee_id(database, who))
    if as_json:
        show_json(found)
    else:
        _show(found)


@employee.command("nip", epilog="Example:\n\n  presensi hub employee nip 'Rina Wulandari' '19850101 201001 1 001'")
@click.argument("who", metavar="EMPLOYEE")
@click.argument("number", metavar="NIP")
@click.option("--because", metavar="TEXT", help="Why, or the decree.")
@by_option
@json_option
@place_options
def nip(
    who: str,
    number: str,
    *,
    because: str | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Give EMPLOYEE a NIP or NI PPPK; its digits are checked, and the number before stays on record."""
    with hub.opened() as database:
        person = find_employee_id(database, who)
        grouped = set_nip(database, person, number, by=by, because=because, now=datetime.now(UTC))
    if as_json:
        show_json({"id": person, "nip": grouped})
    else:
        click.echo(f"{who} has the number {grouped}.")


@employee.command(
    "employment",
    epilog="Examples:\n\n  presensi hub employee employment 'Rina Wulandari' --from 2010-01-01\n\n"
    "  presensi hub employee employment 'Tono' --from 1990-03-01 --until 2026-12-31",
)
@click.argument("who", metavar="EMPLOYEE")
@click.option("--from", "first", metavar="DATE", help="First day (TMT); `none`: not limited; default: as it is.")
@click.option("--until", "last", metavar="DATE", help="Last day; `none`: not limited; default: as it is.")
@click.option("--because", metavar="TEXT", help="Why, or the decree.")
@by_option
@json_option
@place_options
def employment(
    who: str,
    *,
    first: str | None,
    last: str | None,
    because: str | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Set from when to when EMPLOYEE is employed; days outside are not assessed."""
    if first is None and last is None:
        raise BadInputError("Say from when or until when: --from DATE, --until DATE.")
    with hub.opened() as database:
        person = find_employee_id(database, who)
        before = employee_file(database, person)
        begins, ends = _bound(first, before.employed_from), _bound(last, before.employed_until)
        set_employment(database, person, first=begins, last=ends, by=by, because=because, now=datetime.now(UTC))
    if as_json:
        show_json({"id": person, "employed_from": begins, "employed_until": ends})
    else:
        click.echo(f"{who} is employed from {begins or 'ever'} to {ends or 'further notice'}.")


@employee.command(
    "term",
    epilog="Example:\n\n"
    "  presensi hub employee term 'Rina Wulandari' --from 2026-11-01 --group PNS --rank 'Penata / III/c' "
    "--tpp-base 3500000 --by siti",
)
@click.argument("who", metavar="EMPLOYEE")
@click.option("--from", "first", metavar="DATE", help="From this day on; default: ever since.")
@click.option("--until", "last", metavar="DATE", help="To this day; default: until further notice.")
@click.option("--group", type=click.Choice(GROUPS), help="Kind of employment.")
@click.option("--rank", metavar="TEXT", help="Pangkat/golongan.")
@click.option("--position", metavar="TEXT", help="Jabatan.")
@click.option("--tpp-base", type=int, metavar="RUPIAH", help="Base of the allowance, a month.")
@by_option
@json_option
@place_options
def term(
    who: str,
    *,
    first: str | None,
    last: str | None,
    group: str | None,
    rank: str | None,
    position: str | None,
    tpp_base: int | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Say as what EMPLOYEE is employed from a day on; what is left out stays as it was."""
    with hub.opened() as database:
        person = find_employee_id(database, who)
        number = set_term(
            database,
            person,
            Term(group=group, rank=rank, position=position, tpp_base=tpp_base),
            first=read_date(first) if first is not None else None,
            last=read_date(last) if last is not None else None,
            by=by,
            now=datetime.now(UTC),
        )
    if as_json:
        show_json({"id": number, "employee_id": person})
    else:
        click.echo(f"The term of {who} is on record.")


@employee.command(
    "transfer",
    epilog="Example:\n\n"
    "  presensi hub employee transfer 'Rina Wulandari' 'Dinas Pendidikan' --from 2026-12-01 "
    "--letter '800/12/2026 of 20 November 2026' --by siti",
)
@click.argument("who", metavar="EMPLOYEE")
@click.argument("unit")
@click.option("--from", "first", required=True, metavar="DATE", help="First day in the new unit.")
@click.option("--letter", required=True, metavar="TEXT", help="The new head's written request.")
@by_option
@json_option
@place_options
def transfer_to(
    who: str,
    unit: str,
    *,
    first: str,
    letter: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Move EMPLOYEE to UNIT from a day on; the days before stay with the old unit."""
    with hub.opened() as database:
        person, unit_id = find_employee_id(database, who), unit_named(database, unit)
        transfer(database, person, unit_id, from_day=read_date(first), basis=letter, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"id": person, "unit_id": unit_id, "from": first})
    else:
        click.echo(f"{who} belongs to {unit} from {first} on.")


@employee.command(
    "suspend",
    epilog="Example:\n\n"
    "  presensi hub employee suspend 'Tono' --from 2026-12-01 --until 2026-12-31 --letter 'SK 5/2026' --by siti",
)
@click.argument("who", metavar="EMPLOYEE")
@click.option("--from", "first", required=True, metavar="DATE", help="First day without duty.")
@click.option("--until", "last", metavar="DATE", help="Last day; default: until a transfer back.")
@click.option("--letter", required=True, metavar="TEXT", help="The decree.")
@by_option
@json_option
@place_options
def suspend_from(
    who: str,
    *,
    first: str,
    last: str | None,
    letter: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Take EMPLOYEE out of the unit for a time: meanwhile no day is assessed, and no kiosk knows the face."""
    with hub.opened() as database:
        person = find_employee_id(database, who)
        suspend(
            database,
            person,
            first=read_date(first),
            last=read_date(last) if last is not None else None,
            basis=letter,
            by=by,
            now=datetime.now(UTC),
        )
    if as_json:
        show_json({"id": person, "from": first, "until": last})
    else:
        click.echo(f"{who} is suspended from {first} to {last or 'further notice'}.")


def _bound(text: str | None, before: date | None) -> date | None:
    """A first or last day as it was written: None as it was before, `none` without limit."""
    return before if text is None else None if text.casefold() == "none" else read_date(text)


def _show(found: EmployeeFile) -> None:
    click.echo(f"{found.name} ({show_nip(found.nip) or 'no NIP'}), id {found.id}")
    click.echo(f"Employed from {found.employed_from or 'ever'} to {found.employed_until or 'further notice'}")
    show_table(
        ("UNIT", "FROM", "UNTIL", "LETTER", "SET BY"),
        [(line.unit, line.valid_from, line.valid_until, line.basis, line.set_by) for line in found.units],
        empty="In no unit.",
    )
    show_table(
        ("GROUP", "RANK", "POSITION", "TPP BASE", "FROM", "UNTIL", "SET BY"),
        [
            (line.group, line.rank, line.position, line.tpp_base, line.valid_from, line.valid_until, line.set_by)
            for line in found.terms
        ],
        empty="No terms of employment on record.",
    )
    show_table(
        ("PLACE", "UNIT", "FROM", "UNTIL", "LETTER", "WITHDRAWN"),
        [
            (line.id, line.unit, line.valid_from, line.valid_until, line.basis, line.withdrawn_at)
            for line in found.locations
        ],
        empty="No other places approved.",
    )
