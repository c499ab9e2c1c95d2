"""`presensi hub office`: who holds the offices of units, definitive or acting."""

from __future__ import annotations

from datetime import UTC, datetime

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
    unit_named,
)
from cli.tables import show_json, show_table
from hub.roster.finding import find_unit_id
from hub.roster.offices import OFFICES, end_holder, holder_on, list_holders, set_holder


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
            unit_named(database, unit),
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
@by_option
@json_option
@place_options
def end_office(number: int, *, last: str, by: str, as_json: bool, hub: HubPlace) -> None:
    """Say what the last day of HOLDER in the office was; the entry stays, with who ended it."""
    with hub.opened() as database:
        end_holder(database, number, last=read_date(last), by=by, now=datetime.now(UTC))
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
