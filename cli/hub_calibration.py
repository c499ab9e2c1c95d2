"""`presensi hub calibrate` and `lookalikes`: thresholds from the staff, and people who look too much alike."""

from __future__ import annotations

import getpass
import sys

import click

from cli.commands import Commands, LoneCommand
from cli.hub_options import HubPlace, json_option, opened, place_options
from cli.tables import show_json, show_table
from hub.roster.calibration import KioskCalibration, calibrate_kiosks
from hub.roster.lookalikes import list_lookalikes, settle_lookalike


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n  presensi hub calibrate\n\n  presensi hub calibrate --kiosk kiosk-dinkes-1 --json",
)
@click.option("--kiosk", metavar="DEVICE", help="Only this kiosk; default: every active one.")
@click.option("--pack", metavar="NAME", help="Only this pack; default: every pack that somebody is enrolled with.")
@click.option(
    "--target",
    type=click.FloatRange(min=1e-6, max=0.1),
    help="A stranger's chance to be taken for somebody (FPIR); default: calibrate_target of the settings.",
)
@json_option
@place_options
def calibrate(
    *,
    kiosk: str | None,
    pack: str | None,
    target: float | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Compute every kiosk's threshold from the approved templates, and look for lookalikes.

    The hub does this every night by itself. With fewer than 30 people the model card's thresholds stay.
    """
    settings = hub.settings()
    with (
        opened(settings) as database,
        click.progressbar(length=0, label="Calibrating", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):

        def progress(done: int, total: int, words: str) -> None:
            bar.label, bar.length = words, total
            bar.update(done - bar.pos)

        found = calibrate_kiosks(
            database,
            made_by=getpass.getuser(),
            kiosk=kiosk,
            pack=pack,
            target=settings.calibrate_target if target is None else target,
            progress=progress,
        )
    if as_json:
        show_json(found)
        return
    show_table(
        ("KIOSK", "PACK", "GALLERY", "THRESHOLD", "90 % INTERVAL", "BEFORE", "FROM PEOPLE", "LEFT OUT"),
        [
            (
                each.kiosk,
                each.pack,
                each.gallery,
                _in_force(each),
                None if each.low is None else f"{each.low:.4f} to {each.high:.4f}",
                None if each.previous is None else f"{each.previous:.4f}",
                each.people,
                len(each.left_out) or None,
            )
            for each in found
        ],
        empty="Nothing to calibrate: there is no kiosk, or nobody is enrolled yet.",
    )


def _in_force(found: KioskCalibration) -> str:
    if found.set_by_hand is not None:
        return f"{found.set_by_hand:.4f} (by hand)"
    return "the card's" if found.threshold is None else f"{found.threshold:.4f}"


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog="Examples:\n\n"
    "  presensi hub lookalikes --json\n\n"
    "  presensi hub lookalikes settle ID ID --as different --by siti",
)
@json_option
@place_options
@click.pass_context
def lookalikes(context: click.Context, *, as_json: bool, hub: HubPlace) -> None:
    """Pairs of people whose faces a kiosk can hardly tell apart, as the last calibration found them."""
    if context.invoked_subcommand is not None:
        return
    with hub.opened() as database:
        found = list_lookalikes(database)
    if as_json:
        show_json(found)
        return
    show_table(
        ("ONE", "OTHER", "PACK", "SIMILARITY", "LOOKS LIKE", "2ND FACTOR", "SETTLED", "IDS"),
        [
            (
                line.first,
                line.second,
                line.pack,
                f"{line.similarity:.3f}",
                "one face, two names" if line.kind == "same" else "two people",
                line.second_factor,
                line.settled_as and f"{line.settled_as}, {line.settled_by}",
                f"{line.first_id} {line.second_id}",
            )
            for line in found
        ],
        empty="Nobody looks too much like anybody else.",
    )


@lookalikes.command(
    epilog="Example:\n\n  presensi hub lookalikes settle ID ID --as different --by siti\n\n"
    "`different`: two people; whom their scores tell apart, a face is enough for again on kiosks that know both. "
    "`same`: one face under two names; both are sent to the officer until the pictures of one are withdrawn."
)
@click.argument("one")
@click.argument("other")
@click.option("--as", "verdict", type=click.Choice(["different", "same"]), required=True, help="What they are.")
@click.option("--by", "author", required=True, metavar="NAME", help="Who says so, for the record.")
@place_options
def settle(one: str, other: str, *, verdict: str, author: str, hub: HubPlace) -> None:
    """Put on record whether ONE and OTHER (ids) are two people or one."""
    with hub.opened() as database:
        settle_lookalike(
            database, one, other, settled_as="same" if verdict == "same" else "different", settled_by=author
        )
    click.echo("It is on record; the kiosks learn of it with their next roster.")
