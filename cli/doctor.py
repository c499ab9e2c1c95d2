"""What `presensi kiosk doctor` and `presensi hub doctor` share: the page, JSON, the exit code, the bundle."""

from __future__ import annotations

import logging
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from cli.commands import EXIT_TROUBLE
from cli.tables import show_json
from contract.checkup.finding import Checked, Language, State, Words, is_well

WIDTH: Final = 80
_STATES: Final[dict[State, tuple[Words, str | None]]] = {
    "ok": (Words("baik", "ok"), "green"),
    "warning": (Words("awas", "warning"), "yellow"),
    "bad": (Words("BURUK", "BAD"), "red"),
    "not_fitted": (Words("tidak ada", "not fitted"), None),
}
_Command = TypeVar("_Command", bound=Callable[..., Any])


def doctor_options(command: _Command) -> _Command:
    """--json, --language and --bundle."""
    decorated: Any = command
    for option in (
        click.option(
            "--bundle",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE.zip",
            help="Write a new file for whoever helps you: no names, numbers, faces, PINs or keys are in it.",
        ),
        click.option("--language", type=click.Choice(["id", "en"]), help="Bahasa Indonesia or English."),
        click.option("--json", "as_json", is_flag=True, help="JSON on standard output."),
    ):
        decorated = option(decorated)
    return cast("_Command", decorated)


@contextmanager
def kept_quiet() -> Iterator[None]:
    """What a check finds stands on the page; the log of what it tried would tear it apart."""
    loggers = [logging.getLogger(name) for name in ("kiosk", "hub", "apprise")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def report(place: str, checked: Sequence[Checked], *, at: datetime, language: Language) -> dict[str, Any]:
    """What --json prints."""
    return {
        "ok": is_well(checked),
        "place": place,
        "at": at,
        "language": language,
        "checks": [
            {
                "name": each.name,
                "state": each.finding.state,
                "title": each.title.in_(language),
                "value": each.finding.value.in_(language),
                "advice": each.finding.advice.in_(language),
                "measured": each.finding.measured,
            }
            for each in checked
        ],
    }


def draw_page(place: str, checked: Sequence[Checked], *, at: datetime, language: Language) -> list[str]:
    """Lines of at most 80 columns: state, title and value, and below them what to do."""
    titles = max(len(each.title.in_(language)) for each in checked)
    states = max(len(words.in_(language)) for words, _ in _STATES.values())
    margin = " " * (states + titles + 4)
    lines = [f"{place}  {at.astimezone():%Y-%m-%d %H:%M:%S %Z}", ""]
    for each in checked:
        word, colour = _STATES[each.finding.state]
        state = click.style(word.in_(language).ljust(states), fg=colour, bold=each.finding.state == "bad")
        # Paths and addresses from elsewhere shall neither move the cursor nor colour the terminal.
        value = "".join(sign if sign.isprintable() else " " for sign in each.finding.value.in_(language))
        first, *rest = textwrap.wrap(value, WIDTH - len(margin)) or [""]
        lines.append(f"{state}  {each.title.in_(language).ljust(titles)}  {first}".rstrip())
        lines += [margin + line for line in rest]
        advice = each.finding.advice.in_(language)
        if advice:
            lines += [
                margin + line
                for line in textwrap.wrap(advice, WIDTH - len(margin), initial_indent="-> ", subsequent_indent="   ")
            ]
    return [*lines, "", _sum_up(checked).in_(language)]


def finish(
    place: str,
    checked: Sequence[Checked],
    *,
    at: datetime,
    language: Language,
    as_json: bool,
    bundle: Path | None,
    write_bundle: Callable[[Path, dict[str, Any]], None],
) -> None:
    """Print, write the bundle where one is wanted, and end the program with 1 when something is bad."""
    if as_json:
        show_json(report(place, checked, at=at, language=language))
    else:
        for line in draw_page(place, checked, at=at, language=language):
            click.echo(line)
    if bundle is not None:
        write_bundle(bundle, report(place, checked, at=at, language=language))
        told = Words(f"Berkas untuk pendukung: {bundle}", f"File for support: {bundle}")
        click.echo(told.in_(language), err=True)
    if not is_well(checked):
        sys.exit(EXIT_TROUBLE)


def _sum_up(checked: Sequence[Checked]) -> Words:
    bad = sum(each.finding.state == "bad" for each in checked)
    warnings = sum(each.finding.state == "warning" for each in checked)
    if not bad and not warnings:
        return Words("Semua baik.", "All is well.")
    return Words(f"{bad} buruk, {warnings} awas.", f"{bad} bad, {warnings} to watch.")
