"""The measuring of the window: what it counts, and that a window does come up."""

from __future__ import annotations

import pytest

pytest.importorskip("PySide6")

from benchmarks.screen import first_paint_ms, spread
from contract.errors import PresensiError


def test_spread_names_median_ninety_fifth_and_worst() -> None:
    assert spread([float(each) for each in range(101)]) == {"median": 50.0, "p95": 95.0, "max": 100.0}


def test_nothing_drawn_is_an_error_and_no_good_figure() -> None:
    with pytest.raises(PresensiError, match="Nothing was drawn"):
        spread([])


def test_window_of_a_fresh_process_paints() -> None:
    assert first_paint_ms(1)[0] > 0
