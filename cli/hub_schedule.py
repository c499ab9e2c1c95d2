"""`presensi hub policy`, `holiday`, `circular`, `shift`, `contract`: what is decided about hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.commands import Commands
from cli.hub_options import by_option, has_hub, json_option, opened, place_options, settings_of
from cli.tables import show_json, show_table
from hub.attendance.dirty import mark_affected
from hub.recap.monthly import Month
from hub.roster.finding import find_person, find_unit_id
from hub.roster.models import Unit
from hub.schedule.decisions import (
    Affected,
    Author,
    add_contracts,
    add_holidays,
    add_override,
    add_policy,
    add_shifts,
    assign_policy,
    withdraw_holiday,
    withdraw_override,
)
from hub.schedule.files import read_calendar, read_contracts, read_date, read_roster, read_shift_codes
from hub.schedule.models import Holiday, PolicyVersion, ScheduleOverride
from hub.schedule.policy import PRESETS, Policy, load_policy, parse_policy, preset_names, read_policy_text

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Date(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_date(str(value))
        except ValueError:
            self.fail(f"'{value}' is no date: write 2026-12-31.", param, ctx)


DATE = _Date()


def _from_option(text: str) -> Callable[[_Command], _Command]:
    return click.option("--from", "first", type=DATE, metavar="DATE", required=True, help=text)


def _author(by: str) -> Author:
    return Author(name=by[:64], at=datetime.now(UTC))


def _unit_of(session: Session, name: str | None) -> int | None:
    return None if name is None else find_unit_id(session, name)


def _tell(session: Session, affected: Affected | None, author: Author) -> None:
    """Mark what a decision changes, and say how much that is."""
    if affected is None:
        return
    marked = mark_affected(session.connection(), affected, now=author.at)
    if marked:
        click.echo(f"{marked} stored days are assessed again by the running hub, or by: presensi hub recompute")


# Policies -------------------------------------------------------------------------------------------------------------


@click.group(cls=Commands)
def policy() -> None:
    """Rules of attendance: presets, a regency's own, and who follows which."""


@policy.command("list", epilog="Example:\n\n  presensi hub policy list")
@json_option
@place_options
def list_policies(*, as_json: bool, settings_file: Path | None, data: str | None, db: str | None) -> None:
    """Presets and the regency's own policies, with the length of their week."""
    own: list[tuple[date | None, str | None, Policy]] = []
    settings = settings_of(settings_file, data, db)
    if has_hub(settings):
        with opened(settings) as database, database.read() as session:
            columns = (PolicyVersion.name, PolicyVersion.valid_from, PolicyVersion.text, PolicyVersion.set_by)
            query = select(*columns).order_by(PolicyVersion.name, PolicyVersion.valid_from, PolicyVersion.id)
            own = [(first, by, parse_policy(text, source=name)) for name, first, text, by in session.execute(query)]
    found = [
        {
            "name": each.name,
            "valid_from": first,
            "kind": each.kind,
            "week_min": each.week_minutes or None,
            "title": each.title,
            "set_by": by,
            "warning": each.week_remark(),
        }
        for first, by, each in [*((None, None, load_policy(name)) for name in preset_names()), *own]
    ]
    if as_json:
        show_json(found)
        return
    show_table(
        ("NAME", "FROM", "KIND", "MINUTES A WEEK", "TITLE"),
        [
            (each["name"], each["valid_from"] or "preset", each["kind"], each["week_min"], each["title"])
            for each in found
        ],
        empty="There are no policies.",
    )


@policy.command(
    "show", epilog="Example:\n\n  presensi hub policy show jember-5 > ours.toml     (then change it, and: policy add)"
)
@click.argument("name")
@place_options
def show_policy(name: str, *, settings_file: Path | None, data: str | None, db: str | None) -> None:
    """A policy's file as it is, to be copied and changed."""
    if name in preset_names():
        click.echo(read_policy_text(PRESETS / f"{name}.toml"), nl=False)
        return
    with opened(settings_of(settings_file, data, db)) as database, database.read() as session:
        text = session.scalar(
            select(PolicyVersion.text)
            .where(PolicyVersion.name == name)
            .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
            .limit(1)
        )
    if text is None:
        load_policy(name)  # says which there are
    click.echo(text, nl=False)


