"""`presensi hub …` in a process of its own, which may kill itself at a named step."""

from __future__ import annotations

from cli import main
from tests.journeys.steps import arm_hub

if __name__ == "__main__":
    arm_hub()
    main()
