"""The second step at sign-in: codes of a telephone (TOTP, RFC 6238), and recovery codes for whoever has lost it."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.access.models import Account, RecoveryCode, SecondStep
from hub.access.signing_out import sign_out
from hub.db import Database
from hub.errors import AccountError, SecondStepKeyError

ISSUER: Final = "Presensi"
STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
"""Steps before and after the present one that count too: telephones are off by seconds (RFC 6238, section 5.2)."""
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4
"""Sixteen letters of 32 are 80 random bits: nobody guesses them, and a fast hash keeps them well enough."""
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that waits for its first code. secret: base32; uri: what a telephone scans (otpauth://)."""

    secret: str
    uri: str


class SecondSteps:
    """The second steps of a hub's accounts. key: 32 bytes that seal the secrets; now: aware."""

    def __init__(self, database: Database, key: bytes, *, now: Callable[[], datetime]) -> None:
        self._database, self._cipher, self._now = database, AESGCM(key), now

    def begin(self, username: str) -> None:
        """Make a new secret for an account that has none yet; one that was never confirmed is replaced."""
        secret = pyotp.random_base32()
        with self._database.write() as session:
            row = session.get(SecondStep, username)
            if row is not None and row.confirmed_at is not None:
                raise AccountError(f"The account '{username}' has a second step already; switch it off first.")
            if row is None:
                row = SecondStep(username=username, last_step=0)
                session.add(row)
            row.sealed_secret, row.made_at = self._seal(username, secret), self._now()

    def offer(self, username: str) -> Offer | None:
        """The secret that waits for its first code; None: there is none, or none that this hub's key opens."""
        with self._database.read() as session:
            row = session.get(SecondStep, username)
        if row is None or row.confirmed_at is not None or not self.opens(row):
            return None
        secret = self._unseal(row)
        return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))

    def confirm(self, username: str, code: str, *, keep: str | None = None) -> list[str] | None:
        """Ask for codes from now on, if this one is right; the recovery codes, which are told this once, else None.

        Every session of the account ends that began with less; keep: the nonce of the one in use, which goes on.
        """
        with self._database.write() as session:
            row = session.get(SecondStep, username)
            if row is None or row.confirmed_at is not None or not self.opens(row):
                return None
            if not self._take_code(session, row, code):
                return None
            row.confirmed_at = self._now()
            sign_out(session, username, keep=keep)
            return self._new_recovery_codes(session, username)

    def check(self, username: str, code: str) -> bool:
        """Whether this is a code of the account's telephone or one of its recovery codes; each counts once.

        SecondStepKeyError when the telephone's cannot be told from others; recovery codes need no key.
        """
        with self._database.write() as session:
            row = session.get(SecondStep, username)
            if row is None or row.confirmed_at is None:
                return False
            return self._take_code(session, row, code) or self._take_recovery_code(session, username, code)

    def replace_recovery_codes(self, username: str, *, keep: str | None = None) -> list[str]:
        """Other recovery codes; those before count no more, nor do other sessions. keep: as of `confirm`."""
        with self._database.write() as session:
            sign_out(session, username, keep=keep)
            return self._new_recovery_codes(session, username)

    def opens(self, row: SecondStep) -> bool:
        """Whether the hub's key is the one that an account's secret was sealed with."""
        try:
            self._unseal(row)
        except SecondStepKeyError:
            return False
        return True

    def _take_code(self, session: Session, row: SecondStep, code: str) -> bool:
        digits = code.replace(" ", "")
        if not (digits.isascii() and digits.isdigit()):
            return False
        codes = pyotp.TOTP(self._unseal(row))
        present = int(self._now().timestamp()) // STEP_SECONDS
        for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
            if step <= row.last_step or not hmac.compare_digest(codes.generate_otp(step), digits):
                continue
            taken = session.execute(
                update(SecondStep)
                .where(SecondStep.username == row.username, SecondStep.last_step < step)
                .values(last_step=step)
                .returning(SecondStep.username)
            )
            return taken.scalar() is not None
        return False

    def _take_recovery_code(self, session: Session, username: str, code: str) -> bool:
        taken = session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.id == _hash(username, code), RecoveryCode.used_at.is_(None))
            .values(used_at=self._now())
            .returning(RecoveryCode.id)
        )
        return taken.scalar() is not None

    def _new_recovery_codes(self, session: Session, username: str) -> list[str]:
        codes = [_draw_code() for _ in range(RECOVERY_CODES)]
        session.execute(delete(RecoveryCode).where(RecoveryCode.username == username))
        session.add_all(RecoveryCode(id=_hash(username, code), username=username) for code in codes)
        return codes

    def _seal(self, username: str, secret: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), username.encode())).decode()

    def _unseal(self, row: SecondStep) -> str:
        sealed = base64.b64decode(row.sealed_secret)
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row.username.encode()).decode()
        except InvalidTag as error:
            raise SecondStepKeyError(
                f"The second step of '{row.username}' was sealed with another second-step.key: put that file back, "
                f"or run `presensi hub account reset-second-step {row.username}`."
            ) from error


def has_second_step(session: Session, username: str) -> bool:
    """Whether an account is asked for a code at sign-in."""
    query = select(SecondStep.username).where(SecondStep.username == username, SecondStep.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def accounts_with_second_step(session: Session) -> set[str]:
    """Names of the accounts that are asked for a code at sign-in."""
    return set(session.scalars(select(SecondStep.username).where(SecondStep.confirmed_at.is_not(None))))


def sealed_with_another(database: Database, key: bytes | None) -> list[str]:
    """Names of the accounts whose codes a key (None: there is none) cannot check, in order."""
    with database.read() as session:
        rows = session.scalars(
            select(SecondStep).where(SecondStep.confirmed_at.is_not(None)).order_by(SecondStep.username)
        ).all()
    if key is None:
        return [row.username for row in rows]
    steps = SecondSteps(database, key, now=lambda: datetime.now(UTC))
    return [row.username for row in rows if not steps.opens(row)]


def count_recovery_codes(database: Database, username: str) -> int:
    """How many recovery codes of an account are left."""
    query = select(func.count()).where(RecoveryCode.username == username, RecoveryCode.used_at.is_(None))
    with database.read() as session:
        return session.scalar(query) or 0


def drop_second_step(database: Database, username: str, *, keep: str | None = None) -> bool:
    """Ask an account for its password only, until another second step is set up; whether there was one.

    Its sessions end. keep: as of `SecondSteps.confirm`. AccountError when there is no such account.
    """
    with database.write() as session:
        if session.get(Account, username) is None:
            raise AccountError(f"There is no account '{username}'.")
        sign_out(session, username, keep=keep)
        session.execute(delete(RecoveryCode).where(RecoveryCode.username == username))
        gone = session.execute(delete(SecondStep).where(SecondStep.username == username).returning(SecondStep.username))
        return gone.scalar() is not None


def _draw_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(username: str, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return sha256(f"{username}\0{plain}".encode()).hexdigest()
