"""How much memory a process has for itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def private_bytes(pid: int | str = "self") -> int:
    """Private memory of a process in bytes: what would come free if it ended (Linux, smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def anonymous_bytes(pid: int | str = "self") -> int:
    """Memory of a process that no file stands behind, in bytes: whether others share its libraries changes nothing."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Anonymous:", "Swap:")))


def shared_bytes(pids: Iterable[int]) -> int:
    """What these processes hold together in bytes (PSS): what several share counts once."""
    return sum(_proportional(pid) for pid in pids)


def family(pid: int) -> list[int]:
    """A process and all that it has started, those that they have started included."""
    members = [pid]
    for member in members:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            members += [int(child) for child in children.read_text(encoding="ascii").split()]
    return members


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
