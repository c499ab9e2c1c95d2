"""A kiosk asks to be let in, shows its code, and waits until somebody has compared it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.claim import CLAIMS_PATH, Claim, ClaimAnswer, claim_code
from contract.codec import seal
from kiosk.claim.folder import Claimed, ClaimFolder, read_claimed
from kiosk.claim.hub_line import HubLine
from kiosk.claim.paper import ClaimPaper
from kiosk.connection import device_key
from kiosk.errors import ClaimError, HubAwayError, HubRefusesError

POLL_SECONDS: Final = 10.0
LONGEST_PAUSE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands, for whoever shows it. code: eight signs. trouble: why the hub cannot be asked; or empty."""

    device: str
    code: str
    trouble: str = ""


class Claiming:
    """One kiosk's claim, with the same keys however often it is begun. Raises KioskError with a sentence."""

    def __init__(self, paper: ClaimPaper, data: Path, *, software: str = "", line: HubLine | None = None) -> None:
        self._paper, self._folder = paper, ClaimFolder(data)
        self._line = line or HubLine(paper)
        key = device_key(data)
        self._tls = self._folder.tls_key()
        csr = self._tls.request(paper.device)
        self.code = claim_code(key.verify_key, csr)
        told = Claim(device=paper.device, public_key=key.verify_key.text, csr=csr, software=software[:64])
        self._sealed = seal(told, key=key, purpose="claim", device=paper.device)

    def done(self) -> Claimed | None:
        """What was handed out before, for this hub and authority; None: nothing was.

        ClaimError when this kiosk belongs to another hub: its rows and its key would go astray.
        """
        claimed = read_claimed(self._folder.folder)
        if claimed is None:
            return None
        paper = self._paper
        if (claimed.device, claimed.ca_sha256) != (paper.device, paper.ca_sha256):
            raise ClaimError(
                f"{self._folder.folder} belongs to '{claimed.device}' of another hub; take an empty data folder."
            )
        return claimed

    def ask(self) -> Claimed | None:
        """Ask once: what was handed out, or None while it waits. HubRefusesError when somebody has refused it."""
        answer = self._line.send(CLAIMS_PATH, self._sealed)
        if answer.device != self._paper.device:
            raise HubRefusesError("The hub answers another kiosk.")
        match answer.state:
            case "approved":
                return self._folder.keep(answer, self._paper, root=self._line.root(), tls=self._tls)
            case "refused":
                raise HubRefusesError(f"The claim was refused: {_words(answer)}")
        return None

    def wait(
        self,
        show: Callable[[Standing], None],
        *,
        until: float | None = None,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> Claimed | None:
        """Ask until it is approved; None when `until` (of `now`) came first. A hub that is away is waited for."""
        failures = 0
        while True:
            trouble = ""
            try:
                if (claimed := self.ask()) is not None:
                    return claimed
                failures = 0
            except HubAwayError as error:
                failures, trouble = failures + 1, str(error)
            show(Standing(self._paper.device, self.code, trouble))
            seconds = min(POLL_SECONDS * 2.0 ** min(failures, 10), LONGEST_PAUSE_SECONDS) * random.uniform(0.75, 1.25)
            if until is not None and now() + seconds > until:
                return None
            pause(seconds)


def _words(answer: ClaimAnswer) -> str:
    return "".join(sign for sign in answer.reason if sign.isprintable()) or "no reason was given"
