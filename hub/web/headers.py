"""Headers that every answer carries."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
"""Nothing from elsewhere, and no script or style inside a page (https://www.w3.org/TR/CSP3/)."""

_ALWAYS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ENROLS: Final = re.compile(r"/pegawai/[^/]+/wajah")
"""The one page that asks for the camera."""
_WITH_CAMERA: Final = "camera=(self), microphone=(), geolocation=()"
_HSTS: Final = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers; pages about people are never cached, assets (`/aset`) and model files may be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, content in _ALWAYS.items():
                    headers[name] = content
                if scope["method"] == "GET" and _ENROLS.fullmatch(scope["path"]):
                    headers["Permissions-Policy"] = _WITH_CAMERA
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _HSTS
                headers["Cache-Control"] = _caching(scope["path"], message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _caching(path: str, status: int) -> str:
    if path.startswith("/aset/"):
        return "public, max-age=86400"
    # Its address is its hash: what is there never changes. That something is not there may.
    if path.startswith("/models/") and status in (200, 206, 304):
        return "public, max-age=31536000, immutable"
    return "no-store"
