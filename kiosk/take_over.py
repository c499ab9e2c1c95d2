"""The first start of a version that seals: what earlier ones kept plain is taken over, once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kiosk.errors import JournalError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.journal import Journal
from kiosk.vault import Vault, is_sealed, shred_file

SEALED: Final = "at_rest"
"""The journal's fact that says yes from then on: plain files count no more, whoever has put them there."""


def take_over(vault: Vault, journal: Journal, evidence: EvidenceFolder, caches: Iterable[Path]) -> None:
    """Seal pictures that are plain, and note that all is sealed; caches, which seal themselves, are looked at.

    What cannot be sealed now is tried again at the next start.
    """
    left = evidence.take_over()
    try:
        for path in caches:
            # What a power cut left of an earlier version's writing.
            shred_file(path.with_name(f".{path.name}.new"))
            left += path.exists() and not is_sealed(path.read_bytes())
    except OSError:
        left += 1
    if vault.takes_plain and not left and not vault.trouble:
        with contextlib.suppress(JournalError):
            journal.set_fact(SEALED, "yes")
            vault.takes_plain = False
