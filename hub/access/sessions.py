"""Sessions in signed cookies, and the tokens that forms carry; which sessions hold is in `session_rows`."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from contract.errors import BadInputError
from hub.access.accounts import Visitor

STEP_SECONDS: Final = 300
"""How long somebody who has shown the password may take to find the code."""

MAX_AGE_SECONDS: Final = 12 * 3600
"""A working day: who signs in in the morning is not asked again before the evening."""

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a session cookie says. nonce: unique to the session; form tokens are derived from it."""

    username: str
    fingerprint: str
    nonce: str


def new_ticket(visitor: Visitor) -> Ticket:
    """A ticket for a session that begins now."""
    return Ticket(visitor.username, visitor.fingerprint, secrets.token_urlsafe(12))


class Sessions:
    """Makes and reads session cookies and form tokens with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._serializer = URLSafeTimedSerializer(
            secret, salt="presensi-session", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
        )
        self._step_serializer = URLSafeTimedSerializer(
            secret, salt="presensi-step", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
        )

    def begin(self, visitor: Visitor) -> str:
        """Cookie for somebody who has just signed in."""
        return self.write(new_ticket(visitor))

    def write(self, ticket: Ticket) -> str:
        """The cookie that says what is on a ticket."""
        return self._serializer.dumps([ticket.username, ticket.fingerprint, ticket.nonce])

    def read(self, cookie: str) -> Ticket | None:
        """What a cookie says; None when it is not ours, was changed, or is too old."""
        return _read_ticket(self._serializer, cookie, MAX_AGE_SECONDS)

    def write_step(self, ticket: Ticket) -> str:
        """The cookie between password and code: no session, and of use for five minutes."""
        return self._step_serializer.dumps([ticket.username, ticket.fingerprint, ticket.nonce])

    def read_step(self, cookie: str) -> Ticket | None:
        """What the cookie between password and code says; None as for `read`."""
        return _read_ticket(self._step_serializer, cookie, STEP_SECONDS)

    def form_token(self, nonce: str) -> str:
        """The token that a form of this session (or of this sign-in page) must bring back."""
        return hmac.new(self._secret, b"presensi-form/" + nonce.encode(), sha256).hexdigest()

    def is_form_token(self, token: str, nonce: str) -> bool:
        return hmac.compare_digest(token.encode(), self.form_token(nonce).encode())


def _read_ticket(serializer: URLSafeTimedSerializer, cookie: str, max_age: int) -> Ticket | None:
    try:
        said = serializer.loads(cookie, max_age=max_age)
    except BadSignature:
        return None
    if not isinstance(said, list) or len(said) != 3 or not all(isinstance(part, str) for part in said):
        return None
    return Ticket(*said)


def load_or_create_secret(path: Path, *, remedy: str = "remove it, and everybody signs in again") -> bytes:
    """The secret at `path`, made when it is missing, readable by its owner only; BadInputError when it is damaged.

    remedy: what to do then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"The key {path} cannot be read or made: {error.strerror}.") from error
    if len(secret) != SECRET_BYTES:
        raise BadInputError(f"{path} is damaged; {remedy}.")
    return secret


def _create_secret(path: Path) -> None:
    """Write a new secret; one that another process made meanwhile stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
