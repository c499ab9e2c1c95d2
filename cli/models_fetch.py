"""`presensi models fetch` and `export`: files of packs, from wherever they can be had."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
import msgspec

from cli.commands import LoneCommand
from cli.tables import show_json
from contract.errors import BadInputError
from kiosk.recognizer.packs.card import ModelFile, read_card

if TYPE_CHECKING:
    from provisioning.models import FetchedPack


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi models fetch standard\n\n"
    "  presensi models fetch standard --hub http://hub:8080\n\n"
    "  presensi models fetch standard --mirror /media/stick",
)
@click.argument("pack")
@click.option(
    "--mirror",
    envvar="PRESENSI_MODELS_MIRROR",
    metavar="URL|DIR",
    help="Asked first; default: $PRESENSI_MODELS_MIRROR, or models_mirror in the settings.",
)
@click.option("--hub", metavar="URL", help="Address of the hub's pages; asked after the mirror, before the internet.")
@click.option(
    "--settings", "settings_file", type=click.Path(path_type=Path), help="The kiosk's or the hub's TOML file."
)
@click.option("--json", "as_json", is_flag=True, help="Print {pack, folder, files: [{name, …, source}], troubles}.")
def fetch(pack: str, mirror: str | None, hub: str | None, settings_file: Path | None, as_json: bool) -> None:
    """Fetch the files of a pack that are missing or damaged here.

    All of them are checked against the card before any is installed; a download that was cut is resumed. Whatever goes
    wrong, what was installed before keeps working.
    """
    from provisioning.model_sources import sources
    from provisioning.models import fetch_pack

    card = read_card(pack)
    asked = sources(mirror=mirror or mirror_in(settings_file), hub=hub)
    with _Bars() as bars:
        fetched = fetch_pack(card, asked, on_progress=bars.show, say=bars.say)
    for trouble in fetched.troubles:
        click.echo(f"presensi: passed over: {trouble}.", err=True)
    if as_json:
        show_json(asdict(fetched) | {"folder": str(fetched.folder)})
        return
    _tell(fetched)
    if card.threshold_curve is None:
        click.echo(f"{pack} is not calibrated: it accepts nobody until `presensi models calibrate` or the hub did so.")


@click.command(cls=LoneCommand, epilog="Example:\n\n  presensi models export standard /media/stick")
@click.argument("pack")
@click.argument("folder", type=click.Path(path_type=Path))
def export(pack: str, folder: Path) -> None:
    """Copy the files of a pack into FOLDER, which then is a mirror: a stick, or what a web server serves."""
    from provisioning.models import export_pack

    copies = export_pack(read_card(pack), folder)
    if not copies:
        click.echo(f"{pack} comes with installed packages: there is nothing to export.")
        return
    click.echo(f"{pack}: {len(copies)} files in {folder}. There: presensi models fetch {pack} --mirror {folder}")


def mirror_in(settings_file: Path | None) -> str | None:
    """`models_mirror` of a kiosk's or a hub's settings file; None when it says nothing, or there is no file."""
    if settings_file is None:
        return None
    try:
        return msgspec.toml.decode(settings_file.read_bytes(), type=_MirrorSetting).models_mirror
    except OSError as error:
        raise BadInputError(f"Cannot read the settings file {settings_file}: {error.strerror}.") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInputError(f"The settings file {settings_file} cannot be used: {error}.") from error


class _MirrorSetting(msgspec.Struct, frozen=True):
    """What kiosk and hub settings have in common here; the other keys are checked where they are used."""

    models_mirror: str | None = None


def _tell(fetched: FetchedPack) -> None:
    if not fetched.files:
        click.echo(f"{fetched.pack} comes with installed packages: there is nothing to fetch.")
        return
    for file in fetched.files:
        click.echo(f"  {file.name}, {file.size:,} bytes: {'was here' if file.source is None else file.source}")
    click.echo(f"{fetched.pack}: all {len(fetched.files)} files are whole, in {fetched.folder}.")


class _Bars:
    """A bar for each file on standard error; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._bar: Any = None
        self._file: ModelFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def say(self, words: str) -> None:
        self._open.close()
        self._file = None
        click.echo(words, err=True)

    def show(self, file: ModelFile, arrived: int) -> None:
        if not sys.stderr.isatty():
            return
        if file is not self._file or arrived < self._bar.pos:  # another file, or this one from its beginning
            self._open.close()
            self._file = file
            label = f"{Path(file.name).name} ({file.size / 1e6:.1f} MB)"
            self._bar = self._open.enter_context(click.progressbar(length=file.size, label=label, file=sys.stderr))
        self._bar.update(arrived - self._bar.pos)
