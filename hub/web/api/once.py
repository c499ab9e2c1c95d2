"""Requests that a program may send again: what they ask for is done once, together with the answer to their key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from hub.access.idempotency import Answer, KeyTakenError, claim, is_key, keep, release
from hub.web.api.caller import Caller
from hub.web.office import FrontOffice

MOST_BYTES: Final = 64 * 1024

Key = Annotated[
    str,
    Header(alias="idempotency-key", description="Your own name for this request: sent again with it, it is done once."),
]
Remember = Callable[[Session, Answer], None]
"""Called in the transaction that does what was asked, with what is answered to it."""


async def read_body(request: Request) -> bytes:
    """The body; 413 when it is longer than any letter."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"A letter has at most {MOST_BYTES // 1024} kB here.")
    return body


def check_key(key: str) -> None:
    """400 for what cannot be a key."""
    if not is_key(key):
        raise HTTPException(400, "idempotency-key: 8 to 64 letters, digits, dots, colons, hyphens or underscores.")


def answer_once(
    office: FrontOffice, caller: Caller, key: str, asked: bytes, act: Callable[[Remember], None]
) -> Response:
    """Do what is asked, or give the answer that was given before.

    asked: what tells this request from others under the same key. act: does it, and calls what it is given; when it
    raises, nothing was done. 409 when the key belongs to another request, or to one that is being answered.
    """
    try:
        before = claim(office.database, caller.name, key, asked, now=office.now())
    except KeyTakenError as error:
        raise HTTPException(409, str(error)) from error
    if before is not None:
        return _sent(before)
    given: list[Answer] = []

    def remember(session: Session, answer: Answer) -> None:
        keep(session, caller.name, key, answer)
        given.append(answer)

    try:
        act(remember)
    except Exception:  # raised again, unless a rival has answered the same key meanwhile
        meanwhile = release(office.database, caller.name, key)
        if meanwhile is not None:
            return _sent(meanwhile)
        raise
    return _sent(given[0])


def _sent(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")
