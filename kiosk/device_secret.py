"""A secret that a machine carries in itself, and not on its card: the private key in a Raspberry Pi's fuses (OTP)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final, Protocol

from kiosk.errors import VaultError

MAILBOX: Final = Path("/dev/vcio")
"""Only a Raspberry Pi has it."""
READER: Final = "rpi-otp-private-key"
"""Prints the fused key in hexadecimal digits; zeros where none was fused. It comes with Raspberry Pi OS."""
PATIENCE_SECONDS: Final = 10.0


class DeviceSecret(Protocol):
    """Where a machine's own secret comes from. An implementation must offer `read`."""

    def read(self) -> bytes | None:
        """The secret; None when this machine has none. VaultError when it may have one that cannot be read now."""
        ...


class NoSecret:
    """A machine that carries no secret."""

    def read(self) -> bytes | None:
        return None


class FusedKey:
    """The customer's private key of a Raspberry Pi. command: what prints it; mailbox: exists on a Raspberry Pi."""

    def __init__(self, command: str = READER, *, mailbox: Path = MAILBOX) -> None:
        self._command, self._mailbox = command, mailbox

    def read(self) -> bytes | None:
        if not self._mailbox.exists():
            return None
        try:
            told = subprocess.run(  # noqa: S603 (our own command, no shell)
                [self._command], capture_output=True, check=True, timeout=PATIENCE_SECONDS, text=True
            ).stdout
            key = bytes.fromhex("".join(told.split()))
        except FileNotFoundError:
            return None
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            # Not with the error's words: they could hold what the command printed.
            raise VaultError(f"The key in this machine's fuses cannot be read: {type(error).__name__}.") from None
        return key if any(key) else None
