"""Other systems that are told what happens: the list, a new one, and one with what arrived there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from contract.errors import BadInputError
from hub.access.accounts import Visitor
from hub.errors import WebhookError
from hub.web.guard import Office, PageVisitor, check_form, choose_unit, require
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, parse_day, render
from hub.web.watch import note
from hub.web.webhook_words import say_detail, say_webhook
from hub.webhooks.deliveries import list_deliveries, replay_one, replay_since, send_test
from hub.webhooks.events import EVENTS
from hub.webhooks.registry import (
    WebhookLine,
    add_webhook,
    list_webhooks,
    replace_secret,
    switch_off,
    switch_on,
)
from hub.webhooks.sealing import SecretSeal

router = APIRouter()

PAGE: Final = "/webhook"
SHOWN: Final = 50
_DONE: Final = ("uji", "ulang", "mati", "hidup")


@router.get(PAGE)
def show_webhooks(request: Request, visitor: PageVisitor, office: Office) -> Response:
    """Every webhook, and how it stands."""
    return _list(request, visitor, office)


@router.post(PAGE, dependencies=[Depends(check_form)])
def add(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    *,
    name: Annotated[str, Form()] = "",
    url: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    event: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a webhook; its secret is shown this once."""
    _administer(visitor)
    seal, choice = _seal(office), choose_unit(office, visitor, unit)
    try:
        secret = add_webhook(
            office.database,
            seal,
            name.strip().lower(),
            url,
            event or (),
            unit_id=choice.unit_id,
            by=visitor.username,
            now=office.now(),
        )
    except BadInputError as error:
        told = say_webhook(language_of(request), error)
        return _list(request, visitor, office, told=told, written=(name[:64], url[:500], unit, tuple(event or ())))
    line = next(each for each in list_webhooks(office.database) if each.name == name.strip().lower())
    return _show(request, office, line, secret=secret)


@router.get(PAGE + "/{number:int}")
def show_one(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """One webhook, with its last deliveries."""
    return _show(request, office, _find(visitor, office, number))


@router.post(PAGE + "/{number:int}/uji", dependencies=[Depends(check_form)])
def test(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """Send an event that says that nothing happened."""

    def send(line: WebhookLine) -> None:
        send_test(office.database, line.name, now=office.now())

    return _change(request, visitor, office, number, step="uji", change=send)


@router.post(PAGE + "/{number:int}/ulang", dependencies=[Depends(check_form)])
def replay(
    request: Request,
    visitor: PageVisitor,
    office: Office,
    number: int,
    *,
    delivery: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    everything: Annotated[str, Form()] = "",
) -> Response:
    """Tell once more: one delivery, or what was written since a day and never arrived (everything: or arrived)."""

    def repeat(line: WebhookLine) -> None:
        if delivery.isascii() and delivery.isdigit() and len(delivery) < 19:
            replay_one(office.database, line.name, int(delivery), now=office.now())
            return
        day = parse_day(since, office.today()) if since else None
        if day is None:
            raise WebhookError(f"'{since[:20]}' is not a date.")
        begin = datetime.combine(day, time(), office.zone)
        replay_since(office.database, line.name, begin, now=office.now(), undelivered_only=not everything)

    return _change(request, visitor, office, number, step="ulang", change=repeat)


@router.post(PAGE + "/{number:int}/mati", dependencies=[Depends(check_form)])
def turn_off(
    request: Request, visitor: PageVisitor, office: Office, number: int, because: Annotated[str, Form()] = ""
) -> Response:
    def switch(line: WebhookLine) -> None:
        switch_off(office.database, line.name, because=because, by=visitor.username, now=office.now())

    return _change(request, visitor, office, number, step="mati", change=switch)


@router.post(PAGE + "/{number:int}/hidup", dependencies=[Depends(check_form)])
def turn_on(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    def switch(line: WebhookLine) -> None:
        switch_on(office.database, line.name)

    return _change(request, visitor, office, number, step="hidup", change=switch)


@router.post(PAGE + "/{number:int}/rahasia", dependencies=[Depends(check_form)])
def renew_secret(request: Request, visitor: PageVisitor, office: Office, number: int) -> Response:
    """Another secret, shown this once; the one before signs as well for a day."""
    line, seal = _find(visitor, office, number), _seal(office)
    secret = replace_secret(office.database, seal, line.name, now=office.now())
    return _show(request, office, _find(visitor, office, number), secret=secret)


def _administer(visitor: Visitor) -> None:
    """403 unless the visitor administers every unit."""
    require(visitor, "webhooks")
    if visitor.unit_id is not None:
        raise HTTPException(403)


def _seal(office: FrontOffice) -> SecretSeal:
    if office.webhook_seal is None:
        raise HTTPException(404)
    return office.webhook_seal


def _find(visitor: Visitor, office: FrontOffice, number: int) -> WebhookLine:
    """The webhook of a number, which the trail is told; 404 when there is none."""
    _administer(visitor)
    line = next((each for each in list_webhooks(office.database) if each.id == number), None)
    if line is None:
        raise HTTPException(404)
    note(webhook=line.name)
    return line


def _change(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    number: int,
    *,
    step: str,
    change: Callable[[WebhookLine], None],
) -> Response:
    """Do something about a webhook, and show it: with what was done, or why it was refused."""
    line = _find(visitor, office, number)
    try:
        change(line)
    except BadInputError as error:
        return _show(request, office, line, told=say_webhook(language_of(request), error))
    return RedirectResponse(address(f"{PAGE}/{number}", selesai=step), 303)


def _list(
    request: Request,
    visitor: Visitor,
    office: FrontOffice,
    *,
    told: str = "",
    written: tuple[str, str, str, tuple[str, ...]] = ("", "", "", EVENTS),
) -> Response:
    _administer(visitor)
    return render(
        request,
        "webhooks.html",
        status_code=409 if told else 200,
        lines=list_webhooks(office.database),
        events=EVENTS,
        choice=choose_unit(office, visitor, ""),
        told=told,
        written=written,
        page=PAGE,
    )


def _show(request: Request, office: FrontOffice, line: WebhookLine, *, told: str = "", secret: str = "") -> Response:
    """The page of a webhook. told: why the last step was refused; secret: a new one, shown this once."""
    done = request.query_params.get("selesai", "")
    language = language_of(request)
    return render(
        request,
        "webhook.html",
        status_code=409 if told else 200,
        line=line,
        deliveries=list_deliveries(office.database, line.name, limit=SHOWN),
        shown=SHOWN,
        now=office.now(),
        detail=lambda text: say_detail(language, text),
        told=told,
        secret=secret,
        done=done if done in _DONE else "",
        page=f"{PAGE}/{line.id}",
        list_page=PAGE,
    )
