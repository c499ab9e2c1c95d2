"""Letters of absence: what is on record, handing in what another system has (SIMPEG), and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from contract.errors import BadInputError
from hub.access.idempotency import Answer
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import DocumentLine, document_line, list_documents
from hub.attendance.document_rows import Receipt, State
from hub.attendance.documents import Letter, submit, withdraw_own
from hub.recap.monthly import Month
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, takes, to_json
from hub.web.api.once import Key, Remember, answer_once, check_key, read_body
from hub.web.api.paging import Onwards, SomeOf, UnitNumber, read_place, to_list, write_place
from hub.web.guard import Office
from hub.web.office import FrontOffice
from hub.web.scope import PaperScope, find_in_scope, note_letter, note_person

router = APIRouter(tags=["documents"])


class NewDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter as it is handed in. employee: lasting id or NIP. handed_in null: today.

    covers: `2026-11-10`, `2026-11-10..2026-11-12`, or in the office's own time `2026-11-10T08:00..2026-11-10T12:00`.
    known_by: the office of the superior who knew.
    """

    employee: str
    type: str
    covers: tuple[str, ...]
    reason: str | None = None
    number: str | None = None
    known_by: str | None = None
    handed_in: date | None = None


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """reason: why, in a few words; it stands on record."""

    reason: str


Asked = TypeVar("Asked", NewDocument, Withdrawal)
_Place = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/documents", summary="Letters", operation_id="list_documents", **answers(tuple[DocumentLine, ...]))
def answer_documents(
    request: Request,
    office: Office,
    *,
    caller: Annotated[Caller, needs("documents:read")],
    month: Annotated[str, Query(max_length=40, description="YYYY-MM that the letters reach into.")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    employee: Annotated[str, Query(max_length=64, description="Only of this employee.")] = "",
    unit: UnitNumber = None,
    limit: SomeOf = None,
    after: Onwards = "",
) -> Response:
    """The newest first, of people who belong to the unit today; with who did what and when. Files are on the pages."""
    note_person(office, employee)
    reach(office, caller, unit)
    place = read_place(after, tuple[_Place])
    found = list_documents(
        office.database,
        unit_id=unit if unit is not None else caller.unit_id,
        employee_id=employee.replace("\0", "") or None,
        state=state,
        month=Month.parse(month).first,
        before=place[0] if place is not None else None,
        on=office.today(),
        limit=None if limit is None else limit + 1,
    )
    return to_list(request, found, limit, lambda line: write_place(line.id))


@router.get(
    "/documents/{document_id}",
    summary="One letter",
    operation_id="show_document",
    **answers(DocumentLine, e404="There is no such letter, or it is of somebody beyond the caller's unit."),
)
def answer_document(
    document_id: Number,
    office: Office,
    caller: Annotated[Caller, needs("documents:read")],
) -> Response:
    """What became of it."""
    return to_json(_find(office, caller, document_id))


@router.post(
    "/documents",
    summary="Hand in a letter",
    operation_id="hand_in_document",
    openapi_extra=takes(NewDocument),
    **answers(
        DocumentLine,
        status=201,
        e404="There is no such employee in the caller's unit.",
        e409="The Idempotency-Key belongs to another request, or to one that is being answered.",
        e413="The letter is longer than any letter.",
    ),
)
async def hand_in(
    request: Request,
    office: Office,
    *,
    caller: Annotated[Caller, needs("documents:write")],
    key: Key,
) -> Response:
    """It is submitted, and goes on as every letter: the personnel official verifies, the operator enters it."""
    return await run_in_threadpool(_hand_in, office, caller, key, await read_body(request))


@router.post(
    "/documents/{document_id}/withdrawal",
    summary="Take a letter back",
    operation_id="withdraw_document",
    openapi_extra=takes(Withdrawal),
    **answers(
        DocumentLine,
        e404="There is no such letter, or it is of somebody beyond the caller's unit.",
        e409="The Idempotency-Key belongs to another request, or to one that is being answered.",
        e413="The reason is longer than any letter.",
    ),
)
async def take_back(
    request: Request,
    office: Office,
    *,
    document_id: Number,
    caller: Annotated[Caller, needs("documents:write")],
    key: Key,
) -> Response:
    """Only what the caller handed in, and as long as nobody has verified it; it stays on record as withdrawn."""
    return await run_in_threadpool(_take_back, office, caller, key, document_id, await read_body(request))


def _hand_in(office: FrontOffice, caller: Caller, key: str, body: bytes) -> Response:
    check_key(key)
    letter = _read(body, NewDocument)

    def act(remember: Remember) -> None:
        try:
            person = find_in_scope(office, PaperScope(caller.unit_id), letter.employee, office.today())
        except BadInputError as error:
            raise HTTPException(404, "There is no such employee here: give the lasting id or the NIP.") from error
        submit(
            office.database,
            person,
            Letter(
                type=letter.type,
                covers=tuple(parse_cover(cover.replace("\0", "")) for cover in letter.covers),
                reason=letter.reason,
                number=letter.number,
                known_by=letter.known_by,
                handed_in=letter.handed_in,
            ),
            by=caller.name,
            now=office.now(),
            together=_with_answer(office, 201, remember),
        )

    return answer_once(office, caller, key, body, act)


def _take_back(office: FrontOffice, caller: Caller, key: str, document_id: int, body: bytes) -> Response:
    check_key(key)
    asked = _read(body, Withdrawal)

    def act(remember: Remember) -> None:
        _find(office, caller, document_id)
        withdraw_own(
            office.database,
            document_id,
            by=caller.name,
            reason=asked.reason,
            now=office.now(),
            together=_with_answer(office, 200, remember),
        )

    return answer_once(office, caller, key, b"withdraw %d\n%b" % (document_id, body), act)


def _read(body: bytes, kind: type[Asked]) -> Asked:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"This is no letter: {error}.") from error


def _with_answer(office: FrontOffice, status: int, remember: Remember) -> Callable[[Session, Receipt], None]:
    """Answer with the letter as it stands then, in its own transaction."""
    today = office.today()

    def answer(session: Session, receipt: Receipt) -> None:
        line = document_line(session, receipt.id, on=today)
        remember(session, Answer(status, msgspec.json.encode(line)))

    return answer


def _find(office: FrontOffice, caller: Caller, document_id: int) -> DocumentLine:
    note_letter(office, document_id)
    found = list_documents(office.database, document_id=document_id, unit_id=caller.unit_id, on=office.today())
    if not found:
        raise HTTPException(404, "There is no such letter here.")
    return found[0]
