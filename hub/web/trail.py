"""The one place where requests get into the audit trail: around every answer of the application."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.db import witnessed
from hub.web.watch import Watch, watching

logger = logging.getLogger(__name__)

_ASSETS: Final = "/aset/"

OnTrouble = Callable[[Request, Exception], Response]


class Trail:
    """Holds an answer back until its entry is written; one whose entry cannot be written is never sent.

    A write carries its entry in its own transaction (`Watch.before_commit`): without the entry nothing of it stands.
    on_trouble: makes the answer that is sent instead.
    """

    def __init__(self, app: ASGIApp, on_trouble: OnTrouble) -> None:
        self._app = app
        self._on_trouble = on_trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_ASSETS):
            await self._app(scope, receive, send)
            return
        watch = Watch.of(scope)
        replaced = False

        async def send_recorded(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start" and watch.is_owed(message["status"]):
                try:
                    await run_in_threadpool(watch.record, message["status"])
                except SQLAlchemyError as error:
                    replaced = True
                    _tell(watch, message["status"])
                    await self._on_trouble(Request(scope), error)(scope, receive, send)
                    return
            await send(message)

        token = watching.set(watch)
        try:
            with witnessed(watch):
                await self._app(scope, receive, send_recorded)
        except Exception:
            if not watch.is_read and watch.is_owed(500):
                with suppress(SQLAlchemyError):  # the failure itself is what is told
                    await run_in_threadpool(watch.record, 500)
            raise
        finally:
            watching.reset(token)


def _tell(watch: Watch, status: int) -> None:
    what = "was not shown" if watch.is_read else f"was answered with {status}, and may have been done all the same"
    logger.critical(
        "The audit trail cannot be written: what %s asked with %s %s.",
        watch.actor or "somebody",
        watch.address(),
        what,
    )
