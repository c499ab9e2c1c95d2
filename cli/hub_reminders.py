"""`presensi hub reminder`: where people are reached, what was sent to them, and whether a gateway works."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.reminders.addresses import channel_of
from hub.reminders.contacts import QUIET, add_contact, end_contact, list_contacts, set_wish
from hub.reminders.log import list_reminders
from hub.reminders.moments import KINDS
from hub.reminders.sending import Gateways
from hub.roster.finding import find_person
from hub.schedule.plan import parse_clock


@click.group(
    epilog="Examples:\n\n"
    "  presensi hub reminder reach 198501012010011001 --gateway whatsapp --address 6281234567890 --by budi\n\n"
    "  presensi hub reminder wish 3 --without missed --quiet 19:00-06:00\n\n"
    "  presensi hub reminder log --state given_up\n\n"
    "  presensi hub reminder test whatsapp --to 6281234567890"
)
def reminder() -> None:
    """Reminders by e-mail, Telegram, WhatsApp and others: docs/reminders.md."""


@reminder.command(
    "reach",
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub reminder reach 198501012010011001 --gateway mail --address rina@dinkes.go.id\n\n"
    "  presensi hub reminder reach --account siti --gateway telegram --address 123456789",
)
@click.argument("employee", required=False)
@click.option("--account", metavar="NAME", help="An account's address, for letters and months that are due.")
@click.option("--gateway", required=True, metavar="NAME", help="One of [gateways] in the hub's settings.")
@click.option("--address", required=True, metavar="TEXT", help="Number, e-mail address or chat there.")
@by_option
@json_option
@place_options
def reach(
    employee: str | None, *, account: str | None, gateway: str, address: str, by: str, as_json: bool, hub: HubPlace
) -> None:
    """Let EMPLOYEE (NIP, number or name) be reached at an address."""
    gateways = hub.settings().gateways
    with hub.opened() as database:
        person = None
        if employee is not None:
            with database.read() as session:
                person = find_person(session, employee)
        made = add_contact(
            database,
            employee_id=person,
            account=account,
            gateway=gateway,
            address=address,
            gateways=gateways,
            channel=channel_of(gateway, gateways.get(gateway, "")),
            by=by,
            now=datetime.now(UTC),
        )
    if as_json:
        show_json({"contact": made})
        return
    click.echo(
        f"Contact {made}. Quiet from {_clock(QUIET[0])} to {_clock(QUIET[1])}; `reminder wish {made}` changes it."
    )


@reminder.command("end", cls=LoneCommand, epilog="Example:\n\n  presensi hub reminder end 3 --by budi")
@click.argument("contact", type=int)
@by_option
@place_options
def end(contact: int, *, by: str, hub: HubPlace) -> None:
    """Reach nobody at CONTACT any more."""
    with hub.opened() as database:
        end_contact(database, contact, by=by, now=datetime.now(UTC))
    click.echo(f"Contact {contact} is in use no more.")


@reminder.command(
    "wish",
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub reminder wish 3 --without missed\n\n"
    "  presensi hub reminder wish 3 --quiet 19:00-06:00\n\n"
    "  presensi hub reminder wish 3 --quiet 00:00-00:00     # never quiet",
)
@click.argument("contact", type=int)
@click.option("--without", multiple=True, type=click.Choice(KINDS), help="Not this kind; repeatable.")
@click.option("--quiet", metavar="HH:MM-HH:MM", default=f"{QUIET[0] // 60:02d}:00-{QUIET[1] // 60:02d}:00")
@by_option
@place_options
def wish(contact: int, *, without: tuple[str, ...], quiet: str, by: str, hub: HubPlace) -> None:
    """What CONTACT does not want to hear, and from when to when it is left alone."""
    first, dash, last = quiet.partition("-")
    if not dash:
        raise BadInputError(f"'{quiet}' is no span: write HH:MM-HH:MM, like 20:00-05:00.")
    span = (parse_clock(first, field="--quiet"), parse_clock(last, field="--quiet"))
    with hub.opened() as database:
        set_wish(database, contact, without=without, quiet=span, by=by, now=datetime.now(UTC))
    click.echo(f"Contact {contact}: quiet from {_clock(span[0])} to {_clock(span[1])}.")


@reminder.command("contacts", cls=LoneCommand, epilog="Example:\n\n  presensi hub reminder contacts --json")
@json_option
@place_options
def contacts(*, as_json: bool, hub: HubPlace) -> None:
    """Who is reached where, and what each wishes."""
    with hub.opened() as database:
        found = list_contacts(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("CONTACT", "WHO", "GATEWAY", "ADDRESS", "NOT", "QUIET", "ADDED", "BY"),
        [
            (
                line.id,
                line.owner,
                line.gateway,
                line.address,
                ", ".join(line.without),
                f"{line.quiet_from}-{line.quiet_until}",
                line.added_at,
                line.added_by,
            )
            for line in found
        ],
        empty="Nobody can be reached yet: presensi hub reminder reach --help",
    )


@reminder.command("log", cls=LoneCommand, epilog="Example:\n\n  presensi hub reminder log --state waiting --json")
@click.option(
    "--state", type=click.Choice(["waiting", "delivered", "refused", "given_up", "moot"]), help="In this state alone."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@place_options
def log(*, state: str | None, limit: int, as_json: bool, hub: HubPlace) -> None:
    """Reminders that were written, the newest first, and what became of each."""
    with hub.opened() as database:
        found = list_reminders(database, state=state, limit=limit)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NO", "DUE", "WHO", "KIND", "GATEWAY", "ADDRESS", "STATE", "TRIES", "ENDED", "DETAIL"),
        [
            (
                line.id,
                line.due_at,
                line.owner,
                line.kind,
                line.gateway,
                line.address,
                line.state,
                line.attempts,
                line.ended_at,
                line.detail,
            )
            for line in found
        ],
        empty="No reminder was written yet.",
    )


@reminder.command(
    "test", cls=LoneCommand, epilog="Example:\n\n  presensi hub reminder test mail --to budi@dinkes.go.id"
)
@click.argument("gateway")
@click.option("--to", required=True, metavar="ADDRESS", help="Where the trial goes.")
@place_options
def test(gateway: str, *, to: str, hub: HubPlace) -> None:
    """Send a trial message over GATEWAY, and say what it answers."""
    gateways = Gateways(hub.settings().gateways)
    if gateway not in gateways.addresses:
        known = ", ".join(sorted(gateways.addresses)) or "none"
        raise BadInputError(f"There is no gateway '{gateway}'; there are: {known}. See [gateways] in docs/settings.md.")
    answer = gateways.send(
        gateway,
        to,
        title="Presensi",
        body="Pesan percobaan dari Presensi.\n\nA trial message from Presensi.",
        number="presensi-test",
    )
    if answer.outcome != "delivered":
        raise BadInputError(f"{gateway} did not take it: {answer.detail}")
    click.echo(f"{gateway} took the message.")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
