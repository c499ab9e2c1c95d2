"""Kiosks that ask to be let in: what they sent waits here until a technician has compared the code."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final, cast

import msgspec
from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contract.claim import Claim, ClaimAnswer, ClaimState, claim_code, read_code, request_key
from contract.codec import unseal_introduction
from contract.errors import SignatureError
from contract.signing import VerifyKey
from hub.db import Database, unwitnessed
from hub.errors import FleetError, TooManyClaimsError
from hub.fleet.certificates import CertificateSigner, certificate_of, keep_certificate
from hub.fleet.claim_models import KioskClaim
from hub.fleet.kiosks import register_kiosk
from hub.fleet.models import Kiosk
from hub.roster.officers import officer_name

HOLDS_FOR: Final = timedelta(hours=24)
MOST_OPEN: Final = 200
MOST_OF_A_NAME: Final = 3
"""A second claim for a name is shown beside the first: only the code on the screen says which is the kiosk."""
KEPT_FOR: Final = timedelta(days=30)
"""How long one that was never approved can still be looked at."""
LONGEST_REASON: Final = 500


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A claim for lists. keys: SHA-256 over both public keys. state expired: nobody answered in time."""

    device: str
    code: str
    keys: str
    state: ClaimState
    software: str
    client: str
    made_at: datetime
    expires_at: datetime
    settled_by: str | None = None
    settled_at: datetime | None = None
    reason: str = ""


def hand_in_claim(
    database: Database, signer: CertificateSigner, payload: bytes, *, client: str, now: datetime
) -> ClaimLine:
    """Keep what a kiosk sent, once; sending it again says where it stands.

    The code is worked out here from the keys, and never believed. MalformedMessageError, SignatureError or
    BadInputError for what is no claim; FleetError for a name that is another kiosk's or was revoked; TooManyClaimsError
    when so many wait already.
    """
    claim, key = _open(payload)
    keys = _keys_hash(key, claim.csr)
    known = _find(database, claim.device, keys, now)
    if known is not None and known.state != "expired":
        return known
    signer.check(claim.device, claim.csr)
    # The code takes a while, on purpose: no write waits for it, and nobody gets it worked out when it is full here.
    with database.read() as session:
        _check_room(session, claim.device, key, now)
    code = claim_code(key, claim.csr)
    try:
        with unwitnessed(), database.write() as session:
            _forget(session, now)
            _check_room(session, claim.device, key, now)
            _check_code(session, claim.device, keys, code, now)
            row = session.scalar(_of(claim.device, keys)) or KioskClaim(device=claim.device, keys=keys)
            row.public_key, row.csr, row.code = key.text, claim.csr, code
            row.software, row.client = _printable(claim.software), _printable(client)[:64]
            row.state, row.made_at, row.expires_at = "open", now, now + HOLDS_FOR
            row.settled_by, row.settled_at, row.reason = None, None, ""
            session.add(row)
            session.flush()
            return _to_line(row, now)
    except IntegrityError:
        found = _find(database, claim.device, keys, now)
        if found is None:
            raise
        return found


def answer_to_claim(database: Database, signer: CertificateSigner, line: ClaimLine, *, key: str) -> ClaimAnswer:
    """What the kiosk is told. key: the hub's, base64. broker is left for whoever knows it."""
    if line.state != "approved":
        return ClaimAnswer(
            state=line.state, device=line.device, code=line.code, expires_at=line.expires_at, reason=line.reason
        )
    with database.read() as session:
        chain = certificate_of(session, line.device)
        kiosk = session.get(Kiosk, line.device)
    if kiosk is None or kiosk.state != "active":
        return ClaimAnswer(state="refused", device=line.device, code=line.code, reason="revoked")
    return ClaimAnswer(
        state="approved", device=line.device, code=line.code, certificate=chain, ca=signer.root(), hub_key=key
    )


def list_claims(database: Database, *, now: datetime, every: bool = False) -> list[ClaimLine]:
    """Those that wait, the oldest first; every: also what was approved, refused or has expired."""
    query = select(KioskClaim).order_by(KioskClaim.made_at, KioskClaim.id)
    if not every:
        query = query.where(KioskClaim.state == "open", KioskClaim.expires_at > now)
    with database.read() as session:
        return [_to_line(row, now) for row in session.scalars(query)]


def approve_claim(
    database: Database,
    signer: CertificateSigner,
    device: str,
    *,
    code: str,
    unit: str | None,
    by: str,
    now: datetime,
) -> ClaimLine:
    """Let a kiosk in whose screen shows `code`: its key is registered and its request signed, both or neither.

    Other claims for its name are refused with it. FleetError when none with this code waits.
    """
    officer = officer_name(by)
    with database.write() as session:
        row = _waiting(session, device, code, now)
        register_kiosk(session, device, VerifyKey.from_text(row.public_key), unit=unit, now=now)
        keep_certificate(session, device, signer.sign(device, row.csr, now=now))
        _settle(row, "approved", officer, now)
        for other in session.scalars(_open_of(device, now)):
            if other.id != row.id:
                _settle(other, "refused", officer, now, reason="Another kiosk was approved under this name.")
        session.flush()
        return _to_line(row, now)


