"""How much a request may carry: a form's few fields, or the scans of one letter from somebody who has signed in."""

from __future__ import annotations

import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.roster.photo_archive import MAX_ARCHIVE_BYTES
from hub.web.guard import SESSION_COOKIE
from hub.web.office import front_office

MAX_FORM_BYTES: Final = 1 << 20
MAX_UPLOAD_BYTES: Final = 32 << 20
"""Several scans of the largest kind that is kept (hub.attendance.paper_files), and the form around them."""
MAX_DRAINED_BYTES: Final = 512 << 20
"""So much is read and thrown away, so that the browser gets to the words that say no."""

_UPLOADS: Final = re.compile(
    r"/(surat|pembatalan|manual|gangguan)(/[^/]+){0,2}|/pegawai/impor|/kalender/impor|/unit/impor"
    r"|/pegawai/[^/]+/wajah/berkas"
)
_ARCHIVES: Final = "/pegawai/arsip-foto"


class BodyLimit:
    """Refuses larger bodies with 413, before any of it is kept longer than it takes to count it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        limit = _limit(Request(scope))
        taken = 0

        async def receive_within() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] != "http.request":
                return message
            taken += len(message.get("body", b""))
            if taken <= limit:
                return message
            while message.get("more_body", False) and taken <= MAX_DRAINED_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
            # FastAPI lets this one through where it reads a form.
            raise HTTPException(413)

        await self._app(scope, receive_within, send)


def _limit(request: Request) -> int:
    cookie = request.cookies.get(SESSION_COOKIE)
    may_send = cookie is not None and front_office(request).sessions.read(cookie) is not None
    if not may_send:
        return MAX_FORM_BYTES
    if request.url.path == _ARCHIVES:
        return MAX_ARCHIVE_BYTES + MAX_FORM_BYTES
    return MAX_UPLOAD_BYTES if _UPLOADS.fullmatch(request.url.path) else MAX_FORM_BYTES
