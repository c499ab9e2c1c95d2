"""`presensi hub recap`, `discipline` and `day`: attendance on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cli.commands import LoneCommand
from cli.hub_exports import Export, export_options, read_date
from cli.hub_options import HubPlace, find_employee_id, find_unit, json_option, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.db import Database
from hub.errors import RecapError
from hub.recap.daily import DailyLine, DailyRecap, daily
from hub.recap.exports import BINARY, Recap
from hub.recap.forms.lampiran_ii import sum_cells
from hub.recap.monthly import Month, MonthlyRecap, monthly
from hub.recap.person import PersonDay, PersonMonth, person_day, person_month
from hub.recap.yearly import DisciplineList, YearlyRecap, discipline_list, parse_year, yearly


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub recap --day 2026-03-02\n\n"
    "  presensi hub recap --month 2026-11 --unit 'Dinas Kesehatan' --json\n\n"
    "  presensi hub recap --month 2026-11 --unit 'Dinas Kesehatan' --format pdf --out november.pdf\n\n"
    "  presensi hub recap --month 2026-11 --format csv --bom --out november.csv\n\n"
    "  presensi hub recap --month 2026-11 --person 'Rina Wulandari' --format xlsx\n\n"
    "  presensi hub recap --year 2026 --out 2026.xlsx",
)
@click.option("--day", "--date", "day_text", metavar="YYYY-MM-DD", help="The recap of a day (Lampiran I).")
@click.option("--month", "month_text", metavar="YYYY-MM", help="The recap of a month, with the columns of Lampiran II.")
@click.option("--year", "year_text", metavar="YYYY", help="The recap of a year, by person, month and unit.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@click.option("--person", metavar="EMPLOYEE", help="One person's month or year: id, NIP or whole name.")
@export_options
@place_options
def recap(
    day_text: str | None,
    month_text: str | None,
    year_text: str | None,
    *,
    unit: str | None,
    person: str | None,
    hub: HubPlace,
    **asked: Any,
) -> None:
    """The recap of a day, a month or a year, from stored days: a table, JSON, CSV, or a form as XLSX or PDF."""
    if [day_text, month_text, year_text].count(None) != 2:
        raise BadInputError("Say which recap: --day YYYY-MM-DD, --month YYYY-MM or --year YYYY.")
    if person is not None and (day_text is not None or unit is not None):
        raise BadInputError("--person goes with --month or --year alone; a single day: presensi hub day EMPLOYEE DATE.")
    how = Export.of(**asked)
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        person_id = None if person is None else find_employee_id(database, person)
        found: Recap
        if day_text is not None:
            found = daily(database, read_date(day_text), unit_id)
        elif year_text is not None:
            found = yearly(database, parse_year(year_text), unit_id, employee_id=person_id)
        elif person_id is not None:
            found = month_of_person(database, person_id, Month.parse(month_text or ""))
        else:
            found = monthly(database, Month.parse(month_text or ""), unit_id)
        when = day_text or month_text or year_text or ""
        if how.form is None:
            _SHOWN[type(found)](found)
            return
        how.write(database, found, "rekap", when, unit or person or "")
        if how.form in BINARY and not (found.days if isinstance(found, PersonMonth) else found.lines):
            click.echo(f"Nothing is recorded for {when}; the form says so.", err=True)


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub discipline --year 2026\n\n"
    "  presensi hub discipline --year 2026 --unit 'Dinas Kesehatan' --format pdf --out disiplin.pdf",
)
@click.option("--year", "year_text", metavar="YYYY", required=True, help="Which calendar year.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@export_options
@place_options
def discipline(
    year_text: str,
    *,
    unit: str | None,
    hub: HubPlace,
    **asked: Any,
) -> None:
    """Who has reached a threshold of PP 94/2021 by unexcused days, and the sanction that it names."""
    how = Export.of(**asked)
    with hub.opened() as database:
        found = discipline_list(database, parse_year(year_text), find_unit(database, unit))
        if how.form is None:
            _show_discipline(found)
        else:
            how.write(database, found, "disiplin", year_text, unit or "")


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
def day(employee: str, day_text: str, *, as_json: bool, hub: HubPlace) -> None:
    """What one day of EMPLOYEE (id, NIP or whole name) came to, and why."""
    work_date = read_date(day_text)
    with hub.opened() as database:
        found = person_day(database, find_employee_id(database, employee), work_date)
    if found is None or found.day is None:
        raise RecapError(f"{employee} has no assessed day {work_date}: it lies ahead, or outside the employment.")
    if as_json:
        show_json(found.day)
    else:
        _show_day(found)


def month_of_person(database: Database, person_id: str, month: Month) -> PersonMonth:
    """The month of somebody who is on record."""
    found = person_month(database, person_id, month)
    if found is None:
        raise RecapError(f"There is no employee {person_id} any more.")
    return found


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


def _show_person_month(found: PersonMonth) -> None:
    show_table(
        ("DATE", "STATUS", "IN", "OUT", "LATE", "EARLY", "REMARK"),
        [
            (
                day.work_date,
                day.status,
                f"{day.arrival:%H:%M}" if day.arrival else None,
                f"{day.departure:%H:%M}" if day.departure else None,
                day.late_min,
                day.early_min,
                day.remark,
            )
            for day in found.days
        ],
        empty=f"Nothing is recorded for {found.person.name} in {found.month}.",
    )


def _show_yearly(found: YearlyRecap) -> None:
    show_table(
        ("UNIT", "NAME", "LATE MIN", "EARLY MIN", "ABSENT DAYS", "LEAVE/DUTY DAYS", "PERMIT DAYS", "PP 94/2021"),
        [
            (
                line.unit.name or "-",
                line.person.name,
                *sum_cells(line.totals),
                None if line.discipline.sanction is None else line.discipline.sanction.name,
            )
            for line in found.lines
        ],
        empty=f"Nothing is recorded for {found.year}.",
    )
    if found.pending:
        click.echo(f"{found.pending} of {found.days} days can still change.")


def _show_discipline(found: DisciplineList) -> None:
    show_table(
        ("NAME", "UNIT", "ABSENT DAYS", "IN A ROW", "LEVEL", "SANCTION"),
        [
            (
                line.person.name,
                line.unit.name or "-",
                line.unexcused_days,
                None if line.run is None else line.run.days,
                line.sanction.level,
                line.sanction.name,
            )
            for line in found.lines
        ],
        empty=f"Nobody has reached a threshold of PP 94/2021 in {found.year}.",
    )
    if found.pending:
        click.echo(f"{found.pending} days can still become unexcused ones.")


_SHOWN: dict[type, Callable[[Any], None]] = {
    DailyRecap: _show_daily,
    MonthlyRecap: _show_monthly,
    PersonMonth: _show_person_month,
    YearlyRecap: _show_yearly,
}
