"""`presensi hub recap` and `day`: attendance on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from cli.commands import LoneCommand
from cli.hub_options import find_unit, json_option, opened, place_options, settings_of
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.db import Database
from hub.errors import RecapError
from hub.recap.daily import DailyLine, DailyRecap, daily
from hub.recap.monthly import Month, MonthlyRecap, monthly
from hub.recap.person import PersonDay, person_day
from hub.roster.finding import find_person


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub recap --date 2026-03-02\n\n"
    "  presensi hub recap --month 2026-03 --unit 'Dinas Kesehatan' --json",
)
@click.option("--date", "day_text", metavar="YYYY-MM-DD", help="The recap of a day.")
@click.option("--month", "month_text", metavar="YYYY-MM", help="The recap of a month, with the columns of Lampiran II.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@json_option
@place_options
def recap(
    day_text: str | None,
    month_text: str | None,
    *,
    unit: str | None,
    as_json: bool,
    settings_file: Path | None,
    data: str | None,
    db: str | None,
) -> None:
    """The recap of a day or of a month, from stored days."""
    if (day_text is None) == (month_text is None):
        raise BadInputError("Say which recap: --date YYYY-MM-DD or --month YYYY-MM.")
    with opened(settings_of(settings_file, data, db)) as database:
        unit_id = find_unit(database, unit)
        if day_text is not None:
            of_day = daily(database, read_date(day_text), unit_id)
            show_json(of_day) if as_json else _show_daily(of_day)
        else:
            of_month = monthly(database, Month.parse(month_text or ""), unit_id)
            show_json(of_month) if as_json else _show_monthly(of_month)


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub day 'Rina Wulandari' 2026-03-02\n\n"
    "  presensi hub day 5e0c3f0e-6f5b-4c0e-9d51-0d3f1c6a3b7e 2026-03-02 --json",
)
@click.argument("employee")
@click.argument("day_text", metavar="DATE")
@json_option
@place_options
def day(
    employee: str, day_text: str, *, as_json: bool, settings_file: Path | None, data: str | None, db: str | None
) -> None:
    """What one day of EMPLOYEE (id, NIP or whole name) came to, and why."""
    work_date = read_date(day_text)
    with opened(settings_of(settings_file, data, db)) as database:
        found = person_day(database, find_employee_id(database, employee), work_date)
    if found is None or found.day is None:
        raise RecapError(f"{employee} has no assessed day {work_date}: it lies ahead, or outside the employment.")
    if as_json:
        show_json(found.day)
    else:
        _show_day(found)


def read_date(text: str) -> date:
    """A date written YYYY-MM-DD; BadInputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"'{text}' is not a date: write YYYY-MM-DD, like 2026-03-02.") from error


def find_employee_id(database: Database, text: str) -> str:
    """Id of the employee with this id, NIP or name; BadInputError when there is none, or more than one."""
    with database.read() as session:
        return find_person(session, text)


def _show_daily(found: DailyRecap) -> None:
    show_table(
        ("UNIT", "NAME", "STATUS", "IN", "OUT", "LATE", "EARLY", "REMARK"),
        [
            (
                line.unit.name or "-",
                line.person.name,
                line.status,
                *_times(line),
                line.late_min,
                line.early_min,
                line.remark,
            )
            for line in found.lines
        ],
        empty=f"Nothing is recorded for {found.work_date}.",
    )


def _times(line: DailyLine) -> tuple[str | None, str | None]:
    """Arrival and departure; in brackets a punch that was seen and counts for neither (yet)."""
    arrival = f"{line.arrival:%H:%M}" if line.arrival else None
    departure = f"{line.departure:%H:%M}" if line.departure else None
    if arrival is None and departure is None and line.first_seen is not None and line.last_seen is not None:
        alone = line.first_seen == line.last_seen
        return f"({line.first_seen:%H:%M})", None if alone else f"({line.last_seen:%H:%M})"
    return arrival, departure


def _show_monthly(found: MonthlyRecap) -> None:
    show_table(
        ("UNIT", "NAME", "LATE MIN", "EARLY MIN", "ABSENT DAYS", "LEAVE/DUTY DAYS", "PERMIT DAYS", "REMARKS"),
        [
            (
                line.unit.name or "-",
                line.person.name,
                line.summary.lampiran_ii.terlambat_menit,
                line.summary.lampiran_ii.pulang_awal_menit,
                line.summary.lampiran_ii.tanpa_alasan_hari,
                line.summary.lampiran_ii.cuti_sakit_dl_diklat_hari,
                line.summary.lampiran_ii.ijin_hari,
                line.ringkasan,
            )
            for line in found.lines
        ],
        empty=f"Nothing is recorded for {found.month}.",
    )
    if found.pending:
        click.echo(f"{found.pending} of {found.days} days can still change.")


def _show_day(found: PersonDay) -> None:
    assert found.day is not None  # noqa: S101 - the caller looked
    click.echo(f"{found.person.name}, {found.work_date}: {found.day.status}")
    for sentence in found.day.explanation:
        click.echo(f"  {sentence.id} / {sentence.en}")
