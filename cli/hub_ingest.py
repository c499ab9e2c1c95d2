"""`presensi hub ingest`: a worker that takes in what kiosks send, beside pages and due work that run elsewhere."""

from __future__ import annotations

import signal

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, place_options
from cli.serving import ENDING_SIGNALS, only_awaited
from hub.db import shown_address
from hub.ingest_worker import IngestWorker


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub ingest --settings /etc/presensi/hub.toml\n\n"
    "  presensi hub ingest --settings /etc/presensi/hub.toml --cert ingest-2.crt --cert-key ingest-2.key",
)
@place_options
@click.option("--broker", metavar="URL", help="mqtt://host:1883 or mqtts://host:8883.")
@click.option("--cert", metavar="FILE", help="This worker's own certificate; default: broker_cert of the settings.")
@click.option("--cert-key", metavar="FILE", help="Its key; default: broker_cert_key of the settings.")
def ingest(*, hub: HubPlace, broker: str | None, cert: str | None, cert_key: str | None) -> None:
    """Take in what kiosks send and assess days, until SIGTERM or Ctrl-C: for hubs whose pages run elsewhere.

    Several divide the work among themselves with `share = true`, each with a certificate of its own: the broker knows
    a worker by it, and lets one connection stand for each name.
    """
    settings = hub.settings(broker=broker, broker_cert=cert, broker_cert_key=cert_key)
    with only_awaited(ENDING_SIGNALS), IngestWorker(settings) as worker:
        click.echo(f"Taking in what kiosks send, into {shown_address(worker.database)}.")
        signal.sigwait(ENDING_SIGNALS)
