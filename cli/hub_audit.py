"""`presensi hub audit verify | head | list | role`: who read and changed what, and whether that list is whole."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from cli.commands import Commands
from cli.decided import DATE
from cli.hub_options import HubPlace, find_employee_id, json_option, opened, place_options, today_of
from cli.hub_witness import tell_of_reading
from cli.output_files import write_output
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from contract.signing import VerifyKey
from hub.access.trail.browse import Search, find_entries
from hub.access.trail.chain import Entry
from hub.access.trail.grants import grant, statements_for
from hub.access.trail.head import FOLDER, Head, encode_head, load_head, read_head
from hub.access.trail.verify import Verdict, verify_chain
from hub.keys import load_hub_key

SHOWN_DAYS = 7


@click.group(cls=Commands)
def audit() -> None:
    """The audit trail: who read whose record, and who changed what."""


@audit.command(
    epilog="Examples:\n\n"
    "  presensi hub audit verify\n\n"
    "  presensi hub audit verify --head /media/usb/head-2026-11-27.json --json"
)
@click.option(
    "--head",
    "head_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A head that was exported and kept elsewhere; as often as wanted. Those in the data folder count too.",
)
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Public key of the hub that signed the heads; default: hub.pub in the data folder.",
)
@json_option
@place_options
def verify(head_files: tuple[Path, ...], *, key_file: Path | None, as_json: bool, hub: HubPlace) -> None:
    """Walk the whole trail; exit code 1 and the number of the first bad entry when it was tampered with."""
    settings = hub.settings()
    files = [*sorted((settings.data_folder / FOLDER).glob("head-*.json")), *head_files]
    heads: list[Head] = []
    if files:
        key = VerifyKey.from_file(key_file or settings.data_folder / "hub.pub")
        heads = [load_head(path, key) for path in files]
    with opened(settings) as database:
        verdict = verify_chain(database, heads, _show_progress)
    if as_json:
        show_json(verdict)
    elif verdict.whole:
        click.echo(f"The trail is whole. Entries: {verdict.entries}; exported heads held against it: {verdict.heads}.")
    else:
        click.echo(_complaint(verdict), err=True)
    if not verdict.whole:
        sys.exit(1)


@audit.command(
    epilog="Examples:\n\n"
    "  presensi hub audit head --out /media/usb/head-2026-11-27.json\n\n"
    "  presensi hub audit head | ssh archive 'cat > head.json'"
)
@click.option("--out", metavar="FILE", help="Where to; default: standard output.")
@place_options
def head(out: str | None, *, hub: HubPlace) -> None:
    """Export where the trail ends now, signed; keep it where nobody who runs the hub can change it."""
    settings = hub.settings()
    with opened(settings) as database:
        found = read_head(database, now=datetime.now(UTC))
    write_output(encode_head(found, load_hub_key(settings.data_folder)), out, default=None)


@audit.command(
    "list",
    epilog="Examples:\n\n"
    "  presensi hub audit list --account siti\n\n"
    "  presensi hub audit list --employee 'Rina Wulandari' --from 2026-11-01 --to 2026-11-30\n\n"
    "  presensi hub audit list --act letter --json",
)
@click.option(
    "--from", "first", type=DATE, metavar="DATE", help=f"First day; default: {SHOWN_DAYS - 1} days before --to."
)
@click.option("--to", "last", type=DATE, metavar="DATE", help="Last day; default: today.")
@click.option("--account", metavar="NAME", help="Only what this account did (cli:NAME: on the command line).")
@click.option("--employee", metavar="EMPLOYEE", help="Only what names this person: id, NIP or whole name.")
@click.option("--act", metavar="WORD", help="Only this act, or all that begin with it: letter.verify, letter.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="The newest so many.")
@json_option
@place_options
def list_(
    first: date | None,
    *,
    last: date | None,
    account: str | None,
    employee: str | None,
    act: str | None,
    limit: int,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """The entries of a week, or of the days named, the newest first. Looking leaves an entry itself."""
    settings = hub.settings()
    last = last or today_of(settings)
    first = first or last - timedelta(days=SHOWN_DAYS - 1)
    if last < first:
        raise BadInputError(f"It would end on {last}, before it begins on {first}.")
    zone = ZoneInfo(settings.timezone)
    with opened(settings) as database:
        person = None if employee is None else find_employee_id(database, employee)
        search = Search(zone=zone, first=first, last=last, actor=account, employee=person, act=act)
        found = find_entries(database, search, limit=limit)
        tell_of_reading(database, "trail.read")
    if as_json:
        show_json([_shown(entry) for entry in found.entries])
        return
    show_table(
        ("NUMBER", "AT", "WHO", "ROLE", "ACT", "ABOUT", "STATUS"),
        [
            (entry.seq, entry.at, entry.actor, entry.role, entry.act, _short(entry.about), entry.status)
            for entry in found.entries
        ],
        empty="There are no such entries on these days.",
    )
    if found.count > len(found.entries):
        click.echo(f"{found.count - len(found.entries)} older ones are not shown: --limit, --to.", err=True)


@audit.command(
    epilog="Examples:\n\n"
    "  presensi hub audit role presensi_hub | psql presensi\n\n"
    "  presensi hub audit role presensi_hub --execute --db postgresql://owner@db/presensi"
)
@click.argument("name")
@click.option("--execute", is_flag=True, help="Execute the statements, as owner of the tables; else they are printed.")
@place_options
def role(name: str, *, execute: bool, hub: HubPlace) -> None:
    """A PostgreSQL role NAME for running the hub that may add to the trail and read it, and nothing else with it."""
    if not execute:
        click.echo("".join(f"{statement};\n" for statement in statements_for(name)), nl=False)
        return
    with hub.opened() as database:
        grant(database, name)
    click.echo(f"{name} may read the audit trail and add to it. Give it a password, and run the hub as {name}.")


def _show_progress(walked: int, there: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{walked} of {there} entries", err=True, nl=walked >= there)


def _complaint(verdict: Verdict) -> str:
    return f"presensi: The audit trail is broken at entry {verdict.broken_at}: {verdict.why}."


def _shown(entry: Entry) -> dict[str, Any]:
    return {**msgspec.structs.asdict(entry), "about": msgspec.Raw(entry.about.encode())}


def _short(about: str) -> str:
    return about if len(about) <= 100 else f"{about[:99]}…"
