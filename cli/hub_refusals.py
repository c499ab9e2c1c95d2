"""`presensi hub refusals`: faces that kiosks refused again and again."""

from __future__ import annotations

import click

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, json_option, opened, place_options
from cli.tables import show_json, show_table
from hub.refusals.overview import RefusalLine, list_refusals
from hub.refusals.snapshots import SnapshotStore


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi hub refusals --json")
@json_option
@place_options
def refusals(*, as_json: bool, hub: HubPlace) -> None:
    """People who were refused again and again in one visit: perhaps a photograph, perhaps themselves.

    Those that nobody has settled come first, then the latest. The pages show the pictures, and settle them.
    """
    settings = hub.settings()
    with opened(settings) as database:
        lines = list_refusals(database, SnapshotStore(settings.data_folder))
    if as_json:
        show_json(lines)
        return
    show_table(
        ("KIOSK", "ROW", "TAKEN", "RESEMBLES", "TIMES", "LAYERS", "PICTURE", "STATE"),
        [
            (
                line.device,
                line.seq,
                line.taken_at,
                line.name or line.person or "nobody",
                line.attempts,
                ", ".join(f"{layer.name} {layer.verdict}" for layer in line.layers) or None,
                line.picture,
                _state(line),
            )
            for line in lines
        ],
        empty="No face was refused yet.",
    )


def _state(line: RefusalLine) -> str:
    if line.settled_by is not None:
        return f"settled by {line.settled_by}"
    return "new" if line.seen_by is None else f"seen by {line.seen_by}"
