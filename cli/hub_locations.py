"""`presensi hub location`: other units' places at which somebody may punch."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import Commands
from cli.hub_exports import read_date
from cli.hub_options import HubPlace, by_option, find_employee_id, json_option, place_options, unit_named
from cli.tables import show_json
from hub.roster.locations import approve_location, withdraw_location


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
            unit_named(database, unit),
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
