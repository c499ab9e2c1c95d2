"""`presensi hub pay` and `parttime`: amounts, runs, deltas, feeds and reports."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cli.commands import Commands
from cli.hub_exports import Export, out_option, paper_option, signed_option
from cli.hub_options import HubPlace, find_employee_id, find_unit, json_option, place_options
from cli.output_files import file_name, write_output
from cli.tables import show_json, show_table
from hub.errors import PayError, RecapError
from hub.recap.allowance import rupiah
from hub.recap.exports import BINARY, FORMATS, Format, export_sheet, to_json
from hub.recap.feeds import RECEIVERS, feed_csv, feed_month, feed_run
from hub.recap.forms.part_time_sheet import part_time_sheet
from hub.recap.forms.sheet import Paper
from hub.recap.monthly import Month
from hub.recap.part_time import Report, pay_list, performance, renewal, to_csv
from hub.recap.pay import PayLine, pay_lines, pay_month
from hub.recap.pay_runs import RunSummary, SentRun, freeze, list_runs, make_delta, show_run, verify_runs

_month = click.option("--month", "month_text", metavar="YYYY-MM", required=True, help="The month.")
_unit = click.option("--unit", metavar="NAME", help="Only this unit and those below it.")
_by = click.option("--by", required=True, metavar="NAME", help="Who sends it, for the record.")
_force = click.option(
    "--force", metavar="REASON", help="Send it although days are open or amounts missing; the reason is recorded."
)
_form = click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="What to write."
)


@click.group(cls=Commands)
def pay() -> None:
    """Amounts of a month, and what was sent to pay."""


@pay.command("list", epilog="Example:\n\n  presensi hub pay list --month 2026-11 --unit 'Dinas Kesehatan' --json")
@_month
@_unit
@json_option
@place_options
def list_amounts(month_text: str, *, unit: str | None, as_json: bool, hub: HubPlace) -> None:
    """What a month pays as it stands now, from stored days."""
    month = Month.parse(month_text)
    with hub.opened() as database:
        found = pay_month(database, month, find_unit(database, unit))
    if as_json:
        show_json(found)
        return
    _show_lines(found.lines, empty=f"No day of {month.text} is assessed.")
    if found.lines:
        click.echo(
            f"{rupiah(found.total)} together; provisional: {found.provisional}, without an amount: {found.lacking}."
        )


@pay.command(
    "show",
    epilog="Examples:\n\n"
    "  presensi hub pay show 'Rina Wulandari' --month 2026-11\n\n"
    "  presensi hub pay show 198501012010012001 --month 2026-11 --json",
)
@click.argument("employee")
@_month
@json_option
@place_options
def show_amount(employee: str, *, month_text: str, as_json: bool, hub: HubPlace) -> None:
    """A month of EMPLOYEE (id, NIP or whole name) with the derivation of the amount."""
    month = Month.parse(month_text)
    with hub.opened() as database:
        employee_id = find_employee_id(database, employee)
        with database.read() as session:
            lines = pay_lines(session, month, people=[employee_id])
    if not lines:
        raise RecapError(f"No day of {month.text} of {employee} is assessed.")
    if as_json:
        show_json(lines)
        return
    for line in lines:
        click.echo(f"{line.person.name}, {line.unit.name or '-'}, {line.month}: {_amount_of(line)}")
        for sentence in (*line.reasons, *line.lacking, *line.derivation):
            click.echo(f"  {sentence.id} / {sentence.en}")


@pay.command(
    "freeze",
    epilog="Examples:\n\n"
    "  presensi hub pay freeze --month 2026-11 --unit 'Dinas Kesehatan' --by siti\n\n"
    "  presensi hub pay freeze --month 2026-11 --by siti --force 'Kas tutup hari ini'",
)
@_month
@_unit
@_by
@_force
@json_option
@place_options
def freeze_month(
    month_text: str,
    *,
    unit: str | None,
    by: str,
    force: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Send a month to pay: its lines get a number and never change."""
    month = Month.parse(month_text)
    with hub.opened() as database:
        sent = freeze(database, month, find_unit(database, unit), by=by, now=datetime.now(UTC), force=force)
    show_json(sent) if as_json else _show_sent(sent.run)


