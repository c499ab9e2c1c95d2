"""What the first page shows of people and months to whoever answers for them: the supervisor and the head."""

from __future__ import annotations

from typing import Final

import msgspec

from hub.access.accounts import Visitor
from hub.access.roles import Role
from hub.attendance.month_pending import MonthLine, month_lines
from hub.recap.charts import month_figures
from hub.recap.daily import DailyLine, daily
from hub.recap.monthly import Month
from hub.recap.overview import DayOverview
from hub.web.office import FrontOffice

MOST_PEOPLE: Final = 150
"""Of larger units a first page would wait for a list that nobody reads to its end."""
SHOWN_PEOPLE: Final = 12

_ANSWERS_FOR_PEOPLE: Final = (Role.SUPERVISOR, Role.HEAD)
_TO_LOOK_AT: Final = frozenset({"belum", "menunggu", "tanpa_alasan", "di_luar_jendela"})


class Monitoring(msgspec.Struct, frozen=True, kw_only=True):
    """A month of the visitor's people: days on which somebody came, of which late, and minutes of these; working days
    that are settled, and of these worked."""

    month: Month
    present: int
    late: int
    late_min: int
    expected: int
    worked: int


class Answerable(msgspec.Struct, frozen=True, kw_only=True):
    """lines None: too many people to list. found: of how many; signs None: signs nothing."""

    lines: tuple[DailyLine, ...] | None
    found: int
    monitoring: Monitoring
    signs: MonthLine | None


def answerable_for(office: FrontOffice, visitor: Visitor, overview: DayOverview) -> Answerable | None:
    """The visitor's people today and their month; None for roles that answer for nobody, or for every unit."""
    if visitor.role not in _ANSWERS_FOR_PEOPLE or visitor.unit_id is None:
        return None
    lines: tuple[DailyLine, ...] | None = None
    if overview.counts.pegawai <= MOST_PEOPLE:
        recap = daily(office.database, overview.work_date, visitor.unit_id)
        lines = tuple(line for line in recap.lines if line.presence in _TO_LOOK_AT or line.late_min)
    this = Month.of(overview.work_date)
    return Answerable(
        lines=None if lines is None else lines[:SHOWN_PEOPLE],
        found=0 if lines is None else len(lines),
        monitoring=_monitor(office, this, visitor.unit_id),
        signs=_to_sign(office, this.shifted(-1), visitor.unit_id) if visitor.role is Role.HEAD else None,
    )


def _monitor(office: FrontOffice, month: Month, unit_id: int) -> Monitoring:
    figures = month_figures(office.database, month, unit_id)
    return Monitoring(
        month=month,
        present=sum(each.present for each in figures),
        late=sum(each.late for each in figures),
        late_min=sum(each.late_min for each in figures),
        expected=sum(each.expected for each in figures),
        worked=sum(each.worked for each in figures),
    )


def _to_sign(office: FrontOffice, month: Month, unit_id: int) -> MonthLine | None:
    """The month whose recap the head signs; None when it has no days."""
    [line] = month_lines(office.database, [month.first], unit_id, counted=False)
    return line if line.has_days or line.closed is not None else None
