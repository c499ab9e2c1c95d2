"""Claiming pins: gpiozero is imported here when it is first needed, and its failures become sentences."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from kiosk.errors import HardwareError


def load_gpiozero() -> ModuleType:
    """gpiozero, imported at the first call."""
    # lgpio writes notification pipes into its working directory, which need not be writable under systemd.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    import gpiozero

    module: ModuleType = gpiozero
    return module


@contextmanager
def claiming(part: str, *pins: int) -> Iterator[ModuleType]:
    """gpiozero, for building one part on these pins; whatever goes wrong is a HardwareError that names them."""
    names = ", ".join(f"GPIO{pin}" for pin in pins)
    try:
        gpiozero = load_gpiozero()
        with warnings.catch_warnings():
            # One for each pin library that is not there; the error below says it once.
            warnings.simplefilter("ignore", gpiozero.PinFactoryFallback)
            yield gpiozero
    except ImportError as error:  # gpiozero's BadPinFactory is one, too
        raise HardwareError(
            f"{part} on {names} cannot be driven, this machine has no usable pins: install python3-lgpio on a "
            "Raspberry Pi, or take the panel out of the settings"
        ) from error
    except Exception as error:  # lgpio raises its own type, which cannot be named where lgpio is missing
        raise HardwareError(
            f"{part} on {names} cannot be driven ({error}): check that no other program or part uses the pin"
        ) from error
