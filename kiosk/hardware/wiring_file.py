"""hardware.toml: reading it, and saying in which line it is wrong."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

import msgspec

from kiosk.errors import SettingsError, WiringError
from kiosk.hardware.wiring import PanelWiring

_TABLE: Final = re.compile(r"^\s*\[\s*([\w.-]+)\s*\]")
_KEY: Final = re.compile(r"^\s*([\w.-]+)\s*=")
_PLACE: Final = re.compile(r" - at `\$\.?(.*)`$")
_NAMED: Final = re.compile(r"unknown field `([^`]+)`")


def read_wiring(path: Path) -> PanelWiring:
    """The wiring that a file describes; SettingsError names the file, the line and the key that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"Cannot read the hardware file {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The hardware file {path} is not valid TOML: {error}.") from error
    try:
        return msgspec.convert(tree, PanelWiring)
    except msgspec.ValidationError as error:
        key, sentence = _complaint(error)
        line = line_of(text, key)
        place = f", line {line}" if line else ""
        raise SettingsError(
            f"The hardware file {path}{place}: {sentence}. See docs/hardware.md for the keys."
        ) from error


def _complaint(error: msgspec.ValidationError) -> tuple[str, str]:
    """The key that a validation complains of, and what it says."""
    if isinstance(error.__cause__, WiringError):
        return error.__cause__.key, str(error.__cause__)
    text = str(error)
    found = _PLACE.search(text)
    section = found.group(1) if found else ""
    named = _NAMED.search(text)
    key = ".".join(part for part in (section, named.group(1) if named else "") if part)
    sentence = _PLACE.sub("", text)
    return key, f"{key}: {sentence}" if key else sentence


def line_of(text: str, key: str) -> int | None:
    """The line, from 1, in which a dotted key stands, else the one of its section; None when neither is there."""
    table, best, best_length = "", None, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := _TABLE.match(line):
            table = here = opened.group(1)
        elif given := _KEY.match(line):
            here = f"{table}.{given.group(1)}" if table else given.group(1)
        else:
            continue
        if (key == here or key.startswith(f"{here}.")) and len(here) > best_length:
            best, best_length = number, len(here)
    return best
