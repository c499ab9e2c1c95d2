"""`presensi hub kiosk command`, `kiosk commands`: what a kiosk is ordered to do, and what became of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.fleet.commands import ACTIONS, HOLDS_FOR, Action, CommandLine, give_command, list_commands

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def _short(span: timedelta) -> str:
    return f"{span.days}d" if span.days else f"{span.seconds // 3600}h"


_DEFAULTS: Final = ", ".join(f"{action} {_short(HOLDS_FOR[action])}" for action in ACTIONS)


@click.command(
    "command",
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub kiosk command kiosk-dinkes-1 restart\n\n"
    "  presensi hub kiosk command kiosk-dinkes-1 message --text 'Apel pukul 07.30' --for 2h\n\n"
    "  presensi hub kiosk command kiosk-dinkes-1 message --text ''",
)
@click.argument("device")
@click.argument("action", type=click.Choice(ACTIONS))
@click.option("--text", default="", metavar="TEXT", help="What a message says; '' takes the last one away.")
@click.option(
    "--for",
    "holds_for",
    metavar="TIME",
    help=f"A kiosk that comes back later than this does it no more, like 30m, 2h or 7d; default: {_DEFAULTS}.",
)
@by_option
@json_option
@place_options
def command(
    device: str, action: str, *, text: str, holds_for: str | None, by: str, as_json: bool, hub: HubPlace
) -> None:
    """Order DEVICE to take no punches (lock) or take them again (unlock), to start its program anew (restart), to fetch
    its whole roster (refresh), or to show a message.

    A running hub sends it within seconds, and again until the kiosk says that it obeyed.
    """
    span = None if holds_for is None else _read_span(holds_for)
    with hub.opened() as database:
        given = give_command(
            database, device, cast("Action", action), by=by, now=datetime.now(UTC), text=text, holds_for=span
        )
    if as_json:
        show_json(given)
        return
    click.echo(
        f"{device}: {action}, command {given.version}, until {given.expires_at.astimezone():%Y-%m-%d %H:%M}. "
        f"What became of it: presensi hub kiosk commands {device}"
    )


@click.command("commands", cls=LoneCommand, epilog="Example:\n\n  presensi hub kiosk commands kiosk-dinkes-1 --json")
@click.argument("device")
@json_option
@place_options
def commands(device: str, *, as_json: bool, hub: HubPlace) -> None:
    """What DEVICE was ordered to do, the latest first, and what became of it.

    waiting: not sent yet. delivered: sent, and the kiosk has not said that it obeyed. done, expired, refused: by it.
    """
    with hub.opened() as database:
        lines = list_commands(database, device)
    if as_json:
        show_json(lines)
        return
    show_table(
        ("GIVEN", "NO", "ACTION", "TEXT", "BY", "STATE", "SINCE", "DETAIL"),
        [_cells(line) for line in lines],
        empty=f"{device} was ordered nothing yet.",
    )


def _cells(line: CommandLine) -> tuple[object, ...]:
    return (
        line.made_at,
        line.version,
        line.action,
        line.text or None,
        line.author,
        line.state,
        line.at,
        line.detail or None,
    )


def _read_span(text: str) -> timedelta:
    """BadInputError for what is no span of time."""
    found = re.fullmatch(r"([0-9]{1,4})([mhd])", text.strip())
    if found is None:
        raise BadInputError(f"'{text}' is no span of time: write 30m, 2h or 7d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
