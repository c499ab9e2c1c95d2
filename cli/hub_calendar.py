"""`presensi hub holiday` and `circular`: days off, and hours for some dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cli.commands import Commands
from cli.decided import DATE, author_of, from_option, tell_affected, unit_names, unit_of
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from hub.schedule.decisions import (
    add_holidays,
    add_override,
    withdraw_holiday,
    withdraw_override,
)
from hub.schedule.files import read_calendar
from hub.schedule.models import Holiday, ScheduleOverride


@click.group(cls=Commands)
def holiday() -> None:
    """Holidays and joint leave (cuti bersama), with their decree."""


@holiday.command(
    "import",
    epilog="Examples:\n\n  presensi hub holiday import libur-2027.csv --decree 'SKB 3 Menteri 2026'\n\n"
    "  presensi hub holiday import hari-jadi.ics --decree 'SK Bupati 188/2026' --unit 'Kabupaten Jember'\n\n"
    "The CSV has the columns tanggal;nama;jenis (libur or cuti bersama).",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--decree", required=True, help="Number of the decree that declares them.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it; default: everybody.")
@click.option("--dry-run", is_flag=True, help="Say what the file holds, and store nothing.")
@by_option
@place_options
def import_holidays(
    file: Path,
    *,
    decree: str,
    unit: str | None,
    dry_run: bool,
    by: str,
    hub: HubPlace,
) -> None:
    """Put the days of a calendar (CSV or ICS) on record; days that are there already stay as they are."""
    lines, author = read_calendar(file), author_of(by)
    if dry_run:
        show_table(("DAY", "KIND", "NAME"), [(line.day, line.kind, line.name) for line in lines], empty="No days.")
        return
    with hub.opened(create=True) as database, database.write() as session:
        new, affected = add_holidays(session, lines, decree=decree, unit_id=unit_of(session, unit), author=author)
        click.echo(f"{new} of {len(lines)} days were new.")
        tell_affected(session, affected, author)


@holiday.command("list", epilog="Example:\n\n  presensi hub holiday list --year 2027")
@click.option("--year", type=int, help="Only this year.")
@json_option
@place_options
def list_holidays(*, year: int | None, as_json: bool, hub: HubPlace) -> None:
    """Every day off that is in force."""
    with hub.opened() as database, database.read() as session:
        units = unit_names(session)
        rows = session.scalars(select(Holiday).where(Holiday.withdrawn_at.is_(None)).order_by(Holiday.day)).all()
        found = [
            {
                "day": row.day,
                "name": row.name,
                "kind": row.kind,
                "decree": row.decree,
                "unit": None if row.unit_id is None else units.get(row.unit_id),
                "set_by": row.set_by,
            }
            for row in rows
            if year is None or row.day.year == year
        ]
    if as_json:
        show_json(found)
        return
    show_table(
        ("DAY", "KIND", "NAME", "DECREE", "UNIT"),
        [(each["day"], each["kind"], each["name"], each["decree"], each["unit"] or "all") for each in found],
        empty="There are no holidays on record: presensi hub holiday import FILE --decree NUMBER",
    )


@holiday.command("withdraw", epilog="Example:\n\n  presensi hub holiday withdraw 2027-05-17")
@click.argument("day", type=DATE)
@click.option("--unit", metavar="NAME", help="The unit it was declared for; default: everybody.")
@by_option
@place_options
def withdraw_a_holiday(day: date, *, unit: str | None, by: str, hub: HubPlace) -> None:
    """Let a day off count no more; it stays on record as withdrawn."""
    author = author_of(by)
    with hub.opened() as database, database.write() as session:
        affected = withdraw_holiday(session, day, unit_id=unit_of(session, unit), author=author)
        click.echo(f"{day} is a working day again.")
        tell_affected(session, affected, author)


@click.group(cls=Commands)
def circular() -> None:
    """Circulars that change hours for some dates, such as Ramadan (Ps 9(6))."""


@circular.command(
    "add",
    epilog="Examples:\n\n  presensi hub circular add 'Ramadan 1448 H' --from 2027-02-08 --until 2027-03-09 "
    "--in 08:00 --out 14:30 --decree 'SE 100/2027'\n\n"
    "  presensi hub circular add 'Ramadan, Jumat' --from 2027-02-08 --until 2027-03-09 --days fri --out 15:00 "
    "--decree 'SE 100/2027'",
)
@click.argument("name")
@from_option("First day.")
@click.option("--until", "last", type=DATE, required=True, metavar="DATE", help="Last day.")
@click.option("--days", help="Only these weekdays: mon-thu, or senin,jumat.")
@click.option("--in", "in_due", metavar="HH:MM", help="Arrival due.")
@click.option("--out", "out_due", metavar="HH:MM", help="Departure allowed from.")
@click.option("--opens", "in_opens", metavar="HH:MM", help="First window opens.")
@click.option("--closes", "out_closes", metavar="HH:MM", help="Last window closes.")
@click.option("--decree", required=True, help="Number of the circular.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it; default: everybody.")
@by_option
@place_options
def add_circular(
    name: str,
    *,
    first: date,
    last: date,
    days: str | None,
    decree: str,
    unit: str | None,
    by: str,
    hub: HubPlace,
    **times: str | None,
) -> None:
    """Set other hours for a span of dates; rest days stay rest days, and a later circular wins."""
    table: dict[str, Any] = {"name": name, "from": first, "to": last}
    table |= {key: value for key, value in times.items() if value is not None}
    if days is not None:
        table["days"] = [part.strip() for part in days.split(",")]
    author = author_of(by)
    with hub.opened(create=True) as database, database.write() as session:
        affected = add_override(session, table, decree=decree, unit_id=unit_of(session, unit), author=author)
        click.echo(f"{name} holds from {first} to {last}.")
        tell_affected(session, affected, author)


@circular.command("list", epilog="Example:\n\n  presensi hub circular list")
@json_option
@place_options
def list_circulars(*, as_json: bool, hub: HubPlace) -> None:
    """Every circular in force, with the number that withdraws it."""
    with hub.opened() as database, database.read() as session:
        units = unit_names(session)
        query = select(ScheduleOverride).where(ScheduleOverride.withdrawn_at.is_(None)).order_by(ScheduleOverride.id)
        found = [
            {
                "number": row.id,
                "name": row.name,
                "first": row.first,
                "last": row.last,
                "hours": row.hours,
                "hours_text": ", ".join(f"{key} {value}" for key, value in row.hours.items()),
                "decree": row.decree,
                "unit": None if row.unit_id is None else units.get(row.unit_id),
            }
            for row in session.scalars(query)
        ]
    if as_json:
        show_json(found)
        return
    show_table(
        ("NUMBER", "NAME", "FROM", "UNTIL", "HOURS", "DECREE", "UNIT"),
        [
            (
                each["number"],
                each["name"],
                each["first"],
                each["last"],
                each["hours_text"],
                each["decree"],
                each["unit"] or "all",
            )
            for each in found
        ],
        empty="There are no circulars on record: presensi hub circular add NAME --from … --until …",
    )


@circular.command("withdraw", epilog="Example:\n\n  presensi hub circular withdraw 3")
@click.argument("number", type=int)
@by_option
@place_options
def withdraw_circular(number: int, *, by: str, hub: HubPlace) -> None:
    """Let a circular count no more; it stays on record as withdrawn."""
    author = author_of(by)
    with hub.opened() as database, database.write() as session:
        affected = withdraw_override(session, number, author=author)
        click.echo(f"Circular {number} is withdrawn.")
        tell_affected(session, affected, author)
