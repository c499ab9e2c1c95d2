"""What to do about a camera that keeps failing: a ladder from the cheap to the drastic."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from kiosk.errors import SettingsError

logger = logging.getLogger(__name__)

Rung = Literal["restart", "reset", "reboot"]

RESET_SECONDS: Final = 30.0
MOST_DOUBLINGS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Which failure in a row calls for what.

    reset_after: with every so many failures the device is reset. reboot_after: with so many the machine is to be
    started anew; 0: never. reboots: how often that was tried without success; each doubles the failures that the next
    one takes, so that a kiosk whose camera is broken for good does not start anew all day.
    """

    reset_after: int = 4
    reboot_after: int = 24
    reboots: int = 0

    def rung(self, failures: int) -> Rung:
        """What the n-th failure in a row calls for, n from 1."""
        if self.reboot_after and failures >= self.reboot_after * 2 ** min(self.reboots, MOST_DOUBLINGS):
            return "reboot"
        return "reset" if failures % self.reset_after == 0 else "restart"


def parse_reset_command(text: str | None, *, device: int) -> Callable[[], None]:
    """What resets the camera: a command of the settings, run with PRESENSI_CAMERA (its number) in its environment.

    None: nothing can be reset. The command is split as a shell would, and no shell runs it. SettingsError when it
    cannot be split.
    """
    if text is None:
        return lambda: None
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SettingsError(f"camera.reset_command cannot be read ({error}): check its quotes.") from error
    if not words:
        raise SettingsError("camera.reset_command is empty: name a command, or leave the key out.")
    return lambda: _reset(words, device)


def _reset(words: list[str], device: int) -> None:
    """Run the command to its end, RESET_SECONDS at most; its failure is logged and nothing else."""
    try:
        done = subprocess.run(  # noqa: S603 (the technician's own command, from the settings)
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=RESET_SECONDS,
            check=False,
            text=True,
            errors="replace",
            env={**os.environ, "PRESENSI_CAMERA": str(device)},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("The camera could not be reset: %s", error)
        return
    if done.returncode:
        logger.warning(
            "The camera could not be reset (exit status %d): %s", done.returncode, done.stdout.strip()[-200:]
        )
