"""`presensi hub account disable | enable | reset`: shutting an account, opening it, and a password that counts once."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, place_options
from hub.access.administration import disable_account, enable_account, reset_password


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub account disable siti")
@click.argument("username")
@place_options
def disable(username: str, *, hub: HubPlace) -> None:
    """Let nobody in with an account, and end its sessions; the last administrator cannot be disabled."""
    with hub.opened() as database:
        disable_account(database, username, now=datetime.now(UTC))
    click.echo(f"{username} is disabled and signed out.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub account enable siti")
@click.argument("username")
@place_options
def enable(username: str, *, hub: HubPlace) -> None:
    """Let somebody in again who was disabled."""
    with hub.opened() as database:
        enable_account(database, username)
    click.echo(f"{username} can sign in again.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub account reset siti")
@click.argument("username")
@place_options
def reset(username: str, *, hub: HubPlace) -> None:
    """Print a password that opens an account once: whoever signs in with it chooses another."""
    with hub.opened() as database:
        password = reset_password(database, username)
    click.echo(f"Password of {username}, for one sign-in: {password}")
