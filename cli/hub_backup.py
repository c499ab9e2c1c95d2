"""`presensi hub backup`, `verify` and `restore`: a hub's database, keys and pictures in one archive, and back again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from cli.commands import LoneCommand
from cli.hub_options import HubPlace, json_option, place_options
from cli.hub_witness import tell_of_reading
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.backup.making import BackupShelf, make_backup
from hub.backup.restoring import restore_backup
from hub.backup.verifying import verify_backup
from hub.due_work import backup_shelf
from hub.settings import HubSettings

_SAY_EVERY_SECONDS = 2.0


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub backup --settings /etc/presensi/hub.toml\n\n"
    "  presensi hub backup --to /mnt/backup --keep-days 60 --json\n\n"
    "  presensi hub backup --to /mnt/backup --list",
)
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Folder; default: `folder` in [backup].")
@click.option(
    "--keep-days",
    type=click.IntRange(1, 89),
    help="Older ones are deleted once the new one is verified; default: `keep_days` in [backup], 30.",
)
@click.option("--list", "only_list", is_flag=True, help="Make none: show those that are kept, and when they expire.")
@json_option
@place_options
def backup(*, folder: Path | None, keep_days: int | None, only_list: bool, as_json: bool, hub: HubPlace) -> None:
    """Back up database, keys and pictures while the hub runs, verify the backup, delete expired ones.

    A backup holds the hub's private keys and everybody's templates: keep it as you keep the hub itself.
    """
    settings = hub.settings()
    with hub.opened() as database:
        shelf = _shelf(settings, folder, keep_days)
        if only_list:
            _show_kept(shelf, as_json=as_json)
            return
        # Before the copy: whoever takes everybody's data away is told in the copy, too.
        tell_of_reading(database, "cli.backup")
        made = make_backup(database, settings.data_folder, shelf, on_bytes=_progress("copied and read"))
    if as_json:
        _show_json(made)
        return
    click.echo(
        f"{made.backup.path}: {made.files} files and the database, {_size(made.backup.bytes)}, verified. "
        f"{_counted(made.counts)}. It expires on {made.backup.expires_on}."
    )
    for name in made.deleted:
        click.echo(f"Expired and deleted: {name}")


@click.command(
    cls=LoneCommand, epilog="Example:\n\n  presensi hub verify /mnt/backup/presensi-1a2b3c4d-20260302T190000Z.zip"
)
@click.argument("archive", type=click.Path(path_type=Path))
@json_option
def verify(*, archive: Path, as_json: bool) -> None:
    """Read a backup to its end, compare every file with its hash, and open the database."""
    found = verify_backup(archive, on_bytes=_progress("read"))
    if as_json:
        _show_json(found)
        return
    contents = f"{found.files} files and a {found.kind} database"
    dump = "" if found.tables is None else f", {found.tables} tables in the dump"
    click.echo(f"{archive} is whole: of {_local(found.made_at)}, {contents}, {_size(found.bytes)} unpacked{dump}.")
    click.echo(f"{_counted(found.counts)}. Tables: revision {found.revision}.")
    if not found.known:
        click.echo("Its tables are newer than this software: a newer version of Presensi restores it.", err=True)


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub restore presensi-1a2b3c4d-20260302T190000Z.zip --data /var/lib/presensi/hub\n\n"
    "  presensi hub restore BACKUP --db postgresql://presensi@db/presensi --replace",
)
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Move aside the hub that is there; nothing is deleted.")
@json_option
@place_options
def restore(*, archive: Path, replace: bool, as_json: bool, hub: HubPlace) -> None:
    """Bring a hub back into an empty folder and an empty database; stop the hub first.

    Kiosks send again what the backup lacks, as soon as the restored hub runs.
    """
    settings = hub.settings()
    found = restore_backup(
        archive,
        data_folder=settings.data_folder,
        database_url=settings.database_url,
        replace=replace,
        on_bytes=_progress("unpacked"),
    )
    with hub.opened() as database, database.write():
        pass  # the trail hears of it
    if as_json:
        _show_json(found)
        return
    click.echo(
        f"Restored as of {_local(found.made_at)}: {found.files} files and the database. {_counted(found.counts)}."
    )
    for name in found.moved_aside:
        click.echo(f"What was there is now {name}; delete it when nobody needs it any more.")
    click.echo("Start the hub: kiosks send again what the backup lacks. Repeat erasures made since then.")


def _shelf(settings: HubSettings, folder: Path | None, keep_days: int | None) -> BackupShelf:
    named = folder or (Path(settings.backup.folder) if settings.backup.folder is not None else None)
    if named is None:
        raise BadInputError("No folder for backups is set up: name one with --to, or with `folder` in [backup].")
    keep = timedelta(days=keep_days or settings.backup.keep_days)
    return backup_shelf(settings, named, keep, ZoneInfo(settings.timezone))


def _show_kept(shelf: BackupShelf, *, as_json: bool) -> None:
    kept = shelf.kept()
    if as_json:
        _show_json(kept)
        return
    show_table(
        ("BACKUP", "MADE", "EXPIRES", "SIZE"),
        [(each.path.name, each.made_at, each.expires_on, _size(each.bytes)) for each in kept],
        empty=f"There is no backup of this hub in {shelf.folder}.",
    )


def _show_json(found: object) -> None:
    """Paths are told as text."""
    show_json(msgspec.to_builtins(found, enc_hook=str))


def _progress(deed: str) -> Callable[[int], None]:
    """Says on standard error how much was done, once it takes longer."""
    total, said_at = 0, time.monotonic()

    def worked(size: int) -> None:
        nonlocal total, said_at
        total += size
        if time.monotonic() - said_at >= _SAY_EVERY_SECONDS:
            said_at = time.monotonic()
            click.echo(f"{_size(total)} {deed} …", err=True)

    return worked


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "Nothing counted"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _size(count: int) -> str:
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
