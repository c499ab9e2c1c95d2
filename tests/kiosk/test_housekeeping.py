"""What a kiosk gives back once in an hour."""

from __future__ import annotations

import ctypes
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.housekeeping import Housekeeping, give_back_memory


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


@pytest.mark.parametrize("trusted", [True, False])
def test_rows_are_forgotten_only_by_a_clock_that_was_set(*, trusted: bool) -> None:
    asked: list[timedelta] = []

    def forget(*, older_than: timedelta) -> int:
        asked.append(older_than)
        return 0

    journal = SimpleNamespace(forget_delivered=forget)
    refusals = SimpleNamespace(sort_out=lambda: None, erase_pictures=lambda **_how: None)
    Housekeeping(
        journal=journal,  # type: ignore[arg-type]
        refusals=refusals,  # type: ignore[arg-type]
        camera_working=lambda: False,
        clock_trusted=lambda: trusted,
        rows_days=90,
        pictures_days=30,
    ).go_round()
    assert len(asked) == trusted
