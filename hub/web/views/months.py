"""Months: which are open, what each still waits for, closing with what it makes of it, reopening with a reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.attendance.document_list import DocumentLine, list_documents
from hub.attendance.manual import list_entries
from hub.attendance.month_pending import MOST_PEOPLE, month_lines, month_pending
from hub.attendance.months import close_month, last_of, list_closes, reopen_month
from hub.recap.monthly import Month
from hub.review.queue import count_reviews
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say

router = APIRouter()

PAGE: Final = "/bulan"
SHOWN_MONTHS: Final = 12
COUNTED_MONTHS: Final = 3
"""What older open months wait for is counted on their own pages."""


@router.get(PAGE)
def show_months(request: Request, visitor: PageVisitor, office: Office, *, unit: str = "") -> Response:
    """The last twelve months of the visitor's units."""
    require(visitor, "months")
    choice = choose_unit(office, visitor, unit)
    this = Month.of(office.today())
    months = [this.shifted(-back).first for back in range(SHOWN_MONTHS)]
    lines = month_lines(office.database, months[:COUNTED_MONTHS], choice.unit_id)
    lines += month_lines(office.database, months[COUNTED_MONTHS:], choice.unit_id, counted=False)
    return render(
        request,
        "months.html",
        lines=[line for line in lines if line.closed is not None or line.has_days or line.month == this.first],
        closes=list_closes(office.database) if visitor.unit_id is None else [],
        choice=choice,
        page=PAGE,
    )


@router.get(PAGE + "/{text}")
def show_month(request: Request, visitor: PageVisitor, office: Office, text: str, unit: str = "") -> Response:
    """What a month waits for, and what closing it would do."""
    return _show(request, visitor, office, text, unit)


@router.post(PAGE + "/{text}/tutup", dependencies=[Depends(check_form)])
def close(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    text: str,
    *,
    unit: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Close a month as it was shown; when more days would become TK by now, it is shown again instead."""
    require(visitor, "close")
    month, choice = _month(text), choose_unit(office, visitor, unit)
    pending = month_pending(office.database, month.first, choice.unit_id)
    if seen != str(pending.unexplained):
        return _show(request, visitor, office, text, unit, told=language_of(request)("months.changed"))
    try:
        close_month(office.database, month.first, choice.unit_id, by=visitor.username, now=office.now())
    except BadInputError as error:
        return _show(request, visitor, office, text, unit, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{month.text}", unit=choice.unit_id, selesai="tutup"), 303)


@router.post(PAGE + "/{text}/buka", dependencies=[Depends(check_form)])
def reopen(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    text: str,
    *,
    unit: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    letter: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Open a closed month again, with the reason; the chosen letters count although they were entered too late."""
    require(visitor, "close")
    month, choice = _month(text), choose_unit(office, visitor, unit)
    if set(letter) - {line.id for line in _late_letters(office, month, choice.unit_id)}:
        raise HTTPException(404)
    try:
        reopen_month(
            office.database,
            month.first,
            choice.unit_id,
            by=visitor.username,
            reason=reason,
            now=office.now(),
            letters=letter,
        )
    except BadInputError as error:
        return _show(request, visitor, office, text, unit, told=say(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{month.text}", unit=choice.unit_id, selesai="buka"), 303)


def _show(request: Request, visitor: Visitor, office: FrontOffice, text: str, unit: str, *, told: str = "") -> Response:
    require(visitor, "months")
    month, choice = _month(text), choose_unit(office, visitor, unit)
    [line] = month_lines(office.database, [month.first], choice.unit_id)
    today = office.today()
    letters = list_documents(office.database, unit_id=choice.unit_id, month=month.first, on=today, state="submitted")
    letters += list_documents(office.database, unit_id=choice.unit_id, month=month.first, on=today, state="verified")
    entries = list_entries(
        office.database, state="submitted", unit_id=choice.unit_id, first=month.first, last=month.last
    )
    done = request.query_params.get("selesai", "")
    return render(
        request,
        "month.html",
        status_code=409 if told else 200,
        line=line,
        month=month,
        is_over=today > last_of(month.first),
        may_close=may(visitor.role, "close"),
        pending=month_pending(office.database, month.first, choice.unit_id),
        shown_most=MOST_PEOPLE,
        letters=len(letters),
        entries=len(entries),
        reviews=count_reviews(office.database, choice.unit_id),
        late_letters=_late_letters(office, month, choice.unit_id) if line.closed is not None else [],
        choice=choice,
        trouble=told,
        done=done if done in ("tutup", "buka") else "",
        page=PAGE,
    )


def _late_letters(office: FrontOffice, month: Month, unit_id: int | None) -> list[DocumentLine]:
    """Letters into a month that were entered after its end, and so count for nothing unless they are let in."""
    lines = list_documents(office.database, unit_id=unit_id, month=month.first, on=office.today(), state="entered")
    return [line for line in lines if _is_late(line, month.last) and line.reopened_because is None]


def _is_late(line: DocumentLine, last: date) -> bool:
    return line.entered_on is not None and line.entered_on > last


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except BadInputError as error:
        raise HTTPException(404) from error
