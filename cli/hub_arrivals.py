"""`presensi hub alarms`, `quarantine`, `journal-rows`: what has arrived from kiosks, and what is wrong with it."""

from __future__ import annotations

import click
import msgspec

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, json_option, place_options
from cli.tables import show_json, show_table
from hub.fleet.overview import held_rows, open_alarms, quarantined_rows


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub alarms --json")
@json_option
@place_options
def alarms(*, as_json: bool, hub: HubPlace) -> None:
    """Alarms that nobody has settled, the latest first."""
    with hub.opened() as database:
        found = open_alarms(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("KIOSK", "ALARM", "TIMES", "FIRST", "LAST", "DETAIL"),
        [
            (alarm.device or "(unknown)", alarm.kind, alarm.count, alarm.first_at, alarm.last_at, alarm.detail)
            for alarm in found
        ],
        empty="There are no open alarms.",
    )


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub quarantine --json")
@json_option
@place_options
def quarantine(*, as_json: bool, hub: HubPlace) -> None:
    """Journal rows that are kept to be looked at and count nowhere."""
    with hub.opened() as database:
        found = quarantined_rows(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("KIOSK", "ROW", "REASON", "RECEIVED", "DETAIL"),
        [(row.device, row.seq, row.reason, row.received_at, row.detail) for row in found],
        empty="The quarantine is empty.",
    )


@click.command(
    "journal-rows", cls=LoneCommand, epilog="Example:\n\n  presensi hub journal-rows --device kiosk-dinkes-1 --json"
)
@click.option("--device", help="Only the rows of this kiosk.")
@json_option
@place_options
def journal_rows(device: str | None, *, as_json: bool, hub: HubPlace) -> None:
    """Every journal row that the hub holds, in the order of the journals, with its hash in the kiosk's chain."""
    with hub.opened() as database:
        rows = held_rows(database, device)
        if as_json:
            # One row at a time: there may be millions.
            separator = "["
            for row in rows:
                click.echo(separator + msgspec.json.encode(row).decode(), nl=False)
                separator = ",\n"
            click.echo("]" if separator != "[" else "[]")
            return
        show_table(
            ("KIOSK", "EPOCH", "ROW", "KIND", "PERSON", "TAKEN", "HASH"),
            [(row.device, row.epoch, row.seq, row.kind, row.person, row.taken_at, row.hash[:16]) for row in rows],
            empty="The hub holds no journal rows.",
        )
