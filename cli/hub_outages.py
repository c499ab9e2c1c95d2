"""`presensi hub outage`: times without working terminals, on record."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from cli.commands import Commands
from cli.hub_options import (
    HubPlace,
    because_option,
    by_option,
    find_unit,
    json_option,
    opened,
    place_options,
    read_local,
)
from cli.tables import show_json, show_table
from hub.attendance.outages import REPORTED_TO, declare_outage, end_outage, list_outages
from hub.db import Database
from hub.roster.units import UnitTree
from hub.settings import HubSettings


@click.group(cls=Commands)
def outage() -> None:
    """Times without working terminals, on record."""


@outage.command(
    "declare",
    epilog="Example:\n\n"
    "  presensi hub outage declare --unit 'Dinas Kesehatan' --from '2026-11-10 06:00' --because 'no power' --by siti",
)
@click.option("--unit", metavar="NAME", help="This unit and those below it; default: everywhere.")
@click.option("--from", "began", required=True, metavar="TIME", help="Since when, 'YYYY-MM-DD HH:MM', local time.")
@click.option("--until", "ended", metavar="TIME", help="When it was over; default: it is not.")
@click.option("--reported-to", default=REPORTED_TO, show_default=True, help="To whom the fault was reported.")
@because_option
@by_option
@json_option
@place_options
def declare(
    *,
    unit: str | None,
    began: str,
    ended: str | None,
    reported_to: str,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Declare that terminals do not work: attendance is then taken by hand, on Lampiran I."""
    settings = hub.settings()
    with opened(settings) as database:
        unit_id = find_unit(database, unit)
        zone = _zone(database, settings, unit_id)
        number = declare_outage(
            database,
            unit_id,
            began_at=read_local(began, zone),
            ended_at=read_local(ended, zone) if ended is not None else None,
            reason=because,
            by=by,
            now=datetime.now(UTC),
            reported_to=reported_to,
        )
    if as_json:
        show_json({"id": number})
    else:
        click.echo(f"Outage {number} is on record; enter its days with `presensi hub manual import`.")


@outage.command("end", epilog="Example:\n\n  presensi hub outage end 3 --at '2026-11-10 12:00'")
@click.argument("number", metavar="OUTAGE", type=int)
@click.option("--at", "ended", metavar="TIME", help="When it was over, 'YYYY-MM-DD HH:MM'; default: now.")
@json_option
@place_options
def end(number: int, *, ended: str | None, as_json: bool, hub: HubPlace) -> None:
    """Say that OUTAGE is over."""
    settings = hub.settings()
    now = datetime.now(UTC)
    with opened(settings) as database:
        line = next((line for line in list_outages(database) if line.id == number), None)
        zone = _zone(database, settings, find_unit(database, line.unit) if line is not None else None)
        ended_at = read_local(ended, zone) if ended is not None else now
        end_outage(database, number, ended_at=ended_at, now=now)
    if as_json:
        show_json({"id": number, "ended_at": ended_at})
    else:
        click.echo(f"Outage {number} ended at {ended_at.astimezone(zone):%Y-%m-%d %H:%M}.")


@outage.command("list", epilog="Example:\n\n  presensi hub outage list --running")
@click.option("--running", is_flag=True, help="Only those that are not over.")
@json_option
@place_options
def list_all(*, running: bool, as_json: bool, hub: HubPlace) -> None:
    """Outages, the latest first."""
    with hub.opened() as database:
        found = list_outages(database, running=running)
    if as_json:
        show_json(found)
        return
    show_table(
        ("OUTAGE", "UNIT", "FROM", "UNTIL", "BECAUSE", "REPORTED TO", "DECLARED BY"),
        [
            (
                line.id,
                line.unit or "everywhere",
                line.began_at,
                line.ended_at,
                line.reason,
                line.reported_to,
                line.declared_by,
            )
            for line in found
        ],
        empty="There are no outages on record.",
    )


def _zone(database: Database, settings: HubSettings, unit_id: int | None) -> ZoneInfo:
    if unit_id is None:
        return ZoneInfo(settings.timezone)
    with database.read() as session:
        return UnitTree.load(session.connection()).zone_of(unit_id)
