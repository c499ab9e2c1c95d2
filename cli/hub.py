"""`presensi hub`: the server, and everything an operator does on its command line."""

from __future__ import annotations

import signal

import click

from cli.commands import Commands
from cli.hub_arrivals import alarms, journal_rows, quarantine
from cli.hub_assess import assess
from cli.hub_audit import audit
from cli.hub_backup import backup, restore, verify
from cli.hub_calendar import circular, holiday
from cli.hub_calibration import calibrate, lookalikes
from cli.hub_commands import command as kiosk_command
from cli.hub_commands import commands as kiosk_commands
from cli.hub_commands import swap as kiosk_swap
from cli.hub_commands import take_back as kiosk_take_back
from cli.hub_doctor import doctor
from cli.hub_employment import employee
from cli.hub_enrolment import enrol, enrolment
from cli.hub_fallback import card, pin
from cli.hub_fleet import kiosk
from cli.hub_forms import form, letterhead
from cli.hub_imports import people, points, score
from cli.hub_ingest import ingest
from cli.hub_jobs import jobs
from cli.hub_locations import location
from cli.hub_manual import manual
from cli.hub_months import month, punch
from cli.hub_offices import office
from cli.hub_operators import operator
from cli.hub_options import HubPlace, opened, place_options
from cli.hub_outages import outage
from cli.hub_pack import pack
from cli.hub_papers import document
from cli.hub_pay import parttime, pay
from cli.hub_people import account, employees, unit
from cli.hub_policy import policy
from cli.hub_recap import day, discipline, recap
from cli.hub_recompute import recompute_days
from cli.hub_refusals import refusals
from cli.hub_release import release
from cli.hub_reminders import reminder
from cli.hub_review import review
from cli.hub_rosters import contract, shift
from cli.hub_seed import seed
from cli.hub_serve import serve
from cli.hub_signer import find_signer
from cli.hub_tokens import token
from cli.hub_webhooks import webhook
from cli.serving import ENDING_SIGNALS, only_awaited, read_address
from hub.access.accounts import list_accounts
from hub.db import shown_address
from hub.keys import load_hub_key
from hub.service import Hub, make_data_folder


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with: presensi hub account add NAME --role administrator, then presensi hub run",
)
def hub() -> None:
    """The server: run it, enrol people, register kiosks, pull recaps."""


for command in (
    *(kiosk, alarms, refusals, quarantine, journal_rows),
    *(calibrate, lookalikes),
    *(policy, holiday, circular, shift, contract),
    *(pay, parttime, people, points, score),
    *(employee, office, location, pin, card),
    *(document, manual, outage, punch, review, month),
    *(enrol, enrolment, pack, employees, unit, account, token, recap, day, assess, recompute_days, seed, serve),
    *(discipline, form, letterhead),
    *(audit, jobs, reminder),
    webhook,
    *(backup, restore, verify),
    release,
    doctor,
    ingest,
):
    hub.add_command(command)
for command in (operator, kiosk_command, kiosk_commands, kiosk_swap, kiosk_take_back):
    kiosk.add_command(command)


@hub.command(
    epilog="Examples:\n\n"
    "  presensi hub run --data /var/lib/presensi/hub --broker mqtt://localhost:1883\n\n"
    "  presensi hub run --settings /etc/presensi/hub.toml --http 0.0.0.0:8080\n\n"
    "  presensi hub run --data ./hub --db postgresql://presensi@db/presensi --http 127.0.0.1:0"
)
@place_options
@click.option("--broker", metavar="URL", help="mqtt://host:1883 or mqtts://host:8883.")
@click.option("--http", metavar="HOST:PORT", help="Where the pages are served; port 0 takes a free one.")
def run(hub: HubPlace, broker: str | None, http: str | None) -> None:
    """Serve: pages, ingest and attendance worker together, until SIGTERM or Ctrl-C.

    The address is printed once it answers. A broker that is away is waited for; the pages work meanwhile.
    """
    host, port = read_address(http)
    settings = hub.settings(broker=broker, host=host, port=port)
    with only_awaited(ENDING_SIGNALS), Hub(settings, signer=find_signer(settings)) as running:
        click.echo(f"Hub: {running.url}")
        if not list_accounts(running.database):
            click.echo("Nobody can sign in yet: presensi hub account add NAME --role administrator", err=True)
        signal.sigwait(ENDING_SIGNALS)


@hub.command(epilog="Example:\n\n  presensi hub key --data ./hub > hub.pub")
@place_options
def key(hub: HubPlace) -> None:
    """Print the hub's public key, which kiosks are given; it is made when there is none yet."""
    settings = hub.settings()
    make_data_folder(settings.data_folder)
    click.echo(load_hub_key(settings.data_folder).verify_key.text)


@hub.group(cls=Commands)
def db() -> None:
    """The database."""


@db.command("upgrade", epilog="Example:\n\n  presensi hub db upgrade --db postgresql://presensi@db/presensi")
@place_options
def upgrade_tables(hub: HubPlace) -> None:
    """Bring the tables to the newest form (every command that opens the database does so as well)."""
    settings = hub.settings()
    with opened(settings, create=True) as database:
        click.echo(f"{shown_address(database)} is up to date.")