@policy.command("check", epilog="Example:\n\n  presensi hub policy check ours.toml")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_policies(files: tuple[Path, ...]) -> None:
    """Read policy files and say what is wrong with them, or how long their week is. Nothing is stored."""
    for file in files:
        read = parse_policy(read_policy_text(file), source=file.name)
        click.echo(f"{file}: {read.name}, {read.kind}, {read.week_minutes / 60:g} hours a week")
        if (remark := read.week_remark()) is not None:
            click.echo(f"  {remark}", err=True)


@policy.command(
    "add",
    epilog="Examples:\n\n  presensi hub policy add ours.toml --from 2027-01-01\n\n"
    "  presensi hub policy add kutim-2027.toml --from 2027-01-01 --by bkpsdm",
)
@click.argument("file", type=click.Path(path_type=Path))
@_from_option("In force from this day on; a later file takes over from its own day.")
@by_option
@place_options
def add_a_policy(
    file: Path, *, first: date, by: str, settings_file: Path | None, data: str | None, db: str | None
) -> None:
    """Put a regency's own policy on record. Earlier ones stay for the days before."""
    text, author = read_policy_text(file), _author(by)
    parse_policy(text, source=file.name)
    with opened(settings_of(settings_file, data, db), create=True) as database, database.write() as session:
        added, affected = add_policy(session, text, valid_from=first, author=author)
        click.echo(f"The policy {added.name} is on record from {first}; give it to a unit: presensi hub policy set")
        _tell(session, affected, author)
    if (remark := added.week_remark()) is not None:
        click.echo(remark, err=True)


@policy.command(
    "set",
    epilog="Examples:\n\n  presensi hub policy set 'Dinas Kesehatan' jember-6 --from 2027-01-01\n\n"
    "  presensi hub policy set 'UPTD SD Kota' pati-sd --group PPPK --from 2026-12-01\n\n"
    "  presensi hub policy set 'UPTD SD Kota' none --group PNS --from 2026-01-01     (not asked for attendance)",
)
@click.argument("unit")
@click.argument("name")
@click.option("--group", metavar="GROUP", help="Only people of this group, such as PPPK; default: everybody.")
@_from_option("From this day on.")
@click.option("--until", "last", type=DATE, metavar="DATE", help="Until this day; default: without end.")
@by_option
@place_options
def set_policy(
    unit: str,
    name: str,
    *,
    group: str | None,
    first: date,
    last: date | None,
    by: str,
    settings_file: Path | None,
    data: str | None,
    db: str | None,
) -> None:
    """Let a unit and those below it follow a policy from a day on."""
    author = _author(by)
    with opened(settings_of(settings_file, data, db)) as database, database.write() as session:
        affected = assign_policy(
            session,
            find_unit_id(session, unit),
            name,
            group=group,
            first=first,
            last=last,
            author=author,
        )
        click.echo(f"{unit} follows {name} from {first}{f', group {group}' if group else ''}.")
        _tell(session, affected, author)


# Holidays and circulars -----------------------------------------------------------------------------------------------


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
    settings_file: Path | None,
    data: str | None,
    db: str | None,
) -> None:
    """Put the days of a calendar (CSV or ICS) on record; days that are there already stay as they are."""
    lines, author = read_calendar(file), _author(by)
    if dry_run:
        show_table(("DAY", "KIND", "NAME"), [(line.day, line.kind, line.name) for line in lines], empty="No days.")
        return
    with opened(settings_of(settings_file, data, db), create=True) as database, database.write() as session:
        new, affected = add_holidays(session, lines, decree=decree, unit_id=_unit_of(session, unit), author=author)
        click.echo(f"{new} of {len(lines)} days were new.")
        _tell(session, affected, author)


@holiday.command("list", epilog="Example:\n\n  presensi hub holiday list --year 2027")
@click.option("--year", type=int, help="Only this year.")
@json_option
@place_options
def list_holidays(
    *, year: int | None, as_json: bool, settings_file: Path | None, data: str | None, db: str | None
) -> None:
    """Every day off that is in force."""
    with opened(settings_of(settings_file, data, db)) as database, database.read() as session:
        units = _unit_names(session)
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
def withdraw_a_holiday(
    day: date, *, unit: str | None, by: str, settings_file: Path | None, data: str | None, db: str | None
) -> None:
    """Let a day off count no more; it stays on record as withdrawn."""
    author = _author(by)
    with opened(settings_of(settings_file, data, db)) as database, database.write() as session:
        affected = withdraw_holiday(session, day, unit_id=_unit_of(session, unit), author=author)
        click.echo(f"{day} is a working day again.")
        _tell(session, affected, author)


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
@_from_option("First day.")
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
    settings_file: Path | None,
    data: str | None,
    db: str | None,
    **times: str | None,
) -> None:
    """Set other hours for a span of dates; rest days stay rest days, and a later circular wins."""
    table: dict[str, Any] = {"name": name, "from": first, "to": last}
    table |= {key: value for key, value in times.items() if value is not None}
    if days is not None:
        table["days"] = [part.strip() for part in days.split(",")]
    author = _author(by)
    with opened(settings_of(settings_file, data, db), create=True) as database, database.write() as session:
        affected = add_override(session, table, decree=decree, unit_id=_unit_of(session, unit), author=author)
        click.echo(f"{name} holds from {first} to {last}.")
        _tell(session, affected, author)


