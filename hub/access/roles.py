"""Roles, and what each may see and do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

PaperRight = Literal["review", "papers", "letters", "hand_in", "verify", "enter", "decide", "outage", "months", "close"]
"""review: punches that wait for somebody, and deciding about them; papers: seeing manual entries and outages; letters:
seeing letters; hand_in: handing in letters; verify: verifying them as the personnel official; enter: entering verified
letters, manual attendance and cancellations; decide: approving what somebody else entered by hand; outage: declaring
and ending outages; months: what a month still waits for, and its recaps as files; close: closing and reopening
months."""

TrailRight = Literal["trail"]
"""trail: who read and changed whose record; of every unit, so only for those who see every unit."""

PlainRight = Literal["recap", "enrolment", "approval", "fleet", "refusals", "own", "activation", "accounts"]
Right = PlainRight | PaperRight | TrailRight
"""recap: attendance of people; enrolment: who is enrolled; approval: seeing enrolment photos that wait for a second
person, approving and refusing them; fleet: kiosks, alarms and quarantine; refusals: pictures of people whom a kiosk
took for no living person; own: one's own record alone; activation: codes with which employees activate their accounts;
accounts: accounts and roles of others."""

OfficeRight = Literal["check", "sign", "receive", "faults", "report", "handle", "schedules"]
"""check, sign, receive: the steps of handing a month over; faults: seeing fault reports; report: making them, and
saying that one is not solved; handle: taking them up and solving them; schedules: rules of attendance of the
regency."""

MasterRight = Literal["register", "master", "enrol"]
"""register: what is on record about employees, as a page and as files; master: changing it; enrol: proposing pictures
of people's faces, which a second person approves."""

SystemRight = Literal["webhooks"]
"""webhooks: which other systems are told what happens, of every unit."""

FleetRight = Literal["tend"]
"""tend: ordering kiosks about, settling their alarms, and declaring them lost or swapped, which takes two people."""


class Role(StrEnum):
    """Who somebody is to the hub; the words are those of the regulation and of the command line."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    OFFICIAL = "official"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    EMPLOYEE = "employee"
    INTEGRATION = "integration"


PAGE_ROLES: Final = tuple(role for role in Role if role is not Role.INTEGRATION)
"""Who signs in to pages; programs bring a token to the JSON interface instead."""


_RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.ADMINISTRATOR: frozenset({"recap", "enrolment", "approval", "fleet", "refusals", "activation", "accounts"}),
    Role.OPERATOR: frozenset({"recap", "enrolment", "approval", "fleet", "refusals", "activation"}),
    Role.OFFICIAL: frozenset({"recap", "enrolment"}),
    Role.HEAD: frozenset({"recap"}),
    Role.SUPERVISOR: frozenset({"recap"}),
    Role.TECHNICIAN: frozenset({"fleet"}),
    Role.AUDITOR: frozenset({"recap", "enrolment", "fleet"}),
    Role.EMPLOYEE: frozenset({"own"}),
    Role.INTEGRATION: frozenset(),
}

_PAPER_RIGHTS: Final[dict[Role, frozenset[PaperRight]]] = {
    Role.ADMINISTRATOR: frozenset({"review", "papers", "letters", "hand_in", "enter", "outage", "months", "close"}),
    Role.OPERATOR: frozenset({"review", "papers", "letters", "hand_in", "enter", "outage", "months"}),
    Role.OFFICIAL: frozenset({"papers", "letters", "verify", "decide", "months"}),
    Role.HEAD: frozenset({"papers", "letters", "decide", "months"}),
    Role.SUPERVISOR: frozenset({"review", "papers", "letters", "decide", "months"}),
    Role.AUDITOR: frozenset({"papers", "letters", "months"}),
    Role.EMPLOYEE: frozenset({"letters", "hand_in"}),
}
"""Nobody has both `verify` and `enter`, or both `enter` and `decide`: the second person is another office."""

_OFFICE_RIGHTS: Final[dict[Role, frozenset[OfficeRight]]] = {
    Role.ADMINISTRATOR: frozenset({"receive", "faults", "report", "handle", "schedules"}),
    Role.OPERATOR: frozenset({"check", "faults", "report"}),
    Role.OFFICIAL: frozenset({"faults", "report"}),
    Role.HEAD: frozenset({"sign", "faults", "report"}),
    Role.SUPERVISOR: frozenset({"faults", "report"}),
    Role.TECHNICIAN: frozenset({"faults", "handle"}),
    Role.AUDITOR: frozenset({"faults"}),
}
"""Nobody has two of `check`, `sign` and `receive`."""

_TRAIL_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

_MASTER_RIGHTS: Final[dict[Role, frozenset[MasterRight]]] = {
    Role.ADMINISTRATOR: frozenset({"register", "master", "enrol"}),
    Role.OPERATOR: frozenset({"register", "enrol"}),
    Role.AUDITOR: frozenset({"register"}),
}

_SYSTEM_RIGHTS: Final[dict[Role, frozenset[SystemRight]]] = {Role.ADMINISTRATOR: frozenset({"webhooks"})}

_FLEET_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.TECHNICIAN})


def may(role: Role, right: Right | OfficeRight | MasterRight | SystemRight | FleetRight) -> bool:
    """Whether somebody in this role has a right."""
    if right in _SYSTEM_RIGHTS.get(role, frozenset()):
        return True
    if right == "tend":
        return role in _FLEET_ROLES
    if right in _MASTER_RIGHTS.get(role, frozenset()):
        return True
    if right in _OFFICE_RIGHTS.get(role, frozenset()):
        return True
    if right == "trail":
        return role in _TRAIL_ROLES
    return right in _RIGHTS[role] or right in _PAPER_RIGHTS.get(role, frozenset())
