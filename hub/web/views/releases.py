"""Releases for kiosks, read only, without sign-in: nothing in them is secret, and kiosks believe only the signature."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from hub.web.guard import Office

router = APIRouter()


@router.api_route("/rilis/{name}/{path:path}", methods=["GET", "HEAD"])
def answer_release(request: Request, office: Office, name: str, path: str) -> Response:
    """A file that the manifest of this release names, whole or from a byte on; 404 for any other."""
    found = office.releases.find(name, path) if office.releases is not None else None
    if found is None:
        return PlainTextResponse("No release here has this file.\n", 404)
    file, tag = found
    etag = f'"{tag}"'
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return FileResponse(file, media_type="application/octet-stream", headers={"ETag": etag})
