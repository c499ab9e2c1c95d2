"""`presensi hub unit rename | move | close | reopen | zone`: units as they change, on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import click

from cli.commands import LoneCommand
from cli.decided import DATE
from cli.hub_options import HubPlace, by_option, find_unit, opened, place_options, unit_named
from hub.roster.unit_changes import UnitChanges, change_units, zone_key

_LETTER = click.option("--letter", required=True, metavar="TEXT", help="The regulation or letter that says so.")


@click.command(
    cls=LoneCommand, epilog="Example:\n\n  presensi hub unit rename 'Dinas Kesehatan' 'Dinas Kesehatan Kota'"
)
@click.argument("name")
@click.argument("new_name")
@by_option
@place_options
def rename(name: str, new_name: str, *, by: str, hub: HubPlace) -> None:
    """Call a unit otherwise, everywhere and in past months too; the old name stays on record."""
    _change(hub, name, by, lambda units, unit_id: units.rename(unit_id, new_name))
    click.echo(f"The unit {name} is called {new_name} now.")


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub unit move 'Puskesmas Sumber' --below 'Dinas Kesehatan' --from 2027-01-01 --letter 'Perbup 3'\n\n"
    "  presensi hub unit move 'Dinas Kesehatan' --top --from 2027-01-01 --letter 'Perbup 3/2026'",
)
@click.argument("name")
@click.option("--below", metavar="NAME", help="The unit that it stands below from now on.")
@click.option("--top", is_flag=True, help="At the top instead.")
@click.option("--from", "first", required=True, type=DATE, metavar="DATE", help="From when the hours from above count.")
@_LETTER
@by_option
@place_options
def move(name: str, *, below: str | None, top: bool, first: date, letter: str, by: str, hub: HubPlace) -> None:
    """Put a unit with all below it under another one; its hours before that day stay as they were."""
    if (below is None) != top:
        raise click.UsageError("Say where it goes: --below NAME, or --top.")

    def deed(units: UnitChanges, unit_id: int, parent_id: int | None) -> None:
        units.move(unit_id, parent_id, from_day=first, basis=letter)

    settings = hub.settings()
    with opened(settings) as database:
        parent_id = find_unit(database, below)
        unit_id = unit_named(database, name)
        change_units(database, lambda units: deed(units, unit_id, parent_id), by=by, now=datetime.now(UTC))
    click.echo(f"The unit {name} stands {'at the top' if below is None else f'below {below}'} now.")


@click.command(
    cls=LoneCommand,
    epilog="Example:\n\n  presensi hub unit close 'Kantor Arsip' --last 2026-12-31 --letter 'Perbup 3/2026'",
)
@click.argument("name")
@click.option("--last", required=True, type=DATE, metavar="DATE", help="Its last day.")
@_LETTER
@by_option
@place_options
def close(name: str, *, last: date, letter: str, by: str, hub: HubPlace) -> None:
    """Let a unit end with a day; people, kiosks and units below it are moved first."""
    _change(hub, name, by, lambda units, unit_id: units.close(unit_id, last=last, basis=letter))
    click.echo(f"The unit {name} ends with {last}.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub unit reopen 'Kantor Arsip'")
@click.argument("name")
@by_option
@place_options
def reopen(name: str, *, by: str, hub: HubPlace) -> None:
    """Let a closed unit go on."""
    _change(hub, name, by, lambda units, unit_id: units.reopen(unit_id))
    click.echo(f"The unit {name} is open again.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub unit zone 'Kantor Penghubung' WITA")
@click.argument("name")
@click.argument("timezone", metavar="ZONE")
@by_option
@place_options
def zone(name: str, timezone: str, *, by: str, hub: HubPlace) -> None:
    """Put right the time zone (WIB, WITA, WIT or Asia/Makassar) of a unit that has no days on record yet."""
    _change(hub, name, by, lambda units, unit_id: units.rezone(unit_id, timezone))
    click.echo(f"The unit {name} has the time zone {zone_key(timezone)} now.")


def _change(hub: HubPlace, name: str, by: str, deed: Callable[[UnitChanges, int], None]) -> None:
    with hub.opened() as database:
        unit_id = unit_named(database, name)
        change_units(database, lambda units: deed(units, unit_id), by=by, now=datetime.now(UTC))
