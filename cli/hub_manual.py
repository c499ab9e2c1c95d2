"""`presensi hub manual`: attendance taken by hand while terminals do not work."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.commands import EXIT_BAD_INPUT, Commands
from cli.hub_exports import read_date
from cli.hub_options import (
    HubPlace,
    because_option,
    by_option,
    find_employee_id,
    find_unit,
    json_option,
    opened,
    place_options,
)
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.attendance.manual import EntryState, decide_entries, enter_day, list_entries, withdraw_entry
from hub.attendance.manual_desk import ManualDay
from hub.attendance.manual_sheet import SheetReport, import_sheet, read_sheet
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.recap.monthly import Month
from hub.settings import HubSettings

STATES: tuple[EntryState, ...] = ("submitted", "approved", "refused", "withdrawn")


@click.group(cls=Commands)
def manual() -> None:
    """Attendance taken by hand: one person enters, another decides."""


@manual.command(
    "enter",
    epilog="Example:\n\n"
    "  presensi hub manual enter 'Rina Wulandari' 2026-11-10 --in 07:00 --out 15:05 --because 'kiosk broken' "
    "--photo rina.jpg --by siti",
)
@click.argument("employee")
@click.argument("day_text", metavar="DATE")
@click.option("--in", "arrival", metavar="HH:MM", help="When the person came, local time.")
@click.option("--out", "departure", metavar="HH:MM", help="When the person left; HH:MM+1 for the next day.")
@click.option("--photo", type=click.Path(path_type=Path), help="Evidence, JPEG or PNG; part-timers need one.")
@click.option("--outage", "outage_id", type=int, metavar="NUMBER", help="The outage that it belongs to.")
@because_option
@by_option
@json_option
@place_options
def enter(
    employee: str,
    day_text: str,
    *,
    arrival: str | None,
    departure: str | None,
    photo: Path | None,
    outage_id: int | None,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Enter arrival and departure of EMPLOYEE (name, NIP or id) on DATE; it counts once somebody else approves it."""
    settings = hub.settings()
    work_date = read_date(day_text)
    with opened(settings) as database:
        person = find_employee_id(database, employee)
        number = enter_day(
            database,
            ManualDay(employee_id=person, work_date=work_date, arrival=arrival, departure=departure),
            reason=because,
            by=by,
            now=datetime.now(UTC),
            store=PaperStore(settings.data_folder),
            photo=PaperFile.read(photo) if photo is not None else None,
            outage_id=outage_id,
        )
    if as_json:
        show_json({"id": number, "state": "submitted"})
    else:
        click.echo(f"Entry {number} waits for somebody else: presensi hub manual approve {number} --by NAME")


