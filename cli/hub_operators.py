"""`presensi hub kiosk operator`: who may enrol people at kiosks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from cli.commands import Commands
from cli.decided import DATE
from cli.hub_options import HubPlace, by_option, find_unit, json_option, opened, place_options, today_of
from cli.tables import show_json, show_table
from hub.db import Database
from hub.roster.finding import find_person, find_unit_id
from hub.roster.operators import add_operator, end_operator, list_operators


@click.group(cls=Commands)
def operator() -> None:
    """Who may enrol people at the kiosks of a unit and of those below it, with their own face and PIN."""


@operator.command(
    "add",
    epilog="Examples:\n\n"
    "  presensi hub kiosk operator add 198501012010011001 --unit 'Dinas Kesehatan' --by budi\n\n"
    "  presensi hub kiosk operator add 'Siti Aminah' --unit RSUD --from 2026-12-01 --to 2026-12-31 --by budi",
)
@click.argument("person")
@click.option("--unit", required=True, metavar="NAME", help="At whose kiosks.")
@click.option("--from", "first", type=DATE, metavar="DATE", help="From this day on; default: today.")
@click.option("--to", "last", type=DATE, metavar="DATE", help="Up to this day; default: without end.")
@by_option
@json_option
@place_options
def add(
    person: str,
    *,
    unit: str,
    first: date | None,
    last: date | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let PERSON (NIP, id or name) enrol people there; a second person still approves each of them."""
    settings = hub.settings()
    with opened(settings) as database:
        who, unit_id = _find(database, person, unit)
        begins = first or today_of(settings)
        has_pin = add_operator(database, who, unit_id, first=begins, last=last, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who, "has_pin": has_pin})
    else:
        click.echo(f"{person} may enrol at the kiosks of {unit}; they learn of it with their next roster.")
    if not has_pin:
        click.echo(
            f"They have no PIN, and the kiosk asks for one: presensi hub pin set '{person}' --generate", err=True
        )


@operator.command("end", epilog="Example:\n\n  presensi hub kiosk operator end 'Siti Aminah' --unit RSUD --by budi")
@click.argument("person")
@click.option("--unit", required=True, metavar="NAME", help="At whose kiosks.")
@by_option
@json_option
@place_options
def end(
    person: str,
    *,
    unit: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let PERSON enrol there no more, from now on."""
    with hub.opened() as database:
        who, unit_id = _find(database, person, unit)
        ended = end_operator(database, who, unit_id, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who, "ended": ended})
    else:
        click.echo(f"{person} enrols at the kiosks of {unit} no more; they learn of it with their next roster.")


@operator.command("list", epilog="Example:\n\n  presensi hub kiosk operator list --unit RSUD")
@click.option("--unit", metavar="NAME", help="Only this unit's.")
@click.option("--all", "ended", is_flag=True, help="Also those who are none any more.")
@json_option
@place_options
def list_(*, unit: str | None, ended: bool, as_json: bool, hub: HubPlace) -> None:
    """Who may enrol where, since when, and who said so."""
    with hub.opened() as database:
        only = find_unit(database, unit)
        found = list_operators(database, None if only is None else {only}, ended=ended)
    if as_json:
        show_json(found)
        return
    show_table(
        ("UNIT", "NAME", "FROM", "TO", "BY", "PIN", "ENDED", "BY", "ID"),
        [
            (
                line.unit,
                line.name,
                line.valid_from,
                line.valid_until,
                line.set_by,
                "yes" if line.has_pin else "none",
                line.withdrawn_at,
                line.withdrawn_by,
                line.employee_id,
            )
            for line in found
        ],
        empty="There are no operators yet: presensi hub kiosk operator add PERSON --unit U",
    )


def _find(database: Database, person: str, unit: str) -> tuple[str, int]:
    with database.read() as session:
        return find_person(session, person), find_unit_id(session, unit)
