"""`presensi hub employee`, `office`, `location`: employment in time, holders of offices, other places to punch."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from cli.commands import Commands
from cli.hub_exports import read_date
from cli.hub_options import (
    HubPlace,
    by_option,
    find_employee_id,
    find_unit,
    json_option,
    opened,
    place_options,
    today_of,
)
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.db import Database
from hub.roster.employee_file import EmployeeFile, employee_file
from hub.roster.finding import find_unit_id
from hub.roster.locations import approve_location, withdraw_location
from hub.roster.nip import show_nip
from hub.roster.offices import OFFICES, end_holder, holder_on, list_holders, set_holder
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
        person, unit_id = find_employee_id(database, who), _unit(database, unit)
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


@click.group(cls=Commands)
def location() -> None:
    """Other units' places at which somebody may punch."""


@location.command(
    "approve",
    epilog="Example:\n\n"
    "  presensi hub location approve 'Rina Wulandari' 'Kecamatan Sumbersari' --from 2026-11-01 --letter 'ST 9/2026'",
)
@click.argument("who", metavar="EMPLOYEE")
@click.argument("unit")
@click.option("--from", "first", required=True, metavar="DATE", help="First day.")
@click.option("--until", "last", metavar="DATE", help="Last day; default: until it is withdrawn.")
@click.option("--letter", required=True, metavar="TEXT", help="The letter that says so.")
@by_option
@json_option
@place_options
def approve_place(
    who: str,
    unit: str,
    *,
    first: str,
    last: str | None,
    letter: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let EMPLOYEE punch at the kiosks of UNIT."""
    with hub.opened() as database:
        number = approve_location(
            database,
            find_employee_id(database, who),
            _unit(database, unit),
            first=read_date(first),
            last=read_date(last) if last is not None else None,
            basis=letter,
            by=by,
            now=datetime.now(UTC),
        )
    if as_json:
        show_json({"id": number})
    else:
        click.echo(f"{who} may punch at {unit} from {first} on (place {number}).")


@location.command("withdraw", epilog="Example:\n\n  presensi hub location withdraw 4 --by siti")
@click.argument("number", metavar="PLACE", type=int)
@by_option
@json_option
@place_options
def withdraw_place(number: int, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Take the approval of PLACE (a number that `employee show` lists) back."""
    with hub.opened() as database:
        withdraw_location(database, number, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"id": number})
    else:
        click.echo(f"Place {number} is approved no more.")


@click.group(cls=Commands)
def office() -> None:
    """Heads, supervisors and personnel officials of units, definitive or acting (Plt, Plh)."""


@office.command(
    "set",
    epilog="Examples:\n\n"
    "  presensi hub office set 'Dinas Kesehatan' 'Kepala Perangkat Daerah' 'Rina Wulandari' --from 2026-01-01\n\n"
    "  presensi hub office set 'Dinas Kesehatan' 'Kepala Perangkat Daerah' 'Budi' --acting Plh --from 2026-11-10 "
    "--until 2026-11-20 --letter 'SP 7/2026'",
)
@click.argument("unit")
@click.argument("name", metavar="OFFICE")
@click.argument("who", metavar="EMPLOYEE")
@click.option("--from", "first", required=True, metavar="DATE", help="First day in the office.")
@click.option("--until", "last", metavar="DATE", help="Last day; default: until further notice.")
@click.option("--acting", type=click.Choice(["Plt", "Plh"]), help="Default: definitive.")
@click.option("--letter", metavar="TEXT", help="The letter it rests on; needed for acting holders.")
@by_option
@json_option
@place_options
def set_office(
    unit: str,
    name: str,
    who: str,
    *,
    first: str,
    last: str | None,
    acting: str | None,
    letter: str | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Say that EMPLOYEE holds OFFICE of UNIT: Kepala Perangkat Daerah, Atasan Langsung or Pejabat Kepegawaian."""
    with hub.opened() as database:
        number = set_holder(
            database,
            _unit(database, unit),
            name,
            find_employee_id(database, who),
            first=read_date(first),
            last=read_date(last) if last is not None else None,
            acting=acting,
            basis=letter,
            by=by,
            now=datetime.now(UTC),
        )
    if as_json:
        show_json({"id": number})
    else:
        click.echo(f"{who} is on record in this office (holder {number}).")


@office.command("end", epilog="Example:\n\n  presensi hub office end 4 --last 2026-11-30")
@click.argument("number", metavar="HOLDER", type=int)
@click.option("--last", required=True, metavar="DATE", help="The last day in the office.")
@json_option
@place_options
def end_office(number: int, *, last: str, as_json: bool, hub: HubPlace) -> None:
    """Say what the last day of HOLDER in the office was."""
    with hub.opened() as database:
        end_holder(database, number, last=read_date(last))
    if as_json:
        show_json({"id": number, "valid_until": last})
    else:
        click.echo(f"Holder {number} ends on {last}.")


@office.command(
    "list",
    epilog="Examples:\n\n  presensi hub office list --unit 'Dinas Kesehatan'\n\n  presensi hub office list --all",
)
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@click.option("--on", "day_text", metavar="DATE", help="Those of this day; default: today.")
@click.option("--all", "everyone", is_flag=True, help="Of all days.")
@json_option
@place_options
def list_offices(
    *,
    unit: str | None,
    day_text: str | None,
    everyone: bool,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Who holds which office, and since when."""
    settings = hub.settings()
    on = None if everyone else read_date(day_text) if day_text is not None else today_of(settings)
    with opened(settings) as database:
        found = list_holders(database, unit_id=find_unit(database, unit), on=on)
    if as_json:
        show_json(found)
        return
    show_table(
        ("HOLDER", "UNIT", "OFFICE", "NAME", "ACTING", "FROM", "UNTIL", "LETTER"),
        [
            (line.id, line.unit, line.office, line.name, line.acting, line.valid_from, line.valid_until, line.basis)
            for line in found
        ],
        empty="Nobody holds an office yet: presensi hub office set UNIT OFFICE EMPLOYEE --from DATE",
    )


@office.command("who", epilog="Example:\n\n  presensi hub office who 'Puskesmas Sumber' 'Kepala Perangkat Daerah'")
@click.argument("unit")
@click.argument("name", metavar="OFFICE")
@click.option("--on", "day_text", metavar="DATE", help="On this day; default: today.")
@json_option
@place_options
def who_holds(
    unit: str,
    name: str,
    *,
    day_text: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Who holds OFFICE for UNIT: its own holder, or that of the nearest unit above."""
    settings = hub.settings()
    on = read_date(day_text) if day_text is not None else today_of(settings)
    with opened(settings) as database, database.read() as session:
        found = holder_on(session, find_unit_id(session, unit), name, on)
    if as_json:
        show_json(found)
    elif found is None:
        click.echo(f"Nobody holds it on {on}; the offices are {', '.join(OFFICES)}.")
    else:
        acting = f"{found.acting}. " if found.acting else ""
        click.echo(f"{found.name}, {acting}{found.office} of {found.unit}")


def _bound(text: str | None, before: date | None) -> date | None:
    """A first or last day as it was written: None as it was before, `none` without limit."""
    return before if text is None else None if text.casefold() == "none" else read_date(text)


def _unit(database: Database, name: str) -> int:
    with database.read() as session:
        return find_unit_id(session, name)


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
