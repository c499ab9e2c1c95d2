"""Who may speak to the hub, and how their signatures are checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from contract.signing import VerifyKey
from hub.db import Database
from hub.fleet.models import Kiosk


@dataclass(frozen=True, slots=True)
class Terminal:
    """What ingest must know of a kiosk. key_text: its public key as registered, to notice a change in between."""

    device: str
    key_text: str
    key: VerifyKey
    demo: bool
    active: bool


class Terminals:
    """Looks kiosks up afresh each time, so that a revocation counts at once; only parsed keys are remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: dict[str, VerifyKey] = {}

    def find(self, devices: Iterable[str]) -> dict[str, Terminal]:
        """The registered ones among these names; revoked ones are there with `active` False."""
        names = sorted(set(devices))
        if not names:
            return {}
        query = select(Kiosk.device, Kiosk.public_key, Kiosk.demo, Kiosk.state).where(Kiosk.device.in_(names))
        with self._database.read() as session:
            rows = session.execute(query).all()
        return {
            row.device: Terminal(
                device=row.device,
                key_text=row.public_key,
                key=self._key(row.public_key),
                demo=row.demo,
                active=row.state == "active",
            )
            for row in rows
        }

    def _key(self, text: str) -> VerifyKey:
        if text not in self._keys:
            self._keys[text] = VerifyKey.from_text(text)
        return self._keys[text]
