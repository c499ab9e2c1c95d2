"""`presensi hub enrol` and `presensi hub enrolment`: one person enrols, another approves."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from cli.commands import Commands, LoneCommand
from cli.hub_options import HubPlace, by_option, find_employee_id, find_unit, json_option, opened, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.roster.approval import WaitingPerson
from hub.roster.enrolment_report import EnrolmentReport
from hub.roster.models import DEFAULT_UNIT


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi hub enrol photos/ --unit 'Dinas Kesehatan' --author siti\n\n"
    "  presensi hub enrol photos/ --author siti --approved-by budi\n\n"
    "  where photos/ holds one folder for each person: photos/Rina_Wulandari/1.jpg",
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--unit", default=DEFAULT_UNIT, show_default=True, help="Made when it is not there.")
@click.option("--author", help="Who enrols, for the record; default: the name of this system's user.")
@click.option("--approved-by", metavar="NAME", help="The second person, who stands beside and approves at once.")
@click.option(
    "--allow-lookalike",
    is_flag=True,
    help="A face that is enrolled already is another person's who looks alike (a twin); noted in the author's name.",
)
@json_option
@place_options
def enrol(
    folder: Path,
    *,
    unit: str,
    author: str | None,
    approved_by: str | None,
    allow_lookalike: bool,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Enrol people from a folder of photos, DIR/PERSON/photo.

    Nobody is recognised before a second person has approved: `presensi hub enrolment`. Photos without a usable face are
    reported, and people with fewer than five good ones. The same photo is enrolled once, however often this is run. A
    face that is enrolled under another name, and photos that do not show one person, are refused.
    """
    from hub.roster.deployment import pack_in_force
    from hub.roster.enrolment import enrol_folder
    from kiosk.recognizer.packs.pack import open_pack

    settings = hub.settings()
    with (
        opened(settings, create=True) as database,
        click.progressbar(length=0, label="Enrolling", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):

        def progress(done: int, total: int, _name: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = enrol_folder(
            database,
            folder,
            data_folder=settings.data_folder,
            pack=open_pack(pack_in_force(database, settings.pack)),
            author=author or getpass.getuser(),
            approved_by=approved_by,
            unit=unit,
            allow_lookalike=allow_lookalike,
            progress=progress,
        )
    if as_json:
        show_json(report)
    else:
        _tell(report)


def _tell(report: EnrolmentReport) -> None:
    for person in report.people:
        known = f", {person.known} known before" if person.known else ""
        waiting = f", {person.waiting} wait for approval" if person.waiting else ""
        click.echo(f"{person.name}: {person.added} photos added{known}, {person.total} in all{waiting}")
    for thin in (person for person in report.people if person.is_thin):
        click.echo(f"Warning: photos of {thin.name}: {thin.total}; five or more recognise better.", err=True)
    for skipped in report.skipped:
        click.echo(f"Not used: {skipped.person}/{skipped.photo}: {skipped.words}", err=True)
    for name in report.nobody:
        click.echo(f"Not enrolled: {name}: no usable photo.", err=True)
    for refused in report.refused:
        click.echo(f"Not enrolled: {refused.name}: {refused.words}", err=True)
    if not report.compared:
        click.echo("Warning: this pack is not calibrated; nobody was compared with who is enrolled already.", err=True)
    if report.waiting:
        click.echo("Nobody is recognised by these yet; a second person approves: presensi hub enrolment approve --all")


@click.group(cls=Commands)
def enrolment() -> None:
    """What waits for a second person: photos count only when somebody else has approved them."""


@enrolment.command("list", epilog="Example:\n\n  presensi hub enrolment list --json")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@json_option
@place_options
def list_(unit: str | None, *, as_json: bool, hub: HubPlace) -> None:
    """Who waits for approval, and where the photos are."""
    from hub.roster.approval import list_waiting
    from hub.roster.photos import PhotoStore

    settings = hub.settings()
    with opened(settings) as database:
        today = datetime.now(ZoneInfo(settings.timezone)).date()
        found = list_waiting(database, today, find_unit(database, unit))
    store = PhotoStore(settings.data_folder)
    if as_json:
        show_json(
            [
                msgspec.structs.replace(person, files=tuple(str(store.path(file)) for file in person.files))
                for person in found
            ]
        )
        return
    show_table(
        ("NAME", "UNIT", "WAIT", "APPROVED", "ENROLLED BY", "ENROLLED", "AT KIOSK", "REFUSED BEFORE BY", "LOOKS LIKE"),
        [
            (
                person.name,
                person.unit,
                f"{person.photos} ({person.counting} count already)" if person.counting else person.photos,
                person.approved,
                ", ".join(person.added_by),
                person.added_at,
                _kiosks_of(person),
                person.refused_before,
                f"{person.resembles} (allowed by {person.lookalike_allowed_by})" if person.resembles else None,
            )
            for person in found
        ],
        empty="Nothing waits for a second person.",
    )
    for person in found:
        click.echo(f"{person.name}: {' '.join(str(store.path(file)) for file in person.files)}")


def _kiosks_of(person: WaitingPerson) -> str | None:
    """Where, with whose consent, and what whoever approves should know of it."""
    told = []
    for origin in person.kiosk:
        marks = (["new"] if origin.is_new else []) + (["same name in the unit"] if origin.namesake else [])
        told.append(f"{origin.device} (consent {origin.consent_wording}{''.join(f'; {mark}' for mark in marks)})")
    return ", ".join(told) or None


@enrolment.command("kiosks", epilog="Example:\n\n  presensi hub enrolment kiosks --all --json")
@click.option("--all", "ended", is_flag=True, help="Also those that were approved or refused.")
@json_option
@place_options
def kiosks(*, ended: bool, as_json: bool, hub: HubPlace) -> None:
    """What was enrolled at kiosks, how far it is, and why it was refused; the newest first."""
    from hub.roster.kiosk_overview import list_kiosk_enrolments

    with hub.opened() as database:
        found = list_kiosk_enrolments(database, ended=ended)
    if as_json:
        show_json(found)
        return
    show_table(
        ("KIOSK", "NAME", "STATE", "PARTS", "OPERATOR", "TAKEN", "CONSENT", "ENDED", "REASON"),
        [
            (
                line.device,
                line.name,
                line.state,
                f"{line.held} of {line.parts}" if line.state == "receiving" else line.parts,
                line.operator,
                line.taken_at,
                f"{line.consent_wording} ({line.consent_language})",
                line.ended_at,
                line.reason or None,
            )
            for line in found
        ],
        empty="Nothing that was enrolled at a kiosk is open.",
    )


@enrolment.command(
    "key",
    epilog="Examples:\n\n  presensi hub enrolment key --data ./hub\n\n  presensi hub enrolment key --use --by siti",
)
@click.option("--use", is_flag=True, help="Let kiosks seal for this folder's key; what was sealed before is lost.")
@by_option
@place_options
def key(*, use: bool, by: str, hub: HubPlace) -> None:
    """The key that kiosks seal enrolments for, and whether enrol.key in this hub's folder opens them."""
    from hub.keys import load_enrol_key
    from hub.roster.enrol_key import enrol_key_in_force, replace_enrol_key

    settings = hub.settings()
    with opened(settings) as database:
        own = load_enrol_key(settings.data_folder).seal_key.text
        if use:
            replace_enrol_key(database, own, by=by, now=datetime.now(UTC))
        with database.read() as session:
            held = enrol_key_in_force(session.connection())
    click.echo(held or "none yet: a hub offers its own when it runs")
    if held and held != own:
        click.echo("This hub's enrol.key is another one: copy the right one here, or see --use.", err=True)


@enrolment.command(
    "approve",
    epilog="Examples:\n\n"
    "  presensi hub enrolment approve 'Rina Wulandari' --by budi\n\n"
    "  presensi hub enrolment approve --all --by budi",
)
@click.argument("people", nargs=-1, metavar="[PERSON]...")
@click.option("--all", "everybody", is_flag=True, help="Everybody who waits, but for those whom NAME enrolled.")
@click.option("--by", required=True, metavar="NAME", help="Who approves; never the one who enrolled.")
@place_options
def approve(
    people: tuple[str, ...],
    *,
    everybody: bool,
    by: str,
    hub: HubPlace,
) -> None:
    """Approve photos that wait: kiosks recognise these people from now on. PERSON: a name, NIP or id."""
    from hub.roster.approval import approve as approve_people

    if everybody == bool(people):
        raise BadInputError("Say whom to approve: one or more people, or --all.")
    with hub.opened() as database:
        wanted = None if everybody else [find_employee_id(database, person) for person in people]
        done = approve_people(database, wanted, by=by, now=datetime.now(UTC))
    for each in done:
        if each.photos:
            click.echo(f"{each.name}: {each.photos} photos approved by {by}")
        if each.own:
            click.echo(f"{each.name}: {each.own} photos still wait: {by} enrolled them", err=True)


@enrolment.command(
    "refuse", epilog="Example:\n\n  presensi hub enrolment refuse 'Rina Wulandari' --by budi --reason 'not her photo'"
)
@click.argument("person")
@click.option("--by", required=True, metavar="NAME", help="Who refuses.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the record.")
@place_options
def refuse(person: str, *, by: str, reason: str, hub: HubPlace) -> None:
    """Refuse the photos of PERSON that wait; they count nowhere, and are kept with the reason."""
    from hub.roster.approval import refuse as refuse_person

    with hub.opened() as database:
        wanted = find_employee_id(database, person)
        photos = refuse_person(database, wanted, by=by, reason=reason, now=datetime.now(UTC))
    click.echo(f"{person}: {photos} photos refused by {by}")
