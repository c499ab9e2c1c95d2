"""What the hub may ask of a kiosk."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contract.punch import Instant


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One request; a kiosk carries out each version once, and none after `expires_at`.

    action: lock (show "locked", take no punches) and unlock, restart (the kiosk program), refresh (ask for a whole
    roster), message (show `text`), release (switch to the software release named by `text`).
    """

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1, le=2**53)]
    action: Literal["lock", "unlock", "restart", "refresh", "message", "release"]
    text: Annotated[str, Meta(max_length=500)] = ""
    expires_at: Instant | None = None
