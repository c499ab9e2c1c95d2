"""`presensi hub release`: the software that kiosks fetch from here, and who shall run which."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from contract.signing import VerifyKey
from hub.fleet.commands import give_command
from hub.fleet.overview import KioskStatus, kiosk_statuses
from hub.fleet.release_files import ReleaseFiles

if TYPE_CHECKING:
    from hub.db import Database


@click.group(cls=Commands, epilog="Start with: presensi provision release --help")
def release() -> None:
    """The kiosks' software: what they may fetch from here, and who shall run which."""


@release.command(
    "add", epilog="Example:\n\n  presensi hub release add /srv/releases/0.2.0 --key /etc/presensi/release.pub"
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="The release key's public half.")
@json_option
@place_options
def add(folder: Path, *, key: Path, as_json: bool, hub: HubPlace) -> None:
    """Check what `presensi provision release` has made in FOLDER, and copy it into the hub's own folder."""
    from provisioning.wheelhouse import check

    manifest = check(folder, VerifyKey.from_file(key))
    quiet = not sys.stderr.isatty()
    with click.progressbar(length=len(manifest.files) + 2, label="Files", file=sys.stderr, hidden=quiet) as bar:
        taken = ReleaseFiles(hub.settings().data_folder).take(folder, on_file=lambda _path: bar.update(1))
    if as_json:
        show_json(taken)
        return
    click.echo(
        f"Release {taken.name} is here: {taken.files} files, {taken.size / 1e6:.0f} MB. Order it for some kiosks:"
    )
    click.echo(f"presensi hub release give {taken.name} --kiosk DEVICE")


@release.command("list", epilog="Example:\n\n  presensi hub release list --json")
@json_option
@place_options
def list_releases(*, as_json: bool, hub: HubPlace) -> None:
    """What kiosks may fetch from here, the newest first."""
    found = ReleaseFiles(hub.settings().data_folder).all()
    if as_json:
        show_json(found)
        return
    show_table(
        ("RELEASE", "SIGNED", "FOR", "FILES", "MB"),
        [
            (
                each.name,
                f"{each.made_at:%Y-%m-%d %H:%M}",
                ", ".join(each.targets),
                str(each.files),
                f"{each.size / 1e6:.0f}",
            )
            for each in found
        ],
        empty="No release is here yet: presensi hub release add FOLDER --key release.pub",
    )


@release.command("drop", epilog="Example:\n\n  presensi hub release drop 0.1.0")
@click.argument("name")
@place_options
def drop(name: str, *, hub: HubPlace) -> None:
    """Offer release NAME no more; kiosks that run it go on."""
    ReleaseFiles(hub.settings().data_folder).drop(name)
    click.echo(f"Release {name} is offered no more.")


@release.command(
    "give",
    epilog="Examples:\n\n"
    "  presensi hub release give 0.2.0 --kiosk kiosk-dinkes-1 --kiosk kiosk-dinkes-2\n\n"
    "  presensi hub release give 0.2.0 --unit 'Dinas Kesehatan'\n\n"
    "  presensi hub release give 0.2.0 --all",
)
@click.argument("name")
@click.option("--kiosk", "devices", multiple=True, metavar="DEVICE", help="This kiosk; repeatable.")
@click.option("--unit", "units", multiple=True, metavar="NAME", help="The kiosks of this unit; repeatable.")
@click.option("--all", "everywhere", is_flag=True, help="Every kiosk in use.")
@by_option
@json_option
@place_options
def give(
    name: str,
    *,
    devices: tuple[str, ...],
    units: tuple[str, ...],
    everywhere: bool,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Order kiosks to run release NAME. Begin with a few: `presensi hub release status` says whether it proved itself.

    Those that run it already, or whose last try of it failed, are named and left out; name such a kiosk with --kiosk to
    have it try again.
    """
    if not (devices or units or everywhere):
        raise BadInputError("Say for which kiosks: --kiosk DEVICE, --unit NAME or --all.")
    if not ReleaseFiles(hub.settings().data_folder).has(name):
        raise BadInputError(f"There is no release '{name}' here: presensi hub release list")
    ordered, skipped = [], []
    with hub.opened() as database:
        for status in _chosen(database, devices, units, everywhere=everywhere):
            why = _why_not(status, name, named=status.device in devices)
            if why is not None:
                skipped.append({"device": status.device, "why": why})
                continue
            give_command(database, status.device, "release", by=by, now=datetime.now(UTC), text=name)
            ordered.append(status.device)
    if as_json:
        show_json({"release": name, "ordered": ordered, "skipped": skipped})
        return
    for each in skipped:
        click.echo(f"{each['device']}: left out, {each['why']}.")
    click.echo(f"Ordered for {len(ordered)} kiosks{': ' if ordered else ''}{', '.join(ordered)}.")


@release.command("status", epilog="Example:\n\n  presensi hub release status --json")
@json_option
@place_options
def show_status(*, as_json: bool, hub: HubPlace) -> None:
    """How far each kiosk is with the release that was ordered last."""
    with hub.opened() as database:
        found = [each for each in kiosk_statuses(database) if each.state == "active"]
    lines = [
        {
            "device": each.device,
            "software": each.software,
            "release": each.release.release if each.release else None,
            "step": each.release.step if each.release else None,
            "percent": each.release.percent if each.release else None,
            "detail": each.release.detail if each.release else "",
            "at": each.release.at.isoformat() if each.release else None,
        }
        for each in found
    ]
    if as_json:
        show_json(lines)
        return
    show_table(
        ("KIOSK", "RUNS", "RELEASE", "STEP", "DETAIL"),
        [
            (
                str(line["device"]),
                str(line["software"] or "-"),
                str(line["release"] or "-"),
                f"{line['step'] or '-'}" + (f" {line['percent']} %" if line["step"] == "fetching" else ""),
                str(line["detail"]),
            )
            for line in lines
        ],
        empty="There are no kiosks in use.",
    )


def _chosen(
    database: Database, devices: tuple[str, ...], units: tuple[str, ...], *, everywhere: bool
) -> list[KioskStatus]:
    known = {each.device: each for each in kiosk_statuses(database) if each.state == "active"}
    for device in devices:
        if device not in known:
            raise BadInputError(f"There is no kiosk '{device}' in use: presensi hub kiosk list")
    for unit in units:
        if all(each.unit != unit for each in known.values()):
            raise BadInputError(f"No kiosk in use serves '{unit}': presensi hub kiosk list")
    return [each for each in known.values() if everywhere or each.device in devices or each.unit in units]


def _why_not(status: KioskStatus, name: str, *, named: bool) -> str | None:
    if status.software == name:
        return "it runs this release"
    told = status.release
    if not named and told is not None and told.release == name and told.step in ("rolled_back", "refused"):
        return f"its last try failed ({told.detail})"
    return None
