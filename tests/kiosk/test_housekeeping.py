"""What a kiosk gives back once in an hour."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from kiosk.housekeeping import give_back_memory


def _own_bytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="no glibc")
def test_memory_between_what_is_kept_is_given_back() -> None:
    kept = [bytes(2_000) for _ in range(20_000)]
    kept = kept[::50]
    held = _own_bytes()
    give_back_memory()
    assert held - _own_bytes() > 10_000_000
    assert len(kept) == 400


def test_where_the_allocator_knows_no_such_thing_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    give_back_memory()
