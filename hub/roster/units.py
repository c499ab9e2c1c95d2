"""Units as a tree: who is below whom, and which policy and time zone hold where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from hub.roster.models import DEFAULT_POLICY, DEFAULT_TIMEZONE, Membership, Unit, UnitPolicy


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit. policies: (valid from, valid until, name), ascending; both days included, None: without end."""

    id: int
    name: str
    parent_id: int | None
    timezone: str
    policies: tuple[tuple[date, date | None, str], ...]

    def policy_on(self, day: date) -> str | None:
        """The policy that this unit itself has on a day; of several the one that began last."""
        names = [name for first, last, name in self.policies if first <= day and (last is None or day <= last)]
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
        query = select(UnitPolicy.unit_id, UnitPolicy.valid_from, UnitPolicy.valid_until, UnitPolicy.policy)
        for row in connection.execute(query.order_by(UnitPolicy.valid_from)):
            policies[row.unit_id].append((row.valid_from, row.valid_until, row.policy))
        units = connection.execute(select(Unit.id, Unit.name, Unit.parent_id, Unit.timezone))
        return cls(UnitNode(row.id, row.name, row.parent_id, row.timezone, tuple(policies[row.id])) for row in units)

    def node(self, unit_id: int) -> UnitNode:
        return self._nodes[unit_id]

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

    def policy_on(self, unit_id: int | None, day: date) -> str:
        """The policy in force: the unit's own, else that of the nearest unit above, else the default."""
        seen: set[int] = set()
        while unit_id is not None and unit_id not in seen:
            seen.add(unit_id)
            node = self._nodes[unit_id]
            own = node.policy_on(day)
            if own is not None:
                return own
            unit_id = node.parent_id
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
