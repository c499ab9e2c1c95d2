"""`presensi kiosk screens`: a picture of every state of the screen, checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kiosk.ui.gallery import Shot


@click.command(
    epilog="Examples:\n\n"
    "  presensi kiosk screens ./screens\n\n"
    "  presensi kiosk screens ./screens --panel-inches 13.3 --json"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--panel-inches",
    type=click.FloatRange(5, 60),
    default=10.1,
    show_default=True,
    help="Diagonal of the panel that letters and buttons are measured on.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: {folder, index, screens, problems, shots}.")
def screens(folder: Path, panel_inches: float, as_json: bool) -> None:
    """Draw every state into DIR: both languages, portrait and landscape, short and long names; needs no display.

    Each picture is inspected: nothing cut, nothing on top of anything else, contrast as rendered, sizes in millimetres.
    DIR/index.html shows them all. Ends with 1 when something was found.
    """
    from kiosk.ui.gallery import count_shots, make_gallery, report

    with click.progressbar(
        length=count_shots(), label="Drawing", file=sys.stderr, hidden=as_json or not sys.stderr.isatty()
    ) as bar:

        def note(_shot: Shot) -> None:
            bar.update(1)

        shots = make_gallery(folder, panel_inches=panel_inches, on_shot=note)
    found = report(shots, folder)
    if as_json:
        click.echo(json.dumps(found))
    else:
        for shot in shots:
            for problem in shot.problems:
                click.echo(f"{shot.file}: {problem}")
        click.echo(f"{found['screens']} screens, {found['problems']} problems: {found['index']}")
    if found["problems"]:
        sys.exit(1)
