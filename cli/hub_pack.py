"""`presensi hub pack`: which recognition pack is in force, and changing it."""

from __future__ import annotations

import getpass
import sys

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, json_option, opened, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.roster.deployment import Deployment, KioskPack, show_deployment


@click.group(cls=Commands)
def pack() -> None:
    """The recognition pack of everybody's templates, and of the kiosks that can open it."""


@pack.command("show", epilog="Example:\n\n  presensi hub pack show --json")
@json_option
@place_options
def show(*, as_json: bool, hub: HubPlace) -> None:
    """The pack in force, how far a change of it is, and what the kiosks run."""
    settings = hub.settings()
    with opened(settings) as database:
        found = show_deployment(database, settings.pack)
    if as_json:
        show_json(found)
        return
    since = f"since {found.since.astimezone():%Y-%m-%d %H:%M}, set by {found.set_by}" if found.since else "as set up"
    click.echo(f"{found.pack}, {since}")
    change = found.change
    if change is not None and change.state in {"running", "waiting"}:
        click.echo(
            f"Change to {change.pack}: {change.done + change.failed} of {change.total} photos, {change.state}; "
            f"`presensi hub pack set {change.pack}` goes on with it."
        )
    _show_kiosks(found)


def _show_kiosks(found: Deployment) -> None:
    show_table(
        ("KIOSK", "RUNS", f"CAN OPEN {found.pack.upper()}"),
        [(kiosk.device, kiosk.pack, kiosk.can_open) for kiosk in found.kiosks],
        empty="There are no kiosks yet.",
    )


@pack.command(
    "set",
    epilog="Examples:\n\n  presensi hub pack set standard\n\n  presensi hub pack set builtin    (and back again)",
)
@click.argument("name")
@click.option("--by", metavar="NAME", help="Who wants it, for the record; default: the name of this system's user.")
@click.option(
    "--anyway", is_flag=True, help="Also when people are left without templates or the pack without thresholds."
)
@json_option
@place_options
def set_(
    name: str,
    *,
    by: str | None,
    anyway: bool,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Recognise with the pack NAME from now on.

    Everybody's kept photos are embedded anew; then each kiosk that can open the pack is sent its whole roster, and
    switches when that is complete. A change that was interrupted goes on where it was. Nothing of the old pack is lost.
    """
    from hub.roster.pack_change import PackChangeJob
    from kiosk.recognizer.packs.pack import open_pack

    settings = hub.settings()
    with opened(settings) as database:
        with click.progressbar(length=0, label="Embedding", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            job = PackChangeJob(
                database=database,
                data_folder=settings.data_folder,
                pack=open_pack(name),
                initial=settings.pack,
                by=by or getpass.getuser(),
            )
            outcome = job.run(anyway=anyway, progress=progress)
        kiosks = show_deployment(database, settings.pack).kiosks
    if as_json:
        show_json(outcome)
    else:
        click.echo(f"{outcome.done} of {outcome.total} photos have a template of {name}.")
        for photo in outcome.unusable:
            click.echo(f"Not usable: {photo.name}/{photo.photo}: {photo.words}", err=True)
    if not outcome.switched:
        raise BadInputError(_why_not(name, [person.name for person in outcome.without], calibrated=outcome.calibrated))
    if not as_json:
        click.echo(f"{name} is in force; before it was {outcome.previous}.")
        _warn_of_kiosks(name, kiosks)


def _why_not(name: str, without: list[str], *, calibrated: bool) -> str:
    reasons = []
    if without:
        shown = ", ".join(without[:20]) + (f" and {len(without) - 20} more" if len(without) > 20 else "")
        reasons.append(f"it can use no photo of {shown} (enrol them anew)")
    if not calibrated:
        reasons.append("it has no thresholds, so that kiosks would recognise nobody (presensi hub calibrate)")
    return f"{name} is not in force: {', and '.join(reasons)}; or add --anyway."


def _warn_of_kiosks(name: str, kiosks: tuple[KioskPack, ...]) -> None:
    for kiosk in kiosks:
        if kiosk.can_open is False:
            click.echo(
                f"{kiosk.device} cannot open {name}: it goes on with {kiosk.pack} and does not learn of people who are "
                f"enrolled from now on. Run there: presensi models fetch {name}",
                err=True,
            )
