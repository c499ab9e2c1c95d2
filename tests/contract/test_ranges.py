"""Ranges against the sets of numbers that they stand for."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from contract import ranges
from contract.ranges import Ranges

loose = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=8)


def numbers(these: list[tuple[int, int]] | Ranges) -> set[int]:
    return {number for first, last in these for number in range(first, last + 1)}


def is_tidy(these: Ranges) -> bool:
    """Sorted, not empty, and not touching one another."""
    return all(first <= last for first, last in these) and all(
        before[1] + 1 < after[0] for before, after in itertools.pairwise(these)
    )


@given(loose, loose)
def test_union_is_that_of_the_sets(some: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    joined = ranges.union(some, more)
    assert numbers(joined) == numbers(some) | numbers(more)
    assert is_tidy(joined)


@given(loose, loose)
def test_subtract_is_that_of_the_sets(some: list[tuple[int, int]], fewer: list[tuple[int, int]]) -> None:
    left = ranges.subtract(some, fewer)
    assert numbers(left) == numbers(some) - numbers(fewer)
    assert is_tidy(left)


@given(loose)
def test_count_contains_and_prefix_agree_with_the_set(some: list[tuple[int, int]]) -> None:
    tidy = ranges.union(some, ())
    members = numbers(some)
    assert ranges.count(tidy) == len(members)
    assert all(ranges.contains(tidy, number) == (number in members) for number in range(-6, 62))
    upto = ranges.prefix(some)
    assert all(number in members for number in range(1, upto + 1))
    assert upto + 1 not in members


def test_ranges_of_astronomic_numbers_cost_nothing() -> None:
    whole = [(1, 2**53)]
    assert ranges.count(ranges.subtract(whole, [(5, 2**53 - 5)])) == 9
    assert ranges.prefix(whole) == 2**53


def test_prefix_without_the_first_number_is_zero() -> None:
    assert ranges.prefix([(2, 9)]) == 0
    assert ranges.prefix([]) == 0