@circular.command("list", epilog="Example:\n\n  presensi hub circular list")
@json_option
@place_options
def list_circulars(*, as_json: bool, settings_file: Path | None, data: str | None, db: str | None) -> None:
    """Every circular in force, with the number that withdraws it."""
    with opened(settings_of(settings_file, data, db)) as database, database.read() as session:
        units = _unit_names(session)
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
def withdraw_circular(number: int, *, by: str, settings_file: Path | None, data: str | None, db: str | None) -> None:
    """Let a circular count no more; it stays on record as withdrawn."""
    author = _author(by)
    with opened(settings_of(settings_file, data, db)) as database, database.write() as session:
        affected = withdraw_override(session, number, author=author)
        click.echo(f"Circular {number} is withdrawn.")
        _tell(session, affected, author)


# Rosters and contracts ------------------------------------------------------------------------------------------------


@click.group(cls=Commands)
def shift() -> None:
    """Shift rosters, set by the head of the unit (Ps 10(1))."""


@shift.command(
    "import",
    epilog="Examples:\n\n  presensi hub shift import desember.csv --codes shift-rsud.toml --month 2026-12\n\n"
    "  presensi hub shift import desember.csv --codes shift-rsud.toml --dry-run\n\n"
    "The CSV has one line a person and a column for each date (nip;1;2;3…, or nip;2026-12-01;…), or nip;tanggal;kode. "
    "The codes are [[shift]] tables with code, in, out and perhaps in_opens, out_closes, break.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--codes", required=True, type=click.Path(path_type=Path), help="TOML file of the shifts.")
@click.option("--month", metavar="YYYY-MM", help="The month of columns that are named 1 to 31.")
@click.option("--dry-run", is_flag=True, help="Check the file, and store nothing.")
@by_option
@place_options
def import_shifts(
    file: Path,
    *,
    codes: Path,
    month: str | None,
    dry_run: bool,
    by: str,
    settings_file: Path | None,
    data: str | None,
    db: str | None,
) -> None:
    """Put a roster on record; a newer roster for the same days takes the place of an older one."""
    shifts, author = read_shift_codes(codes), _author(by)
    of_month = None if month is None else Month.parse(month).first
    with opened(settings_of(settings_file, data, db)) as database, database.write() as session:
        lines = read_roster(file, codes=shifts, find=lambda text: find_person(session, text), month=of_month)
        people = len({line.employee_id for line in lines})
        if dry_run:
            click.echo(f"{len(lines)} days of {people} people can be stored.")
            return
        affected = add_shifts(session, lines, author=author)
        click.echo(f"{len(lines)} days of {people} people are on record.")
        _tell(session, affected, author)


@click.group(cls=Commands)
def contract() -> None:
    """Part-time contracts: slots, quotas and pay."""


@contract.command(
    "import",
    epilog="Example:\n\n  presensi hub contract import kontrak.csv --dry-run\n\n"
    "The CSV has the columns nomor;nip;mulai;sampai;hari;masuk;pulang;kuota;upah: hari as senin-jumat, kuota in "
    "minutes a day, upah in rupiah a month.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file, and store nothing.")
@by_option
@place_options
def import_contracts(
    file: Path, *, dry_run: bool, by: str, settings_file: Path | None, data: str | None, db: str | None
) -> None:
    """Put part-time contracts on record; the newest that holds on a date counts."""
    author = _author(by)
    with opened(settings_of(settings_file, data, db)) as database, database.write() as session:
        lines = read_contracts(file, find=lambda text: find_person(session, text))
        if dry_run:
            click.echo(f"{len(lines)} contracts can be stored.")
            return
        affected = add_contracts(session, lines, author=author)
        click.echo(f"{len(lines)} contracts are on record.")
        _tell(session, affected, author)


def _unit_names(session: Session) -> dict[int, str]:
    return {unit.id: unit.name for unit in session.execute(select(Unit.id, Unit.name))}
