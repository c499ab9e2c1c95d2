"""`presensi hub jobs`: what is done by the clock, when it ran last, and what is due."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.hub_signer import find_signer
from cli.serving import ENDING_SIGNALS, only_awaited
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.db import shown_address
from hub.due_work import DueWork
from hub.fleet.revocations import Revoker
from hub.keys import load_hub_key
from hub.refusals.snapshots import SnapshotStore
from hub.reminders.sending import Gateways, reminder_courier
from hub.scheduler.claims import ask_for, retire
from hub.scheduler.overview import list_jobs, list_runs
from hub.service import open_hub_database
from hub.webhooks.sealing import load_webhook_seal
from hub.webhooks.sending import webhook_courier


@click.group(
    invoke_without_command=True,
    epilog="Examples:\n\n"
    "  presensi hub jobs\n\n"
    "  presensi hub jobs history --job calibration --json\n\n"
    "  presensi hub jobs now calibration\n\n"
    "  presensi hub jobs retire retention@1f0c2a3b --by budi",
)
@json_option
@place_options
@click.pass_context
def jobs(ctx: click.Context, *, as_json: bool, hub: HubPlace) -> None:
    """What is done by the clock: when it ran last, what came of it, and when it is due."""
    if ctx.invoked_subcommand is not None:
        return
    with hub.opened() as database:
        found = list_jobs(database, now=datetime.now(UTC))
    if as_json:
        show_json(found)
        return
    show_table(
        ("JOB", "DUE", "STATE", "LOOKED AT", "LAST DID SOMETHING", "SECONDS", "OUTCOME", "DETAIL"),
        [
            (
                line.name,
                line.due_at,
                "running" if line.running_by else "LATE" if line.late else "waiting",
                line.looked_at,
                line.started_at,
                None if line.seconds is None else f"{line.seconds:.1f}",
                line.last_outcome if not line.failures else f"{line.last_outcome}, {line.failures} in a row",
                line.last_detail,
            )
            for line in found
        ],
        empty="No hub has run on this database yet: presensi hub run, or presensi hub jobs run.",
    )


@jobs.command("history", cls=LoneCommand, epilog="Example:\n\n  presensi hub jobs history --job reminders --limit 20")
@click.option("--job", metavar="NAME", help="One job's runs; default: all.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@place_options
def history(*, job: str | None, limit: int, as_json: bool, hub: HubPlace) -> None:
    """Runs that did something or failed, the newest first; kept for 30 days."""
    with hub.opened() as database:
        found = list_runs(database, name=job, limit=limit)
    if as_json:
        show_json(found)
        return
    show_table(
        ("JOB", "DUE", "STARTED", "ENDED", "OUTCOME", "DETAIL", "BY"),
        [
            (run.name, run.due_at, run.started_at, run.ended_at, run.outcome or "running", run.detail, run.claimed_by)
            for run in found
        ],
        empty="Nothing has run yet.",
    )


@jobs.command("now", cls=LoneCommand, epilog="Example:\n\n  presensi hub jobs now calibration")
@click.argument("name")
@place_options
def now_(name: str, *, hub: HubPlace) -> None:
    """Let a job be due now; the hub that runs does it within a second or two."""
    with hub.opened() as database:
        if not ask_for(database, name, now=datetime.now(UTC)):
            raise BadInputError(f"There is no job '{name}'; `presensi hub jobs` shows them.")
    click.echo(f"{name} is due now.")


@jobs.command("retire", cls=LoneCommand, epilog="Example:\n\n  presensi hub jobs retire retention@1f0c2a3b --by budi")
@click.argument("name")
@by_option
@place_options
def retire_(name: str, *, by: str, hub: HubPlace) -> None:
    """List job NAME no more, of a folder that is used no more: nobody has done it for a day.

    Who retired it stays in the audit trail. A hub that does it after all lists it again when it starts.
    """
    with hub.opened() as database:
        retire(database, name, by=by, now=datetime.now(UTC))
    click.echo(f"{name} is retired.")


@jobs.command("run", cls=LoneCommand, epilog="Example:\n\n  presensi hub jobs run --settings /etc/presensi/hub.toml")
@place_options
def run(*, hub: HubPlace) -> None:
    """Do what is due and send what is owed, until SIGTERM or Ctrl-C: for hubs whose pages run elsewhere.

    `presensi hub run` does this too; several of them never do a thing twice.
    """
    settings = hub.settings()
    with only_awaited(ENDING_SIGNALS), open_hub_database(settings) as database:
        work = DueWork(
            settings=settings,
            database=database,
            key=load_hub_key(settings.data_folder),
            snapshots=SnapshotStore(settings.data_folder),
            zone=ZoneInfo(settings.timezone),
        )
        signer = find_signer(settings)
        parts = (
            work.scheduler(),
            reminder_courier(database, Gateways(settings.gateways)),
            webhook_courier(database, load_webhook_seal(settings.data_folder)),
            *(() if signer is None else (Revoker(database, signer, settings.authority),)),
        )
        stop = threading.Event()
        threads = [threading.Thread(target=part.run, args=(stop,), daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        click.echo(f"Doing what is due on {shown_address(database)}.")
        signal.sigwait(ENDING_SIGNALS)
        stop.set()
        for thread in threads:
            thread.join()
