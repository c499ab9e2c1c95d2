"""Rules of attendance as a week that can be seen, changed in a copy, tried on a past month, and put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.attendance.dirty import mark_affected
from hub.attendance.policy_preview import PolicyPreview, preview_policy
from hub.errors import PolicyError
from hub.recap.monthly import Month
from hub.schedule.book import BookLine, followers, read_book
from hub.schedule.decisions import Author, add_policy, assign_policy
from hub.schedule.policy import LEGAL_WEEK_MINUTES, Policy, parse_policy
from hub.schedule.written import TIMES, WrittenDay, WrittenSession, rewritten, written_week
from hub.web import watch
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.paper_words import say
from hub.web.week_chart import draw_week

router = APIRouter()

PAGE: Final = "/jadwal"
LONGEST: Final = 60
MOST_SESSIONS: Final = 8
"""A day of more would be no day's work."""
MOST_FIELDS: Final = 300


async def _written(request: Request) -> Mapping[str, str]:
    """The form's fields, each no longer than any of them needs."""
    form: FormData = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return {name: text[:LONGEST] for name, text in form.items() if isinstance(text, str)}


Fields = Annotated[Mapping[str, str], Depends(_written)]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote, and what it came to. policy, preview None: not that far."""

    name: str
    first: str
    unit: str
    week: list[WrittenDay]
    text: str = ""
    policy: Policy | None = None
    preview: PolicyPreview | None = None
    trouble: str = ""


@router.get(PAGE)
def show_schedules(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Every policy: the regency's own first, then those that Presensi brings along."""
    require(visitor, "recap")
    with office.database.read() as session:
        book = read_book(session, office.today())
    return render(request, "schedules.html", book=book, page=PAGE)


@router.get(PAGE + "/{name}")
def show_schedule(request: Request, visitor: PageVisitor, office: Office, name: str) -> Response:
    """One policy: its week, its basis, who follows it, and its file."""
    require(visitor, "recap")
    line = _find(office, name)
    with office.database.read() as session:
        following = followers(session, name, office.today())
    return render(
        request,
        "schedule.html",
        line=line,
        chart=draw_week(line.policy.week) if line.policy.week is not None else None,
        followers=following,
        may_change=_may_change(visitor) and written_week(line.policy) is not None,
        done=request.query_params.get("selesai", "") == "ya",
        legal_hours=LEGAL_WEEK_MINUTES / 60,
        page=PAGE,
    )


@router.get(PAGE + "/{name}/ubah")
def show_editor(request: Request, visitor: PageVisitor, office: Office, name: str) -> Response:
    """The week of a policy as fields, for a copy or for a later version of the regency's own."""
    _require_change(visitor)
    line = _find(office, name)
    week = written_week(line.policy)
    if week is None:
        raise HTTPException(404)
    following = Month.of(office.today()).shifted(1).first
    own_name = name if line.valid_from is not None else f"{name}-2"
    return _show(request, visitor, office, line, Draft(own_name, following.isoformat(), "", week))


@router.post(PAGE + "/{name}/ubah", dependencies=[Depends(check_form)])
def change(request: Request, visitor: PageVisitor, office: Office, name: str, written: Fields) -> Response:
    """Show what the week would look like and what it would change; put it on record when that was asked for."""
    _require_change(visitor)
    line = _find(office, name)
    watch.note(act="schedule.save" if written.get("tindakan") == "simpan" else "schedule.try")
    draft = _read(request, office, visitor, line, written)
    if draft.trouble or draft.policy is None:
        return _show(request, visitor, office, line, draft, status_code=400)
    if written.get("tindakan") != "simpan":
        return _show(request, visitor, office, line, draft)
    first, author = date.fromisoformat(draft.first), Author(name=visitor.username, at=office.now())
    try:
        with office.database.write() as session:
            added, affected = add_policy(session, draft.text, valid_from=first, author=author)
            mark_affected(session.connection(), affected, now=author.at)
            if draft.unit:
                unit_id = int(draft.unit)
                affected = assign_policy(
                    session, unit_id, added.name, group=None, first=first, last=None, author=author
                )
                mark_affected(session.connection(), affected, now=author.at)
    except PolicyError as error:
        return _show(request, visitor, office, line, _troubled(request, draft, error), status_code=400)
    return RedirectResponse(address(f"{PAGE}/{added.name}", selesai="ya"), 303)


