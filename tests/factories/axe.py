"""axe-core, which looks for what keeps people out of a page; from the npm registry, in tests only."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.factories.chromium import Chromium

VERSION: Final = "4.14.1"
_RUN: Final = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(each => ['serious', 'critical'].includes(each.impact))
    .map(each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')))"""


@lru_cache(maxsize=1)
def axe_script() -> str:
    """The script of axe-core, fetched once and kept among the temporary files; skips where it is not to be had."""
    kept = Path(tempfile.gettempdir()) / f"presensi-axe-core-{VERSION}.js"
    if not kept.exists():
        fetched = _fetch()
        temporary = kept.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(fetched)
        temporary.replace(kept)
    return kept.read_text(encoding="utf-8")


def violations(browser: Chromium) -> list[str]:
    """Serious and critical ones of the page that is open, with the elements that they are about."""
    browser.evaluate(f"{axe_script()}; true")
    found: list[str] = browser.evaluate(_RUN)
    return found


def _fetch() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed here, which fetches axe-core")
    with tempfile.TemporaryDirectory(prefix="presensi-axe-") as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--fetch-retries=0", "--fetch-timeout=20000"]
        try:
            packed: Any = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("the npm registry does not answer")
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or not archives:
            pytest.skip("axe-core cannot be fetched here")
        with tarfile.open(fileobj=io.BytesIO(archives[0].read_bytes())) as archive:
            script = archive.extractfile("package/axe.min.js")
            assert script is not None
            return script.read()
