"""Records of a stretch of days, page by page: what days and punches are asked for by, and how they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from hub.web.api.paging import After, FirstDay, LastDay, Limit, UnitNumber, check_days

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for: both days included; employee empty: anybody's; unit None: all that the caller reaches."""

    first: date
    last: date
    employee: str
    unit: int | None
    after: str
    limit: int

    def of_employee(self, query: Select[Row], column: InstrumentedAttribute[Any]) -> Select[Row]:
        """The query, narrowed to the employee where one is asked for."""
        return query.where(column == self.employee.replace("\0", "")) if self.employee else query


def _stretch(
    first: FirstDay,
    last: LastDay,
    *,
    employee: Annotated[str, Query(max_length=64, description="Only of this employee.")] = "",
    unit: UnitNumber = None,
    after: After = "",
    limit: Limit = 100,
) -> Stretch:
    """400 for days in the wrong order, and for too many of them."""
    check_days(first, last)
    return Stretch(first, last, employee, unit, after, limit)


Asked = Annotated[Stretch, Depends(_stretch)]
