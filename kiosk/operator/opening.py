"""Puts the operator mode of a kiosk together."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.account import Account
from kiosk.attendant import Workplace
from kiosk.camera.source import FrameSource
from kiosk.clock import Clock
from kiosk.equipment import site_zone
from kiosk.errors import JournalError
from kiosk.hardware.parts import PartsOnTrial
from kiosk.hardware.speaker import Speaker
from kiosk.judge import Judge
from kiosk.operator.backroom import KioskBackroom
from kiosk.operator.counter import Counter
from kiosk.operator.device_facts import Snapshot, facts_of, own_address
from kiosk.operator.enrolment_outbox import EnrolmentOutbox
from kiosk.operator.log_ring import LogRing
from kiosk.operator.mode import Clocks, OperatorMode
from kiosk.operator.screens import Fact
from kiosk.operator.studio import Studio
from kiosk.operator.trial_run import TrialRun
from kiosk.settings import KioskSettings
from kiosk.uplink import Uplink


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """What of a kiosk an operator works with. log: the last lines."""

    settings: KioskSettings
    account: Account
    clock: Clock
    source: FrameSource
    speaker: Speaker
    uplink: Uplink
    outbox: EnrolmentOutbox
    log: LogRing

    def facts(self) -> tuple[Fact, ...]:
        """How the kiosk is now."""
        account, roster, reading = self.account, self.account.roster.current, self.clock.read()
        broker = self.settings.broker
        host = broker.partition("://")[2].partition(":")[0]
        return facts_of(
            Snapshot(
                address=own_address(host),
                broker=broker.partition("://")[2].rpartition("@")[2],
                online=self.uplink.online,
                wall=reading.wall,
                clock=reading.stamp.source,
                health=account.health(),
                queue=_queue_of(account),
                version=roster.version,
                enrolled=len(roster.gallery),
                known=len(roster.people),
                pack=roster.pack,
                packs=account.packs.names,
                receipt_at=self.uplink.receipt_at,
                software=importlib.metadata.version("presensi"),
                locked=account.orders.locked_here,
                locked_by_hub=account.orders.locked_by_hub,
                enrolments=len(self.outbox.open),
            ),
            site_zone(self.settings),
        )


def _queue_of(account: Account) -> int | None:
    try:
        return account.journal.state.queue
    except JournalError:
        return None


def opening(premises: Premises) -> Callable[[Workplace], OperatorMode]:
    """What makes the operator mode at a workplace."""

    def open_mode(place: Workplace) -> OperatorMode:
        account, clock, judge = premises.account, premises.clock, place.judge
        zone = site_zone(premises.settings)

        def open_judge() -> Judge:
            return Judge(
                recognizer=judge.recognizer,
                roster=account.roster,
                clock=clock,
                ask=premises.source.ask,
                landmarks=judge.landmarks,
            )

        studio = Studio(
            pack=lambda: judge.pack,
            roster=lambda: judge.roster,
            landmarks=judge.landmarks,
            ask=premises.source.ask,
            wall=lambda: clock.read().wall,
        )
        backroom = KioskBackroom(
            journal=account.journal,
            register=place.register,
            orders=account.orders,
            outbox=premises.outbox,
            parts=PartsOnTrial(account.panel, premises.speaker, account.fittings),
            roster=lambda: judge.roster,
            facts=premises.facts,
            log_lines=lambda count: premises.log.lines(count, roster=judge.roster, zone=zone),
            device_name=premises.settings.device,
            software=importlib.metadata.version("presensi"),
        )
        return OperatorMode(
            judge=judge,
            counter=Counter(roster=lambda: judge.roster, tries=place.tries),
            studio=studio,
            trial_run=TrialRun(open_judge),
            register=place.register,
            backroom=backroom,
            clocks=Clocks(clock.monotonic, lambda: clock.read().wall),
            show=place.show,
        )

    return open_mode
