"""The file that goes to whoever helps: what was found, settings without secrets, and scrubbed logs.

Nothing is copied that holds people: no rows, rosters, pictures or keys. Of settings only keys that are known to be
harmless keep their values; of a log's lines everything goes that could be a name, a number of a person or a secret.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from contract.errors import BadInputError

HIDDEN: Final = "***"
LOG_LINES: Final = 2_000
COMMAND_SECONDS: Final = 20.0
_JOURNALCTL: Final = ("journalctl", "--no-pager", "--output=short-iso", "--no-hostname")
_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]*://)[^/@\s]*@")
_SECRETS: Final = (
    (re.compile(r"-----BEGIN [^-]*-----.*?(-----END [^-]*-----|$)", re.DOTALL), HIDDEN),
    (_ADDRESS, rf"\1{HIDDEN}@"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+"), HIDDEN),
    (re.compile(r"\d{7,}"), HIDDEN),
)
"""Keys, passwords in addresses, mail, numbers of people."""
_SCRUBS: Final = (
    *_SECRETS,
    (re.compile(r"(['\"]).*?\1"), HIDDEN),
    (
        re.compile(r"(?i)\b(pin|password|sandi|token|secret|key|nip|nama|name|person|employee)\b\s*[:=]\s*\S+"),
        rf"\1={HIDDEN}",
    ),
    (re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}"), HIDDEN),
    (re.compile(r"\b\d[\d .-]{4,}\d\b"), HIDDEN),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{9,}\b"), HIDDEN),
)
"""Further, in this order: quotations, what is named, long codes, long numbers, ids."""
_WORD: Final = re.compile(r"\w+")


def words_of(names: Iterable[str]) -> frozenset[str]:
    """The words of which names are made, for `scrub`; initials alone are nobody's name."""
    return frozenset(word for name in names for word in _WORD.findall(name.casefold()) if len(word) > 1)


def scrub(text: str, *, names: frozenset[str] = frozenset()) -> str:
    """A text without what could be personal or secret. names: words that are taken out wherever they stand."""
    for pattern, instead in _SCRUBS:
        text = pattern.sub(instead, text)
    return _without(text, names)


def scrub_report(found: Any, *, names: frozenset[str] = frozenset()) -> Any:
    """What the doctor found, with its texts scrubbed less: dates, versions and names of files stay."""
    if isinstance(found, Mapping):
        return {key: scrub_report(value, names=names) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [scrub_report(value, names=names) for value in found]
    if not isinstance(found, str):
        return found
    for pattern, instead in _SECRETS:
        found = pattern.sub(instead, found)
    return _without(found, names)


def _without(text: str, names: frozenset[str]) -> str:
    return _WORD.sub(lambda found: HIDDEN if found.group().casefold() in names else found.group(), text)


def harmless(settings: Mapping[str, Any], keep: frozenset[str]) -> dict[str, Any]:
    """Settings with the values of those keys; of addresses without user and password; of all others only the key."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found[name] = harmless(value, keep) if name in keep else HIDDEN
        elif name not in keep:
            found[name] = None if value is None else HIDDEN
        else:
            found[name] = _ADDRESS.sub(rf"\1{HIDDEN}@", value) if isinstance(value, str) else value
    return found


def read_log(unit: str) -> str:
    """The last lines of our services in systemd's journal; empty where there is none. unit: a pattern."""
    try:
        done = subprocess.run(  # noqa: S603 (our own words)
            [*_JOURNALCTL, f"--lines={LOG_LINES}", f"--unit={unit}"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def scrub_log(log: str, *, names: frozenset[str] = frozenset()) -> str:
    """Line by line, each with its moment, which is nobody's secret."""
    lines = []
    for line in log.splitlines():
        moment = re.match(r"\d{4}-\d\d-\d\dT[\d:.+-]+ ?", line)
        head = moment.group() if moment else ""
        lines.append(head + scrub(line[len(head) :], names=names))
    return "\n".join(lines)


def write(path: Path, contents: Mapping[str, Any]) -> None:
    """Write a new zip for its owner alone; text as it is, all else as JSON. BadInputError when it cannot be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                archive.writestr(
                    name, content if isinstance(content, str) else json.dumps(content, indent=2, default=str)
                )
    except FileExistsError as error:
        raise BadInputError(f"{path} is there already; name a new file.") from error
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.") from error
