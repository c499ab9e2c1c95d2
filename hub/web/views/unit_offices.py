"""Heads, supervisors and personnel officials on a unit's page: setting them from a day on, and ending them."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.errors import PaperError
from hub.roster.finding import find_person
from hub.roster.offices import end_holder, set_holder
from hub.web.guard import check_form
from hub.web.pages import address, language_of
from hub.web.paper_words import say
from hub.web.views.units import PAGE, Attempt, Changing, Fields, Visit, day_of, record_page
from hub.web.watch import note

router = APIRouter(prefix=PAGE + "/{unit_id:int}/pejabat", dependencies=[Depends(check_form)])


@router.post("")
def set_office(visit: Changing, written: Fields) -> Response:
    """Somebody holds an office of the unit, definitive or acting, from a day on; those before stay on record."""
    office = visit.office
    try:
        who = written.get("pegawai", "").strip().replace("\0", "")
        if not who:
            raise PaperError("Say whom it is about: a name or a NIP.")
        with office.database.read() as session:
            employee_id = find_person(session, who, on=office.today())
        note(employees=[employee_id])
        last = written.get("sampai", "")
        set_holder(
            office.database,
            visit.unit_id,
            written.get("jabatan", ""),
            employee_id,
            first=day_of(office, written.get("sejak", "")),
            last=day_of(office, last) if last else None,
            acting=written.get("sebagai") or None,
            basis=written.get("surat") or None,
            by=visit.visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        return _refused(visit, "pejabat", written, error)
    return RedirectResponse(address(f"{PAGE}/{visit.unit_id}", selesai="pejabat"), 303)


@router.post("/{number:int}/akhiri")
def end_office(visit: Changing, written: Fields, number: int) -> Response:
    """Say what somebody's last day in an office was; the entry stays."""
    try:
        end_holder(
            visit.office.database,
            min(number, 2**31 - 1),
            last=day_of(visit.office, written.get("terakhir", "")),
            by=visit.visitor.username,
            now=visit.office.now(),
            unit_id=visit.unit_id,
        )
    except BadInputError as error:
        return _refused(visit, "akhiri", written, error)
    return RedirectResponse(address(f"{PAGE}/{visit.unit_id}", selesai="akhiri"), 303)


def _refused(visit: Visit, deed: str, written: Mapping[str, str], error: BadInputError) -> Response:
    attempt = Attempt(deed, written, say(language_of(visit.request), error))
    return record_page(visit.request, visit.visitor, visit.office, visit.unit_id, attempt)
