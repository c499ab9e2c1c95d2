"""Units as a tree: who is below whom, and which policy and time zone hold where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from hub.roster.models import DEFAULT_POLICY, DEFAULT_TIMEZONE, Membership, Unit, UnitPolicy


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit. policies: (valid from, valid until, name, group), ascending; both days included, None: without end.

    A policy with a group is for people of this group only. valid_until: the unit's last day; None: it goes on.
    """

    id: int
    name: str
    parent_id: int | None
    timezone: str
    policies: tuple[tuple[date, date | None, str, str | None], ...]
    valid_until: date | None = None

    def own_policy_on(self, day: date, group: str | None) -> str | None:
        """The unit's own policy for a group (None: for all) on a day; of several the one that began last."""
        names = [
            name
            for first, last, name, of_group in self.policies
            if of_group == group and first <= day and (last is None or day <= last)
        ]
        return names[-1] if names else None


class UnitTree:
    """All units, as they stand at the moment of loading."""

    def __init__(self, nodes: Iterable[UnitNode]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        for node in self._nodes.values():
            self._children[node.parent_id].append(node.id)

    @classmethod
    def load(cls, connection: Connection) -> UnitTree:
        policies = defaultdict(list)
        columns = (UnitPolicy.unit_id, UnitPolicy.valid_from, UnitPolicy.valid_until, UnitPolicy.policy)
        query = select(*columns, UnitPolicy.group).order_by(UnitPolicy.valid_from, UnitPolicy.id)
        for unit_id, first, last, name, group in connection.execute(query):
            policies[unit_id].append((first, last, name, group))
        units = connection.execute(select(Unit.id, Unit.name, Unit.parent_id, Unit.timezone, Unit.valid_until))
        return cls(
            UnitNode(row.id, row.name, row.parent_id, row.timezone, tuple(policies[row.id]), row.valid_until)
            for row in units
        )

    def node(self, unit_id: int) -> UnitNode:
        return self._nodes[unit_id]

    @property
    def nodes(self) -> list[UnitNode]:
        return list(self._nodes.values())

    def with_node(self, node: UnitNode) -> UnitTree:
        """The same units with one of them otherwise, or new."""
        return UnitTree((self._nodes | {node.id: node}).values())

    def within(self, unit_id: int) -> set[int]:
        """The unit and everything below it."""
        found: set[int] = set()
        waiting = [unit_id]
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting += self._children[unit]
        return found

    def below(self, unit_id: int | None) -> list[int]:
        """The units right below one; None: those at the top."""
        return list(self._children.get(unit_id, ()))

    def units_with_policy(self, name: str) -> set[int]:
        """Units that have, or had, a policy of their own by this name, and everything below them."""
        own = [unit_id for unit_id, node in self._nodes.items() if name in {each for _, _, each, _ in node.policies}]
        return {below for unit_id in own for below in self.within(unit_id)}

    @property
    def groups(self) -> set[str]:
        """The groups of people that have a policy of their own somewhere."""
        return {group for node in self._nodes.values() for *_, group in node.policies if group is not None}

    @property
    def policy_names(self) -> set[str]:
        """The names of all policies that any unit has, or had."""
        return {name for node in self._nodes.values() for _, _, name, _ in node.policies}

    def above(self, unit_id: int | None) -> list[int]:
        """The unit and those above it, the nearest first."""
        found: list[int] = []
        while unit_id is not None and unit_id not in found:
            found.append(unit_id)
            unit_id = self._nodes[unit_id].parent_id
        return found

    def policy_on(self, unit_id: int | None, day: date, group: str | None = None) -> str:
        """The policy in force: the unit's own, else that of the nearest unit above, else the default.

        group: of the person; the group's own policy comes before that of all, also where that stands at a nearer unit.
        """
        chain = [self._nodes[each] for each in self.above(unit_id)]
        for wanted in (None,) if group is None else (group, None):
            for node in chain:
                own = node.own_policy_on(day, wanted)
                if own is not None:
                    return own
        return DEFAULT_POLICY

    def zone_of(self, unit_id: int | None) -> ZoneInfo:
        """The time zone of a unit; the default one for people without a unit."""
        return ZoneInfo(self._nodes[unit_id].timezone if unit_id is not None else DEFAULT_TIMEZONE)


class Memberships:
    """Which unit people belong to, and when."""

    def __init__(self, spans: dict[str, list[tuple[date | None, date | None, int]]]) -> None:
        self._spans = spans

    @classmethod
    def load(cls, connection: Connection, people: Iterable[str] | None = None) -> Memberships:
        """Read the memberships of these people; None: of everybody."""
        spans: dict[str, list[tuple[date | None, date | None, int]]] = defaultdict(list)
        query = select(Membership.employee_id, Membership.valid_from, Membership.valid_until, Membership.unit_id)
        if people is not None:
            query = query.where(Membership.employee_id.in_(list(people)))
        for row in connection.execute(query.order_by(Membership.id)):
            spans[row.employee_id].append((row.valid_from, row.valid_until, row.unit_id))
        return cls(spans)

    def unit_on(self, person: str, day: date) -> int | None:
        """The unit of a person on a day; of several the one entered last; None: no unit then."""
        for first, last, unit_id in reversed(self._spans.get(person, [])):
            if (first is None or first <= day) and (last is None or day <= last):
                return unit_id
        return None


def check_open_unit(session: Session, unit_id: int | None, day: date | None) -> None:
    """BadInputError when a unit (None: no unit) is closed by a day; None: when it is ever closed."""
    row = (
        None
        if unit_id is None
        else session.execute(select(Unit.name, Unit.valid_until).where(Unit.id == unit_id)).first()
    )
    if row is not None and row.valid_until is not None and (day is None or day > row.valid_until):
        raise BadInputError(f"{row.name} is closed after {row.valid_until}; choose another unit.")
