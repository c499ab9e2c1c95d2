"""Which machine the figures are of."""

from __future__ import annotations

import platform
from pathlib import Path


def machine() -> str:
    """What the figures are of: the board's model on a Pi, else the processor's name; and the Python."""
    board, processors = Path("/proc/device-tree/model"), Path("/proc/cpuinfo")
    name = platform.machine()
    if board.is_file():
        name = board.read_text(encoding="ascii", errors="replace").rstrip("\0")
    elif processors.is_file():
        lines = processors.read_text(encoding="ascii", errors="replace").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, Python {platform.python_version()}"
