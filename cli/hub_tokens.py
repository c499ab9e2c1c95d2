"""`presensi hub token`: what programs (e-TPP, SIMPEG) show to use the hub's interface."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, by_option, find_unit, json_option, place_options
from cli.tables import show_json, show_table
from hub.access.tokens import MOST_DAYS, SCOPES, add_token, list_tokens, revoke_token


@click.group(
    epilog="Examples:\n\n"
    "  presensi hub token add e-tpp --scope pay:read --days 180 --by budi\n\n"
    "  presensi hub token list\n\n"
    "  presensi hub token revoke e-tpp --by budi"
)
def token() -> None:
    """Tokens of programs that read attendance or hand in letters: docs/integrations.md."""


@token.command(
    "add",
    cls=LoneCommand,
    epilog="Example:\n\n  presensi hub token add simpeg --scope employees:read --scope documents:write --unit RSUD",
)
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do; repeatable."
)
@click.option("--unit", metavar="NAME", help="Reaches this unit and those below it only; default: every unit.")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=180, show_default=True, help="For how long it holds."
)
@by_option
@json_option
@place_options
def add(
    name: str, *, scopes: tuple[str, ...], unit: str | None, days: int, by: str, as_json: bool, hub: HubPlace
) -> None:
    """Make a token, and print it: this once, the hub keeps only its hash."""
    with hub.opened() as database:
        made = add_token(
            database, name, scopes, unit_id=find_unit(database, unit), days=days, by=by, now=datetime.now(UTC)
        )
    if as_json:
        show_json({"name": name, "token": made})
        return
    click.echo(made)
    click.echo("It is not shown again. Programs send it as: Authorization: Bearer TOKEN", err=True)


@token.command("list", cls=LoneCommand, epilog="Example:\n\n  presensi hub token list --json")
@json_option
@place_options
def list_(*, as_json: bool, hub: HubPlace) -> None:
    """Which tokens there are, until when they hold, and when they were last used."""
    with hub.opened() as database:
        found = list_tokens(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "SCOPES", "UNIT", "MADE", "BY", "HOLDS UNTIL", "REVOKED", "BY", "LAST USED"),
        [
            (
                line.name,
                " ".join(line.scopes),
                line.unit or "all",
                line.made_at,
                line.made_by,
                line.expires_at,
                line.revoked_at,
                line.revoked_by,
                line.used_at,
            )
            for line in found
        ],
        empty="There are no tokens: presensi hub token add NAME --scope SCOPE",
    )


@token.command("revoke", cls=LoneCommand, epilog="Example:\n\n  presensi hub token revoke e-tpp --by budi")
@click.argument("name")
@by_option
@place_options
def revoke(name: str, *, by: str, hub: HubPlace) -> None:
    """Let a token open nothing from now on."""
    with hub.opened() as database:
        revoke_token(database, name, by=by, now=datetime.now(UTC))
    click.echo(f"The token {name} is revoked.")
