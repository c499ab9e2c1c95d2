"""`presensi hub webhook`: other systems that are told what happens, and what arrived there."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

import click

from cli.commands import Commands, LoneCommand
from cli.hub_options import HubPlace, because_option, by_option, find_unit, json_option, place_options, read_local
from cli.hub_witness import note_command
from cli.tables import show_json, show_table
from hub.db import Database
from hub.outbox.rows import State
from hub.webhooks.deliveries import (
    DeliveryLine,
    find_delivery,
    list_deliveries,
    replay_one,
    replay_since,
    send_test,
)
from hub.webhooks.events import EVENTS
from hub.webhooks.registry import (
    BOTH_SECRETS,
    add_webhook,
    list_webhooks,
    replace_secret,
    switch_off,
    switch_on,
)
from hub.webhooks.sealing import load_webhook_seal

WAIT_SECONDS: Final = 15.0
_LOOK_EVERY_SECONDS: Final = 0.2
_COLUMNS: Final = ("ID", "EVENT", "STATE", "WRITTEN", "TRIES", "LAST TRY", "DETAIL", "REPEATS")


@click.group(
    cls=Commands,
    epilog="Examples:\n\n"
    "  presensi hub webhook add e-tpp http://10.1.2.3/presensi --event pay_run.frozen --event days.changed\n\n"
    "  presensi hub webhook test e-tpp\n\n"
    "  presensi hub webhook deliveries e-tpp --state refused\n\n"
    "  presensi hub webhook replay e-tpp --since '2026-11-02 07:00' --undelivered",
)
def webhook() -> None:
    """Systems that the hub tells by itself what happens, with signed requests: docs/webhooks.md."""


@webhook.command(
    "add",
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub webhook add e-tpp https://e-tpp.example/presensi --event pay_run.frozen\n\n"
    "  presensi hub webhook add rsud http://10.1.2.3/presensi --unit RSUD --by budi",
)
@click.argument("name")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(EVENTS),
    help="What it is told; repeatable; default: everything.",
)
@click.option("--unit", metavar="NAME", help="Is told of this unit and those below it only; default: every unit.")
@by_option
@json_option
@place_options
def add(
    name: str, url: str, *, events: tuple[str, ...], unit: str | None, by: str, as_json: bool, hub: HubPlace
) -> None:
    """Make a webhook, and print the secret that its requests are signed with: this once."""
    with hub.opened() as database:
        note_command(webhook=name)
        secret = add_webhook(
            database,
            load_webhook_seal(hub.settings().data_folder),
            name,
            url,
            events or EVENTS,
            unit_id=find_unit(database, unit),
            by=by,
            now=datetime.now(UTC),
        )
    _show_secret(name, secret, as_json=as_json)


@webhook.command("list", cls=LoneCommand, epilog="Example:\n\n  presensi hub webhook list --json")
@json_option
@place_options
def list_(*, as_json: bool, hub: HubPlace) -> None:
    """Which webhooks there are, and how each stands: working, waiting, failing, off, or unused until now."""
    with hub.opened() as database:
        found = list_webhooks(database)
    if as_json:
        show_json([{"state": line.state} | asdict(line) for line in found])
        return
    show_table(
        ("NAME", "STATE", "ADDRESS", "EVENTS", "UNIT", "WAITING", "LAST ARRIVED", "OFF SINCE", "WHY"),
        [
            (
                line.name,
                line.state,
                line.url,
                " ".join(line.events),
                line.unit or "all",
                line.waiting,
                line.delivered_at,
                line.off_at,
                line.off_because,
            )
            for line in found
        ],
        empty="There are no webhooks: presensi hub webhook add NAME URL",
    )


@webhook.command("off", cls=LoneCommand, epilog="Example:\n\n  presensi hub webhook off e-tpp --because 'e-TPP moves'")
@click.argument("name")
@because_option
@by_option
@place_options
def off(name: str, *, because: str, by: str, hub: HubPlace) -> None:
    """Tell a webhook nothing from now on; what waits for it is dropped, and can be replayed."""
    with hub.opened() as database:
        note_command(webhook=name)
        switch_off(database, name, because=because, by=by, now=datetime.now(UTC))
    click.echo(f"The webhook {name} is off.")


@webhook.command("on", cls=LoneCommand, epilog="Example:\n\n  presensi hub webhook on e-tpp")
@click.argument("name")
@by_option
@place_options
def on(name: str, *, by: str, hub: HubPlace) -> None:
    """Tell a webhook again what happens; what happened meanwhile was not written down for it."""
    with hub.opened() as database:
        note_command(webhook=name)
        switch_on(database, name)
    click.echo(f"{by} has switched the webhook {name} on.")


@webhook.command(
    "secret",
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub webhook secret e-tpp\n\n  presensi hub webhook secret e-tpp --both-hours 0",
)
@click.argument("name")
@click.option(
    "--both-hours",
    type=click.IntRange(0, 24 * 30),
    default=int(BOTH_SECRETS / timedelta(hours=1)),
    show_default=True,
    help="So long requests are signed with the secret before as well; 0 when it got into wrong hands.",
)
@by_option
@json_option
@place_options
def secret(name: str, *, both_hours: int, by: str, as_json: bool, hub: HubPlace) -> None:  # noqa: ARG001 - for the trail
    """Make another secret, and print it: this once."""
    with hub.opened() as database:
        note_command(webhook=name)
        seal = load_webhook_seal(hub.settings().data_folder)
        made = replace_secret(database, seal, name, now=datetime.now(UTC), both=timedelta(hours=both_hours))
    _show_secret(name, made, as_json=as_json)


@webhook.command(
    "deliveries",
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub webhook deliveries e-tpp\n\n"
    "  presensi hub webhook deliveries e-tpp --state waiting --json",
)
@click.argument("name")
@click.option("--state", type=click.Choice(get_args(State)), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="So many at most.")
@json_option
@place_options
def deliveries(name: str, *, state: str | None, limit: int, as_json: bool, hub: HubPlace) -> None:
    """What a webhook was told, the latest first: whether it arrived, and what was answered."""
    with hub.opened() as database:
        note_command(webhook=name)
        found = list_deliveries(database, name, limit=limit, state=state)
    if as_json:
        show_json(found)
        return
    show_table(_COLUMNS, [_cells(line) for line in found], empty="Nothing was told to it yet.")


@webhook.command(
    "replay",
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub webhook replay e-tpp --delivery 4711\n\n"
    "  presensi hub webhook replay e-tpp --since '2026-11-02 07:00' --undelivered",
)
@click.argument("name")
@click.option("--delivery", "number", type=click.IntRange(1, 2**63 - 1), help="This one; `deliveries` shows numbers.")
@click.option("--since", metavar="'YYYY-MM-DD HH:MM'", help="All that was written since; local time of the hub.")
@click.option("--undelivered", is_flag=True, help="With --since: only what never arrived.")
@by_option
@place_options
def replay(name: str, *, number: int | None, since: str | None, undelivered: bool, by: str, hub: HubPlace) -> None:  # noqa: ARG001 - for the trail
    """Tell a webhook once more, under the same ids: whoever has taken an event already drops the second."""
    if (number is None) == (since is None):
        raise click.UsageError("Say what to replay: --delivery NUMBER or --since 'YYYY-MM-DD HH:MM'.")
    now = datetime.now(UTC)
    with hub.opened() as database:
        note_command(webhook=name)
        if number is not None:
            made = replay_one(database, name, number, now=now)
            click.echo(f"Delivery {made} repeats {number}.")
            return
        begin = read_local(since or "", ZoneInfo(hub.settings().timezone))
        count = replay_since(database, name, begin, now=now, undelivered_only=undelivered)
    click.echo(f"{count} deliveries are repeated.")


@webhook.command("test", cls=LoneCommand, epilog="Example:\n\n  presensi hub webhook test e-tpp --wait 30")
@click.argument("name")
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=WAIT_SECONDS,
    show_default=True,
    help="Seconds to wait for the running hub to deliver it.",
)
@by_option
@json_option
@place_options
def test(name: str, *, wait: float, by: str, as_json: bool, hub: HubPlace) -> None:  # noqa: ARG001 - for the trail
    """Send a test event through the running hub, and say what was answered; exit status 1 when it did not arrive."""
    with hub.opened() as database:
        note_command(webhook=name)
        line = _await(database, send_test(database, name, now=datetime.now(UTC)), wait)
    if as_json:
        show_json(line)
    elif line.state == "waiting" and line.tried_at is None:
        click.echo(
            f"Nobody has delivered it after {wait:g} s; does the hub run? It goes out as soon as it does.", err=True
        )
    else:
        click.echo(f"{line.state}: {line.detail}")
    if line.state != "delivered":
        raise click.exceptions.Exit(1)


def _await(database: Database, number: int, wait: float) -> DeliveryLine:
    """The delivery once it was tried, or when the time is up."""
    until = time.monotonic() + wait
    while True:
        line = find_delivery(database, number)
        if line.state != "waiting" or line.detail is not None or time.monotonic() > until:
            return line
        time.sleep(_LOOK_EVERY_SECONDS)


def _cells(line: DeliveryLine) -> tuple[object, ...]:
    return (
        line.id,
        line.event,
        line.state,
        line.made_at,
        line.attempts,
        line.tried_at,
        line.detail,
        line.replay_of,
    )


def _show_secret(name: str, made: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"name": name, "secret": made})
        return
    click.echo(made)
    click.echo("It is not shown again. The receiver checks every request with it: docs/webhooks.md", err=True)
