"""What the card was told: this kiosk's name, its hub, and which authority that hub must show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from contract.punch import HexHash
from contract.topics import DEVICE_PATTERN
from kiosk.errors import ClaimError

CLAIM_FILE: Final = Path("/etc/presensi/claim.json")


class ClaimPaper(msgspec.Struct, frozen=True, kw_only=True):
    """hub: https://host[:port]. ca_sha256: of the authority's root certificate."""

    device: Annotated[str, Meta(pattern=DEVICE_PATTERN)]
    hub: Annotated[str, Meta(max_length=300)]
    ca_sha256: HexHash

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the hub."""
        parts = urlsplit(self.hub)
        return parts.hostname or "", parts.port or 443


def read_paper(path: Path) -> ClaimPaper:
    """The file that `presensi provision image` wrote; ClaimError names what is wrong with it."""
    try:
        paper = msgspec.json.decode(path.read_bytes(), type=ClaimPaper)
    except OSError as error:
        raise ClaimError(
            f"The claim file {path} cannot be read: {error.strerror}; it is written by presensi provision image."
        ) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClaimError(f"The claim file {path} cannot be used: {error}.") from error
    try:
        parts = urlsplit(paper.hub)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good:
        raise ClaimError(f"The claim file {path} names no hub: expected https://host, and found {paper.hub!r}.")
    return paper
