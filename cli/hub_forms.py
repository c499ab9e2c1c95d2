"""`presensi hub form` and `letterhead`: the forms of the regulation, and what stands at their head."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import click

from cli.commands import Commands
from cli.hub_exports import out_option, paper_option, read_date, read_optional_date, signed_option
from cli.hub_options import HubPlace, find_employee_id, find_unit, json_option, place_options
from cli.output_files import file_name, write_output
from cli.tables import show_json
from contract.errors import BadInputError
from hub.errors import RecapError
from hub.recap.daily import daily
from hub.recap.exports import export_letter, export_sheet
from hub.recap.forms.lampiran_i import blank_lampiran_i, lampiran_i
from hub.recap.forms.lampiran_ii import blank_lampiran_ii, lampiran_ii
from hub.recap.forms.lampiran_iii import lampiran_iii
from hub.recap.forms.letterhead import read_kop, set_kop
from hub.recap.forms.sheet import Paper
from hub.recap.monthly import Month, monthly

FormFormat = Literal["pdf", "xlsx"]

form_format = click.option(
    "--format", "form_as", type=click.Choice(["pdf", "xlsx"]), help="Default: as FILE ends, else pdf."
)
unit_option = click.option("--unit", metavar="NAME", help="This unit and those below it; default: all of them.")
blank_option = click.option(
    "--blank", is_flag=True, help="With the names alone, for writing by hand while a system is down (Ps 11(7))."
)


@click.group(cls=Commands)
def form() -> None:
    """The forms of Perbup Jember 55/2021, as PDF or XLSX."""


@form.command(
    "lampiran-i",
    epilog="Examples:\n\n"
    "  presensi hub form lampiran-i --day 2026-03-02 --unit 'Dinas Kesehatan'\n\n"
    "  presensi hub form lampiran-i --day 2026-03-02 --unit 'Dinas Kesehatan' --blank --out hadir.xlsx",
)
@click.option("--day", "--date", "day_text", metavar="YYYY-MM-DD", required=True, help="Which day.")
@unit_option
@blank_option
@form_format
@out_option
@paper_option
@signed_option
@place_options
def lampiran_i_command(
    day_text: str,
    *,
    unit: str | None,
    blank: bool,
    form_as: FormFormat | None,
    out: str | None,
    paper: Paper,
    signed_on: str | None,
    hub: HubPlace,
) -> None:
    """Lampiran I: a day of a unit, with hours, signatures and codes."""
    work_date, signed, form_as = read_date(day_text), read_optional_date(signed_on), _format(form_as, out)
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        found = None if blank else daily(database, work_date, unit_id)
        if found is not None and not found.lines:
            raise _nothing_stored(day_text, unit)
        with database.read() as session:
            if found is None:
                sheet = blank_lampiran_i(session, work_date, unit_id)
            else:
                sheet = lampiran_i(session, found, signed_on=signed)
    name = file_name("lampiran-i", day_text, unit or "", suffix=form_as)
    write_output(export_sheet(sheet, form_as, paper=paper), out, default=name)


@form.command(
    "lampiran-ii",
    epilog="Examples:\n\n"
    "  presensi hub form lampiran-ii --month 2026-03 --unit 'Dinas Kesehatan'\n\n"
    "  presensi hub form lampiran-ii --month 2026-03 --unit 'Dinas Kesehatan' --signed-on 2026-04-01 --paper A4",
)
@click.option("--month", "month_text", metavar="YYYY-MM", required=True, help="Which month.")
@unit_option
@blank_option
@form_format
@out_option
@paper_option
@signed_option
@place_options
def lampiran_ii_command(
    month_text: str,
    *,
    unit: str | None,
    blank: bool,
    form_as: FormFormat | None,
    out: str | None,
    paper: Paper,
    signed_on: str | None,
    hub: HubPlace,
) -> None:
    """Lampiran II: the sums of a month."""
    month, signed, form_as = Month.parse(month_text), read_optional_date(signed_on), _format(form_as, out)
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        found = None if blank else monthly(database, month, unit_id)
        if found is not None and not found.lines:
            raise _nothing_stored(month_text, unit)
        with database.read() as session:
            if found is None:
                sheet = blank_lampiran_ii(session, month, unit_id)
            else:
                sheet = lampiran_ii(session, found, signed_on=signed)
    name = file_name("lampiran-ii", month_text, unit or "", suffix=form_as)
    write_output(export_sheet(sheet, form_as, paper=paper), out, default=name)


@form.command(
    "lampiran-iii",
    epilog="Examples:\n\n"
    "  presensi hub form lampiran-iii --person 'Rina Wulandari' --day 2026-03-02 --number 800/12/2026\n\n"
    "  presensi hub form lampiran-iii --unit 'Dinas Kesehatan' --out kosong.pdf",
)
@click.option("--person", metavar="EMPLOYEE", help="Whose attendance is cancelled: id, NIP or whole name.")
@click.option("--day", "--date", "day_text", metavar="YYYY-MM-DD", help="Which day.")
@click.option("--number", metavar="NOMOR", help="Of the letter.")
@click.option("--supervisor", metavar="EMPLOYEE", help="Who signs it; default: the unit's Atasan Langsung.")
@click.option("--unit", metavar="NAME", help="Whose letterhead; default: that of the person's unit on the day.")
@form_format
@out_option
@paper_option
@place_options
def lampiran_iii_command(
    *,
    person: str | None,
    day_text: str | None,
    number: str | None,
    supervisor: str | None,
    unit: str | None,
    form_as: FormFormat | None,
    out: str | None,
    paper: Paper,
    hub: HubPlace,
) -> None:
    """Lampiran III: the letter that cancels attendance (Ps 13); dotted lines for what is not given."""
    day, form_as = read_optional_date(day_text), _format(form_as, out)
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        employee_id = None if person is None else find_employee_id(database, person)
        supervisor_id = None if supervisor is None else find_employee_id(database, supervisor)
        with database.read() as session:
            letter = lampiran_iii(
                session,
                unit_id=unit_id,
                employee_id=employee_id,
                day=day,
                number=number,
                supervisor_id=supervisor_id,
                today=date.today(),  # noqa: DTZ011 - which offices are in force for a letter without a date
            )
    name = file_name("lampiran-iii", day_text or "", person or "", suffix=form_as)
    write_output(export_letter(letter, form_as, paper=paper), out, default=name)


@click.group(cls=Commands)
def letterhead() -> None:
    """The letterhead (KOP) of forms; a unit without one has that of the nearest unit above it."""


@letterhead.command(
    "set",
    epilog="Example:\n\n"
    "  presensi hub letterhead set --unit 'Dinas Kesehatan' --line 'PEMERINTAH KABUPATEN JEMBER' "
    "--line 'DINAS KESEHATAN' --line 'Jalan Srikoyo I/03, Jember 68111' --place Jember",
)
@click.option("--unit", metavar="NAME", help="Whose; default: the regency's.")
@click.option("--line", "lines", multiple=True, required=True, metavar="TEXT", help="From the top; give it repeatedly.")
@click.option("--place", required=True, metavar="TEXT", help="Where forms are signed.")
@place_options
def set_letterhead(
    unit: str | None,
    *,
    lines: tuple[str, ...],
    place: str,
    hub: HubPlace,
) -> None:
    """Put a letterhead on record; lines in capitals are printed large, the others small. Earlier ones are kept."""
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        with database.write() as session:
            set_kop(session, unit_id, lines=lines, place=place, author=getpass.getuser(), now=datetime.now(UTC))
    click.echo(f"The letterhead of {unit or 'the regency'} is on record.")


@letterhead.command("show", epilog="Example:\n\n  presensi hub letterhead show --unit 'Dinas Kesehatan'")
@click.option("--unit", metavar="NAME", help="Whose; default: the regency's.")
@json_option
@place_options
def show_letterhead(unit: str | None, *, as_json: bool, hub: HubPlace) -> None:
    """The letterhead that a unit's forms have today."""
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        with database.read() as session:
            kop = read_kop(session, unit_id)
    if as_json:
        show_json(kop)
        return
    for line in kop.lines:
        click.echo(line)
    click.echo(f"Signed in: {kop.place or '-'}")
    if not kop.on_record:
        click.echo("No letterhead is on record; names of units stand in for it: presensi hub letterhead set", err=True)


def _format(form_as: FormFormat | None, out: str | None) -> FormFormat:
    if form_as is not None:
        return form_as
    suffix = "" if out is None else Path(out).suffix.casefold()
    if suffix in ("", ".pdf"):
        return "pdf"
    if suffix == ".xlsx":
        return "xlsx"
    raise BadInputError(f"{out} is neither .pdf nor .xlsx: give --format pdf or --format xlsx.")


def _nothing_stored(when: str, unit: str | None) -> RecapError:
    return RecapError(
        f"No days are stored for {when} in {unit or 'any unit'}; --blank prints the form for writing by hand."
    )
