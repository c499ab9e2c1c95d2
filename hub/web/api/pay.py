"""What was sent to pay: numbered, frozen, and followed by numbered deltas (e-TPP)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from hub.errors import PayError
from hub.recap.monthly import Month
from hub.recap.pay_runs import RunSummary, SentRun, list_runs, show_run
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, to_json
from hub.web.api.paging import Onwards, SomeOf, UnitNumber, read_place, to_list, write_place
from hub.web.guard import Office
from hub.web.office import FrontOffice
from hub.web.watch import note

router = APIRouter(tags=["pay"])


@router.get("/pay/runs", summary="Runs and deltas", operation_id="list_pay_runs", **answers(tuple[RunSummary, ...]))
def answer_runs(
    request: Request,
    office: Office,
    *,
    caller: Annotated[Caller, needs("pay:read")],
    month: Annotated[str, Query(max_length=40, description="YYYY-MM; empty: every month.")] = "",
    unit: UnitNumber = None,
    limit: SomeOf = None,
    after: Onwards = "",
) -> Response:
    """By month and number; a delta names its run. What was sent never changes: a later change is a further delta."""
    within, place = reach(office, caller, unit), read_place(after, tuple[str, str])
    runs = list_runs(office.database, Month.parse(month) if month else None)
    found = [
        run
        for run in sorted(runs, key=lambda run: (run.month, run.number))
        if (within is None or (run.unit is not None and run.unit.id in within))
        and (place is None or (run.month, run.number) > place)
    ]
    return to_list(request, found, limit, lambda run: write_place(run.month, run.number))


@router.get(
    "/pay/run",
    summary="One run or delta",
    operation_id="show_pay_run",
    **answers(SentRun, e404="There is no such run, or it is of a unit beyond the caller's."),
)
def answer_run(
    office: Office,
    *,
    caller: Annotated[Caller, needs("pay:read")],
    number: Annotated[str, Query(max_length=64, description="As the list says it, like 2026-03/RSUD/001.")],
) -> Response:
    """Every line as it was sent; in a delta with what it was before."""
    try:
        found = show_run(office.database, number.replace("\0", ""))
    except PayError as error:
        raise HTTPException(404, "There is no such run here.") from error
    if not _may_see(office, caller, found.run):
        raise HTTPException(404, "There is no such run here.")
    note(run=found.run.number)
    return to_json(found)


def _may_see(office: FrontOffice, caller: Caller, run: RunSummary) -> bool:
    within = reach(office, caller, None)
    return within is None or (run.unit is not None and run.unit.id in within)
