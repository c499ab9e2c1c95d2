"""One kiosk, from its settings: the only place that chooses adapters and starts threads."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from contract.heartbeat import Service
from contract.month import MonthPart
from contract.receipt import Receipt
from contract.roster import RosterPart
from contract.signing import VerifyKey
from contract.transport import Transport
from kiosk.account import Account
from kiosk.attendant import Attendant
from kiosk.background import in_background
from kiosk.bulletin import ORDER, Bulletin, BulletinKeeper, ReleaseOrder, tell
from kiosk.camera.frame import Frame
from kiosk.camera.source import FrameSource
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.claim.renewal import Renewals
from kiosk.clerk import TakenPunch
from kiosk.clock import SystemClock, boot_id
from kiosk.connection import device_key, mqtt_transport
from kiosk.device_secret import FusedKey
from kiosk.display import Display
from kiosk.equipment import fit, open_panel, open_sounds, supervise_camera
from kiosk.evidence_folder import EvidenceFolder
from kiosk.evidence_outbox import EvidenceOutbox
from kiosk.hardware.panel import Panel
from kiosk.hardware.sounding_panel import SoundingPanel
from kiosk.hardware.wiring import PanelWiring
from kiosk.housekeeping import Housekeeping
from kiosk.journal import Journal
from kiosk.metering import Metering, follow, measure_light
from kiosk.months import MonthCache
from kiosk.operator.enrolment_folder import EnrolmentFolder
from kiosk.operator.enrolment_outbox import EnrolmentOutbox
from kiosk.operator.log_ring import LogRing
from kiosk.operator.opening import Premises, opening
from kiosk.orders import Orders, wipe_begun
from kiosk.packs import PackShelf
from kiosk.position import GpsdPosition
from kiosk.proof import Refusals
from kiosk.recognizer.face import Box
from kiosk.recognizer.packs.pack import open_pack
from kiosk.recognizer.recognizer import Recognizer
from kiosk.refusals import RefusalBook
from kiosk.remembered import ScanSettings
from kiosk.roster import Roster, RosterCache
from kiosk.service_notice import ServiceNotice
from kiosk.settings import KioskSettings
from kiosk.sounding_display import SoundingDisplay
from kiosk.states import State
from kiosk.take_over import SEALED, take_over
from kiosk.uplink import Bearing, Uplink, UplinkSettings
from kiosk.vault import open_vault
from kiosk.watchdog import Vitals, Watchdog
from kiosk.wipe import erase_faces

log = logging.getLogger(__name__)


class Station:
    """A whole kiosk. Open it with a with statement; `run` serves people until stopped or the input ends.

    source, transport, panel: None chooses what the settings say; tests and the demo bring their own.
    on_punch: called after each commit; on_receipt: after each receipt was applied.
    Raises SettingsError, BadInputError or KioskError (one sentence each) when it cannot be put together.
    """

    def __init__(
        self,
        settings: KioskSettings,
        *,
        source: FrameSource | None = None,
        transport: Transport | None = None,
        panel: Panel | None = None,
        on_punch: Callable[[TakenPunch], None] = lambda _taken: None,
        on_receipt: Callable[[Receipt], None] = lambda _receipt: None,
    ) -> None:
        self.settings = settings
        self._on_punch = on_punch
        self._stack = ExitStack()
        self._stop = threading.Event()
        self._log = LogRing()
        logging.getLogger().addHandler(self._log)
        self._stack.callback(logging.getLogger().removeHandler, self._log)
        self._delivering = False
        self.restart_wanted = self.reboot_wanted = False
        folder = settings.data_folder
        self.key = device_key(folder)
        hub_key = VerifyKey.from_file(settings.hub_key_file)
        # Before anything is opened that has something to say: an address that is wrong is told alone.
        transport = transport or mqtt_transport(settings)
        self.journal = self._stack.enter_context(
            Journal(folder / "journal.sqlite3", device=settings.device, boot=boot_id())
        )
        self._clock = SystemClock(floor=self.journal.last_taken_at)
        self.packs = PackShelf(settings.pack, open_recognizer=lambda name: Recognizer(open_pack(name)))
        if wipe_begun(self.journal):
            erase_faces(folder)
        self.vault = open_vault(folder, device=FusedKey(), takes_plain=self.journal.fact(SEALED) != "yes")
        self.roster = RosterCache(
            folder / "roster.msgpack",
            vault=self.vault,
            pack=settings.pack,
            packs=self.packs,
            on_change=self._note_roster,
        )
        self.source = source or supervise_camera(settings, self.journal, on_reboot=self._want_reboot)
        wiring = settings.wiring or PanelWiring()
        self.speaker = open_sounds(settings, now=lambda: self._clock.read().wall)
        self._stack.callback(self.speaker.close)
        self._panel = SoundingPanel(panel or open_panel(wiring), self.speaker)
        self._stack.callback(self._panel.close)
        self._metering = Metering()
        self._brightness: float | None = None
        self.vitals = Vitals(recovering=self._recovering)
        self.position = self._stack.enter_context(GpsdPosition(settings.gpsd)) if settings.portable else None
        self.months = MonthCache(folder / "months.msgpack", vault=self.vault, on_change=self._say_how_it_is)
        self.orders = Orders(
            journal=self.journal,
            clock=self._clock,
            on_lock=self._lock,
            on_restart=self._restart,
            on_news=self._say_how_it_is,
            on_release=self._order_release if settings.releases is not None else None,
            on_wipe=self._wipe,
        )
        self.evidence = EvidenceFolder(folder / "evidence", vault=self.vault)
        take_over(self.vault, self.journal, self.evidence, (folder / "roster.msgpack", folder / "months.msgpack"))
        self.refusals = RefusalBook(
            journal=self.journal, folder=self.evidence, clock=self._clock, roster=lambda: self.roster.current
        )
        self.enrolments = EnrolmentOutbox(
            device=settings.device,
            key=self.key,
            folder=EnrolmentFolder(folder / "enrolments"),
            epoch=lambda: self.journal.state.epoch,
            name_of=self._name_of,
            receipt_timeout=settings.receipt_timeout_seconds,
        )
        self.uplink = Uplink(
            device=settings.device,
            journal=self.journal,
            transport=transport,
            key=self.key,
            hub_key=hub_key,
            clock=self._clock,
            settings=UplinkSettings(
                receipt_timeout=settings.receipt_timeout_seconds, heartbeat_every=settings.heartbeat_seconds
            ),
            bearing=self._bearing,
            evidence=EvidenceOutbox(
                device=settings.device,
                key=self.key,
                journal=self.journal,
                folder=self.evidence,
                receipt_timeout=settings.receipt_timeout_seconds,
            ),
            enrolments=self.enrolments,
            on_roster=self._take_roster,
            on_command=self.orders.obey,
            on_month=self._take_month,
            on_receipt=on_receipt,
        )
        self.fittings = self._stack.enter_context(
            fit(settings, wiring, now=lambda: self._clock.read().wall, on_alarm=self.uplink.heartbeat_soon)
        )
        self._attendant: Attendant | None = None
        self.account = Account(
            data_folder=folder,
            journal=self.journal,
            vault=self.vault,
            roster=self.roster,
            packs=self.packs,
            months=self.months,
            orders=self.orders,
            source=self.source,
            evidence=self.evidence,
            fittings=self.fittings,
            panel=self._panel,
            position=self.position,
            camera_working=lambda: self.camera_working,
            certificate=Path(settings.broker_cert) if settings.broker_cert else None,
            service=lambda: self.service,
        )

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._stack.close()

    @property
    def served_frame(self) -> Frame | None:
        """The newest frame, while it shows a usable face; None otherwise."""
        return self._attendant.served_frame if self._attendant is not None else None

    @property
    def camera_working(self) -> bool:
        """Whether frames come now."""
        return self._attendant is not None and self._attendant.camera_working

    @property
    def service(self) -> Service | None:
        """How people were served today; None before the first `run`."""
        return self._attendant.service if self._attendant is not None else None

    @property
    def state(self) -> State | None:
        """Where the walk-up stands; None before `run`."""
        return self._attendant.state if self._attendant is not None else None

    @property
    def unplaced(self) -> bool:
        """Whether this is a portable kiosk that does not know where it is now."""
        return self.position is not None and not self.position.place().fix

    @property
    def clock_trusted(self) -> bool:
        """Whether the wall clock was set by network or battery."""
        return self._clock.read().stamp.source != "free"

    @property
    def now(self) -> datetime:
        """Wall time; see `clock_trusted`."""
        return self._clock.read().wall

    def touch(self, kind: str, text: str = "") -> None:
        """Somebody did this at the screen (kiosk.events.TouchKind); may be called from any thread."""
        self.fittings.notice()
        if self._attendant is not None:
            self._attendant.touch(kind, text)

    def stop(self) -> None:
        """End `run` soon; may be called from any thread and from a signal handler."""
        self._stop.set()

    def run(self, display: Display) -> None:
        """Serve people in this thread, deliver in another; returns when stopped or when the input has ended."""
        self._attendant = Attendant(
            source=self.source,
            recognizer=self.packs.use(self.roster.current.pack),
            recognizer_of=self.packs.use,
            roster=self.roster,
            journal=self.journal,
            clock=self._clock,
            panel=self._panel,
            display=SoundingDisplay(display, self.speaker),
            settings=ScanSettings(
                accepted_hold=self.settings.accepted_hold_seconds,
                refused_hold=self.settings.refused_hold_seconds,
                repeat_window=self.settings.repeat_seconds,
            ),
            position=self.position,
            months=lambda: self.months.current,
            keep_snapshot=self.refusals.append_with_snapshot,
            timezone=self.settings.timezone,
            open_operator=opening(self._premises()),
            on_punch=self._on_punch,
            on_refusals=self._note_refusals,
            on_look=self._note_look,
            on_turn=lambda: self.vitals.beat("attendant"),
        )
        if self.orders.locked:
            self._attendant.lock(locked=True)
        self.deliver()
        watchdog = Watchdog(self.vitals, probe=self.journal.probe, notice=ServiceNotice())
        housekeeping = Housekeeping(
            journal=self.journal,
            refusals=self.refusals,
            camera_working=lambda: self.camera_working,
            clock_trusted=lambda: self.clock_trusted,
            rows_days=self.settings.keep_delivered_days,
            pictures_days=self.settings.keep_pictures_days,
        )
        with (
            in_background("housekeeping", housekeeping.run),
            in_background("watchdog", watchdog.run),
            in_background("bulletin", BulletinKeeper(self.settings.data_folder, self._bulletin).run),
            in_background("certificate", self._keep_certificate),
        ):
            self._attendant.run(self._stop)

    def _keep_certificate(self, stop: threading.Event) -> None:
        Renewals(self.settings.data_folder, now=lambda: self._clock.read().wall).keep_renewing(stop)

    def _premises(self) -> Premises:
        return Premises(
            settings=self.settings,
            account=self.account,
            clock=self._clock,
            source=self.source,
            speaker=self.speaker,
            uplink=self.uplink,
            outbox=self.enrolments,
            log=self._log,
        )

    def deliver(self) -> None:
        """Begin to deliver in the background, until the station is closed; `run` does so by itself."""
        if not self._delivering:
            self._delivering = True
            self._stack.enter_context(in_background("uplink", self.uplink.run))

    def await_roster(self, *, timeout_seconds: float) -> bool:
        """Wait until people are known here (a clip would be over before); False when time ran out first."""
        self.deliver()
        deadline = time.monotonic() + timeout_seconds
        pause = threading.Event()
        while self.roster.current.version == 0 and not self._stop.is_set() and time.monotonic() < deadline:
            pause.wait(0.02)
        return self.roster.current.version > 0

    def deliver_rest(self, *, timeout_seconds: float) -> bool:
        """Wait until the hub has everything; False when time ran out first."""
        deadline = time.monotonic() + timeout_seconds
        pause = threading.Event()
        while self._undelivered() and time.monotonic() < deadline:
            pause.wait(0.02)
        return not self._undelivered()

    def _undelivered(self) -> bool:
        return self.journal.state.queue > 0 or bool(self.evidence.waiting)

    def _note_refusals(self, refusals: Refusals) -> None:
        self.refusals.record(
            refusals.person,
            refusals.layers,
            refusals.frame,
            refusals.box,
            refusals.attempts,
            reason=refusals.reason,
        )

    def _want_reboot(self) -> None:
        self.reboot_wanted = True
        self.stop()

    def _recovering(self) -> bool:
        return isinstance(self.source, CaptureSupervisor) and self.source.recovering

    def _note_look(self, frame: Frame, box: Box | None) -> None:
        self.vitals.beat("frames")
        self._brightness = float(frame.grey[::16, ::16].mean())
        self._mind_the_light(frame, box)

    def _mind_the_light(self, frame: Frame, box: Box | None) -> None:
        """Expose for the face that is served, and light it where exposure cannot help."""
        light = measure_light(frame, box) if box is not None else None
        if light is not None:
            self.fittings.see_face(light.face)
        before, self._metering = self._metering, follow(self._metering, light, frame.captured_at)
        if self._metering.ev != before.ev:
            self.source.compensate(self._metering.ev)

    # What the hub says -----------------------------------------------------------------------------------------------

    def _bulletin(self) -> Bulletin:
        return self.account.bulletin(
            at=self.now,
            connected=self.uplink.online,
            brightness=self._brightness,
            receipt_at=self.uplink.receipt_at,
        )

    def _bearing(self) -> Bearing:
        return self.account.bearing()

    def _take_month(self, part: MonthPart) -> None:
        if not self.orders.wiped:
            self.months.take(part)

    def _wipe(self) -> None:
        self.vault.shred()
        erase_faces(self.settings.data_folder)

    def _take_roster(self, part: RosterPart) -> None:
        if self.orders.wiped:
            return
        alarms = self.packs.alarms
        try:
            self.roster.take(part)
        finally:
            if self.packs.alarms != alarms:
                # The hub goes on with the pack in use as soon as it hears that the other one cannot be opened.
                self.uplink.heartbeat_soon()

    def _note_roster(self, roster: Roster) -> None:
        self.orders.refresh_wanted = False
        log.info("roster %d is in force: %d people", roster.version, len(roster.gallery))
        self.uplink.heartbeat_soon()

    def _name_of(self, person: str) -> str | None:
        return self.roster.current.name_of(person)

    def _say_how_it_is(self) -> None:
        self.uplink.heartbeat_soon()

    def _lock(self, locked: bool) -> None:
        if self._attendant is not None:
            self._attendant.lock(locked=locked)

    def _order_release(self, order: ReleaseOrder) -> None:
        tell(self.settings.data_folder / ORDER, order)

    def _restart(self) -> None:
        self.restart_wanted = True
        if self._attendant is not None:
            self._attendant.leave()
        self.stop()
