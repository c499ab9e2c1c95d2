"""`presensi hub seed`: a regency that does not exist, for demonstrations, benchmarks and tests."""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import click

from cli.commands import LoneCommand
from cli.decided import DATE
from cli.hub_options import HubPlace, opened, place_options
from cli.tables import show_json
from contract.errors import BadInputError
from hub.seeding.order import ASKED_AT, FEWEST_EMPLOYEES, SeedOrder
from hub.seeding.seed import Seeded, seed_regency


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub seed --data ./hub\n\n"
    "  presensi hub seed --employees 10000 --months 1 --until 2026-03-31 --clock 23:59 --db postgresql://presensi@db/trial\n\n"
    "  presensi hub seed --data ./hub --password sangat-rahasia-2026 > accounts.json && presensi hub run --data ./hub",
)
@click.option(
    "--employees",
    type=click.IntRange(FEWEST_EMPLOYEES, 200_000),
    default=200,
    show_default=True,
    help="How many people; units grow with them.",
)
@click.option(
    "--months",
    type=click.IntRange(1, 36),
    default=2,
    show_default=True,
    help="Calendar months of attendance; the last is that of --until, those before it are closed.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same rows.")
@click.option("--until", type=DATE, metavar="DATE", help="Last day with punches; default: today.")
@click.option(
    "--clock",
    metavar="HH:MM",
    default=f"{ASKED_AT:%H:%M}",
    show_default=True,
    help="Up to when on the last day there are punches.",
)
@click.option("--password", metavar="TEXT", help="Of every account; default: a random one for each.")
@click.option("--assess/--no-assess", default=True, help="Whether to assess the days, or leave that to `hub run`.")
@place_options
def seed(
    *,
    employees: int,
    months: int,
    seed: int,
    until: date | None,
    clock: str,
    password: str | None,
    assess: bool,
    hub: HubPlace,
) -> None:
    """Write a regency that does not exist into an empty database: units, people, hours, kiosks, punches and letters.

    Prints one JSON object: what was written, an account for each role with its password, a few PINs, and who may enrol
    at each unit's kiosks. All names are made up. Nobody can sign in as an invented kiosk, and no faces are enrolled.
    """
    settings = hub.settings()
    zone = ZoneInfo(settings.timezone)
    order = SeedOrder(
        employees=employees,
        months=months,
        seed=seed,
        until=until or datetime.now(zone).date(),
        clock=_read_clock(clock),
        zone=zone,
    )
    quiet = not sys.stderr.isatty()
    with opened(settings, create=True) as database:
        click.echo(f"Writing {employees} people from {order.first} to {order.until} …", err=True)
        with click.progressbar(length=0, label="Assessing", file=sys.stderr, hidden=quiet) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            seeded = seed_regency(database, order, password=password, assess=assess, on_assessed=progress)
    show_json(_plain(seeded))


def _plain(seeded: Seeded) -> dict[str, object]:
    return {
        "database": seeded.database,
        "employees": seeded.employees,
        "units": seeded.units,
        "kiosks": seeded.kiosks,
        "punches": seeded.punches,
        "documents": seeded.documents,
        "days": seeded.days,
        "from": seeded.first,
        "to": seeded.last,
        "accounts": seeded.accounts,
        "pins": seeded.pins,
        "operators": seeded.operators,
    }


def _read_clock(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone of its own
    except ValueError as error:
        raise BadInputError(f"'{text}' is no time of day: write {ASKED_AT:%H:%M}.") from error
