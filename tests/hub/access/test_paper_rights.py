"""Who may do what with papers: the table of the documentation, and that no role is its own second person."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from hub.access.roles import PaperRight, Role, may

TABLE = Path(__file__).parents[3] / "docs" / "papers.md"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@pytest.mark.parametrize("role", list(Role))
def test_rights_are_those_of_the_documentation(role: Role) -> None:
    lines = TABLE.read_text().splitlines()
    head = next(_cells(line) for line in lines if line.startswith("| role |"))
    assert set(head[1:]) == set(get_args(PaperRight))
    row = next(_cells(line) for line in lines if line.startswith(f"| {role} |"))
    told = {right for right, cell in zip(head[1:], row[1:], strict=True) if cell == "x"}
    assert told == {right for right in get_args(PaperRight) if may(role, right)}


@pytest.mark.parametrize("role", list(Role))
def test_no_role_is_its_own_second_person(role: Role) -> None:
    for first, second in (("hand_in", "verify"), ("verify", "enter"), ("enter", "decide")):
        assert not (may(role, first) and may(role, second))  # type: ignore[arg-type]
