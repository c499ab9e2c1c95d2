"""What the hub may ask of a kiosk."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.punch import Instant

MAX_OUTCOMES: Final = 10
"""Outcomes that a heartbeat names, the latest."""

CommandId = Annotated[str, Meta(max_length=36)]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One request; a kiosk carries out each version once, and none after `expires_at`.

    action: lock (show "locked", take no punches) and unlock, restart (the kiosk program), refresh (ask for a whole
    roster), message (show `text`; empty: show none), release (switch to the software release named by `text`),
    wipe (delete the key and all that is kept of faces, lock, and take in nobody until unlocked).
    id: by which its outcome is known, whatever hub gave the version; empty: from a hub that asks for no outcome.
    """

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1, le=2**53)]
    action: Literal["lock", "unlock", "restart", "refresh", "message", "release", "wipe"]
    text: Annotated[str, Meta(max_length=500)] = ""
    expires_at: Instant | None = None
    id: CommandId = ""


class CommandOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command at the kiosk.

    done: carried out (a restart: begun). expired: it came too late. refused: this kiosk cannot do it; detail says why.
    at: by the kiosk's clock.
    """

    version: Annotated[int, Meta(ge=1, le=2**53)]
    id: CommandId = ""
    outcome: Literal["done", "expired", "refused"]
    at: Instant
    detail: Annotated[str, Meta(max_length=200)] = ""
