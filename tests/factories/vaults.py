"""A vault for tests that are about something else, the same one after every start."""

from __future__ import annotations

from kiosk.vault import Vault

VAULT = Vault(bytes(range(32)))
