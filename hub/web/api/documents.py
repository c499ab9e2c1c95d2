"""Letters of absence: what is on record, and handing in what another system has (SIMPEG)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from contract.errors import BadInputError
from hub.access.idempotency import Answer, KeyTakenError, claim, is_key, keep, release
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import DocumentLine, document_line, list_documents
from hub.attendance.document_rows import Receipt, State
from hub.attendance.documents import Letter, submit
from hub.recap.monthly import Month
from hub.web.api.caller import Caller, needs, reach
from hub.web.api.description import answers, takes, to_json
from hub.web.api.paging import UnitNumber
from hub.web.guard import Office
from hub.web.office import FrontOffice
from hub.web.scope import PaperScope, find_in_scope, note_letter

router = APIRouter(tags=["documents"])

MOST_BYTES = 64 * 1024


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


@router.get("/documents", summary="Letters", operation_id="list_documents", **answers(tuple[DocumentLine, ...]))
def answer_documents(
    office: Office,
    *,
    caller: Annotated[Caller, needs("documents:read")],
    month: Annotated[str, Query(max_length=40, description="YYYY-MM that the letters reach into.")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    unit: UnitNumber = None,
) -> Response:
    """The newest first, of people who belong to the unit today; with who did what and when. Files are on the pages."""
    reach(office, caller, unit)
    return to_json(
        list_documents(
            office.database,
            unit_id=unit if unit is not None else caller.unit_id,
            state=state,
            month=Month.parse(month).first,
            on=office.today(),
        )
    )


@router.get(
    "/documents/{document_id}",
    summary="One letter",
    operation_id="show_document",
    **answers(DocumentLine, e404="There is no such letter, or it is of somebody beyond the caller's unit."),
)
def answer_document(
    document_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
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
    idempotency_key: Annotated[
        str, Header(description="Your own name for this request: sent again with it, the letter is handed in once.")
    ],
) -> Response:
    """It is submitted, and goes on as every letter: the personnel official verifies, the operator enters it."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"A letter has at most {MOST_BYTES // 1024} kB here.")
    return await run_in_threadpool(_hand_in, office, caller, idempotency_key, body)


def _hand_in(office: FrontOffice, caller: Caller, key: str, body: bytes) -> Response:
    if not is_key(key):
        raise HTTPException(400, "idempotency-key: 8 to 64 letters, digits, dots, colons, hyphens or underscores.")
    try:
        letter = msgspec.json.decode(body, type=NewDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"This is no letter: {error}.") from error
    try:
        before = claim(office.database, caller.name, key, body, now=office.now())
    except KeyTakenError as error:
        raise HTTPException(409, str(error)) from error
    if before is not None:
        return _sent(before)
    try:
        return _sent(_submit(office, caller, key, letter))
    except Exception:
        meanwhile = release(office.database, caller.name, key)
        if meanwhile is not None:
            return _sent(meanwhile)
        raise


def _sent(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


def _submit(office: FrontOffice, caller: Caller, key: str, letter: NewDocument) -> Answer:
    """The letter is on record with the answer to its key, or neither is."""
    today = office.today()
    made: list[Answer] = []

    def answer(session: Session, receipt: Receipt) -> None:
        line = document_line(session, receipt.id, on=today)
        made.append(Answer(201, msgspec.json.encode(line)))
        keep(session, caller.name, key, made[0])

    try:
        person = find_in_scope(office, PaperScope(caller.unit_id), letter.employee, today)
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
        together=answer,
    )
    return made[0]


def _find(office: FrontOffice, caller: Caller, document_id: int) -> DocumentLine:
    note_letter(office, document_id)
    found = list_documents(office.database, document_id=document_id, unit_id=caller.unit_id, on=office.today())
    if not found:
        raise HTTPException(404, "There is no such letter here.")
    return found[0]
