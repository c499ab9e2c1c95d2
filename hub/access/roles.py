"""Roles, and what each may see and do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Right = Literal["recap", "enrolment", "approval", "fleet", "refusals"]
"""recap: attendance of people; enrolment: who is enrolled; approval: seeing enrolment photos that wait for a second
person, approving and refusing them; fleet: kiosks, alarms and quarantine; refusals: pictures of people whom a kiosk
took for no living person."""


class Role(StrEnum):
    """Who somebody is to the hub; the words are those of the regulation and of the command line."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    OFFICIAL = "official"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"


_RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.ADMINISTRATOR: frozenset({"recap", "enrolment", "approval", "fleet", "refusals"}),
    Role.OPERATOR: frozenset({"recap", "enrolment", "approval", "fleet", "refusals"}),
    Role.OFFICIAL: frozenset({"recap", "enrolment"}),
    Role.HEAD: frozenset({"recap"}),
    Role.SUPERVISOR: frozenset({"recap"}),
    Role.TECHNICIAN: frozenset({"fleet"}),
    Role.AUDITOR: frozenset({"recap", "enrolment", "fleet"}),
}


def may(role: Role, right: Right) -> bool:
    """Whether somebody in this role has a right."""
    return right in _RIGHTS[role]
