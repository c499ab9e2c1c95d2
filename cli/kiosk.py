"""`presensi kiosk`: run the terminal, look into its journal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands import Commands
from cli.ending import Ending
from cli.kiosk_claim import claim, renew
from cli.kiosk_doctor import doctor
from cli.kiosk_hardware import hardware
from cli.kiosk_liveness import liveness
from cli.kiosk_screens import screens
from cli.kiosk_update import update
from contract.errors import BadInputError
from kiosk.settings import KioskSettings, read_settings

if TYPE_CHECKING:
    from kiosk.station import Station

FIRST_ROSTER_SECONDS = 10.0
EXIT_RESTART = 75
"""What `presensi kiosk run` ends with when the hub asked for a restart: the service manager starts it again."""
EXIT_REBOOT = 76
"""What it ends with when only a new start of the machine can bring the camera back: see docs/hardware.md."""


@click.group(cls=Commands, epilog="Start with: presensi kiosk run --help")
def kiosk() -> None:
    """The terminal: run it, look into its journal."""


kiosk.add_command(claim)
kiosk.add_command(renew)
kiosk.add_command(hardware)
kiosk.add_command(liveness)
kiosk.add_command(screens)
kiosk.add_command(update)
kiosk.add_command(doctor)


def _folder_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--data", help="Folder of journal, roster and keys.", envvar="PRESENSI_KIOSK_DATA"),
        click.option("--device", help="Name that the hub knows this kiosk by, like kiosk-dinkes-1."),
        click.option(
            "--settings", "settings_file", type=click.Path(path_type=Path), help="TOML file; options win over it."
        ),
    ):
        command = option(command)
    return command


@kiosk.command(
    epilog="Examples:\n\n"
    "  presensi kiosk run --settings /etc/presensi/kiosk.toml\n\n"
    "  presensi kiosk run --windowed --webcam 0 --data ./k1 --device kiosk-1 --hub-key hub.pub\n\n"
    "  presensi kiosk run --headless --clip walk.mp4 --data ./k1 --device kiosk-1 --hub-key hub.pub"
)
@_folder_options
@click.option("--broker", help="Address of the broker: mqtt://host:1883 or mqtts://host:8883.")
@click.option("--hub-key", help="File with the hub's public key (`presensi hub key` prints it).")
@click.option("--clip", metavar="FILE", help="Use a video file instead of the camera (demo kiosks only).")
@click.option("--photos", metavar="DIR", help="Use photos, rendered as people who walk up (demo kiosks only).")
@click.option("--webcam", metavar="N", type=int, help="Use the webcam with this number.")
@click.option("--fast", is_flag=True, default=None, help="Clips and photos: every frame, as fast as possible.")
@click.option("--loop", is_flag=True, default=None, help="Clips and photos: begin again at the end.")
@click.option("--headless", is_flag=True, help="No window.")
@click.option("--windowed", is_flag=True, help="A window instead of the full screen.")
@click.option("--linger", type=float, default=0.0, metavar="S", help="After the input's end, go on delivering so long.")
def run(
    settings_file: Path | None,
    device: str | None,
    data: str | None,
    broker: str | None,
    hub_key: str | None,
    clip: str | None,
    photos: str | None,
    webcam: int | None,
    fast: bool | None,
    loop: bool | None,
    headless: bool,
    windowed: bool,
    linger: float,
) -> None:
    """Serve people until stopped, or until a clip has ended.

    Punches go to the journal first and to the hub when there is a network. The kiosk's own key is made at the first
    start; tell the hub its public half: presensi hub kiosk add DEVICE --key DATA/device.pub
    """
    settings = read_settings(
        settings_file,
        device=device,
        data=data,
        broker=broker,
        hub_key=hub_key,
        camera_pace="fast" if fast else None,
        camera_loop=loop,
        **camera_choice(clip=clip, photos=photos, webcam=webcam),
    )
    with Ending() as ending:
        _serve(settings, ending, headless=headless, windowed=windowed, linger_seconds=linger)


def _serve(settings: KioskSettings, ending: Ending, *, headless: bool, windowed: bool, linger_seconds: float) -> None:
    from kiosk.display import NullDisplay
    from kiosk.station import Station

    if not headless:
        _expect_display()
    if not settings.hub_key_file.exists():
        raise BadInputError(
            f"There is no hub key at {settings.hub_key_file}: write what `presensi hub key` prints into a file, "
            "and name it with --hub-key."
        )
    ending.check()
    with Station(settings) as station:
        ending.then(station.stop)
        if settings.camera.kind == "clip" and not station.await_roster(timeout_seconds=FIRST_ROSTER_SECONDS):
            click.echo("presensi: no roster has come from the hub; nobody will be recognised until it does.", err=True)
        if headless:
            station.run(NullDisplay())
        else:
            from kiosk.ui.pulse import keep_pulse
            from kiosk.ui.show import run_with_window

            run_with_window(station, windowed=windowed, prepare=lambda bridge: keep_pulse(station.vitals, bridge))
        _deliver_rest(station, ending, until=time.monotonic() + linger_seconds)
        if station.reboot_wanted:
            sys.exit(EXIT_REBOOT)
        if station.restart_wanted:
            sys.exit(EXIT_RESTART)


def _expect_display() -> None:
    """BadInputError when there is no display: Qt itself would end the whole process without a word of ours."""
    from kiosk.ui.window import why_no_window

    reason = why_no_window()
    if reason is not None:
        raise BadInputError(f"No window can be opened: {reason}. Use --headless, or start it where there is a display.")


def _deliver_rest(station: Station, ending: Ending, *, until: float) -> None:
    """Go on delivering until the hub has everything, time runs out, or the program is told to end."""
    while ending.number is None and (left := until - time.monotonic()) > 0:
        if station.deliver_rest(timeout_seconds=min(left, 0.2)):
            return


@kiosk.command(epilog="Example:\n\n  presensi kiosk key --data ./k1 > k1.pub")
@_folder_options
def key(settings_file: Path | None, device: str | None, data: str | None) -> None:
    """Print this kiosk's public key, making the key pair at first.

    The hub must know it: presensi hub kiosk add DEVICE --key FILE
    """
    from kiosk.connection import device_key

    click.echo(device_key(read_settings(settings_file, device=device, data=data).data_folder).verify_key.text)


@kiosk.group(epilog="Example:\n\n  presensi kiosk journal rows --data ./k1")
def journal() -> None:
    """Look into the journal of a kiosk that is not running."""


@journal.command("rows", epilog="Example:\n\n  presensi kiosk journal rows --data ./k1 --json")
@_folder_options
@click.option("--json", "as_json", is_flag=True, help="A list of {device, epoch, seq, kind, person, taken_at, hash}.")
def journal_rows(settings_file: Path | None, device: str | None, data: str | None, as_json: bool) -> None:
    """List every row that the journal holds, oldest first."""
    settings = read_settings(settings_file, device=device, data=data)
    rows = _read_journal(settings)
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['epoch'][:8]} {row['seq']:>6}  {row['taken_at']}  {row['kind']:<7} {row['person'] or ''}")
    click.echo(f"{len(rows)} rows")


@journal.command("export", epilog="Example:\n\n  presensi kiosk journal export /media/usb/kiosk-1.jsonl")
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False))
@_folder_options
def journal_export(to: Path, settings_file: Path | None, device: str | None, data: str | None) -> None:
    """Write every row with its hashes to a new file, to carry to the hub on a USB stick."""
    from kiosk.journal import Journal

    settings = read_settings(settings_file, device=device, data=data)
    with Journal(_journal_file(settings), device=settings.device) as opened:
        click.echo(f"{opened.export(to)} rows written to {to}")


def _journal_file(settings: KioskSettings) -> Path:
    path = settings.data_folder / "journal.sqlite3"
    try:
        there = path.exists()
    except OSError as error:
        raise BadInputError(f"The folder {settings.data_folder} cannot be read: {error.strerror}.") from error
    if not there:
        raise BadInputError(f"There is no journal in {settings.data_folder}; name the kiosk's folder with --data.")
    return path


def _read_journal(settings: KioskSettings) -> list[dict[str, Any]]:
    from contract.punch import Punch, decode_row, kind_of
    from kiosk.journal import Journal

    with Journal(_journal_file(settings), device=settings.device) as opened:
        stored = [(own, decode_row(row)) for own, row in opened.stored_rows()]
    return [
        {
            "device": row.device,
            "epoch": row.epoch,
            "seq": row.seq,
            "kind": kind_of(row),
            "person": row.person if isinstance(row, Punch) else None,
            "taken_at": row.taken_at.isoformat(),
            "hash": own.hex(),
        }
        for own, row in stored
    ]


def camera_choice(*, clip: str | None, photos: str | None, webcam: int | None) -> dict[str, Any]:
    """Overrides for the camera from the three options; BadInputError when more than one was given."""
    if sum(each is not None for each in (clip, photos, webcam)) > 1:
        raise BadInputError("Give only one of --clip, --photos and --webcam.")
    if clip is not None:
        return {"camera_kind": "clip", "camera_path": clip}
    if photos is not None:
        return {"camera_kind": "photo", "camera_path": photos}
    if webcam is not None:
        return {"camera_kind": "webcam", "camera_device": webcam}
    return {}
