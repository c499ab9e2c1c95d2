"""One kiosk, from its settings: the only place that chooses adapters and starts threads."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final

from contract import topics
from contract.command import Command
from contract.heartbeat import OFFLINE_PAYLOAD, ONLINE_PAYLOAD, Health, Service
from contract.mqtt import BrokerAddress, MqttTransport, Will
from contract.receipt import Receipt
from contract.roster import RosterPart
from contract.signing import SigningKey, VerifyKey
from contract.transport import Transport
from kiosk.attendant import Attendant
from kiosk.camera.frame import Frame
from kiosk.camera.source import FrameSource
from kiosk.camera.supervisor import CaptureSupervisor
from kiosk.clerk import TakenPunch
from kiosk.clock import SystemClock, boot_id
from kiosk.display import Display
from kiosk.equipment import fit, forget_reboots, open_panel, open_sounds, supervise_camera
from kiosk.errors import JournalError, SettingsError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.evidence_outbox import EvidenceOutbox
from kiosk.hardware.panel import Panel
from kiosk.hardware.sounding_panel import SoundingPanel
from kiosk.hardware.wiring import PanelWiring
from kiosk.journal import Journal
from kiosk.metering import Metering, follow, measure_light
from kiosk.months import MonthCache
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
from kiosk.uplink import Bearing, Uplink, UplinkSettings
from kiosk.watchdog import Vitals, Watchdog

log = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS: Final = 3600.0


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
        self._refresh_wanted = False
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
        self.roster = RosterCache(
            folder / "roster.msgpack", pack=settings.pack, packs=self.packs, on_change=self._note_roster
        )
        self.source = source or supervise_camera(settings, self.journal, on_reboot=self._want_reboot)
        wiring = settings.wiring or PanelWiring()
        self.speaker = open_sounds(settings, now=lambda: self._clock.read().wall)
        self._stack.callback(self.speaker.close)
        self._panel = SoundingPanel(panel or open_panel(wiring), self.speaker)
        self._stack.callback(self._panel.close)
        self._metering = Metering()
        self.vitals = Vitals(recovering=self._recovering)
        self.position = self._stack.enter_context(GpsdPosition(settings.gpsd)) if settings.portable else None
        self.months = MonthCache(folder / "months.msgpack", on_change=self._note_months)
        self.message = self.journal.fact("message") or ""
        self.evidence = EvidenceFolder(folder / "evidence")
        self.refusals = RefusalBook(
            journal=self.journal, folder=self.evidence, clock=self._clock, roster=lambda: self.roster.current
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
            on_roster=self._take_roster,
            on_command=self._obey,
            on_month=self.months.take,
            on_receipt=on_receipt,
        )
        self.fittings = self._stack.enter_context(
            fit(settings, wiring, now=lambda: self._clock.read().wall, on_alarm=self.uplink.heartbeat_soon)
        )
        self._attendant: Attendant | None = None

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

    def touch(self, kind: str, text: str = "") -> None:
        """Somebody did this at the screen (kiosk.desk.TouchKind); may be called from any thread."""
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
            on_punch=self._on_punch,
            on_refusals=self._note_refusals,
            on_look=self._note_look,
            on_turn=lambda: self.vitals.beat("attendant"),
        )
        if self.journal.fact("locked") == "yes":
            self._attendant.lock(locked=True)
        self.deliver()
        watchdog = Watchdog(self.vitals, probe=self.journal.probe, notice=ServiceNotice())
        with in_background("housekeeping", self._keep_house), in_background("watchdog", watchdog.run):
            self._attendant.run(self._stop)

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
        self._mind_the_light(frame, box)

    def _mind_the_light(self, frame: Frame, box: Box | None) -> None:
        """Expose for the face that is served, and light it where exposure cannot help."""
        light = measure_light(frame, box) if box is not None else None
        if light is not None:
            self.fittings.see_face(light.face)
        before, self._metering = self._metering, follow(self._metering, light, frame.captured_at)
        if self._metering.ev != before.ev:
            self.source.compensate(self._metering.ev)

    def _keep_house(self, stop: threading.Event) -> None:
        while True:
            days = self.settings.keep_delivered_days
            try:
                forgotten = self.journal.forget_delivered(older_than=timedelta(days=days))
                self.refusals.sort_out()
                if self._attendant is not None and self._attendant.camera_working:
                    forget_reboots(self.journal)
                self.refusals.erase_pictures(older_than=timedelta(days=self.settings.keep_pictures_days))
            except JournalError as error:
                # A full disk refuses even this; in an hour it may not.
                log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            else:
                if forgotten:
                    log.info("%d delivered rows are older than %d days", forgotten, days)
            if stop.wait(HOUSEKEEPING_SECONDS):
                return

    # What the hub hears and says ------------------------------------------------------------------------------------

    def _bearing(self) -> Bearing:
        health = self.source.health if isinstance(self.source, CaptureSupervisor) else None
        working = self._attendant.camera_working if self._attendant is not None else False
        unplaced = self.position.trouble if self.position is not None and not self.position.place().fix else None
        return Bearing(
            roster=0 if self._refresh_wanted else self.roster.current.version,
            command=int(self.journal.fact("command") or 0),
            pack=self.roster.current.pack,
            packs=self.packs.names,
            software=importlib.metadata.version("presensi"),
            months=self.months.current.version,
            service=self.service,
            health=Health(
                camera="ok" if working else "trouble" if health is not None and health.reason else "starting",
                journal="full" if self.journal.full else "salvaged" if self.journal.alarms else "ok",
                camera_restarts=health.restarts if health is not None else 0,
                disk_free_mb=shutil.disk_usage(self.settings.data_folder).free // 1_000_000,
                temperature_c=_temperature(),
                alarms=(
                    *self.journal.alarms[-10:],
                    *self.packs.alarms,
                    *([self.evidence.trouble] if self.evidence.trouble else []),
                    *self.fittings.alarms,
                    *self._panel.alarms,
                    *([f"Punches are unplaced: {unplaced}."] if unplaced else []),
                ),
            ),
        )

    def _take_roster(self, part: RosterPart) -> None:
        alarms = self.packs.alarms
        try:
            self.roster.take(part)
        finally:
            if self.packs.alarms != alarms:
                # The hub goes on with the pack in use as soon as it hears that the other one cannot be opened.
                self.uplink.heartbeat_soon()

    def _note_roster(self, roster: Roster) -> None:
        self._refresh_wanted = False
        log.info("roster %d is in force: %d people", roster.version, len(roster.gallery))
        self.uplink.heartbeat_soon()

    def _note_months(self) -> None:
        self.uplink.heartbeat_soon()

    def _obey(self, command: Command) -> None:
        """Carry out one command; each version once, none that has expired."""
        if command.version <= int(self.journal.fact("command") or 0):
            return
        self.journal.set_fact("command", str(command.version))
        self.uplink.heartbeat_soon()
        if command.expires_at is not None and command.expires_at < self._clock.read().wall:
            log.warning("command %d (%s) has expired", command.version, command.action)
            return
        match command.action:
            case "lock" | "unlock":
                self.journal.set_fact("locked", "yes" if command.action == "lock" else "no")
                if self._attendant is not None:
                    self._attendant.lock(locked=command.action == "lock")
            case "restart":
                self.restart_wanted = True
                if self._attendant is not None:
                    self._attendant.leave()
                self.stop()
            case "refresh":
                self._refresh_wanted = True
            case "message":
                self.message = command.text
                self.journal.set_fact("message", command.text)
            case "release":
                log.warning("command %d: this version cannot switch releases", command.version)


@contextlib.contextmanager
def in_background(name: str, work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` in a thread while the block lasts; it gets the event that tells it to end."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def device_key(folder: Path) -> SigningKey:
    """The kiosk's own key, made at first; the public half stands beside it as `device.pub`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = SigningKey.load_or_create(folder / "device.key")
        public = folder / "device.pub"
        if not public.exists() or public.read_text(encoding="ascii").strip() != key.verify_key.text:
            public.write_text(key.verify_key.text + "\n", encoding="ascii")
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be used: {error.strerror}. Name another one with --data."
        ) from error
    return key


def mqtt_transport(settings: KioskSettings) -> MqttTransport:
    """The kiosk's connection, with presence as its last will."""
    return MqttTransport(
        address=BrokerAddress.parse(
            settings.broker,
            ca_file=_optional(settings.broker_ca),
            cert_file=_optional(settings.broker_cert),
            key_file=_optional(settings.broker_cert_key),
        ),
        client_id=settings.device,
        subscriptions=[topics.everything_for(settings.device)],
        will=Will(topics.up(settings.device, "online"), gone=OFFLINE_PAYLOAD, present=ONLINE_PAYLOAD),
    )


def _optional(path: str | None) -> Path | None:
    return Path(path) if path else None


def _temperature() -> float | None:
    """Of the processor in degrees Celsius; None where the machine does not tell."""
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
