"""Small wheels, and a lock file that pins them."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

PURE = "words-2.0-py3-none-any.whl"
FOR_PI = "tool-1.0-cp313-cp313-manylinux_2_28_aarch64.whl"
FOR_PC = "tool-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"


def write_wheel(folder: Path, file: str, *, content: str = "x = 1\n") -> Path:
    """A wheel of this name that pip takes, with one module."""
    name, version, tags = file.removesuffix(".whl").split("-", 2)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / file, "w") as wheel:
        wheel.writestr(f"{name}.py", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        pure = str(tags.endswith("any")).lower()
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tags}\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return folder / file


def write_lock(path: Path, *wheels: Path) -> Path:
    """Pins what the wheels are, with the hashes of all of a version."""
    pins: dict[str, list[str]] = {}
    for wheel in wheels:
        name, version, _ = wheel.name.split("-", 2)
        pins.setdefault(f"{name}=={version}", []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    lines = [f"{pin} \\\n" + " \\\n".join(f"    --hash=sha256:{one}" for one in pins[pin]) + "\n" for pin in pins]
    path.write_text("".join(lines))
    return path
