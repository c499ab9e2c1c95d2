"""`presensi hub serve`: the pages of a database, and nothing else."""

from __future__ import annotations

import signal
from zoneinfo import ZoneInfo

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, place_options, read_local
from cli.hub_signer import find_signer
from cli.serving import ENDING_SIGNALS, only_awaited, read_address
from hub.access.accounts import list_accounts
from hub.pages_server import PagesServer


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub serve --data ./trial --port 8080\n\n"
    "  presensi hub serve --db postgresql://presensi@db/presensi --http 0.0.0.0:8080\n\n"
    "  presensi hub serve --data ./trial --at '2026-03-31 10:00'",
)
@place_options
@click.option("--http", metavar="HOST:PORT", help="Where the pages are served; port 0 takes a free one.")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port alone; wins over --http.")
@click.option(
    "--at",
    metavar="'YYYY-MM-DD HH:MM'",
    help="What the pages take for the present, to look at a database of another time; local time of the hub.",
)
def serve(hub: HubPlace, http: str | None, port: int | None, at: str | None) -> None:
    """Serve the pages only, until SIGTERM or Ctrl-C: no ingest, no worker. The address is printed once it answers."""
    host, port_of_address = read_address(http)
    settings = hub.settings(host=host, port=port_of_address if port is None else port)
    moment = None if at is None else read_local(at, ZoneInfo(settings.timezone))
    with only_awaited(ENDING_SIGNALS), PagesServer(settings, at=moment, signer=find_signer(settings)) as server:
        click.echo(f"Hub: {server.url}")
        if not list_accounts(server.database):
            click.echo("Nobody can sign in yet: presensi hub account add NAME --role administrator", err=True)
        signal.sigwait(ENDING_SIGNALS)