@pay.command("delta", epilog="Example:\n\n  presensi hub pay delta 2026-11/DINAS-KESEHATAN/001 --by siti")
@click.argument("number")
@_by
@_force
@json_option
@place_options
def send_delta(
    number: str,
    *,
    by: str,
    force: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Send what changed since run NUMBER and its deltas, with before and after; nothing when nothing changed."""
    with hub.opened() as database:
        sent = make_delta(database, number, by=by, now=datetime.now(UTC), force=force)
    if as_json:
        show_json(sent)
    elif sent is None:
        click.echo(f"Nothing has changed since {number}.")
    else:
        _show_changes(sent)


@pay.command(
    "runs",
    epilog="Examples:\n\n"
    "  presensi hub pay runs --month 2026-11\n\n"
    "  presensi hub pay runs 2026-11/DINAS-KESEHATAN/001/D01 --json",
)
@click.argument("number", required=False)
@click.option("--month", "month_text", metavar="YYYY-MM", help="Only runs of this month.")
@json_option
@place_options
def show_runs(
    number: str | None,
    *,
    month_text: str | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """What was sent to pay; with NUMBER the lines of that run or delta."""
    month = None if month_text is None else Month.parse(month_text)
    if number is not None and month is not None:
        raise PayError("Give a number or --month, not both.")
    with hub.opened() as database:
        if number is not None:
            sent = show_run(database, number)
            show_json(sent) if as_json else _show_changes(sent)
            return
        found = list_runs(database, month)
    if as_json:
        show_json(found)
        return
    show_table(
        ("NUMBER", "KIND", "LINES", "TOTAL", "BY", "AT", "FORCED BECAUSE"),
        [(run.number, run.kind, run.lines, rupiah(run.total), run.made_by, run.made_at, run.forced) for run in found],
        empty="Nothing was sent to pay yet.",
    )


@pay.command("verify", epilog="Example:\n\n  presensi hub pay verify 2026-11/DINAS-KESEHATAN/001")
@click.argument("number", required=False)
@json_option
@place_options
def verify(number: str | None, *, as_json: bool, hub: HubPlace) -> None:
    """Hold what was sent (run NUMBER, or every one) against its digest; exit code 1 when a line was changed."""
    with hub.opened() as database:
        found = verify_runs(database, number)
    if as_json:
        show_json(found)
    else:
        show_table(
            ("NUMBER", "WHOLE", "SHA-256"),
            [(run.number, run.whole, run.digest) for run in found],
            empty="Nothing was sent to pay yet.",
        )
    broken = [run.number for run in found if not run.whole]
    if broken:
        raise RecapError(f"These are not what was sent: {', '.join(broken)}.")


@pay.command(
    "feed",
    epilog="Examples:\n\n"
    "  presensi hub pay feed e-tpp --run 2026-11/DINAS-KESEHATAN/001 > etpp.csv\n\n"
    "  presensi hub pay feed simpeg --month 2026-11 --format json\n\n"
    "The columns are described in docs/feeds.md.",
)
@click.argument("receiver", type=click.Choice(RECEIVERS))
@click.option("--run", "number", metavar="NUMBER", help="What was sent as this run or delta.")
@click.option("--month", "month_text", metavar="YYYY-MM", help="A month as it stands now, whatever was sent.")
@_unit
@_form
@place_options
def feed(
    receiver: str,
    *,
    number: str | None,
    month_text: str | None,
    unit: str | None,
    form: str,
    hub: HubPlace,
) -> None:
    """Rows for RECEIVER on standard output, of a frozen run or of a month as it stands."""
    if (number is None) == (month_text is None):
        raise PayError("Say what to feed: --run NUMBER, or --month YYYY-MM for what may still change.")
    if number is not None and unit is not None:
        raise PayError("A run has its unit already: leave --unit out.")
    with hub.opened() as database:
        if number is not None:
            found = feed_run(database, receiver, number)
        else:
            found = feed_month(database, receiver, Month.parse(month_text or ""), find_unit(database, unit))
    if form == "json":
        show_json(found)
    else:
        click.echo(feed_csv(found), nl=False)


@click.group(cls=Commands)
def parttime() -> None:
    """Part-time PPPK."""


@parttime.command(
    "report",
    epilog="Examples:\n\n"
    "  presensi hub parttime report pay --month 2026-11 > upah.csv\n\n"
    "  presensi hub parttime report performance --month 2026-11 --unit 'Dinas Pendidikan' --out kinerja.pdf\n\n"
    "  presensi hub parttime report renewal --month 2026-01 --until 2026-12 --format json",
)
@click.argument("kind", type=click.Choice(["pay", "performance", "renewal"]))
@_month
@click.option("--until", "until_text", metavar="YYYY-MM", help="For renewal: the last month, when there are several.")
@_unit
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: as FILE ends, else csv. PDF and XLSX are forms."
)
@out_option
@paper_option
@signed_option
@place_options
def report(
    kind: str,
    *,
    month_text: str,
    until_text: str | None,
    unit: str | None,
    form: Format | None,
    out: str | None,
    paper: Paper,
    signed_on: str | None,
    hub: HubPlace,
) -> None:
    """The pay list, the monthly performance report or the contract-renewal sheet, as rows or as a form to be signed."""
    wanted = Export.of(form=form, as_json=False, out=out, paper=paper, signed_on=signed_on, bom=False)
    month = Month.parse(month_text)
    until = month if until_text is None else Month.parse(until_text)
    if until_text is not None and kind != "renewal":
        raise PayError("--until is for the renewal sheet: the other reports are of one month.")
    if until < month:
        raise PayError(f"{until.text} is before {month.text}: write the first month as --month.")
    with hub.opened() as database:
        unit_id = find_unit(database, unit)
        found: Report
        match kind:
            case "pay":
                found = pay_list(database, month, unit_id)
            case "performance":
                found = performance(database, month, unit_id)
            case _:
                found = renewal(database, month, until, unit_id)
        match wanted.form:
            case "pdf" | "xlsx" as printed:
                with database.read() as session:
                    sheet = part_time_sheet(session, found, signed_on=wanted.signed_on)
                content = export_sheet(sheet, printed, paper=paper)
            case "json":
                content = to_json(found)
            case _:
                content = to_csv(found.columns, found.rows).encode()
    default = file_name("paruh-waktu", kind, month.text, suffix=wanted.form) if wanted.form in BINARY else None
    write_output(content, out, default=default)


def _show_lines(lines: tuple[PayLine, ...], *, empty: str) -> None:
    show_table(
        ("UNIT", "NAME", "BY", "BASE", "DEDUCTION", "AMOUNT", "REMARK"),
        [
            (
                line.unit.name or "-",
                line.person.name,
                line.regime,
                *(None if amount is None else rupiah(amount) for amount in (line.base, line.deduction, line.amount)),
                _remark_of(line),
            )
            for line in lines
        ],
        empty=empty,
    )


def _remark_of(line: PayLine) -> str:
    if not line.bears_amount:
        return f"paid in {line.paid_in.name or '-'}"
    return " ".join(sentence.en for sentence in (*line.lacking, *line.reasons))


def _amount_of(line: PayLine) -> str:
    if line.amount is None:
        return "no amount"
    return rupiah(line.amount) + (" (provisional)" if line.provisional else "")


def _show_sent(run: RunSummary) -> None:
    click.echo(f"{run.number}: {run.lines} lines, {rupiah(run.total)}, SHA-256 {run.digest}")


def _show_changes(sent: SentRun) -> None:
    _show_sent(sent.run)
    rows = []
    for each in sent.lines:
        line = each.line or each.before
        if line is not None:
            rows.append((line.unit.name or "-", line.person.name, _shown(each.before), _shown(each.line)))
    show_table(("UNIT", "NAME", "BEFORE", "AMOUNT"), rows, empty="It has no lines.")


def _shown(line: PayLine | None) -> str | None:
    return None if line is None else _amount_of(line)
