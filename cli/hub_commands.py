"""`presensi hub kiosk command`, `commands` and `swap`: what a kiosk is ordered to do, and who takes its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.fleet.commands import ACTIONS, HOLDS_FOR, Action, CommandLine, give_command, list_commands, take_back_command
from hub.fleet.swap import Swap, confirm_swap, declare_swap, drop_swap, swap_of

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
    "  presensi hub kiosk command kiosk-dinkes-1 message --text ''\n\n"
    "  presensi hub kiosk command kiosk-dinkes-1 wipe --confirm kiosk-dinkes-1 --by siti",
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
@click.option("--confirm", default="", metavar="DEVICE", help="For a wipe: the kiosk's name once more.")
@by_option
@json_option
@place_options
def command(
    device: str,
    action: str,
    *,
    text: str,
    holds_for: str | None,
    confirm: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Order DEVICE to take no punches (lock) or take them again (unlock), to start its program anew (restart), to fetch
    its whole roster (refresh), to show a message, or to delete for good what it keeps of faces and stay locked (wipe).

    A running hub sends it within seconds, and again until the kiosk says that it obeyed.
    """
    span = None if holds_for is None else _read_span(holds_for)
    with hub.opened() as database:
        given = give_command(
            database,
            device,
            cast("Action", action),
            by=by,
            now=datetime.now(UTC),
            text=text,
            holds_for=span,
            confirm=confirm,
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
    taken_back: by somebody, before that.
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


@click.command(
    "take-back",
    cls=LoneCommand,
    epilog="Example:\n\n  presensi hub kiosk take-back kiosk-dinkes-1 3 --by budi",
)
@click.argument("device")
@click.argument("number", type=int)
@by_option
@json_option
@place_options
def take_back(device: str, number: int, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Send command NUMBER of DEVICE no more; `presensi hub kiosk commands DEVICE` shows the numbers.

    One that the kiosk has carried out cannot be taken back. One that was sent, and of which the kiosk has said nothing
    yet, may still be carried out; the list says so then.
    """
    with hub.opened() as database:
        found = next((line for line in list_commands(database, device, limit=1000) if line.version == number), None)
        if found is None:
            raise BadInputError(f"There is no command {number} of '{device}': presensi hub kiosk commands {device}")
        taken = take_back_command(database, device, found.id, by=by, now=datetime.now(UTC))
    if as_json:
        show_json(taken)
        return
    after = "It was sent already: if the kiosk has received it, it still carries it out." * (found.state == "delivered")
    click.echo(f"Command {number} of {device} is sent no more. {after}".rstrip())


@click.command(
    "swap",
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub kiosk swap kiosk-dinkes-1 kiosk-dinkes-2 --because 'broken screen' --by siti\n\n"
    "  presensi hub kiosk swap kiosk-dinkes-1 --confirm --by budi\n\n"
    "  presensi hub kiosk swap kiosk-dinkes-1",
)
@click.argument("old")
@click.argument("new", required=False)
@click.option("--because", metavar="TEXT", help="Ask for it, and say why.")
@click.option("--confirm", is_flag=True, help="Confirm it, as a second person.")
@click.option("--drop", is_flag=True, help="Take it back while it waits.")
@by_option
@json_option
@place_options
def swap(
    old: str,
    new: str | None,
    *,
    because: str | None,
    confirm: bool,
    drop: bool,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Give the place, unit and policy of OLD to NEW, which is registered already; it takes two people.

    When the second confirms it, OLD is revoked: let it deliver first. With OLD alone: where its swap stands.
    """
    if (new is not None) != (because is not None) or sum((new is not None, confirm, drop)) > 1:
        raise BadInputError("One person names NEW with --because, and another confirms it with OLD and --confirm.")
    now = datetime.now(UTC)
    with hub.opened() as database:
        if new is not None and because is not None:
            found: Swap | None = declare_swap(database, old, new, because=because, by=by, now=now)
        elif confirm:
            found = confirm_swap(database, old, by=by, now=now)
        else:
            if drop:
                drop_swap(database, old, by=by, now=now)
            found = swap_of(database, old)
    if as_json:
        show_json(found)
    elif found is None:
        click.echo(f"No swap of {old} waits or was made.")
    else:
        _show_swap(found)


def _show_swap(found: Swap) -> None:
    click.echo(f"{found.new_device} for {found.old_device}: {found.because}; asked for by {found.declared_by}")
    if found.confirmed_by is not None:
        click.echo(f"Confirmed by {found.confirmed_by}: {found.old_device} is revoked.")
        return
    if found.queue:
        click.echo(f"{found.old_device} holds {found.queue} rows that are not here yet: let it deliver them first.")
    click.echo(f"Somebody else must confirm it: presensi hub kiosk swap {found.old_device} --confirm --by NAME")


def _cells(line: CommandLine) -> tuple[object, ...]:
    return (
        line.made_at,
        line.version,
        line.action,
        line.text or None,
        line.author,
        line.state,
        line.at,
        line.detail or _taken_back(line),
    )


def _taken_back(line: CommandLine) -> str | None:
    return None if line.taken_back_by is None else f"taken back by {line.taken_back_by}"


def _read_span(text: str) -> timedelta:
    """BadInputError for what is no span of time."""
    found = re.fullmatch(r"([0-9]{1,4})([mhd])", text.strip())
    if found is None:
        raise BadInputError(f"'{text}' is no span of time: write 30m, 2h or 7d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