def refuse_claim(
    database: Database,
    device: str,
    *,
    code: str | None,
    keys: str | None = None,
    because: str,
    by: str,
    now: datetime,
) -> list[ClaimLine]:
    """Refuse the claim with this code or these keys, or (None) every one that waits under the name.

    FleetError when there is none.
    """
    officer, why = officer_name(by), _printable(" ".join(because.split()))
    if not why or len(why) > LONGEST_REASON:
        raise FleetError(f"Say why the kiosk is refused, in 1 to {LONGEST_REASON} characters.")
    with database.write() as session:
        rows = (
            [_waiting(session, device, code, now)] if code is not None else list(session.scalars(_open_of(device, now)))
        )
        if keys is not None:
            rows = [row for row in rows if row.keys == keys]
        if not rows:
            raise FleetError(f"Nobody asks to be let in as '{device}'.")
        for row in rows:
            _settle(row, "refused", officer, now, reason=why)
        session.flush()
        return [_to_line(row, now) for row in rows]


def _open(payload: bytes) -> tuple[Claim, VerifyKey]:
    device, claim = unseal_introduction(
        payload, Claim, purpose="claim", key_of=lambda told: VerifyKey.from_text(told.public_key)
    )
    if claim.device != device:
        raise SignatureError("The claim is for another device.")
    return claim, VerifyKey.from_text(claim.public_key)


def _keys_hash(key: VerifyKey, csr: str) -> str:
    return hashlib.sha256(key.text.encode() + request_key(csr)).hexdigest()


def _find(database: Database, device: str, keys: str, now: datetime) -> ClaimLine | None:
    with database.read() as session:
        row = session.scalar(_of(device, keys))
        return None if row is None else _to_line(row, now)


def _of(device: str, keys: str) -> Select[KioskClaim]:
    return select(KioskClaim).where(KioskClaim.device == device, KioskClaim.keys == keys)


def _open_of(device: str, now: datetime) -> Select[KioskClaim]:
    query = select(KioskClaim).where(KioskClaim.device == device, KioskClaim.state == "open")
    return query.where(KioskClaim.expires_at > now).with_for_update()


def _waiting(session: Session, device: str, code: str, now: datetime) -> KioskClaim:
    """The claim of that name whose code was typed."""
    waiting = list(session.scalars(_open_of(device, now)))
    if not waiting:
        raise FleetError(f"Nobody asks to be let in as '{device}'; a claim waits for 24 hours.")
    for row in waiting:
        if row.code == read_code(code):
            return row
    raise FleetError(
        f"No kiosk that asks to be let in as '{device}' shows this code: read it from the kiosk's own screen again."
    )


def _check_room(session: Session, device: str, key: VerifyKey, now: datetime) -> None:
    kiosk = session.get(Kiosk, device)
    if kiosk is not None and kiosk.state != "active":
        raise FleetError(f"'{device}' was revoked; give the new kiosk a name of its own.")
    if kiosk is not None and kiosk.public_key != key.text:
        raise FleetError(f"'{device}' is another kiosk's name; revoke that one, and use another name.")
    waiting = select(func.count()).select_from(KioskClaim)
    waiting = waiting.where(KioskClaim.state == "open", KioskClaim.expires_at > now)
    if (session.scalar(waiting.where(KioskClaim.device == device)) or 0) >= MOST_OF_A_NAME:
        raise TooManyClaimsError(
            f"{MOST_OF_A_NAME} claims for '{device}' wait already: refuse those that are not its own."
        )
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise TooManyClaimsError(f"{MOST_OPEN} claims wait already: approve or refuse some of them first.")


def _check_code(session: Session, device: str, keys: str, code: str, now: datetime) -> None:
    """Nobody gets a place beside a kiosk whose code he has copied with other keys."""
    for other in session.scalars(_open_of(device, now)):
        if other.code == code and other.keys != keys:
            raise FleetError("Another claim under this name has the same code; make new keys.")


def _forget(session: Session, now: datetime) -> None:
    old = or_(KioskClaim.state == "refused", KioskClaim.state == "open")
    session.execute(delete(KioskClaim).where(old, KioskClaim.expires_at < now - KEPT_FOR))


def _settle(row: KioskClaim, state: str, officer: str, now: datetime, *, reason: str = "") -> None:
    row.state, row.settled_by, row.settled_at, row.reason = state, officer, now, reason


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def _to_line(row: KioskClaim, now: datetime) -> ClaimLine:
    # A refusal holds as long as the claim would have waited; then the kiosk may ask again.
    over = row.state != "approved" and row.expires_at <= now
    return ClaimLine(
        device=row.device,
        code=row.code,
        keys=row.keys,
        state="expired" if over else cast("ClaimState", row.state),
        software=row.software,
        client=row.client,
        made_at=row.made_at,
        expires_at=row.expires_at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        reason=row.reason,
    )
