"""A release: the wheelhouse of what the lock pins, with Presensi's own wheel in it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from contract.signing import SigningKey
from provisioning.errors import MissingWheelError
from provisioning.lock_file import Target
from provisioning.pip_wheels import make_own_wheel
from provisioning.wheelhouse import Manifest, is_release_name
from provisioning.wheelhouse_fetch import Progress, make_wheelhouse, release_of


def make_release(
    folder: Path,
    lock: Path,
    targets: Sequence[Target],
    *,
    source: Path,
    key: SigningKey,
    now: datetime,
    on_wheel: Progress,
) -> Manifest:
    """Build Presensi's wheel, fetch what it needs, and sign all of it. Raises WheelhouseError and FolderError.

    source: the checkout, or a wheel that was built already.
    """
    with tempfile.TemporaryDirectory(prefix="presensi-release-") as scratch:
        try:
            own = source if source.suffix == ".whl" else make_own_wheel(source, into=Path(scratch))
        except subprocess.TimeoutExpired as error:
            raise MissingWheelError(f"pip did not build the wheel of {source} in time.") from error
        if not is_release_name(release_of(own)):
            raise MissingWheelError(f"{own.name} has a version that cannot be a release's name.")
        return make_wheelhouse(folder, lock, targets, key=key, now=now, on_wheel=on_wheel, own=own)
