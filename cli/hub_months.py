"""`presensi hub month` and `punch`: closing months, and deciding about punches outside the windows."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import Commands
from cli.hub_options import HubPlace, because_option, by_option, find_unit, json_option, opened, place_options, today_of
from cli.tables import show_json, show_table
from hub.attendance.corrections import decide_punches, list_outside
from hub.attendance.months import close_month, list_closes, reopen_month
from hub.recap.monthly import Month
from hub.settings import HubSettings


@click.group(cls=Commands)
def month() -> None:
    """Closing a month, and opening it again on the record: acts of the administrator."""


@month.command(
    "close",
    epilog="Examples:\n\n  presensi hub month close 2026-11 --by admin\n\n"
    "  presensi hub month close 2026-11 --unit 'Dinas Kesehatan' --by admin",
)
@click.argument("month_text", metavar="YYYY-MM")
@click.option("--unit", metavar="NAME", help="This unit and those below it; default: everybody.")
@by_option
@json_option
@place_options
def close(
    month_text: str,
    *,
    unit: str | None,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Close a month: days that nobody explained become absences (TK)."""
    of_month = Month.parse(month_text)
    with hub.opened() as database:
        closing = close_month(database, of_month.first, find_unit(database, unit), by=by, now=datetime.now(UTC))
    if as_json:
        show_json(closing)
        return
    click.echo(f"{closing.month} is closed for {closing.unit or 'everybody'}: {closing.days} days.")
    for count, words in (
        (closing.unexplained, "without any explanation become absences (TK)"),
        (closing.waiting, "still wait for a terminal and may change"),
        (closing.incomplete, "lack a punch"),
        (closing.unassessed, "are about to be assessed again"),
    ):
        if count:
            click.echo(f"  {count} days {words}.", err=True)


@month.command(
    "reopen",
    epilog="Example:\n\n  presensi hub month reopen 2026-11 --because 'letters came late' --letter 12 --by admin",
)
@click.argument("month_text", metavar="YYYY-MM")
@click.option("--unit", metavar="NAME", help="The unit for which it was closed; default: everybody.")
@click.option("--letter", "letters", type=int, multiple=True, help="A letter entered too late that shall count.")
@because_option
@by_option
@json_option
@place_options
def reopen(
    month_text: str,
    *,
    unit: str | None,
    letters: tuple[int, ...],
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Open a closed month again; letters that are entered meanwhile count although they are late."""
    of_month = Month.parse(month_text)
    with hub.opened() as database:
        reopening = reopen_month(
            database,
            of_month.first,
            find_unit(database, unit),
            by=by,
            reason=because,
            now=datetime.now(UTC),
            letters=letters,
        )
    if as_json:
        show_json(reopening)
    else:
        click.echo(f"{reopening.month} is open again for {reopening.unit or 'everybody'}; close it when it is done.")


@month.command("list", epilog="Example:\n\n  presensi hub month list --json")
@click.option("--month", "month_text", metavar="YYYY-MM", help="Only this one.")
@json_option
@place_options
def list_months(*, month_text: str | None, as_json: bool, hub: HubPlace) -> None:
    """Months that were closed, and opened again, by whom and why."""
    first = Month.parse(month_text).first if month_text is not None else None
    with hub.opened() as database:
        found = list_closes(database, first)
    if as_json:
        show_json(found)
        return
    show_table(
        ("MONTH", "UNIT", "CLOSED", "BY", "REOPENED", "BY", "BECAUSE"),
        [
            (
                line.month,
                line.unit or "everybody",
                line.closed_at,
                line.closed_by,
                line.reopened_at,
                line.reopened_by,
                line.reopen_reason,
            )
            for line in found
        ],
        empty="No month was closed yet: presensi hub month close YYYY-MM",
    )


@click.group(cls=Commands)
def punch() -> None:
    """Punches outside the windows or disavowed at the kiosk, which wait for the operator."""


@punch.command("list", epilog="Example:\n\n  presensi hub punch list --month 2026-11 --unit 'Dinas Kesehatan'")
@click.option("--month", "month_text", metavar="YYYY-MM", help="Of this month; default: the current one.")
@click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
@click.option("--all", "decided", is_flag=True, help="Also those about which somebody has decided.")
@json_option
@place_options
def list_punches(
    *,
    month_text: str | None,
    unit: str | None,
    decided: bool,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Punches before the first window, after the last, or disavowed at the kiosk, by date and name."""
    settings = hub.settings()
    of_month = Month.parse(month_text) if month_text is not None else Month.of(today_of(settings))
    with opened(settings) as database:
        found = list_outside(
            database, of_month.first, of_month.last, unit_id=find_unit(database, unit), decided=decided
        )
    if as_json:
        show_json(found)
        return
    words = {None: "waits", True: "accepted", False: "rejected"}
    show_table(
        ("DATE", "NAME", "AT", "WHY", "DECISION", "BY", "BECAUSE", "PUNCH"),
        [
            (
                line.work_date,
                line.name,
                f"{line.at:%H:%M}",
                line.side,
                words[line.accepted],
                line.decided_by,
                line.reason,
                line.key,
            )
            for line in found
        ],
        empty=f"No punch of {of_month.text} waits for a decision.",
    )


@punch.command(
    "accept", epilog="Example:\n\n  presensi hub punch accept kiosk-1/17 --because 'early duty, letter 12' --by siti"
)
@click.argument("punches", nargs=-1, required=True, metavar="PUNCH...")
@because_option
@by_option
@json_option
@place_options
def accept(
    punches: tuple[str, ...],
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let each PUNCH (as `punch list` shows it, or DEVICE/NUMBER) count as if it lay in a window, disavowed or not."""
    _decide(hub.settings(), punches, because, by, accepted=True, as_json=as_json)


@punch.command("reject", epilog="Example:\n\n  presensi hub punch reject kiosk-1/17 --because 'came to fetch a bag'")
@click.argument("punches", nargs=-1, required=True, metavar="PUNCH...")
@because_option
@by_option
@json_option
@place_options
def reject(
    punches: tuple[str, ...],
    *,
    because: str,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Let each PUNCH count for nothing; it stays on record."""
    _decide(hub.settings(), punches, because, by, accepted=False, as_json=as_json)


def _decide(
    settings: HubSettings, punches: tuple[str, ...], because: str, by: str, *, accepted: bool, as_json: bool
) -> None:
    with opened(settings) as database:
        decided = decide_punches(database, punches, accepted=accepted, by=by, reason=because, now=datetime.now(UTC))
    if as_json:
        show_json({"punches": decided, "accepted": accepted})
    else:
        click.echo(f"{decided} punches {'accepted' if accepted else 'rejected'} by {by}.")
