"""`presensi hub recompute`: days assessed anew from everything on record."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click

from cli.commands import LoneCommand
from cli.decided import DATE
from cli.hub_options import HubPlace, find_unit, json_option, opened, place_options
from cli.tables import show_json
from contract.errors import BadInputError
from hub.attendance.recompute import recompute
from hub.roster.units import UnitTree


@click.command(
    "recompute",
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub recompute --from 2026-11-01 --to 2026-11-30\n\n"
    "  presensi hub recompute --from 2026-11-01 --to 2026-11-30 --unit 'Dinas Kesehatan' --json",
)
@click.option("--from", "first", type=DATE, required=True, metavar="DATE", help="First day.")
@click.option("--to", "last", type=DATE, required=True, metavar="DATE", help="Last day; days to come are left out.")
@click.option("--unit", metavar="NAME", help="Only people of this unit and those below it.")
@click.option("--processes", type=click.IntRange(1, 64), help="How many work at once; default: one a processor.")
@json_option
@place_options
def recompute_days(
    first: date,
    last: date,
    *,
    unit: str | None,
    processes: int | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Assess days anew, also beside a running hub. Equal input gives equal days: a second run changes nothing."""
    settings = hub.settings()
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    if last < first:
        raise BadInputError(f"The span ends ({last}) before it begins ({first}).")
    if first > today:
        raise BadInputError(f"Nobody has lived {first} yet; choose days up to {today}.")
    with opened(settings) as database:
        unit_id = find_unit(database, unit)
        units = None
        if unit_id is not None:
            with database.read() as session:
                units = UnitTree.load(session.connection()).within(unit_id)
        with click.progressbar(length=1, label="Assessing", file=sys.stderr) as bar:

            def show(done: int, total: int) -> None:
                bar.length = max(1, total)
                bar.update(done - bar.pos)

            found = recompute(
                database,
                first=first,
                last=min(last, today),
                now=datetime.now(UTC),
                units=units,
                processes=processes,
                progress=show,
            )
    if as_json:
        show_json({"days": found.days, "changed": found.changed, "not_assessed": found.troubles})
        return
    click.echo(f"{found.days} days assessed, {found.changed} changed.")
    for sentence, days in found.troubles.items():
        click.echo(f"{days} days not assessed: {sentence}", err=True)
