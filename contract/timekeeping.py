"""Whether a time server has set this machine's clock."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised


def kernel_says_synchronised() -> bool:
    """Ask adjtimex(2), reading only; True when some time daemon has synchronised the clock."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        state = libc.adjtimex(ctypes.create_string_buffer(512))  # struct timex with modes = 0; 512 > its 208 bytes
    except (OSError, AttributeError):
        return False
    return bool(os.name == "posix" and 0 <= state < _TIME_ERROR)
