"""`presensi hub policy`: rules of attendance as data, and who follows which."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from sqlalchemy import select

from cli.commands import Commands
from cli.decided import DATE, author_of, from_option, tell_affected
from cli.hub_options import HubPlace, by_option, has_hub, json_option, opened, place_options
from cli.tables import show_json, show_table
from hub.roster.finding import find_unit_id
from hub.schedule.decisions import (
    add_policy,
    assign_policy,
)
from hub.schedule.models import PolicyVersion
from hub.schedule.policy import PRESETS, Policy, load_policy, parse_policy, preset_names, read_policy_text


@click.group(cls=Commands)
def policy() -> None:
    """Rules of attendance: presets, a regency's own, and who follows which."""


@policy.command("list", epilog="Example:\n\n  presensi hub policy list")
@json_option
@place_options
def list_policies(*, as_json: bool, hub: HubPlace) -> None:
    """Presets and the regency's own policies, with the length of their week."""
    own: list[tuple[date | None, str | None, Policy]] = []
    settings = hub.settings()
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
def show_policy(name: str, *, hub: HubPlace) -> None:
    """A policy's file as it is, to be copied and changed."""
    if name in preset_names():
        click.echo(read_policy_text(PRESETS / f"{name}.toml"), nl=False)
        return
    with hub.opened() as database, database.read() as session:
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
@from_option("In force from this day on; a later file takes over from its own day.")
@by_option
@place_options
def add_a_policy(file: Path, *, first: date, by: str, hub: HubPlace) -> None:
    """Put a regency's own policy on record. Earlier ones stay for the days before."""
    text, author = read_policy_text(file), author_of(by)
    parse_policy(text, source=file.name)
    with hub.opened(create=True) as database, database.write() as session:
        added, affected = add_policy(session, text, valid_from=first, author=author)
        click.echo(f"The policy {added.name} is on record from {first}; give it to a unit: presensi hub policy set")
        tell_affected(session, affected, author)
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
@from_option("From this day on.")
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
    hub: HubPlace,
) -> None:
    """Let a unit and those below it follow a policy from a day on."""
    author = author_of(by)
    with hub.opened() as database, database.write() as session:
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
        tell_affected(session, affected, author)
