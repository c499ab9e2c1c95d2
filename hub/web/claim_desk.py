"""What the hub needs to let kiosks in: an authority, its own key, and where the broker is."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.fleet.certificates import CertificateSigner
from hub.settings import HubSettings
from hub.web.pace import Pace


def _pace() -> Pace:
    # Forty kiosks behind one address ask four times a second together while they wait.
    return Pace(per_second=5, burst=120)


@dataclass(frozen=True, slots=True)
class ClaimDesk:
    """hub_key: base64. broker: address that kiosks are told. pace: how often one address may ask."""

    signer: CertificateSigner
    hub_key: str
    broker: str
    pace: Pace = field(default_factory=_pace)


def claim_desk(settings: HubSettings, signer: CertificateSigner | None, *, hub_key: str) -> ClaimDesk | None:
    """The desk of a hub with these settings; None: it has no authority."""
    if signer is None:
        return None
    return ClaimDesk(signer, hub_key, settings.authority.broker or settings.broker)
