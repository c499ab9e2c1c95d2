"""Tokens of programs: made once, shown once, of use for a while and for some things only."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.access.token_models import ApiToken
from hub.db import Database
from hub.errors import AccountError
from hub.roster.models import Unit
from hub.roster.units import check_open_unit

Scope = Literal[
    "employees:read",
    "punches:read",
    "days:read",
    "recaps:read",
    "pay:read",
    "documents:read",
    "documents:write",
    "kiosks:read",
    "metrics:read",
]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
MOST_DAYS: Final = 366
SEEN_EVERY: Final = timedelta(minutes=5)
"""A request writes that the token was used only when this long has passed."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
_TOKEN: Final = re.compile(r"presensi_([0-9]{1,9})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A program that has shown a token. unit_id: reaches this unit and those below it; None: all."""

    name: str
    scopes: frozenset[Scope]
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as a list shows it; never its secret. unit None: every unit."""

    id: int
    name: str
    scopes: tuple[str, ...]
    unit: str | None
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    used_at: datetime | None


def add_token(
    database: Database,
    name: str,
    scopes: Collection[str],
    *,
    unit_id: int | None,
    days: int,
    by: str,
    now: datetime,
) -> str:
    """Make a token; the text that the program shows, which is told this once. AccountError says what is wrong."""
    if not _NAME.fullmatch(name):
        raise AccountError(f"'{name[:64]}' cannot be a token's name: use 2 to 63 small letters, digits, dots, hyphens.")
    wanted = [scope for scope in SCOPES if scope in scopes]
    strange = sorted(set(scopes) - set(SCOPES))
    if strange or not wanted:
        what = f"'{strange[0]}' is no scope" if strange else "A token needs a scope"
        raise AccountError(f"{what}: choose among {', '.join(SCOPES)}.")
    if not 1 <= days <= MOST_DAYS:
        raise AccountError(f"A token holds for 1 to {MOST_DAYS} days.")
    secret = secrets.token_urlsafe(32)
    row = ApiToken(
        name=name,
        secret_hash=_hash(secret),
        scopes=wanted,
        unit_id=unit_id,
        made_at=now,
        made_by=by,
        expires_at=now + timedelta(days=days),
    )
    try:
        with database.write() as session:
            check_open_unit(session, unit_id, now.date())
            session.add(row)
            session.flush()
            number = row.id
    except IntegrityError as error:
        raise AccountError(f"There is a token '{name}' already; choose another name.") from error
    return f"presensi_{number}_{secret}"


def find_holder(database: Database, token: str, *, now: datetime) -> TokenHolder | None:
    """Whose token this is; None when it is nobody's, has expired or was revoked."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    with database.read() as session:
        row = session.get(ApiToken, int(match[1]))
    if row is None or not secrets.compare_digest(row.secret_hash, _hash(match[2])):
        return None
    if row.revoked_at is not None or now >= row.expires_at:
        return None
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        with database.write() as session:
            session.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_at=now))
    return TokenHolder(row.name, frozenset(scope for scope in SCOPES if scope in row.scopes), row.unit_id)


def list_tokens(database: Database) -> list[TokenLine]:
    """All tokens, the newest first."""
    with database.read() as session:
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        rows = session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).all()
    return [
        TokenLine(
            row.id,
            row.name,
            tuple(row.scopes),
            None if row.unit_id is None else units[row.unit_id],
            row.made_at,
            row.made_by,
            row.expires_at,
            row.revoked_at,
            row.revoked_by,
            row.used_at,
        )
        for row in rows
    ]


def revoke_token(database: Database, name: str, *, by: str, now: datetime) -> None:
    """Let a token open nothing from now on; AccountError when there is none of this name that still does."""
    with database.write() as session:
        row = session.scalar(select(ApiToken).where(ApiToken.name == name))
        if row is None:
            raise AccountError(f"There is no token '{name}'; `presensi hub token list` shows them.")
        if row.revoked_at is not None:
            raise AccountError(f"The token '{name}' was revoked on {row.revoked_at:%Y-%m-%d}.")
        row.revoked_at, row.revoked_by = now, by


def _hash(secret: str) -> str:
    """256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()
