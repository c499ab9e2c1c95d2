"""What commands that decide about hours have in common: dates, who decides, and whose days change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.attendance.dirty import mark_affected
from hub.roster.finding import find_unit_id
from hub.roster.models import Unit
from hub.schedule.decisions import (
    Affected,
    Author,
)
from hub.schedule.files import read_date

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Date(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_date(str(value))
        except ValueError:
            self.fail(f"'{value}' is no date: write 2026-12-31.", param, ctx)


DATE = _Date()


def from_option(text: str) -> Callable[[_Command], _Command]:
    return click.option("--from", "first", type=DATE, metavar="DATE", required=True, help=text)


def author_of(by: str) -> Author:
    return Author(name=by[:64], at=datetime.now(UTC))


def unit_of(session: Session, name: str | None) -> int | None:
    return None if name is None else find_unit_id(session, name)


def tell_affected(session: Session, affected: Affected | None, author: Author) -> None:
    """Mark what a decision changes, and say how much that is."""
    if affected is None:
        return
    marked = mark_affected(session.connection(), affected, now=author.at)
    if marked:
        click.echo(f"{marked} stored days are assessed again by the running hub, or by: presensi hub recompute")


def unit_names(session: Session) -> dict[int, str]:
    return {unit.id: unit.name for unit in session.execute(select(Unit.id, Unit.name))}
