"""`presensi hub document`: letters from submission to entry, and cancellations of attendance."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.commands import EXIT_TROUBLE, Commands
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
    today_of,
)
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.attendance.cancellations import cancel_attendance
from hub.attendance.covers import parse_cover
from hub.attendance.day import Cover
from hub.attendance.document_list import DocumentLine, list_documents
from hub.attendance.document_rows import Receipt, State
from hub.attendance.documents import Letter
from hub.attendance.letters import KINDS
from hub.attendance.paper_files import PaperFile, PaperStore
from hub.errors import PaperError
from hub.recap.monthly import Month
from hub.settings import HubSettings

STATES: tuple[State, ...] = ("submitted", "verified", "entered", "refused", "withdrawn")


def letter_options(command: click.decorators.FC) -> click.decorators.FC:
    """What a letter says."""
    for option in (
        click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="Scan: PDF, JPEG or PNG."),
        click.option("--handed-in", metavar="DATE", help="When it was handed in; default: today."),
        click.option("--known-by", metavar="OFFICE", help="Atasan Langsung or Kepala Organisasi Perangkat Daerah."),
        click.option("--number", metavar="TEXT", help="The letter's own number."),
        click.option("--reason", metavar="TEXT", help="Of a Surat Keterangan: cuti, sakit, ijin, DL, diklat, …"),
        click.option("--to", "last", metavar="DATE", help="The last day; default: the first."),
        click.option("--from", "first", metavar="DATE", help="The first day that the letter covers."),
        click.option(
            "--cover",
            "covers",
            multiple=True,
            metavar="SPAN",
            help="Another span: DATE, DATE..DATE, or hours of a day: 2026-11-10T08:00..2026-11-10T10:00.",
        ),
        click.option("--type", "kind", required=True, help=f"{', '.join(KINDS[:-1])}."),
    ):
        command = option(command)
    return command


@click.group(cls=Commands)
def document() -> None:
    """Letters that excuse an absence, and cancellations of attendance."""


@document.command(
    "submit",
    epilog="Examples:\n\n"
    "  presensi hub document submit 'Rina Wulandari' --type 'Surat Dokter' --from 2026-11-10 --to 2026-11-12 "
    "--known-by 'Atasan Langsung' --file surat.pdf --by siti\n\n"
    "  presensi hub document submit 198501012010011001 --type 'Surat Keterangan' --reason diklat --from 2026-11-10",
)
@click.argument("employee")
@letter_options
@by_option
@json_option
@place_options
def submit_letter(
    employee: str,
    *,
    kind: str,
    covers: tuple[str, ...],
    first: str | None,
    last: str | None,
    reason: str | None,
    number: str | None,
    known_by: str | None,
    handed_in: str | None,
    files: tuple[Path, ...],
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Put a letter of EMPLOYEE (name, NIP or id) on record, and say whether it will count."""
    from hub.attendance.documents import submit

    settings = hub.settings()
    letter = _letter(kind, covers, first, last, reason, number, known_by, handed_in)
    with opened(settings) as database:
        person = find_employee_id(database, employee)
        receipt = submit(
            database, person, letter, by=by, now=datetime.now(UTC), store=_store(settings), files=_read(files)
        )
    _tell(receipt, as_json=as_json)


