"""`presensi hub review`: punches that wait for the supervisor, who confirms or refuses them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, because_option, by_option, find_unit, json_option, opened, place_options
from cli.tables import show_json, show_table
from contract.errors import BadInputError
from hub.refusals.snapshots import SnapshotStore
from hub.review.decisions import decide_reviews
from hub.review.queue import ReviewLine, find_review, list_reviews
from hub.settings import HubSettings


@click.group(cls=Commands)
def review() -> None:
    """Punches with a PIN or a card, on duty elsewhere or unplaced: they count, and wait for the supervisor."""


@review.command("list", epilog="Example:\n\n  presensi hub review list --unit 'Dinas Kesehatan'")
@click.option("--unit", metavar="NAME", help="Only people of this unit and those below it.")
@click.option("--all", "decided", is_flag=True, help="Also those about which somebody has decided.")
@json_option
@place_options
def list_(*, unit: str | None, decided: bool, as_json: bool, hub: HubPlace) -> None:
    """What waits, the oldest first."""
    settings = hub.settings()
    with opened(settings) as database:
        store = SnapshotStore(settings.data_folder)
        found = list_reviews(database, store, unit_id=find_unit(database, unit), decided=decided)
    if as_json:
        show_json(found)
        return
    words = {None: "waits", True: "confirmed", False: "refused"}
    show_table(
        ("DATE", "NAME", "AT", "WHY", "LETTER", "FACE", "PICTURE", "DECISION", "BY", "BECAUSE", "PUNCH"),
        [
            (
                line.work_date,
                line.name,
                f"{line.at:%H:%M}",
                ", ".join(line.concerns),
                line.letter,
                _face(line),
                line.picture,
                words[line.confirmed],
                line.decided_by,
                line.reason,
                line.key,
            )
            for line in found
        ],
        empty="No punch waits for a supervisor.",
    )


@review.command(
    "confirm", epilog="Example:\n\n  presensi hub review confirm kiosk-1/17 --because 'seen at the door' --by kasubag"
)
@click.argument("punches", nargs=-1, required=True, metavar="PUNCH...")
@because_option
@by_option
@json_option
@place_options
def confirm(
    punches: tuple[str, ...],
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let each PUNCH (as `review list` shows it, or DEVICE/NUMBER) stand; it waits no longer."""
    _decide(hub.settings(), punches, because, by, confirmed=True, as_json=as_json)


@review.command(
    "refuse", epilog="Example:\n\n  presensi hub review refuse kiosk-1/17 --because 'was at home' --by kasubag"
)
@click.argument("punches", nargs=-1, required=True, metavar="PUNCH...")
@because_option
@by_option
@json_option
@place_options
def refuse(
    punches: tuple[str, ...],
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let each PUNCH count for nothing; it stays on record, and a later `confirm` takes this back."""
    _decide(hub.settings(), punches, because, by, confirmed=False, as_json=as_json)


@review.command("picture", epilog="Example:\n\n  presensi hub review picture kiosk-1/17 --out punch.jpg")
@click.argument("punch")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Where to write the JPEG.")
@place_options
def picture(punch: str, *, out: Path, hub: HubPlace) -> None:
    """Write the snapshot that was taken with PUNCH to a file, to be looked at and deleted."""
    settings = hub.settings()
    store = SnapshotStore(settings.data_folder)
    with opened(settings) as database:
        line = find_review(database, store, punch)
    content = None if line.evidence is None else store.read(line.evidence)
    if content is None:
        words = {"none": "No picture was taken", "awaited": "The picture has not come yet"}
        raise BadInputError(f"{words.get(line.picture, 'The picture is not in this folder')}: {line.key}.")
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInputError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{line.name}, {line.at:%Y-%m-%d %H:%M}: {out}")


def _face(line: ReviewLine) -> str | None:
    if line.similarity is None or line.threshold is None:
        return None
    return f"{line.similarity:.2f} of {line.threshold:.2f}"


def _decide(
    settings: HubSettings, punches: tuple[str, ...], because: str, by: str, *, confirmed: bool, as_json: bool
) -> None:
    with opened(settings) as database:
        decided = decide_reviews(database, punches, confirmed=confirmed, by=by, reason=because, now=datetime.now(UTC))
    if as_json:
        show_json({"punches": decided, "confirmed": confirmed})
    else:
        click.echo(f"{decided} punches {'confirmed' if confirmed else 'refused'} by {by}.")
