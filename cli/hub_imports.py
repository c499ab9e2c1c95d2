"""`presensi hub people`, `points` and `score`: files from elsewhere, looked through before anything is stored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cli.commands import EXIT_BAD_INPUT, Commands
from cli.hub_exports import read_date
from cli.hub_options import HubPlace, json_option, opened, place_options
from cli.tables import show_json, show_table
from hub.recap.monthly import Month
from hub.recap.points_import import import_points, import_scores
from hub.roster.people_import import import_people
from hub.sheets import ImportReport

_Command = TypeVar("_Command", bound=Callable[..., Any])
_month = click.option("--month", "month_text", metavar="YYYY-MM", help="The month of lines that name none.")


def _file_options(command: _Command) -> _Command:
    """FILE, --by, --dry-run and --json."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing."),
        click.option("--by", required=True, metavar="NAME", help="Who imports it, for the record."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.group(cls=Commands)
def people() -> None:
    """Employees from files."""


@people.command(
    "import",
    epilog="Examples:\n\n"
    "  presensi hub people import pegawai.xlsx --by siti --dry-run\n\n"
    "  presensi hub people import pegawai.csv --by siti --make-units --from 2026-11-01\n\n"
    "The columns are described in docs/feeds.md.",
)
@_file_options
@click.option("--make-units", is_flag=True, help="Make units that are not on record.")
@click.option("--from", "from_text", metavar="YYYY-MM-DD", help="From when lines without a TMT hold.")
@place_options
def import_employees(
    file: Path,
    *,
    by: str,
    dry_run: bool,
    as_json: bool,
    make_units: bool,
    from_text: str | None,
    hub: HubPlace,
) -> None:
    """Add and change employees from FILE (CSV or XLSX); nothing is stored when a line is wrong."""
    without_tmt = None if from_text is None else read_date(from_text)
    settings = hub.settings()
    now = datetime.now(UTC)
    with opened(settings) as database, _bar() as progress:
        report = import_people(
            database,
            file,
            by=by,
            now=now,
            today=now.astimezone(ZoneInfo(settings.timezone)).date(),
            dry_run=dry_run,
            make_units=make_units,
            without_tmt=without_tmt,
            progress=progress,
        )
    _show(report, as_json=as_json)


@click.group(cls=Commands)
def points() -> None:
    """Activity points of e-TPP."""


@points.command("import", epilog="Example:\n\n  presensi hub points import poin-2026-11.csv --month 2026-11 --by siti")
@_file_options
@_month
@place_options
def import_earned(
    file: Path,
    *,
    by: str,
    dry_run: bool,
    as_json: bool,
    month_text: str | None,
    hub: HubPlace,
) -> None:
    """Store earned points from FILE (CSV or XLSX: nip, bulan, poin); nothing is stored when a line is wrong."""
    month = None if month_text is None else Month.parse(month_text)
    with hub.opened() as database, _bar() as progress:
        report = import_points(
            database, file, by=by, now=datetime.now(UTC), month=month, dry_run=dry_run, progress=progress
        )
    _show(report, as_json=as_json)


@click.group(cls=Commands)
def score() -> None:
    """Scores of units, for the share that is not individual."""


@score.command("import", epilog="Example:\n\n  presensi hub score import skor-2026-11.csv --by siti --dry-run")
@_file_options
@_month
@place_options
def import_factors(
    file: Path,
    *,
    by: str,
    dry_run: bool,
    as_json: bool,
    month_text: str | None,
    hub: HubPlace,
) -> None:
    """Store units' factors, 0 to 1, from FILE (CSV or XLSX: unit, bulan, faktor); nothing when a line is wrong."""
    month = None if month_text is None else Month.parse(month_text)
    with hub.opened() as database, _bar() as progress:
        report = import_scores(
            database, file, by=by, now=datetime.now(UTC), month=month, dry_run=dry_run, progress=progress
        )
    _show(report, as_json=as_json)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's standard error."""
    with click.progressbar(length=0, label="Reading", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _show(report: ImportReport, *, as_json: bool) -> None:
    """The report; exit code 2 when a line is wrong."""
    if as_json:
        show_json(report)
    else:
        told = [line for line in report.lines if line.action != "same"]
        show_table(
            ("WHAT", "WHO", "REPORT"),
            [(line.action, line.who or None, f"{line.words.id} / {line.words.en}") for line in told],
            empty="Every line is on record already.",
        )
        for name in report.made_units:
            click.echo(f"New unit: {name}")
        click.echo(
            f"{report.file}: {report.new} new, {report.changed} changed, {report.same} as they were, "
            f"{report.errors} wrong; {_outcome(report)}"
        )
    if report.errors:
        sys.exit(EXIT_BAD_INPUT)


def _outcome(report: ImportReport) -> str:
    if report.errors:
        return "nothing was stored: correct these lines and import the file again."
    return "nothing was stored, for this was a dry run." if report.dry_run else "stored."
