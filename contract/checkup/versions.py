"""Which programs are on this machine."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Sequence

from contract.checkup.finding import NOTHING, Finding, Measure, Words, plain

MISSING = "-"


def read_versions(distributions: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Name -> version of Presensi, Python, these, and the system; '-' for one that is not installed.

    distributions: what a program is called here, and the names under which it may be installed.
    """
    found = {"presensi": _version("presensi"), "Python": platform.python_version()}
    for name, names in distributions:
        versions = [_version(each) for each in names]
        found[name] = next((version for version in versions if version != MISSING), MISSING)
    found["OS"] = f"{_system()} {platform.machine()}"
    return found


def judge_versions(versions: dict[str, str]) -> Finding:
    """Bad when a program is missing."""
    value = plain(", ".join(f"{name} {version}" for name, version in versions.items()))
    missing = [name for name, version in versions.items() if version == MISSING]
    measured: dict[str, Measure] = dict(versions)
    if missing:
        names = ", ".join(missing)
        advice = Words(f"Pasang ulang; tidak ada: {names}.", f"Install again; missing: {names}.")
        return Finding("bad", value, advice, measured)
    return Finding("ok", value, NOTHING, measured)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return MISSING


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return f"{platform.system()} {platform.release()}"