@manual.command(
    "import",
    epilog="Examples:\n\n"
    "  presensi hub manual import lampiran-i.csv --outage 3 --date 2026-11-10 --dry-run\n\n"
    "  presensi hub manual import lampiran-i.csv --outage 3 --date 2026-11-10 --scan lampiran-i.pdf --by siti\n\n"
    "  where the first line names the columns: NIP;Nama;Jam Datang;Jam Pulang",
)
@click.argument("sheet", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--outage", "outage_id", type=int, required=True, metavar="NUMBER", help="The declared outage.")
@click.option("--date", "day_text", required=True, metavar="DATE", help="The day of the form.")
@click.option("--scan", type=click.Path(path_type=Path), help="The signed form: PDF, JPEG or PNG.")
@click.option("--dry-run", is_flag=True, help="Report only, and store nothing.")
@by_option
@json_option
@place_options
def import_form(
    sheet: Path,
    *,
    outage_id: int,
    day_text: str,
    scan: Path | None,
    dry_run: bool,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Enter a unit's whole Lampiran I (CSV or XLSX) of an outage; with an error in any line nothing is entered."""
    settings = hub.settings()
    work_date, content = read_date(day_text), read_sheet(sheet)
    with opened(settings) as database:
        report = import_sheet(
            database,
            content,
            outage_id=outage_id,
            work_date=work_date,
            by=by,
            now=datetime.now(UTC),
            dry_run=dry_run,
            reason=f"Lampiran I, {sheet.name}"[:500],
            store=PaperStore(settings.data_folder),
            scan=PaperFile.read(scan) if scan is not None else None,
        )
    if as_json:
        show_json(report)
    else:
        _tell(report, dry_run=dry_run)
    if report.errors:
        click.echo(f"presensi: {len(report.errors)} lines have errors; nothing was entered.", err=True)
        sys.exit(EXIT_BAD_INPUT)


@manual.command(
    "approve",
    epilog="Examples:\n\n  presensi hub manual approve 4 5 --by budi\n\n"
    "  presensi hub manual approve --outage 3 --by budi",
)
@click.argument("entries", nargs=-1, type=int, metavar="[ENTRY]...")
@click.option("--outage", "outage_id", type=int, metavar="NUMBER", help="Everything that waits of this outage.")
@click.option("--because", metavar="TEXT", help="Remark for the record.")
@by_option
@json_option
@place_options
def approve(
    entries: tuple[int, ...],
    *,
    outage_id: int | None,
    because: str | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Approve entries that wait, all or none; never one's own."""
    _decide(hub.settings(), entries, outage_id, by, because, approved=True, as_json=as_json)


@manual.command("refuse", epilog="Example:\n\n  presensi hub manual refuse 4 --because 'not her photo' --by budi")
@click.argument("entries", nargs=-1, type=int, metavar="[ENTRY]...")
@click.option("--outage", "outage_id", type=int, metavar="NUMBER", help="Everything that waits of this outage.")
@because_option
@by_option
@json_option
@place_options
def refuse(
    entries: tuple[int, ...],
    *,
    outage_id: int | None,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Refuse entries that wait, all or none; never one's own."""
    _decide(hub.settings(), entries, outage_id, by, because, approved=False, as_json=as_json)


@manual.command("withdraw", epilog="Example:\n\n  presensi hub manual withdraw 4 --because 'wrong day' --by siti")
@click.argument("entry", type=int)
@because_option
@by_option
@json_option
@place_options
def withdraw(entry: int, *, because: str, by: str, as_json: bool, hub: HubPlace) -> None:
    """Take ENTRY back; it stays on record with the reason, and counts no more."""
    with hub.opened() as database:
        withdraw_entry(database, entry, by=by, reason=because, now=datetime.now(UTC))
    if as_json:
        show_json({"id": entry, "state": "withdrawn"})
    else:
        click.echo(f"Entry {entry} is withdrawn.")


@manual.command("list", epilog="Example:\n\n  presensi hub manual list --state submitted --month 2026-11")
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@click.option("--unit", metavar="NAME", help="Only of people of this unit and those below it.")
@click.option("--outage", "outage_id", type=int, metavar="NUMBER", help="Only of this outage.")
@click.option("--month", metavar="YYYY-MM", help="Only of this month.")
@json_option
@place_options
def list_manual(
    *,
    state: EntryState | None,
    unit: str | None,
    outage_id: int | None,
    month: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Entries by date and name."""
    of_month = Month.parse(month) if month is not None else None
    with hub.opened() as database:
        found = list_entries(
            database,
            state=state,
            unit_id=find_unit(database, unit),
            outage_id=outage_id,
            first=of_month.first if of_month is not None else None,
            last=of_month.last if of_month is not None else None,
        )
    if as_json:
        show_json(found)
        return
    show_table(
        ("ENTRY", "DATE", "NAME", "IN", "OUT", "STATE", "ENTERED BY", "DECIDED BY", "BECAUSE"),
        [
            (
                line.id,
                line.work_date,
                line.name,
                f"{line.arrival:%H:%M}" if line.arrival else None,
                f"{line.departure:%H:%M}" if line.departure else None,
                line.state,
                line.entered_by,
                line.decided_by,
                line.reason,
            )
            for line in found
        ],
        empty="There are no such entries: presensi hub manual enter EMPLOYEE DATE --in HH:MM --out HH:MM",
    )


def _decide(
    settings: HubSettings,
    entries: tuple[int, ...],
    outage_id: int | None,
    by: str,
    because: str | None,
    *,
    approved: bool,
    as_json: bool,
) -> None:
    if (outage_id is None) == (not entries):
        raise BadInputError("Say which entries: their numbers, or --outage NUMBER.")
    with opened(settings) as database:
        if outage_id is not None:
            entries = tuple(line.id for line in list_entries(database, state="submitted", outage_id=outage_id))
        decided = decide_entries(database, entries, approved=approved, by=by, now=datetime.now(UTC), reason=because)
    word = "approved" if approved else "refused"
    if as_json:
        show_json({"entries": entries, "state": word})
    else:
        click.echo(f"{decided} entries {word} by {by}.")


def _tell(report: SheetReport, *, dry_run: bool) -> None:
    show_table(
        ("LINE", "NAME", "IN", "OUT", "REPORT"),
        [
            (
                line.line,
                line.name or line.text,
                line.arrival,
                line.departure,
                line.error or ("ok" if line.has_times else "no times: left out"),
            )
            for line in report.lines
        ],
        empty="The sheet has no lines.",
    )
    if report.stored:
        click.echo(f"{len(report.stored)} entries wait for somebody else: presensi hub manual approve --outage NUMBER")
    elif dry_run and not report.errors:
        click.echo(f"{report.ready} lines could be entered; nothing was stored.")
