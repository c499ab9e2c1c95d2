"""`presensi hub account grant | end | roles | reset-second-step | sign-out`: what accounts may do, how they get in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from cli.commands import LoneCommand
from cli.decided import DATE
from cli.hub_options import HubPlace, by_option, find_unit, json_option, opened, place_options, today_of
from cli.tables import show_json, show_table
from hub.access.assignments import Acting, end_role, grant_role, list_assignments
from hub.access.roles import PAGE_ROLES, Role
from hub.access.second_step import drop_second_step
from hub.access.session_rows import end_sessions

_ROLE = click.Choice([str(role) for role in PAGE_ROLES])


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub account grant siti --role supervisor --unit RSUD --by budi\n\n"
    "  presensi hub account grant siti --role head --unit RSUD --from 2026-12-01 --to 2026-12-31 --acting plh "
    "--letter 800/12/2026",
)
@click.argument("username")
@click.option("--role", required=True, type=_ROLE, help="What it may do.")
@click.option("--unit", metavar="NAME", help="At this unit and those below it only; default: every unit.")
@click.option("--from", "first", type=DATE, metavar="DATE", help="From this day on; default: today.")
@click.option("--to", "last", type=DATE, metavar="DATE", help="Up to this day; default: without end.")
@click.option("--acting", type=click.Choice([str(acting) for acting in Acting]), help="As Plt or Plh.")
@click.option("--letter", metavar="NUMBER", help="The letter that says so; an acting holder needs one.")
@by_option
@place_options
def grant(
    username: str,
    *,
    role: str,
    unit: str | None,
    first: date | None,
    last: date | None,
    acting: str | None,
    letter: str | None,
    by: str,
    hub: HubPlace,
) -> None:
    """Give an account a further role; of those in force on a day the one that begins last counts."""
    settings = hub.settings()
    begins = first or today_of(settings)
    with opened(settings) as database:
        grant_role(
            database,
            username,
            Role(role),
            unit_id=find_unit(database, unit),
            first=begins,
            last=last,
            acting=None if acting is None else Acting(acting),
            letter=letter,
            by=by,
            now=datetime.now(UTC),
        )
    until = f" to {last}" if last else ""
    click.echo(f"{username} is {role} of {unit or 'every unit'} from {begins}{until}.")


@click.command(
    cls=LoneCommand, epilog="Example:\n\n  presensi hub account end siti --role supervisor --unit RSUD --by budi"
)
@click.argument("username")
@click.option("--role", required=True, type=_ROLE, help="Which role.")
@click.option("--unit", metavar="NAME", help="The role at exactly this unit; default: that for every unit.")
@by_option
@place_options
def end(username: str, *, role: str, unit: str | None, by: str, hub: HubPlace) -> None:
    """Take a role from an account, from now on; whoever has no other is signed out.

    The last administrator keeps theirs: somebody else is made one first.
    """
    with hub.opened() as database:
        end_role(database, username, Role(role), unit_id=find_unit(database, unit), by=by, now=datetime.now(UTC))
    click.echo(f"{username} is {role} of {unit or 'every unit'} no more.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub account roles siti --all")
@click.argument("username", required=False)
@click.option("--all", "ended", is_flag=True, help="Also those that somebody ended.")
@json_option
@place_options
def roles(username: str | None, *, ended: bool, as_json: bool, hub: HubPlace) -> None:
    """Which roles accounts have, since when, and who said so; NOW marks the one that counts."""
    with hub.opened() as database:
        found = list_assignments(database, username, ended=ended)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "ROLE", "UNIT", "FROM", "TO", "ACTING", "LETTER", "BY", "ENDED", "BY", "NOW"),
        [
            (
                line.username,
                line.role,
                line.unit or "all",
                line.valid_from,
                line.valid_until,
                line.acting,
                line.letter,
                line.set_by,
                line.withdrawn_at,
                line.withdrawn_by,
                "yes" if line.leads else None,
            )
            for line in found
        ],
        empty="There are no roles: presensi hub account grant NAME --role ROLE",
    )


@click.command("reset-second-step", cls=LoneCommand, epilog="Example:\n\n  presensi hub account reset-second-step siti")
@click.argument("username")
@place_options
def reset_second_step(username: str, *, hub: HubPlace) -> None:
    """Ask an account for its password only: for whoever has lost telephone and recovery codes.

    Make sure first that it is them. Their sessions end. Where their role must have a second step, they set up another
    at the next sign-in.
    """
    with hub.opened() as database:
        had = drop_second_step(database, username)
    click.echo(f"{username} is asked for the password only." if had else f"{username} had no second step.")


@click.command("sign-out", cls=LoneCommand, epilog="Example:\n\n  presensi hub account sign-out siti")
@click.argument("username")
@place_options
def sign_out(username: str, *, hub: HubPlace) -> None:
    """End every session of an account, wherever it is signed in."""
    with hub.opened() as database:
        ended = end_sessions(database, username)
    click.echo(f"{username} is signed out; sessions ended: {ended}.")
