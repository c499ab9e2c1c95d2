"""Where kiosks ask for their certificates: no sign-in, small bodies, and not too often from one address."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from contract.claim import AUTHORITY_PATH, CLAIMS_PATH, MAX_REQUEST_BYTES, RENEWALS_PATH, ClaimAnswer
from contract.codec import encode
from contract.errors import BadInputError, MalformedMessageError, SignatureError
from hub.errors import FleetError, TooManyClaimsError
from hub.fleet.certificates import renew_certificate
from hub.fleet.claims import answer_to_claim, hand_in_claim
from hub.web.claim_desk import ClaimDesk
from hub.web.guard import Office
from hub.web.watch import act_as, note

router = APIRouter()


async def _small_body(request: Request) -> bytes:
    """All that was sent; 413 when it is more than a claim can be."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_REQUEST_BYTES:
            raise HTTPException(413)
    return bytes(body)


Body = Annotated[bytes, Depends(_small_body)]


@router.get(AUTHORITY_PATH)
def answer_authority(request: Request, office: Office) -> Response:
    """The authority's root, which a kiosk believes only when its SHA-256 is the one it was given."""
    desk = office.claims
    refusal = _refusal(request, desk)
    if refusal is not None or desk is None:
        return refusal or Response(status_code=503)
    return PlainTextResponse(desk.signer.root(), media_type="application/x-pem-file")


@router.post(CLAIMS_PATH)
def take_claim(request: Request, office: Office, body: Body) -> Response:
    """Keep a claim, or say where it stands."""
    desk = office.claims
    refusal = _refusal(request, desk)
    if refusal is not None or desk is None:
        return refusal or Response(status_code=503)
    client = request.client.host if request.client else ""
    try:
        line = hand_in_claim(office.database, desk.signer, body, client=client, now=office.now())
        answer = answer_to_claim(office.database, desk.signer, line, key=desk.hub_key)
    except (BadInputError, MalformedMessageError, SignatureError) as error:
        return _refused(error)
    return _answer(desk, answer)


@router.post(RENEWALS_PATH)
def take_renewal(request: Request, office: Office, body: Body) -> Response:
    """The next certificate for a kiosk that shows its device key and the key of the one that it has."""
    desk = office.claims
    refusal = _refusal(request, desk)
    if refusal is not None or desk is None:
        return refusal or Response(status_code=503)

    def proved(device: str) -> None:
        act_as(f"kiosk:{device}")
        note(device=device)

    try:
        device, signed = renew_certificate(office.database, desk.signer, body, now=office.now(), on_proved=proved)
    except (BadInputError, MalformedMessageError, SignatureError) as error:
        return _refused(error)
    answer = ClaimAnswer(
        state="approved", device=device, certificate=signed.chain, ca=desk.signer.root(), hub_key=desk.hub_key
    )
    return _answer(desk, answer)


def _answer(desk: ClaimDesk, answer: ClaimAnswer) -> Response:
    told = msgspec.structs.replace(answer, broker=desk.broker) if answer.state == "approved" else answer
    return Response(encode(told), media_type="application/json", headers={"Cache-Control": "no-store"})


def _refusal(request: Request, desk: ClaimDesk | None) -> Response | None:
    """Why nobody is heard at all; None: he is."""
    if desk is None:
        return JSONResponse(
            {"error": "This hub has no authority: name its folder in its settings, as `folder` under [authority]."}, 503
        )
    if not desk.pace.allows(request.client.host if request.client else ""):
        return JSONResponse({"error": "This address asks too often; wait a minute."}, 429, {"Retry-After": "60"})
    return None


def _refused(error: Exception) -> Response:
    match error:
        case TooManyClaimsError():
            return JSONResponse({"error": str(error)}, 429, {"Retry-After": "600"})
        case FleetError():
            return JSONResponse({"error": str(error)}, 409)
        case SignatureError():
            return JSONResponse({"error": str(error)}, 403)
    return JSONResponse({"error": str(error)}, 400)
