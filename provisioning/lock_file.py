"""What lock files pin, for the machine and Python that will install it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from provisioning.errors import LockFileError

SOURCE_ONLY = {"face-recognition-models": "0.3.0"}
"""Published without a wheel. It holds no code to compile: provisioning makes its wheel once, on any machine."""

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:(?P<digest>[0-9a-f]{64})\s*\\?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A machine that installs the product.

    machine: as uname calls it. python: (major, minor). glibc_minor: the newest glibc 2.x whose wheels it can run.
    """

    machine: str
    python: tuple[int, int]
    glibc_minor: int

    @property
    def name(self) -> str:
        return f"{self.machine} cp{self.python[0]}{self.python[1]}"

    @property
    def platforms(self) -> list[str]:
        """Platform tags of the wheels that run there, newest first."""
        newest_first = [f"manylinux_2_{minor}_{self.machine}" for minor in range(self.glibc_minor, 16, -1)]
        # https://peps.python.org/pep-0600/: the older names, of which the first two are x86's alone.
        older = ["manylinux2014", "manylinux2010", "manylinux1"] if self.machine == "x86_64" else ["manylinux2014"]
        return [*newest_first, *(f"{name}_{self.machine}" for name in older), f"linux_{self.machine}"]

    def runs(self, file: str) -> bool:
        """Whether the wheel of this name can be installed there."""
        tags = {*cpython_tags(self.python, platforms=self.platforms)}
        tags |= {*compatible_tags(self.python, interpreter="cp{}{}".format(*self.python), platforms=self.platforms)}
        return not tags.isdisjoint(parse_wheel_filename(file)[3])

    def meets(self, marker: str | None) -> bool:
        """Whether a requirement with this environment marker is installed there."""
        if marker is None:
            return True
        version = ".".join(str(part) for part in self.python)
        told = {
            "implementation_name": "cpython",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": "linux",
        }
        return Marker(marker).evaluate(told)


BOOKWORM_PC = Target(machine="x86_64", python=(3, 11), glibc_minor=36)
TRIXIE_PC = Target(machine="x86_64", python=(3, 13), glibc_minor=41)
TRIXIE_PI = Target(machine="aarch64", python=(3, 13), glibc_minor=41)
TARGETS = (BOOKWORM_PC, TRIXIE_PC, TRIXIE_PI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One line of a lock file. name: normalised; hashes: SHA-256 in hexadecimal, one for each published file."""

    name: str
    version: str
    marker: str | None
    hashes: frozenset[str]

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"

    @property
    def hashed_requirement(self) -> str:
        """The line that pip takes with --require-hashes; without marker, which pip would ask the wrong Python."""
        return " ".join([self.requirement, *(f"--hash=sha256:{digest}" for digest in sorted(self.hashes))])


def read_lock(path: Path) -> list[Pin]:
    """Every pin of a lock file, in its order; LockFileError for a line that is neither pin, hash nor comment."""
    read: list[tuple[re.Match[str], set[str]]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LockFileError(f"The lock file {path} cannot be read: {error}.") from error
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if pin := _PIN.match(line):
            read.append((pin, set()))
        elif (digest := _HASH.match(line)) and read:
            read[-1][1].add(digest["digest"])
        else:
            raise LockFileError(
                f"{path.name} has a line that is not understood: {line!r}; make it anew with `make lock`."
            )
    return [
        Pin(name=canonicalize_name(pin["name"]), version=pin["version"], marker=pin["marker"], hashes=frozenset(found))
        for pin, found in read
    ]


def pins_for(target: Target, *locks: Path) -> list[Pin]:
    """What this target installs of these lock files."""
    return [pin for lock in locks for pin in read_lock(lock) if target.meets(pin.marker)]
