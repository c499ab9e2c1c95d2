"""`presensi hub employees`, `unit`, `account`: the people of a hub."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from cli.commands import Commands, LoneCommand
from cli.hub_account_access import disable, enable, reset
from cli.hub_account_activation import activation
from cli.hub_account_roles import end, grant, reset_second_step, roles, sign_out
from cli.hub_options import HubPlace, find_employee_id, find_unit, json_option, opened, place_options
from cli.hub_units import close, move, rename, reopen, zone
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.access.accounts import add_account, check_password, check_username, link_account, list_accounts, set_password
from hub.access.roles import PAGE_ROLES, Role
from hub.errors import SettingsError
from hub.keys import second_step_trouble
from hub.roster.employees import ensure_unit
from hub.roster.models import DEFAULT_POLICY, DEFAULT_TIMEZONE, Unit
from hub.roster.overview import list_employees
from hub.roster.units import UnitTree
from hub.schedule.decisions import check_policy_name


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub employees --unit 'Dinas Kesehatan' --json")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@json_option
@place_options
def employees(unit: str | None, *, as_json: bool, hub: HubPlace) -> None:
    """Everybody on record, with unit and number of photos."""
    settings = hub.settings()
    with opened(settings) as database:
        today = datetime.now(ZoneInfo(settings.timezone)).date()
        found = list_employees(database, today, find_unit(database, unit))
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "UNIT", "PHOTOS", "PACKS", "ID"),
        [(line.name, line.unit, line.frames, ", ".join(line.packs) or None, line.id) for line in found],
        empty="Nobody is enrolled yet: presensi hub enrol DIR",
    )


@click.group(cls=Commands)
def unit() -> None:
    """Units: offices and their parts."""


@unit.command(
    "add", epilog="Example:\n\n  presensi hub unit add 'Puskesmas Sumber' --parent 'Dinas Kesehatan' --policy jember-6"
)
@click.argument("name")
@click.option("--parent", metavar="NAME", help="The unit above it.")
@click.option("--policy", default=DEFAULT_POLICY, show_default=True, help="Working hours and rules.")
@click.option("--timezone", default=DEFAULT_TIMEZONE, show_default=True, help="Work dates are local to it.")
@place_options
def add_unit(
    name: str,
    *,
    parent: str | None,
    policy: str,
    timezone: str,
    hub: HubPlace,
) -> None:
    """Make a unit; one that is there already stays as it is."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"'{timezone}' is no time zone: write Asia/Jakarta.") from error
    if not name.strip() or len(name) > 200:
        raise BadInputError("A unit's name has 1 to 200 characters.")
    with hub.opened(create=True) as database, database.write() as session:
        check_policy_name(session, policy, on=datetime.now(zone).date())
        ensure_unit(
            session,
            name.strip(),
            now=datetime.now(UTC),
            author=getpass.getuser(),
            parent=parent,
            timezone=timezone,
            policy=policy,
        )
    click.echo(f"The unit {name.strip()} is on record.")


@unit.command("list", epilog="Example:\n\n  presensi hub unit list")
@json_option
@place_options
def list_units(*, as_json: bool, hub: HubPlace) -> None:
    """Every unit, with the policy in force today."""
    settings = hub.settings()
    with opened(settings) as database, database.read() as session:
        tree = UnitTree.load(session.connection())
        names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        today = datetime.now(ZoneInfo(settings.timezone)).date()
        units = [
            {
                "id": unit_id,
                "name": name,
                "parent": names.get(tree.node(unit_id).parent_id or 0),
                "policy": tree.policy_on(unit_id, today),
                "timezone": tree.node(unit_id).timezone,
            }
            for unit_id, name in sorted(names.items(), key=lambda item: item[1].casefold())
        ]
    if as_json:
        show_json(units)
        return
    show_table(
        ("NUMBER", "NAME", "ABOVE", "POLICY", "ZONE"),
        [tuple(unit.values()) for unit in units],
        empty="There are no units yet; the first enrolment makes one, or: presensi hub unit add NAME",
    )


@click.group(cls=Commands)
def account() -> None:
    """Accounts for the hub's pages."""


@account.command(
    "add",
    epilog="Examples:\n\n"
    "  presensi hub account add siti --role operator --unit 'Dinas Kesehatan'\n\n"
    "  printf '%s' \"$PASSWORD\" | presensi hub account add admin --role administrator",
)
@click.argument("username")
@click.option("--role", required=True, type=click.Choice([str(role) for role in PAGE_ROLES]), help="What it may do.")
@click.option("--unit", metavar="NAME", help="Sees this unit and those below it only; default: every unit.")
@place_options
def add_an_account(
    username: str,
    *,
    role: str,
    unit: str | None,
    hub: HubPlace,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    check_username(username)
    password = read_password(username)
    with hub.opened(create=True) as database:
        add_account(database, username=username, password=password, role=Role(role), unit=unit, by=getpass.getuser())
    click.echo(f"{username} can sign in.")


@account.command("password", epilog="Example:\n\n  presensi hub account password siti")
@click.argument("username")
@place_options
def change_password(username: str, *, hub: HubPlace) -> None:
    """Give an account another password; whoever is signed in with the old one is signed out."""
    with hub.opened() as database:
        set_password(database, username=username, password=read_password(username))
    click.echo(f"{username} has another password.")


@account.command(
    "link",
    epilog="Examples:\n\n"
    "  presensi hub account link siti 198501012010011001\n\n"
    "  presensi hub account link siti --nobody",
)
@click.argument("username")
@click.argument("employee", required=False)
@click.option("--nobody", is_flag=True, help="It is no employee's that is known.")
@place_options
def link(username: str, employee: str | None, *, nobody: bool, hub: HubPlace) -> None:
    """Say which EMPLOYEE (NIP, id or name) an account is: they approve nothing that they enrolled at a kiosk."""
    if nobody == (employee is not None):
        raise BadInputError("Name an employee, or give --nobody.")
    with hub.opened() as database:
        who = None if employee is None else find_employee_id(database, employee)
        link_account(database, username, who)
    click.echo(f"{username} is {employee or 'no employee that is known'}.")


@account.command("list", epilog="Example:\n\n  presensi hub account list --json")
@json_option
@place_options
def list_all_accounts(*, as_json: bool, hub: HubPlace) -> None:
    """Every account; says so when `second-step.key` keeps somebody out."""
    settings = hub.settings()
    with opened(settings) as database:
        found = list_accounts(database)
        trouble = second_step_trouble(settings.data_folder, database)
    if trouble is not None:
        click.echo(trouble, err=True)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "ROLE", "UNIT", "EMPLOYEE", "SINCE", "DISABLED", "SECOND STEP"),
        [
            (
                line.username,
                line.role if line.has_role else "(none now)",
                line.unit or "all",
                line.employee,
                line.created_at,
                line.disabled_at,
                "yes" if line.second_step else None,
            )
            for line in found
        ],
        empty="There are no accounts yet: presensi hub account add NAME --role administrator",
    )


for command in (grant, end, roles, reset_second_step, sign_out):
    account.add_command(command)
for command in (activation, disable, enable, reset):
    account.add_command(command)
for command in (rename, move, close, reopen, zone):
    unit.add_command(command)


def read_password(username: str) -> str:
    """A password asked for twice at a terminal, else the first line of standard input; checked."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"Password for {username}: ")
        if getpass.getpass("Once more: ") != password:
            raise BadInputError("The two passwords differ; nothing was changed.")
    check_password(password, username=username)
    return password
