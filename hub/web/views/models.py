"""Model files for kiosks: public weights by their SHA-256, read only, without sign-in.

`presensi models fetch PACK --hub URL` asks for them; the hash makes the answer as good as any other source.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from hub.web.guard import Office

router = APIRouter()


@router.api_route("/models/{sha256}", methods=["GET", "HEAD"])
def answer_model(request: Request, office: Office, sha256: str) -> Response:
    """The file with that hash, whole or from a byte on; 404 unless a card of this hub names it and it is whole."""
    path = office.models.find(sha256)
    if path is None:
        return PlainTextResponse("No whole model file here has this SHA-256.\n", 404)
    etag = f'"{sha256}"'
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return FileResponse(path, media_type="application/octet-stream", headers={"ETag": etag})
