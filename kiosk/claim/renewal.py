"""The next certificate: asked for after two thirds of the time, and on site after it has expired."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from contract.claim import RENEWALS_PATH, DoublySealed, Renewal
from contract.codec import encode, seal
from contract.errors import BadInputError
from contract.signing import seal_bytes
from kiosk.claim.folder import Claimed, ClaimFolder, read_claimed
from kiosk.claim.hub_line import HubLine
from kiosk.claim.paper import ClaimPaper
from kiosk.connection import device_key
from kiosk.errors import ClaimError, KioskError

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 3_600.0
"""How often a kiosk looks at its own certificate; the hub is asked only when it is due."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The certificate in use. due: from when it is to be renewed. Aware UTC."""

    due: datetime
    until: datetime


class Renewals:
    """The certificate of a claimed kiosk. ClaimError when it was never claimed, or its certificate is gone.

    now: aware; may be ahead of a machine whose clock has stopped, see HubLine.
    """

    def __init__(self, data: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._data, self._folder, self._now = data, ClaimFolder(data), now

    def holding(self) -> Holding:
        """What is in use now."""
        try:
            own = x509.load_pem_x509_certificates(self._folder.certificate().encode())[0]
        except (ValueError, IndexError) as error:
            raise ClaimError(
                f"There is no certificate in {self._data}: let the kiosk in first, with presensi kiosk claim."
            ) from error
        since, until = own.not_valid_before_utc, own.not_valid_after_utc
        return Holding(since + (until - since) * 2 / 3, until)

    def renew(self) -> Holding:
        """Ask the hub for the next one, and put it in the place of the one in use. Errors as of HubLine."""
        claimed = self._claimed()
        tls, key, device = self._folder.tls_key(), device_key(self._data), claimed.device
        asked = Renewal(device=device, csr=tls.request(device), certificate=_first(self._folder.certificate()))
        sealed = seal(asked, key=key, purpose="renewal", device=device)
        envelope = DoublySealed(
            device=device,
            sealed=base64.b64encode(sealed).decode(),
            signature=base64.b64encode(tls.sign(seal_bytes("renewal", device, sealed))).decode(),
        )
        paper = ClaimPaper(device=device, hub=claimed.hub, ca_sha256=claimed.ca_sha256)
        answer = HubLine(paper, now=self._now).send(RENEWALS_PATH, encode(envelope))
        self._folder.keep_renewed(answer, device, tls=tls)
        return self.holding()

    def renew_if_due(self) -> Holding | None:
        """The next one when it is due; None when it is not."""
        return self.renew() if self._now() >= self.holding().due else None

    def keep_renewing(self, stop: threading.Event) -> None:
        """Look at once and then every hour, until told to end; what cannot be done now is tried again."""
        if read_claimed(self._data) is None:
            return
        while True:
            try:
                if (renewed := self.renew_if_due()) is not None:
                    log.info("the certificate was renewed, until %s", renewed.until)
            except (KioskError, BadInputError) as error:
                log.warning("the certificate could not be renewed: %s", error)
            if stop.wait(LOOK_SECONDS):
                return

    def _claimed(self) -> Claimed:
        claimed = read_claimed(self._data)
        if claimed is None:
            raise ClaimError(f"{self._data} holds no claim that was approved: presensi kiosk claim.")
        return claimed


def _first(chain: str) -> str:
    end = "-----END CERTIFICATE-----"
    return chain.partition(end)[0] + end + "\n"
