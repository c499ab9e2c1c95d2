"""Who may log in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class Account(Base):
    """A person who uses the hub's pages. password_hash: argon2id.

    role, unit_id: as the account was made; what it may do now stands in its assignments.
    employee_id: which employee they are, where that is known, so that nobody approves under another spelling what they
    enrolled; no foreign key (migration 0017). must_change: whether the password opens it once only.
    """

    __tablename__ = "account"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    employee_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(default=False)


class RoleAssignment(Base):
    """A role of an account, from when to when (both days included; None: since it exists, without end).

    unit_id None: every unit. acting: `plt` or `plh`, with the number of the letter that says so. A row is never
    rewritten; only its end is added, once: withdrawn_at, from which moment on it holds no more.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (Index("ix_role_assignment_username", "username"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("account.username"))
    role: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    acting: Mapped[str | None] = mapped_column(String(3))
    letter: Mapped[str | None] = mapped_column(String(100))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class AccountSession(Base):
    """A session that has not been ended; without its row a cookie is worth nothing.

    id: SHA-256 of the cookie's nonce, in hex. seen_at: of the last request, late by up to `SEEN_EVERY`. assignment_id:
    the role that was chosen among several; None: the one that leads.
    """

    __tablename__ = "account_session"
    __table_args__ = (Index("ix_account_session_username", "username"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("account.username"))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    assignment_id: Mapped[int | None]


class SignInFailure(Base):
    """Failed attempts of an address, or of a name at an address. key: SHA-256, in hex, of which it is."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_last_at", "last_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class SecondStep(Base):
    """The secret that an account shares with a telephone (RFC 6238), sealed with the hub's `second-step.key`.

    confirmed_at: when a first code was right; None: it is not asked for yet. last_step: the newest step of time (of 30
    seconds, since 1970) whose code was taken: no code counts twice.
    """

    __tablename__ = "second_step"

    username: Mapped[str] = mapped_column(ForeignKey("account.username"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code for whoever has lost the telephone; counts once. id: SHA-256, in hex, of name and code."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_username", "username"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("account.username"))
    used_at: Mapped[datetime | None]


class AccountActivation(Base):
    """A code with which an employee makes an account; used or replaced it is gone. code_hash: SHA-256, in hex, of
    employee and code."""

    __tablename__ = "account_activation"

    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
