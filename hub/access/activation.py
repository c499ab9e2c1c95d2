"""Employees activate their own accounts: with their number, and a code on paper from the office."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hub.access.accounts import check_password, hash_password
from hub.access.models import Account, AccountActivation, RoleAssignment
from hub.access.roles import Role
from hub.db import Database
from hub.errors import AccountError
from hub.roster.models import Employee, Unit
from hub.roster.newcomers import NOT_YET
from hub.roster.nip import bare_nip, show_nip
from hub.roster.officers import officer_name
from hub.roster.units import Memberships, UnitTree

VALID_FOR: Final = timedelta(days=14)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH: Final = 12
"""59 bits: more than can be tried within the fortnight, also with the hashes at hand."""
_LONGEST_NAME: Final = 60


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An employee without an account. nip None: cannot activate one. expires_at: of a code that was issued and still
    holds; None: there is none."""

    employee_id: str
    name: str
    nip: str | None
    unit: str | None
    issued_by: str | None
    expires_at: datetime | None

    @property
    def shown_nip(self) -> str | None:
        """The number in groups, as people read it."""
        return show_nip(self.nip)


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A code as it is handed over; the hub itself keeps only what it takes to check it."""

    employee_id: str
    name: str
    nip: str
    unit: str | None
    code: str
    expires_at: datetime

    @property
    def shown_nip(self) -> str | None:
        """The number in groups, as people read it."""
        return show_nip(self.nip)


def list_candidates(database: Database, *, unit_id: int | None, today: date, now: datetime) -> list[Candidate]:
    """Employees of a unit and those below it (None: of all) who have no account, by unit and name."""
    with database.read() as session:
        return _candidates(session, unit_id, today, now)


def issue_codes(
    database: Database, employees: Collection[str], *, unit_id: int | None, by: str, today: date, now: datetime
) -> list[Slip]:
    """New codes, one for each; those issued before count no more.

    AccountError when somebody is not of the unit or below it (None: anybody), has an account, or has no number.
    """
    officer = officer_name(by)
    with database.write() as session:
        found = {each.employee_id: each for each in _candidates(session, unit_id, today, now)}
        unknown = [person for person in employees if person not in found]
        if unknown:
            raise AccountError("Somebody among them has an account already, or is not of this unit.")
        unnumbered = [found[person].name for person in employees if not found[person].nip]
        if unnumbered:
            raise AccountError(f"{unnumbered[0]} has no NIP or NI PPPK on record; enter it first.")
        session.execute(delete(AccountActivation).where(AccountActivation.employee_id.in_(list(employees))))
        slips = []
        for candidate in found.values():
            if candidate.employee_id not in employees:
                continue
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
            session.add(
                AccountActivation(
                    employee_id=candidate.employee_id,
                    code_hash=_hash(candidate.employee_id, code),
                    issued_by=officer,
                    issued_at=now,
                    expires_at=now + VALID_FOR,
                )
            )
            slips.append(
                Slip(
                    employee_id=candidate.employee_id,
                    name=candidate.name,
                    nip=candidate.nip or "",
                    unit=candidate.unit,
                    code="-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)),
                    expires_at=now + VALID_FOR,
                )
            )
    return slips


def activate(database: Database, number: str, code: str, password: str, *, today: date, now: datetime) -> str | None:
    """Make the account of whom a number and a code belong to; its name, or None when they do not belong together.

    None takes as long and says as little for a number that nobody has. AccountError when the password is none.
    """
    digits = bare_nip(number)[:40]
    check_password(password, username=digits)
    password_hash = hash_password(password)
    with database.write() as session:
        activation = _matching(session, digits, code, now)
        if activation is None:
            return None
        employee_id = activation.employee_id
        has_account = session.scalar(select(Account.username).where(Account.employee_id == employee_id).limit(1))
        session.delete(activation)
        if has_account is not None:
            return None
        employee = session.get_one(Employee, employee_id)
        unit_id = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, today)
        username = _free_username(session, employee.name)
        session.add(
            Account(
                username=username,
                password_hash=password_hash,
                role=str(Role.EMPLOYEE),
                unit_id=unit_id,
                employee_id=employee_id,
                created_at=now,
            )
        )
        session.flush()
        session.add(
            RoleAssignment(
                username=username,
                role=str(Role.EMPLOYEE),
                unit_id=unit_id,
                set_by=activation.issued_by,
                set_at=now,
            )
        )
    return username


def _candidates(session: Session, unit_id: int | None, today: date, now: datetime) -> list[Candidate]:
    within = None if unit_id is None else UnitTree.load(session.connection()).within(unit_id)
    memberships = Memberships.load(session.connection())
    units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
    linked = select(Account.employee_id).where(Account.employee_id.is_not(None))
    query = (
        select(Employee, AccountActivation)
        .outerjoin(AccountActivation, AccountActivation.employee_id == Employee.id)
        .where(
            Employee.id.not_in(linked),
            or_(Employee.employed_from.is_(None), Employee.employed_from != NOT_YET),
            or_(Employee.employed_until.is_(None), Employee.employed_until >= today),
        )
    )
    found = []
    for employee, activation in session.execute(query):
        of_unit = memberships.unit_on(employee.id, today)
        if within is not None and of_unit not in within:
            continue
        holds = activation is not None and activation.expires_at > now
        found.append(
            Candidate(
                employee_id=employee.id,
                name=employee.name,
                nip=employee.nip,
                unit=None if of_unit is None else units[of_unit],
                issued_by=activation.issued_by if holds else None,
                expires_at=activation.expires_at if holds else None,
            )
        )
    return sorted(found, key=lambda each: ((each.unit or "").casefold(), each.name.casefold(), each.employee_id))


def _matching(session: Session, digits: str, code: str, now: datetime) -> AccountActivation | None:
    """The code on record that these are; two people of one number are told apart by their codes."""
    bare = re.sub(r"[\s-]+", "", code).lower()[:64]
    query = (
        select(AccountActivation)
        .join(Employee, Employee.id == AccountActivation.employee_id)
        .where(Employee.nip == digits, AccountActivation.expires_at > now)
    )
    for activation in session.scalars(query):
        if secrets.compare_digest(activation.code_hash, _hash(activation.employee_id, bare)):
            return activation
    return None


def _hash(employee_id: str, code: str) -> str:
    return sha256(f"{employee_id}\0{code}".encode()).hexdigest()


def _free_username(session: Session, name: str) -> str:
    """`rina.wulandari` for Rina Wulandari, S.Kom.; with a number where somebody has that name already."""
    plain = unicodedata.normalize("NFKD", name.partition(",")[0]).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    wanted = ".".join(words)[:_LONGEST_NAME].strip(".")
    if len(wanted) < 2:
        wanted = f"pegawai.{wanted}".strip(".")
    taken = set(session.scalars(select(Account.username).where(Account.username.startswith(wanted))))
    number = 1
    chosen = wanted
    while chosen in taken:
        number += 1
        chosen = f"{wanted}-{number}"
    return chosen
