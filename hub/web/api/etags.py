"""Strong ETags of every answer to GET: who has it already is told so, and gets nothing twice (RFC 9110)."""

from __future__ import annotations

from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Etags:
    """Holds an answer back until it is whole, names it by its hash, and answers 304 to whoever names it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            if start["status"] == 200:
                tag = f'"{sha256(body).hexdigest()[:32]}"'
                headers = MutableHeaders(scope=start)
                headers["ETag"] = tag
                if known.strip() == "*" or tag in _listed(known):
                    start["status"] = 304
                    for name in ("content-length", "content-type"):
                        del headers[name]
                    body.clear()
            await send(start)
            await send({"type": "http.response.body", "body": bytes(body)})

        await self._app(scope, receive, hold)


def _listed(header: str) -> set[str]:
    """Tags of If-None-Match, compared weakly as it asks."""
    return {each.strip().removeprefix("W/") for each in header.split(",")}
