"""Seeds that noticed something once; each must hold for the product as it is."""

from __future__ import annotations

from typing import Final

NOTICING: Final = {
    "retire-on-puback": 1,
    "receipt-before-commit": 3,
    "no-key": 1,
    "kept-range": 20,
    "forget-by-any-clock": 45,
    "days-left-behind": 4,
}
"""For each planted mistake a seed that notices it; `python -m benchmarks.faults --planted --runs 50` looks.
The last two were mistakes of the product, and are put back in."""
HELD: Final = (295,)
"""Seeds that failed once by a mistake of the harness."""
