"""`presensi kiosk update`: releases of the kiosk's own software."""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from cli.commands import LoneCommand
from cli.ending import Ending
from cli.tables import show_json
from contract.errors import BadInputError
from contract.signing import VerifyKey
from kiosk.settings import KioskSettings, ReleasesSection, read_settings

if TYPE_CHECKING:
    from provisioning.releases.shelf import Shelf
    from provisioning.releases.updater import Updater

ROUND_SECONDS: Final = 15.0
RESTART_SECONDS: Final = 120


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi kiosk update --settings /etc/presensi/kiosk.toml\n\n"
    "  presensi kiosk update --settings /etc/presensi/kiosk.toml --from /media/stick/0.2.0\n\n"
    "  presensi kiosk update --settings /etc/presensi/kiosk.toml --status --json",
)
@click.option(
    "--settings", "settings_file", required=True, type=click.Path(path_type=Path), help="The kiosk's TOML file."
)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), help="Install the release in this folder, and try it."
)
@click.option("--now", "at_once", is_flag=True, help="Also outside of the hours in which the network is free for it.")
@click.option("--once", is_flag=True, help="Look once, carry out what was ordered, and end.")
@click.option("--status", is_flag=True, help="Only say which release is in use.")
@click.option("--json", "as_json", is_flag=True, help="Print {current, good, trial, outcome, progress}.")
def update(settings_file: Path, *, source: Path | None, at_once: bool, once: bool, status: bool, as_json: bool) -> None:
    """Carry out which release the hub orders, until stopped; or install one from a stick.

    The new release is installed beside the running one, switched to, and must show within five minutes that camera,
    journal, roster and the way to the hub work; otherwise the former one runs again. Runs as a service of its own, from
    FOLDER/good, so that a release that does not work cannot keep anybody from going back.
    """
    from provisioning.releases.shelf import Shelf

    settings = read_settings(settings_file)
    releases = settings.releases
    if releases is None:
        raise BadInputError(f"{settings_file} has no section [releases]: nobody switches releases on this machine.")
    shelf = Shelf(Path(releases.folder))
    outcome: str | None = None
    if not status:
        with Ending() as ending:
            updater = _updater(settings, releases, shelf, at_once=at_once)
            if source is not None:
                name = updater.install_from(source)
                outcome = updater.try_out(name)
            elif once:
                outcome = updater.go_round()
            else:
                _go_on(updater, ending)
    _show(settings, shelf, outcome, as_json=as_json)
    if outcome == "rolled_back":
        sys.exit(1)


def _go_on(updater: Updater, ending: Ending) -> None:
    stop = threading.Event()
    ending.then(stop.set)
    while not stop.is_set():
        updater.go_round()
        stop.wait(ROUND_SECONDS)


def _updater(settings: KioskSettings, releases: ReleasesSection, shelf: Shelf, *, at_once: bool) -> Updater:
    from provisioning.errors import ReleaseError
    from provisioning.releases.fetching import Brake, ReleaseFetcher
    from provisioning.releases.updater import Updater

    key = VerifyKey.from_file(Path(releases.key))

    def gather(release: str, told: Callable[[int], None]) -> Path:
        if releases.hub is None:
            raise ReleaseError("The settings name no hub that serves releases ([releases] hub).")
        return ReleaseFetcher(
            releases.hub,
            shelf.folder / "arriving",
            key,
            ca=Path(releases.ca) if releases.ca is not None else None,
            brake=Brake(releases.rate_kb * 1000),
            open_now=lambda: at_once or is_open(releases, settings.timezone),
            told=told,
        ).fetch(release)

    return Updater(shelf, data=settings.data_folder, key=key, restart=lambda: _restart(releases.restart), gather=gather)


def is_open(releases: ReleasesSection, timezone: str, now: datetime | None = None) -> bool:
    """Whether the network is free for releases at this hour."""
    hour = (now or datetime.now(ZoneInfo(timezone))).hour
    first, until = releases.from_hour, releases.until_hour
    if first == until:
        return True
    return first <= hour < until if first < until else hour >= first or hour < until


def _restart(command: str) -> None:
    """OSError when it fails."""
    try:
        done = subprocess.run(  # noqa: S603 the administrator's own words
            shlex.split(command), timeout=RESTART_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"'{command}' was not done after {RESTART_SECONDS} s") from error
    except ValueError as error:
        raise OSError(f"'{command}' is no command: {error}") from error
    if done.returncode != 0:
        raise OSError(f"'{command}' ended with {done.returncode}")


def _show(settings: KioskSettings, shelf: Shelf, outcome: str | None, *, as_json: bool) -> None:
    from contract.heartbeat import ReleaseProgress
    from kiosk.bulletin import PROGRESS, read_told

    progress = read_told(settings.data_folder / PROGRESS, ReleaseProgress)
    trial = shelf.trial
    if as_json:
        show_json(
            {
                "current": shelf.current,
                "good": shelf.good,
                "trial": None if trial is None else trial.release,
                "outcome": outcome,
                "progress": None
                if progress is None
                else {
                    "release": progress.release,
                    "step": progress.step,
                    "percent": progress.percent,
                    "detail": progress.detail,
                    "at": progress.at.isoformat(),
                },
            }
        )
        return
    click.echo(f"In use: {shelf.current or 'none'}; last good: {shelf.good or 'none'}.")
    if trial is not None:
        click.echo(f"On trial: {trial.release}; otherwise {trial.former} runs again.")
    if progress is not None:
        click.echo(f"Last: {progress.release}, {progress.step}{': ' if progress.detail else '.'}{progress.detail}")
