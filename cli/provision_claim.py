"""`presensi provision claim`: kiosks that ask to be let in."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.hub_signer import expect_signer
from cli.hub_witness import note_command
from cli.tables import show_json, show_table
from contract.claim import shown_code
from hub.fleet.claims import approve_claim, list_claims, refuse_claim


@click.group(
    cls=Commands,
    epilog="Examples:\n\n"
    "  presensi provision claim list\n\n"
    "  presensi provision claim approve kiosk-dinkes-1 --unit 'Dinas Kesehatan'\n\n"
    "  presensi provision claim refuse kiosk-dinkes-1 --because 'not ours'",
)
def claim() -> None:
    """Kiosks that ask the hub to be let in: on the hub's machine, with the hub's settings."""


@claim.command("list", epilog="Example:\n\n  presensi provision claim list --settings /etc/presensi/hub.toml --json")
@click.option("--all", "every", is_flag=True, help="Also what was approved or refused, or has expired.")
@json_option
@place_options
def show(*, every: bool, as_json: bool, hub: HubPlace) -> None:
    """Kiosks that wait, the oldest first. A claim waits for 24 hours."""
    with hub.opened() as database:
        lines = list_claims(database, now=datetime.now(UTC), every=every)
    if as_json:
        show_json(lines)
        return
    show_table(
        ("KIOSK", "CODE", "STATE", "SINCE", "UNTIL", "FROM", "SOFTWARE", "BY", "REASON"),
        [
            (
                line.device,
                # Whoever approves reads it from the kiosk's screen, and not from here.
                "(on its screen)" if line.state == "open" else shown_code(line.code),
                line.state,
                line.made_at,
                line.expires_at,
                line.client,
                line.software or None,
                line.settled_by,
                line.reason or None,
            )
            for line in lines
        ],
        empty="No kiosk asks to be let in.",
    )


@claim.command(
    epilog="Examples:\n\n"
    "  presensi provision claim approve kiosk-dinkes-1 --unit 'Dinas Kesehatan'\n\n"
    "  presensi provision claim approve kiosk-dinkes-1 --code 7KQM-P2XD --by siti"
)
@click.argument("device")
@click.option("--code", metavar="CODE", help="As the kiosk's own screen shows it; without it, you are asked.")
@click.option("--unit", metavar="NAME", help="Whose staff it recognises; without it, everybody's.")
@by_option
@json_option
@place_options
def approve(device: str, *, code: str | None, unit: str | None, by: str, as_json: bool, hub: HubPlace) -> None:
    """Let DEVICE in: its key is registered, and its certificate signed for 90 days.

    The code comes from the kiosk's own screen. It stands for both of its keys: another machine that asks under the same
    name shows another one. What else asks under this name is refused with it.
    """
    signer = expect_signer(hub.settings())
    typed = code if code is not None else str(click.prompt(f"Code on the screen of {device}"))
    with hub.opened() as database:
        note_command(device=device)
        line = approve_claim(database, signer, device, code=typed, unit=unit, by=by, now=datetime.now(UTC))
    if as_json:
        show_json(line)
    else:
        click.echo(f"{device} is let in, as {unit or 'a kiosk for everybody'}. It fetches its certificate by itself.")


@claim.command(epilog="Example:\n\n  presensi provision claim refuse kiosk-dinkes-1 --because 'not ours'")
@click.argument("device")
@click.option("--code", metavar="CODE", help="The one with this code; without it, all that ask under this name.")
@click.option("--because", required=True, metavar="TEXT", help="Why; the kiosk shows it.")
@by_option
@json_option
@place_options
def refuse(device: str, *, code: str | None, because: str, by: str, as_json: bool, hub: HubPlace) -> None:
    """Refuse DEVICE. It may ask again when the 24 hours of its claim are over."""
    with hub.opened() as database:
        note_command(device=device)
        lines = refuse_claim(database, device, code=code, because=because, by=by, now=datetime.now(UTC))
    if as_json:
        show_json(lines)
    else:
        click.echo(f"{device} is refused ({len(lines)}).")
