"""`presensi hub account activation`: codes with which employees make their own accounts."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import LoneCommand
from cli.hub_options import (
    HubPlace,
    by_option,
    find_employee_id,
    find_unit,
    json_option,
    opened,
    place_options,
    today_of,
)
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.access.activation import Candidate, issue_codes, list_candidates


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub account activation 198501012010011001 --by siti\n\n"
    "  presensi hub account activation --unit RSUD --json > slips.json\n\n"
    "  presensi hub account activation --unit RSUD --list",
)
@click.argument("employees", nargs=-1)
@click.option("--unit", metavar="NAME", help="Everybody of this unit and those below it who has no code that holds.")
@click.option("--list", "only_list", is_flag=True, help="Issue nothing: who has no account yet.")
@by_option
@json_option
@place_options
def activation(
    employees: tuple[str, ...], *, unit: str | None, only_list: bool, by: str, as_json: bool, hub: HubPlace
) -> None:
    """Issue codes to EMPLOYEES (NIP, id or name) without an account; each is told once, and holds for 14 days.

    The employee opens /aktivasi with the number and the code, and chooses a password.
    """
    if not only_list and bool(employees) == (unit is not None):
        raise BadInputError("Name employees, or a unit with --unit.")
    settings = hub.settings()
    today, now = today_of(settings), datetime.now(UTC)
    with opened(settings) as database:
        unit_id = find_unit(database, unit)
        candidates = list_candidates(database, unit_id=unit_id, today=today, now=now)
        if only_list:
            _show_list(candidates, as_json=as_json)
            return
        chosen = [find_employee_id(database, text) for text in employees]
        if not chosen:
            chosen = [each.employee_id for each in candidates if each.nip and each.expires_at is None]
        slips = issue_codes(database, chosen, unit_id=unit_id, by=by, today=today, now=now)
    if as_json:
        show_json(slips)
        return
    show_table(
        ("NAME", "NUMBER", "UNIT", "CODE", "UNTIL"),
        [(slip.name, slip.nip, slip.unit, slip.code, slip.expires_at) for slip in slips],
        empty="Everybody there has an account, or a code.",
    )


def _show_list(candidates: list[Candidate], *, as_json: bool) -> None:
    if as_json:
        show_json(candidates)
        return
    show_table(
        ("NAME", "NUMBER", "UNIT", "CODE UNTIL"),
        [(each.name, each.nip, each.unit, each.expires_at) for each in candidates],
        empty="Everybody there has an account.",
    )
