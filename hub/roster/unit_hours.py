"""Pure: which policies a unit must be given so that a move to another parent leaves its hours of the past alone.

Units stand in one tree for all days, and policies have dates: what a unit had from above until a day becomes its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hub.roster.employees import EVER
from hub.roster.units import UnitTree


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPolicy:
    """A policy that a unit had from above, for a group (None: everybody), from one day to another (both included)."""

    unit_id: int
    group: str | None
    policy: str
    first: date
    last: date


def kept_hours(tree: UnitTree, unit_id: int, parent_id: int | None, until: date) -> list[KeptPolicy]:
    """What the unit and those below it would lose or gain up to a day if the unit stood below another parent."""
    kept: list[KeptPolicy] = []
    moved = tree.with_node(replace(tree.node(unit_id), parent_id=parent_id))
    for each in _from_above(tree, unit_id):
        for group in (None, *sorted(tree.groups)):
            found = list(_differences(tree, moved, each, group, until))
            if found:
                kept += found
                node = moved.node(each)
                rows = [*node.policies, *((line.first, line.last, line.policy, line.group) for line in found)]
                moved = moved.with_node(replace(node, policies=tuple(sorted(rows, key=lambda row: row[0]))))
    return kept


def _from_above(tree: UnitTree, unit_id: int) -> Iterator[int]:
    yield unit_id
    for below in tree.below(unit_id):
        yield from _from_above(tree, below)


def _differences(
    before: UnitTree, after: UnitTree, unit_id: int, group: str | None, until: date
) -> Iterator[KeptPolicy]:
    edges = sorted({EVER, *_edges(before, unit_id), *_edges(after, unit_id), until + timedelta(days=1)})
    for first, following in pairwise(edges):
        if first > until:
            return
        policy = before.policy_on(unit_id, first, group)
        if policy != after.policy_on(unit_id, first, group):
            last = min(until, following - timedelta(days=1))
            yield KeptPolicy(unit_id=unit_id, group=group, policy=policy, first=first, last=last)


def _edges(tree: UnitTree, unit_id: int) -> Iterator[date]:
    """Days on which a policy of the unit or of one above begins or has ended."""
    for each in tree.above(unit_id):
        for first, last, _name, _group in tree.node(each).policies:
            yield max(first, EVER)
            if last is not None and last >= EVER:
                yield last + timedelta(days=1)
