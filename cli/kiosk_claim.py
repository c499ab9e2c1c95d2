"""`presensi kiosk claim` and `renew`: a kiosk gets its certificate, and the next one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.commands import LoneCommand
from cli.tables import show_json
from contract.claim import shown_code
from kiosk.claim.paper import CLAIM_FILE, read_paper
from kiosk.settings import read_settings

if TYPE_CHECKING:
    from kiosk.claim.claiming import Standing

EXIT_WAITING = 75
"""What `presensi kiosk claim --wait` ends with when nobody has answered yet: whoever started it may start it again."""

_folder_options = (
    click.option("--data", help="Folder of journal, roster and keys.", envvar="PRESENSI_KIOSK_DATA"),
    click.option(
        "--settings", "settings_file", type=click.Path(path_type=Path), help="TOML file; options win over it."
    ),
)


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi kiosk claim\n\n"
    "  presensi kiosk claim --claim ./claim.json --data ./k1 --wait 600 --json",
)
@click.option(
    "--claim",
    "claim_file",
    type=click.Path(path_type=Path),
    default=CLAIM_FILE,
    show_default=True,
    help="What the card was told: {device, hub, ca_sha256}.",
)
@click.option("--wait", "seconds", type=click.FloatRange(0), metavar="S", help="Wait so long; default: until answered.")
@click.option("--json", "as_json", is_flag=True, help="Print {device, state, code, broker, certificate_until}.")
@_folder_options[0]
@_folder_options[1]
def claim(
    *, claim_file: Path, seconds: float | None, as_json: bool, data: str | None, settings_file: Path | None
) -> None:
    """Ask the hub to let this kiosk in, and show the code that a technician compares.

    Keys are made at the first start and stay; when power fails or the program ends, it goes on where it was. What the
    hub hands out (certificate, authority, the hub's key, the broker's address) goes into the data folder, where
    `presensi kiosk run` finds it. Exit code 75: nobody has answered in the time that --wait gave.
    """
    from importlib.metadata import version

    from kiosk.claim.claiming import Claiming
    from kiosk.claim.renewal import Renewals

    paper, folder = read_paper(claim_file), read_settings(settings_file, data=data).data_folder
    claiming = Claiming(paper, folder, software=version("presensi"))
    claimed = claiming.done()
    if claimed is None:
        shown = _Shown(as_json=as_json)
        until = None if seconds is None else time.monotonic() + seconds
        claimed = claiming.wait(shown.show, until=until)
    if claimed is None:
        if as_json:
            show_json({"device": paper.device, "state": "open", "code": claiming.code})
        raise SystemExit(EXIT_WAITING)
    held = Renewals(folder).holding()
    if as_json:
        show_json(
            {
                "device": claimed.device,
                "state": "approved",
                "code": claiming.code,
                "broker": claimed.broker,
                "certificate_until": held.until,
            }
        )
        return
    click.echo(f"{claimed.device} diterima / was let in, {held.until:%Y-%m-%d}. Broker: {claimed.broker}")


@click.command(
    cls=LoneCommand, epilog="Examples:\n\n  presensi kiosk renew\n\n  presensi kiosk renew --now --data ./k1 --json"
)
@click.option("--now", "at_once", is_flag=True, help="Ask the hub also before two thirds of the time are over.")
@click.option("--json", "as_json", is_flag=True, help="Print {renewed, due, until}.")
@_folder_options[0]
@_folder_options[1]
def renew(*, at_once: bool, as_json: bool, data: str | None, settings_file: Path | None) -> None:
    """Get the next certificate where it is due, also after the last one has expired.

    A running kiosk does so by itself, every hour that it is due. A kiosk that was revoked gets none.
    """
    from kiosk.claim.renewal import Renewals

    renewals = Renewals(read_settings(settings_file, data=data).data_folder)
    before = renewals.holding()
    held = (renewals.renew() if at_once else renewals.renew_if_due()) or before
    if as_json:
        show_json({"renewed": held != before, "due": held.due, "until": held.until})
    elif held != before:
        click.echo(f"Renewed, until {held.until:%Y-%m-%d}; the next one is due on {held.due:%Y-%m-%d}.")
    else:
        click.echo(f"In force until {held.until:%Y-%m-%d}; the next one is due on {held.due:%Y-%m-%d}.")


class _Shown:
    """The code on the terminal's screen, once, and each trouble when it begins."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._code, self._trouble = "", ""

    def show(self, standing: Standing) -> None:
        if not self._code:
            click.echo(_panel(standing), err=self._as_json)
        if standing.trouble and standing.trouble != self._trouble:
            click.echo(f"presensi: {standing.trouble} Asking again.", err=True)
        self._code, self._trouble = standing.code, standing.trouble


def _panel(standing: Standing) -> str:
    code = "  ".join(shown_code(standing.code))
    lines = [
        standing.device,
        "",
        "Kode / code:",
        "",
        code,
        "",
        "Cocokkan dengan kode di hub, lalu setujui di sana.",
        "Compare it with the code at the hub, and approve it there:",
        f"presensi provision claim approve {standing.device}",
    ]
    width = max(len(line) for line in lines) + 4
    edge = "+" + "-" * width + "+"
    return "\n".join([edge, *(f"|{line.center(width)}|" for line in lines), edge])
