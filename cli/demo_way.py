"""The way of the first punch: when the journal had it, when the hub had it, when the kiosk knew."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from contract.receipt import Receipt
from hub.outgoing import Outgoing
from kiosk.clerk import TakenPunch


@dataclass(frozen=True, slots=True)
class Walked:
    """The whole way, in seconds of CLOCK_MONOTONIC."""

    stored_at: float
    received_at: float


class FirstWay:
    """Watches from three threads: the attendant's, the hub's ingest and the kiosk's uplink.

    The hub may have stored a punch before the attendant comes to tell of it, and a journal that was kept from the last
    time may deliver older rows first. So commits and receipts are kept as they come, and matched afterwards.
    """

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._first: TakenPunch | None = None
        self._stored_at: list[float] = []
        self._receipts: list[tuple[Receipt, float]] = []

    @property
    def first(self) -> TakenPunch | None:
        with self._news:
            return self._first

    def note_punch(self, taken: TakenPunch) -> None:
        """The journal has committed a punch."""
        with self._news:
            if self._first is None:
                self._first = taken
                self._news.notify_all()

    def note_stored(self, receipts: Sequence[Outgoing]) -> None:
        """The hub has committed, and is about to say so."""
        with self._news:
            if receipts and not self._complete():
                self._stored_at.append(time.monotonic())

    def note_receipt(self, receipt: Receipt) -> None:
        """The kiosk has applied a receipt."""
        with self._news:
            if not self._complete():
                self._receipts.append((receipt, time.monotonic()))
                self._news.notify_all()

    def await_receipt(self, *, timeout_seconds: float | None) -> Walked | None:
        """Wait for the first punch's receipt, for ever with None; None when time ran out first."""
        with self._news:
            self._news.wait_for(self._complete, timeout_seconds)
            return self._walked()

    def _complete(self) -> bool:
        return self._walked() is not None

    def _walked(self) -> Walked | None:
        if self._first is None:
            return None
        for receipt, received_at in self._receipts:
            if _covers(receipt, self._first):
                # The commit that the receipt speaks of is the last one before it.
                stored_at = max((at for at in self._stored_at if at <= received_at), default=None)
                return None if stored_at is None else Walked(stored_at, received_at)
        return None


def _covers(receipt: Receipt, taken: TakenPunch) -> bool:
    seq = taken.punch.seq
    here = receipt.upto >= seq or any(first <= seq <= last for first, last in receipt.also)
    return here and receipt.epoch == taken.punch.epoch