def _read(request: Request, office: FrontOffice, visitor: Visitor, line: BookLine, written: Mapping[str, str]) -> Draft:
    """What was written as a policy, tried on the last month of the unit that is to follow it."""
    week = [_written_day(written, day) for day in range(7)]
    draft = Draft(written.get("nama", "").strip(), written.get("mulai", ""), written.get("unit", ""), week)
    choice = choose_unit(office, visitor, draft.unit)
    if choice.unit_id is not None:
        watch.note(unit=choice.unit_id)
    try:
        if parse_day(draft.first or "-", office.today()) is None:
            raise PolicyError("Say from which day on it holds.")
        text = rewritten(line.text, draft.name, week)
        policy = parse_policy(text, source=draft.name)
        preview = None
        if choice.unit_id is not None:
            month = Month.of(office.today()).shifted(-1).first
            preview = preview_policy(office.database, text, choice.unit_id, month, now=office.now())
    except BadInputError as error:
        return _troubled(request, draft, error)
    return Draft(draft.name, draft.first, draft.unit, week, text, policy, preview)


def _written_day(written: Mapping[str, str], day: int) -> WrittenDay:
    return WrittenDay(
        bool(written.get(f"kerja-{day}")),
        {key: written.get(f"{key}-{day}", "") for key in TIMES},
        written.get(f"istirahat-{day}", ""),
        written.get(f"sampai-{day}", ""),
        written.get(f"kuota-{day}", "").strip(),
        tuple(
            WrittenSession(
                " ".join(written.get(f"s{number}.nama-{day}", "").split()),
                written.get(f"s{number}.buka-{day}", ""),
                written.get(f"s{number}.tutup-{day}", ""),
            )
            for number in range(MOST_SESSIONS)
        ),
    )


def _troubled(request: Request, draft: Draft, error: BadInputError) -> Draft:
    return replace(draft, trouble=say(language_of(request), error))


def _show(
    request: Request, visitor: Visitor, office: FrontOffice, line: BookLine, draft: Draft, *, status_code: int = 200
) -> Response:
    shown = draft.policy or line.policy
    return render(
        request,
        "schedule_editor.html",
        status_code=status_code,
        line=line,
        draft=draft,
        chart=draw_week(shown.week) if shown.week and not draft.trouble else None,
        hours=shown.week_minutes / 60,
        remark=draft.policy is not None and shown.week_remark() is not None,
        legal_hours=LEGAL_WEEK_MINUTES / 60,
        choice=choose_unit(office, visitor, ""),
        times=TIMES,
        rows=_rows(draft.week),
        most_sessions=MOST_SESSIONS,
        page=PAGE,
    )


def _rows(week: list[WrittenDay]) -> int:
    """How many sessions a day of the form can take: one more than there are."""
    most = max(sum(not each.is_empty for each in day.sessions) for day in week)
    return min(MOST_SESSIONS, max(3, most + 1))


def _find(office: FrontOffice, name: str) -> BookLine:
    with office.database.read() as session:
        found = next((line for line in read_book(session, office.today()) if line.policy.name == name), None)
    if found is None:
        raise HTTPException(404)
    return found


def _may_change(visitor: Visitor) -> bool:
    """Rules are the regency's: whoever looks after one office only does not change them."""
    return may(visitor.role, "schedules") and visitor.unit_id is None


def _require_change(visitor: Visitor) -> None:
    if not _may_change(visitor):
        raise HTTPException(403)
