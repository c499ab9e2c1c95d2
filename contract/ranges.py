"""Sets of sequence numbers as sorted, disjoint ranges, both ends included: what is settled, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Range = tuple[int, int]
Ranges = tuple[Range, ...]


def union(ranges: Iterable[Range], more: Iterable[Range]) -> Ranges:
    """All numbers that are in either; ranges that touch become one."""
    merged: list[Range] = []
    for first, last in sorted([*ranges, *more]):
        if last < first:
            continue
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def subtract(ranges: Iterable[Range], fewer: Iterable[Range]) -> Ranges:
    """The numbers of `ranges` that are not in `fewer`."""
    kept = list(union(ranges, ()))
    for first, last in union(fewer, ()):
        kept = [piece for whole in kept for piece in _cut(whole, first, last)]
    return tuple(kept)


def count(ranges: Iterable[Range]) -> int:
    """How many numbers these are."""
    return sum(last - first + 1 for first, last in ranges)


def contains(ranges: Iterable[Range], number: int) -> bool:
    return any(first <= number <= last for first, last in ranges)


def prefix(ranges: Iterable[Range]) -> int:
    """Up to which number everything from 1 is there; 0 when 1 is not."""
    first = next(iter(union(ranges, ())), (2, 0))
    return first[1] if first[0] <= 1 else 0


def _cut(whole: Range, first: int, last: int) -> Iterator[Range]:
    if last < whole[0] or first > whole[1]:
        yield whole
        return
    if whole[0] < first:
        yield whole[0], first - 1
    if last < whole[1]:
        yield last + 1, whole[1]
