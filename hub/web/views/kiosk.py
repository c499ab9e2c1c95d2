"""One kiosk: what is wrong with it, what it was ordered to do, and whether it is lost or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.access.roles import may
from hub.fleet.alarms import settle_alarm
from hub.fleet.commands import ACTIONS, LONGEST_MESSAGE, Action, give_command, list_commands, take_back_command
from hub.fleet.kiosks import list_kiosks
from hub.fleet.lost import confirm_lost, declare_lost, loss_of
from hub.fleet.overview import open_alarms
from hub.fleet.release_files import Release
from hub.fleet.standing import KioskStanding, read_standings
from hub.fleet.swap import confirm_swap, declare_swap, drop_swap, swap_of
from hub.roster.officers import is_same_officer
from hub.web import watch
from hub.web.fleet_words import tell
from hub.web.guard import Office, PageVisitor, check_form, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.paper_words import say

router = APIRouter()

PAGE: Final = "/kiosk"
SHOWN_COMMANDS: Final = 20
_ACTS: Final[dict[str, str]] = {
    "perintah": "kiosk.command",
    "tarik": "kiosk.take_back",
    "hilang": "kiosk.lost",
    "sahkan-hilang": "kiosk.lost_confirm",
    "ganti": "kiosk.swap",
    "sahkan-ganti": "kiosk.swap_confirm",
    "batal-ganti": "kiosk.swap_drop",
    "alarm": "kiosk.alarm",
}


@dataclass(frozen=True, slots=True)
class KioskForm:
    """What somebody wrote or chose; each form sends the fields that it needs."""

    action: Annotated[str, Form(max_length=16)] = ""
    text: Annotated[str, Form(max_length=600)] = ""
    because: Annotated[str, Form(max_length=600)] = ""
    other: Annotated[str, Form(max_length=63)] = ""
    kind: Annotated[str, Form(max_length=32)] = ""
    command: Annotated[str, Form(max_length=36)] = ""
    confirm: Annotated[str, Form(max_length=63)] = ""


@router.get(PAGE + "/{device}")
def show_kiosk(request: Request, visitor: PageVisitor, office: Office, device: str) -> Response:
    """A kiosk that serves the visitor's units; 404 for others."""
    require(visitor, "fleet")
    return _show(request, visitor, office, _find(visitor, office, device))


@router.post(PAGE + "/{device}/{deed}", dependencies=[Depends(check_form)])
def do(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    device: str,
    deed: str,
    written: Annotated[KioskForm, Depends()],
) -> Response:
    """One of _ACTS; 409 and the page with the reason when it cannot be."""
    require(visitor, "tend")
    standing = _find(visitor, office, device)
    if deed not in _ACTS:
        raise HTTPException(404)
    if visitor.unit_id is not None and standing.status.unit_id is None:
        # It serves everybody, and they answer for some.
        raise HTTPException(403)
    watch.note(act=_ACTS[deed], unit=standing.status.unit_id, device=device, step=written.action or None)
    try:
        _do(office, device, deed, written, by=visitor.username)
    except BadInputError as error:
        told = say(language_of(request), error)
        return _show(request, visitor, office, standing, written=written, told=told, status_code=409)
    return RedirectResponse(address(f"{PAGE}/{device}", selesai=deed) + "#perintah", 303)


def _do(office: FrontOffice, device: str, deed: str, written: KioskForm, *, by: str) -> None:
    database, now = office.database, office.now()
    match deed:
        case "perintah":
            if written.action not in ACTIONS:
                raise HTTPException(400)
            if written.action == "release" and (office.releases is None or not office.releases.has(written.text)):
                raise HTTPException(400)
            give_command(database, device, written.action, by=by, now=now, text=written.text, confirm=written.confirm)
        case "tarik":
            take_back_command(database, device, written.command.replace("\0", ""), by=by, now=now)
        case "hilang":
            declare_lost(database, device, because=written.because, by=by, now=now)
        case "sahkan-hilang":
            confirm_lost(database, device, by=by, now=now)
        case "ganti":
            declare_swap(database, device, written.other, because=written.because, by=by, now=now)
        case "sahkan-ganti":
            confirm_swap(database, device, by=by, now=now)
        case "batal-ganti":
            drop_swap(database, device, by=by, now=now)
        case "alarm":
            settle_alarm(database, device, written.kind, by=by, now=now)


def _find(visitor: Visitor, office: FrontOffice, device: str) -> KioskStanding:
    found = read_standings(office.database, visitor.unit_id, office.now(), device=device[:63].replace("\0", ""))
    if not found:
        raise HTTPException(404)
    return found[0]


def _show(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    standing: KioskStanding,
    *,
    written: KioskForm | None = None,
    told: str = "",
    status_code: int = 200,
) -> Response:
    status, database = standing.status, office.database
    language, now = language_of(request), office.now()
    loss, swap = loss_of(database, status.device), swap_of(database, status.device)
    may_tend = may(visitor.role, "tend") and (visitor.unit_id is None or status.unit_id is not None)
    others = [each.device for each in list_kiosks(database) if each.state == "active" and each.device != status.device]
    commands = list_commands(database, status.device, limit=SHOWN_COMMANDS)
    releases = office.releases.all() if office.releases is not None else []
    return render(
        request,
        "kiosk.html",
        status_code=status_code,
        kiosk=status,
        standing=standing,
        troubles=[(trouble, *tell(language, trouble, now)) for trouble in standing.troubles],
        alarms=[alarm for alarm in open_alarms(database) if alarm.device == status.device],
        commands=commands,
        waits=any(command.is_open for command in commands),
        actions=_actions(status.locked, releases),
        releases=releases,
        loss=loss,
        swap=swap,
        is_first_of_loss=loss is not None and is_same_officer(loss.declared_by, visitor.username),
        is_first_of_swap=swap is not None and is_same_officer(swap.declared_by, visitor.username),
        others=others if may_tend else [],
        may_tend=may_tend,
        written=written or KioskForm(),
        longest_message=LONGEST_MESSAGE,
        now=now,
        trouble=told,
        done=request.query_params.get("selesai", ""),
        page=f"{PAGE}/{status.device}",
    )


def _actions(locked: str, releases: Sequence[Release]) -> list[Action]:
    """What can be ordered now."""
    idle = {"lock" if locked else "unlock", *(() if releases else ("release",))}
    return [each for each in ACTIONS if each not in idle]