@document.command(
    "correct",
    epilog="Example:\n\n"
    "  presensi hub document correct 12 --type 'Surat Dokter' --from 2026-11-10 --because 'wrong date' --by siti",
)
@click.argument("number_of", metavar="LETTER", type=int)
@letter_options
@because_option
@by_option
@json_option
@place_options
def correct_letter(
    number_of: int,
    *,
    kind: str,
    covers: tuple[str, ...],
    first: str | None,
    last: str | None,
    reason: str | None,
    number: str | None,
    known_by: str | None,
    handed_in: str | None,
    files: tuple[Path, ...],
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Put a new letter in the place of LETTER, which is withdrawn; the new one is verified and entered anew."""
    from hub.attendance.documents import correct

    settings = hub.settings()
    letter = _letter(kind, covers, first, last, reason, number, known_by, handed_in)
    with opened(settings) as database:
        receipt = correct(
            database,
            number_of,
            letter,
            by=by,
            reason=because,
            now=datetime.now(UTC),
            store=_store(settings),
            files=_read(files),
        )
    _tell(receipt, as_json=as_json)


@document.command("attach", epilog="Example:\n\n  presensi hub document attach 12 surat.pdf keterangan.jpg --by siti")
@click.argument("number_of", metavar="LETTER", type=int)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@by_option
@json_option
@place_options
def attach_files(
    number_of: int,
    files: tuple[Path, ...],
    *,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Attach scans (PDF, JPEG, PNG) to LETTER; a file that is there already is left."""
    from hub.attendance.documents import attach

    settings = hub.settings()
    with opened(settings) as database:
        new = attach(database, number_of, _store(settings), _read(files), by=by, now=datetime.now(UTC))
    if as_json:
        show_json({"id": number_of, "attached": new})
    else:
        click.echo(f"Letter {number_of}: {new} files attached.")


@document.command("verify", epilog="Example:\n\n  presensi hub document verify 12 --by budi")
@click.argument("number_of", metavar="LETTER", type=int)
@by_option
@json_option
@place_options
def verify_letter(number_of: int, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """The personnel official has verified LETTER; somebody else enters it."""
    from hub.attendance.documents import verify

    with hub.opened() as database:
        _tell(verify(database, number_of, by=by, now=datetime.now(UTC)), as_json=as_json)


@document.command("enter", epilog="Example:\n\n  presensi hub document enter 12 --by siti")
@click.argument("number_of", metavar="LETTER", type=int)
@by_option
@json_option
@place_options
def enter_letter(number_of: int, *, by: str, as_json: bool, hub: HubPlace) -> None:
    """The operator enters LETTER, which somebody else has verified; from now on it counts."""
    from hub.attendance.documents import enter

    with hub.opened() as database:
        _tell(enter(database, number_of, by=by, now=datetime.now(UTC)), as_json=as_json)


@document.command("refuse", epilog="Example:\n\n  presensi hub document refuse 12 --because 'not signed' --by budi")
@click.argument("number_of", metavar="LETTER", type=int)
@because_option
@by_option
@json_option
@place_options
def refuse_letter(
    number_of: int,
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Refuse LETTER, which is not entered yet; it stays on record with the reason."""
    from hub.attendance.documents import refuse

    with hub.opened() as database:
        _tell(refuse(database, number_of, by=by, reason=because, now=datetime.now(UTC)), as_json=as_json)


@document.command(
    "withdraw", epilog="Example:\n\n  presensi hub document withdraw 12 --because 'wrong person' --by siti"
)
@click.argument("number_of", metavar="LETTER", type=int)
@because_option
@by_option
@json_option
@place_options
def withdraw_letter(
    number_of: int,
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Take LETTER back; it stays on record with the reason, and counts no more."""
    from hub.attendance.documents import withdraw

    with hub.opened() as database:
        _tell(withdraw(database, number_of, by=by, reason=because, now=datetime.now(UTC)), as_json=as_json)


@document.command(
    "cancel",
    epilog="Example:\n\n"
    "  presensi hub document cancel 'Rina Wulandari' --day 2026-11-10 --signed-by 'Atasan Langsung' "
    "--signed-by 'Kepala Perangkat Daerah' --witnesses 2 --file lampiran-iii.pdf --by siti",
)
@click.argument("employee")
@click.option("--day", "days", multiple=True, required=True, metavar="DATE", help="The day; may be given again.")
@click.option("--signed-by", multiple=True, metavar="OFFICE", help="Who signed; given for each of the two.")
@click.option("--witnesses", type=int, default=0, show_default=True, help="How many witness statements are attached.")
@click.option("--number", metavar="TEXT", help="The letter's own number.")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="Scan: PDF, JPEG or PNG.")
@by_option
@json_option
@place_options
def cancel(
    employee: str,
    *,
    days: tuple[str, ...],
    signed_by: tuple[str, ...],
    witnesses: int,
    number: str | None,
    files: tuple[Path, ...],
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Cancel attendance of EMPLOYEE that was none (Lampiran III), by two signatures and two witnesses."""
    settings = hub.settings()
    covers = [parse_cover(day) for day in days]
    with opened(settings) as database:
        receipt = cancel_attendance(
            database,
            find_employee_id(database, employee),
            covers,
            signed_by=signed_by,
            witness_statements=witnesses,
            by=by,
            now=datetime.now(UTC),
            number=number,
            store=_store(settings),
            files=_read(files),
        )
    _tell(receipt, as_json=as_json)
    if receipt.refusal is not None:
        click.echo(f"presensi: {receipt.refusal}", err=True)
        sys.exit(EXIT_TROUBLE)


@document.command(
    "list",
    epilog="Examples:\n\n"
    "  presensi hub document list --state submitted --unit 'Dinas Kesehatan'\n\n"
    "  presensi hub document list --employee 'Rina Wulandari' --month 2026-11 --json",
)
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@click.option("--unit", metavar="NAME", help="Only of people of this unit and those below it.")
@click.option("--employee", metavar="WHO", help="Only of this person: name, NIP or id.")
@click.option("--month", metavar="YYYY-MM", help="Only those that reach into this month.")
@json_option
@place_options
def list_letters(
    *,
    state: State | None,
    unit: str | None,
    employee: str | None,
    month: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Letters and where they stand, the newest first."""
    settings = hub.settings()
    with opened(settings) as database:
        found = list_documents(
            database,
            state=state,
            unit_id=find_unit(database, unit),
            employee_id=find_employee_id(database, employee) if employee is not None else None,
            month=Month.parse(month).first if month is not None else None,
            on=today_of(settings),
        )
    if as_json:
        show_json(found)
        return
    show_table(
        ("LETTER", "NAME", "UNIT", "TYPE", "COVERS", "STATE", "HANDED IN", "FILES"),
        [
            (line.id, line.name, line.unit, line.type, line.covers, line.state, line.handed_in, len(line.files))
            for line in found
        ],
        empty="There are no such letters: presensi hub document submit EMPLOYEE --type TYPE --from DATE",
    )


@document.command("show", epilog="Example:\n\n  presensi hub document show 12")
@click.argument("number_of", metavar="LETTER", type=int)
@json_option
@place_options
def show_letter(number_of: int, *, as_json: bool, hub: HubPlace) -> None:
    """Everything that was done to LETTER, by whom and when, and where its files are."""
    settings = hub.settings()
    with opened(settings) as database:
        found = list_documents(database, document_id=number_of, on=today_of(settings))
    if not found:
        raise PaperError(f"There is no letter {number_of}; `presensi hub document list` shows them.")
    if as_json:
        show_json(found[0])
        return
    _show(found[0], _store(settings))


def _show(line: DocumentLine, store: PaperStore) -> None:
    what = line.type if line.reason is None else f"{line.type} ({line.reason})"
    click.echo(f"Letter {line.id}: {what} {line.number or ''}".rstrip())
    click.echo(f"  {line.name}, {line.unit or 'no unit'}: {line.covers}; {line.state}")
    steps: list[tuple[str, object, str | None, str | None]] = [
        ("submitted", line.submitted_at, line.submitted_by, f"handed in {line.handed_in}"),
        ("verified", line.verified_on, line.verified_by, None),
        ("entered", line.entered_on, line.entered_by, line.reopened_because),
        ("refused", line.refused_at, line.refused_by, line.refused_because),
        ("withdrawn", line.withdrawn_at, line.withdrawn_by, line.withdrawn_because),
    ]
    show_table(
        ("STEP", "WHEN", "BY", "REMARK"), [step for step in steps if step[1] is not None], empty="Nothing was done."
    )
    for file in line.files:
        click.echo(f"  {file.name} ({file.media_type}, {file.size} bytes): {store.path(file.sha256)}")


def _letter(
    kind: str,
    covers: Sequence[str],
    first: str | None,
    last: str | None,
    reason: str | None,
    number: str | None,
    known_by: str | None,
    handed_in: str | None,
) -> Letter:
    return Letter(
        type=kind,
        covers=_covers(covers, first, last),
        reason=reason,
        number=number,
        known_by=known_by,
        handed_in=read_date(handed_in) if handed_in is not None else None,
    )


def _covers(covers: Sequence[str], first: str | None, last: str | None) -> tuple[Cover, ...]:
    if first is None and last is not None:
        raise BadInputError("Say from when the letter covers, with --from DATE.")
    spans = ([f"{first}..{last}" if last is not None else first] if first is not None else []) + list(covers)
    if not spans:
        raise BadInputError("Say which days the letter covers: --from DATE --to DATE, or --cover SPAN.")
    return tuple(parse_cover(span) for span in spans)


def _store(settings: HubSettings) -> PaperStore:
    return PaperStore(settings.data_folder)


def _read(files: Sequence[Path]) -> list[PaperFile]:
    return [PaperFile.read(file) for file in files]


def _tell(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        show_json(receipt)
        return
    click.echo(f"Letter {receipt.id} is {receipt.state}.")
    if receipt.outlook is not None:
        sentence = receipt.outlook.sentence
        click.echo(f"  {sentence.id}\n  {sentence.en}")
