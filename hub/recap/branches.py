"""A unit looked at from above: each unit right below it, with all that lies below that, is one branch."""

from __future__ import annotations

from hub.roster.units import UnitTree


class Branches:
    """The branches of a unit, or of all units (None); where one stands above all others, that one is the top."""

    def __init__(self, tree: UnitTree, top: int | None) -> None:
        if top is None:
            roots = tree.below(None)
            top = roots[0] if len(roots) == 1 else None
        self._tree = tree
        self._top = top
        self._found: dict[int | None, int | None] = {}

    def of(self, unit_id: int | None) -> int | None:
        """The branch to which a unit belongs; the top's own people are a branch by itself. None: of no unit."""
        if unit_id not in self._found:
            chain = self._tree.above(unit_id)
            if self._top is not None and self._top in chain:
                chain = chain[: chain.index(self._top)] or [self._top]
            self._found[unit_id] = chain[-1] if chain else None
        return self._found[unit_id]

    def count_below(self, branch: int | None) -> int:
        """How many units lie below a branch; the top's own people have none."""
        return 0 if branch is None or branch == self._top else len(self._tree.within(branch)) - 1
