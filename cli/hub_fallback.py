"""`presensi hub pin` and `card`: what people may show when their face fails."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, by_option, find_employee_id, json_option, opened, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from contract.pin import PIN_DIGITS, check_pin
from hub.roster.fallback import add_card, clear_pin, generate_pin, list_cards, list_pins, remove_card, set_pin
from hub.settings import HubSettings


@click.group(cls=Commands)
def pin() -> None:
    """PINs: with the face as a check, where a kiosk takes them (presensi hub kiosk set DEVICE --fallback pin)."""


@pin.command(
    "set",
    epilog="Examples:\n\n"
    "  presensi hub pin set 198501012010011001 --generate --by siti\n\n"
    "  presensi hub pin set 198501012010011001 --pin-file - < pin.txt",
)
@click.argument("employee")
@click.option("--pin-file", metavar="FILE", help="A file that holds the PIN and nothing else; - for standard input.")
@click.option("--generate", is_flag=True, help="Draw one; it is shown once and stands nowhere.")
@by_option
@json_option
@place_options
def set_(
    employee: str,
    *,
    pin_file: str | None,
    generate: bool,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Give EMPLOYEE (NIP, id or name) a PIN in place of any they had."""
    if generate and pin_file is not None:
        raise BadInputError("Give --pin-file or --generate, not both.")
    settings = hub.settings()
    if generate:
        _set_drawn(settings, employee, by, as_json=as_json)
        return
    number = check_pin(_read_pin(pin_file))
    with opened(settings) as database:
        who = find_employee_id(database, employee)
        set_pin(database, who, number, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who})
    else:
        click.echo("The PIN is set; kiosks learn of it with their next roster.")


@pin.command("reset", epilog="Example:\n\n  presensi hub pin reset 198501012010011001 --by siti")
@click.argument("employee")
@by_option
@json_option
@place_options
def reset(employee: str, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Draw a new PIN for EMPLOYEE; it is shown once and stands nowhere."""
    _set_drawn(hub.settings(), employee, by, as_json=as_json)


@pin.command("clear", epilog="Example:\n\n  presensi hub pin clear 198501012010011001 --by siti")
@click.argument("employee")
@by_option
@json_option
@place_options
def clear(employee: str, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Take EMPLOYEE's PIN away."""
    with hub.opened() as database:
        who = find_employee_id(database, employee)
        clear_pin(database, who, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who})
    else:
        click.echo("They have no PIN any more; kiosks learn of it with their next roster.")


@pin.command("list", epilog="Example:\n\n  presensi hub pin list --json")
@json_option
@place_options
def list_of_pins(*, as_json: bool, hub: HubPlace) -> None:
    """Who has a PIN, since when, and who gave it; never the PIN."""
    with hub.opened() as database:
        found = list_pins(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "SINCE", "BY", "ID"),
        [(line.name, line.set_at, line.set_by, line.employee_id) for line in found],
        empty="Nobody has a PIN yet: presensi hub pin set NIP --generate",
    )


@click.group(cls=Commands)
def card() -> None:
    """Cards: with the face as a check, where a kiosk takes them (presensi hub kiosk set DEVICE --fallback card)."""


@card.command("add", epilog="Example:\n\n  presensi hub card add 198501012010011001 04A23F9C --by siti")
@click.argument("employee")
@click.argument("number")
@by_option
@json_option
@place_options
def add(employee: str, number: str, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Give EMPLOYEE (NIP, id or name) the card of this NUMBER, as its reader types it."""
    with hub.opened() as database:
        who = find_employee_id(database, employee)
        add_card(database, who, number, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who})
    else:
        click.echo("The card is theirs; kiosks learn of it with their next roster.")


@card.command("remove", epilog="Example:\n\n  presensi hub card remove 198501012010011001 3F9C --by siti")
@click.argument("employee")
@click.argument("number")
@by_option
@json_option
@place_options
def remove(employee: str, number: str, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """Take a card from EMPLOYEE. NUMBER: the whole of it, or how it ends as `card list` shows."""
    with hub.opened() as database:
        who = find_employee_id(database, employee)
        ending = remove_card(database, who, number, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who, "ending": ending})
    else:
        click.echo(f"The card that ends in {ending} is theirs no more; kiosks learn of it with their next roster.")


@card.command("list", epilog="Example:\n\n  presensi hub card list --all")
@click.option("--employee", metavar="WHO", help="Only this person's: NIP, id or name.")
@click.option("--all", "removed", is_flag=True, help="Also those that count no more.")
@json_option
@place_options
def list_of_cards(*, employee: str | None, removed: bool, as_json: bool, hub: HubPlace) -> None:
    """Whose cards count, by name; of a number only its end is kept."""
    with hub.opened() as database:
        who = None if employee is None else find_employee_id(database, employee)
        found = list_cards(database, who, removed=removed)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "CARD", "SINCE", "BY", "REMOVED", "BY", "ID"),
        [
            (
                line.name,
                f"…{line.ending}",
                line.added_at,
                line.added_by,
                line.removed_at,
                line.removed_by,
                line.employee_id,
            )
            for line in found
        ],
        empty="Nobody has a card yet: presensi hub card add NIP NUMBER",
    )


def _set_drawn(settings: HubSettings, employee: str, by: str, *, as_json: bool) -> None:
    number = generate_pin()
    with opened(settings) as database:
        who = find_employee_id(database, employee)
        set_pin(database, who, number, by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"employee_id": who, "pin": number})
    else:
        click.echo(f"PIN: {number}")
        click.echo("It is shown this once: hand it over now. Kiosks learn of it with their next roster.", err=True)


def _read_pin(name: str | None) -> str:
    """From a file, standard input, or typed twice without being shown; never from the command line."""
    if name is None:
        return str(click.prompt(f"PIN ({PIN_DIGITS} digits)", hide_input=True, confirmation_prompt=True))
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="ascii")
    except OSError as error:
        raise BadInputError(f"The file {name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{name} holds no PIN: {PIN_DIGITS} digits and nothing else.") from error
    return text.strip()
