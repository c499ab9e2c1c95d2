"""The demo put together: broker, hub and one kiosk in one process, on real input."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import click

from cli.demo_broker import DemoBroker, free_port
from cli.demo_enrolment import WebcamEnrolment
from cli.kiosk import camera_choice, end_on_signals
from contract.errors import BadInputError, PresensiError
from contract.receipt import Receipt
from hub.access.accounts import add_account, generate_password, list_accounts, set_password
from hub.access.roles import Role
from hub.attendance.day import AttendanceDay, to_plain
from hub.fleet.kiosks import add_kiosk
from hub.outgoing import Outgoing
from hub.roster.employees import ensure_unit
from hub.roster.enrolment import Enrolment, EnrolmentReport
from hub.roster.photos import person_name
from hub.service import Hub
from hub.settings import HubSettings
from kiosk.attendant import NullDisplay, TakenPunch
from kiosk.camera.source import SourceSettings, open_source
from kiosk.errors import CameraError
from kiosk.recognizer.pack import open_pack
from kiosk.settings import KioskSettings, read_settings
from kiosk.station import Station
from kiosk.ui.window import why_no_window
from provisioning.demo_photos import fetch

log = logging.getLogger(__name__)

DEVICE: Final = "kiosk-demo"
UNIT: Final = "Kantor Contoh"
POLICY: Final = "demo"
ACCOUNT: Final = "admin"
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWishes:
    """What was asked for on the command line; None: whatever fits this machine."""

    folder: Path
    gallery: Path | None
    clip: str | None
    photos: str | None
    webcam: int | None
    http: str
    enrol_me: str | None
    once: bool
    windowed: bool
    headless: bool
    quiet: bool


class Demo:
    """Everything runs while the with block lasts."""

    def __init__(self, wishes: DemoWishes) -> None:
        self._wishes = wishes
        self._stack = ExitStack()
        self._first: TakenPunch | None = None
        self._first_taken = threading.Event()
        self._stored_at: float | None = None
        self._received_at: float | None = None
        self._received = threading.Event()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self) -> dict[str, Any] | None:
        """Serve people; with `once` the first punch's way into the recap, None when nobody was recognised."""
        self._await_roster()
        if self._wishes.once:
            threading.Thread(target=self._stop_after_first, name="once", daemon=True).start()
        if self._headless:
            end_on_signals(self._station.stop)
            self._station.run(NullDisplay())
        else:
            from kiosk.ui.show import run_with_window

            prepare = self._enrolment.connect if self._enrolment else lambda _bridge: None
            run_with_window(self._station, windowed=self._wishes.windowed, prepare=prepare)
        return self._outcome() if self._wishes.once else None

    # Putting together -----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        wishes = self._wishes
        camera = self._choose_camera()
        gallery = wishes.gallery if wishes.gallery is not None else self._default_gallery()
        reason = "asked for" if wishes.headless else why_no_window()
        self._headless = reason is not None
        if reason and not wishes.headless:
            self._say(f"No window: {reason}")
        broker = self._stack.enter_context(DemoBroker())
        host, port = _read_http(wishes.http)
        self._hub = self._stack.enter_context(
            Hub(
                HubSettings(
                    data=str(wishes.folder / "hub"),
                    broker=broker.url,
                    host=host,
                    port=port if not wishes.once else free_port(),
                ),
                on_receipts=self._note_stored,
            )
        )
        with self._hub.database.write() as session:
            ensure_unit(session, UNIT, policy=POLICY, author="demo", now=datetime.now(UTC))
        self._enrol = Enrolment(
            database=self._hub.database,
            data_folder=wishes.folder / "hub",
            pack=open_pack(),
            author="demo",
            unit=UNIT,
        )
        if gallery is not None:
            self._enrol_folder(gallery)
        self._station = self._open_station(camera, broker.url)
        webcam = self._station.settings.camera.kind == "webcam"
        self._enrolment = WebcamEnrolment(self._station, self._enrol, say=self._say) if webcam else None
        if wishes.enrol_me is not None:
            if self._enrolment is None:
                raise BadInputError("--enrol-me needs a webcam; there is none here, or another input was chosen.")
            self._enrolment.begin(wishes.enrol_me)
        self._tell_log_in()

    def _open_station(self, camera: dict[str, Any], broker_url: str) -> Station:
        folder = self._wishes.folder / "kiosk"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hub.pub").write_text(self._hub.key.verify_key.text + "\n", encoding="ascii")
        settings: KioskSettings = read_settings(
            None, device=DEVICE, data=str(folder), broker=broker_url, heartbeat_seconds=5.0, **camera
        )
        station = self._stack.enter_context(Station(settings, on_punch=self._note_punch, on_receipt=self._note_receipt))
        add_kiosk(self._hub.database, DEVICE, station.key.verify_key.text, demo=True, unit=UNIT)
        station.deliver()
        return station

    def _choose_camera(self) -> dict[str, Any]:
        wishes = self._wishes
        chosen = camera_choice(clip=wishes.clip, photos=wishes.photos, webcam=wishes.webcam)
        if wishes.webcam is not None:
            _try_webcam(wishes.webcam)
            return chosen
        if not chosen and Path("/dev/video0").exists():
            try:
                _try_webcam(0)
            except BadInputError as error:
                self._say(f"{error} Photos take its place.")
            else:
                self._say("A webcam is here: look into it.")
                return {"camera_kind": "webcam", "camera_device": 0}
        if not chosen:
            photos = wishes.gallery or fetch(say=self._say)
            chosen = {"camera_kind": "photo", "camera_path": str(photos)}
        for place in (wishes.clip, wishes.photos):
            if place is not None and not Path(place).exists():
                raise BadInputError(f"There is no {place}; check the path.")
        return chosen | ({} if wishes.once else {"camera_loop": True})

    def _default_gallery(self) -> Path | None:
        try:
            return fetch(say=self._say)
        except PresensiError as error:
            if self._wishes.photos is None and self._wishes.clip is None:
                self._say(f"The demo's photos are not here: {error}")
                return None
            raise

    def _enrol_folder(self, gallery: Path) -> None:
        with click.progressbar(
            length=0, label="Enrolling", file=sys.stderr, hidden=self._wishes.quiet or not sys.stderr.isatty()
        ) as bar:

            def progress(done: int, total: int, _name: str) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            report: EnrolmentReport = self._enrol.enrol_folder(gallery, progress=progress)
        for person in report.people:
            few = f" (only {person.total} photos; five or more recognise better)" if person.is_thin else ""
            self._say(f"Enrolled {person.name}{few}")
        for skipped in report.skipped:
            self._say(f"Not used: {skipped.person}/{skipped.photo}: {skipped.words}")

    def _tell_log_in(self) -> None:
        password = generate_password()
        if any(account.username == ACCOUNT for account in list_accounts(self._hub.database)):
            set_password(self._hub.database, username=ACCOUNT, password=password)
        else:
            add_account(self._hub.database, username=ACCOUNT, password=password, role=Role.ADMINISTRATOR)
        self._say(f"\nHub: {self._hub.url}   name: {ACCOUNT}   password: {password}\nCtrl-C ends everything.\n")

    # Watching -------------------------------------------------------------------------------------------------------

    def _await_roster(self) -> None:
        if not self._station.await_roster(timeout_seconds=PATIENCE_SECONDS):
            raise PresensiError("The kiosk got no roster from the hub; run again with --verbose to see why.")

    def _note_punch(self, taken: TakenPunch) -> None:
        name = self._station.roster.current.name_of(taken.punch.person) or taken.punch.person
        self._say(
            f"{taken.punch.taken_at.astimezone():%H:%M:%S}  {name}  (similarity {taken.identity.similarity:.3f}, "
            f"in the journal after {taken.committed_ms:.0f} ms)"
        )
        if self._first is None:
            self._first = taken
            self._first_taken.set()

    def _note_stored(self, receipts: list[Outgoing]) -> None:
        """The hub has committed, and is about to say so."""
        if self._first is not None and self._stored_at is None and receipts:
            self._stored_at = time.monotonic()

    def _note_receipt(self, receipt: Receipt) -> None:
        first = self._first
        if first is not None and self._received_at is None and receipt.upto >= first.punch.seq:
            self._received_at = time.monotonic()
            self._received.set()

    def _stop_after_first(self) -> None:
        self._first_taken.wait()
        self._received.wait(PATIENCE_SECONDS)
        self._station.stop()

    def _outcome(self) -> dict[str, Any] | None:
        first = self._first
        if first is None:
            return None
        if not self._received.wait(PATIENCE_SECONDS) or self._stored_at is None or self._received_at is None:
            raise PresensiError("The hub sent no receipt for the punch; run again with --verbose to see why.")
        punch = first.punch
        return {
            "employee": self._folder_of(punch.person),
            "similarity": round(first.identity.similarity, 4),
            "threshold": round(first.identity.threshold, 4),
            "punch": {
                "device": punch.device,
                "epoch": punch.epoch,
                "seq": punch.seq,
                "taken_at": punch.taken_at.isoformat(),
            },
            "committed_ms": round(first.committed_ms, 1),
            "stored_ms": round((self._stored_at - first.committed_at) * 1000, 1),
            "receipt_ms": round((self._received_at - self._stored_at) * 1000, 1),
            "day": to_plain(self._await_day(punch.person)),
        }

    def _await_day(self, person: str) -> AttendanceDay:
        """The stored day that shows the punch."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = threading.Event()
        while time.monotonic() < deadline:
            for day in self._hub.days_of(person):
                if day.arrival is not None or day.departure is not None:
                    return day
            pause.wait(0.02)
        raise PresensiError("The punch did not reach the recap; run again with --verbose to see why.")

    def _folder_of(self, person: str) -> str:
        """The PERSON folder whose photos were enrolled as this person."""
        name = self._station.roster.current.name_of(person) or person
        gallery = self._wishes.gallery or fetch()
        for folder in sorted(gallery.iterdir()):
            if folder.is_dir() and person_name(folder.name) == name:
                return folder.name
        return name

    def _say(self, sentence: str) -> None:
        if not self._wishes.quiet:
            click.echo(sentence, err=self._wishes.once)


def _try_webcam(number: int) -> None:
    """BadInputError when no picture comes from it: a kiosk would wait for it for ever, a demonstration should not."""
    try:
        with open_source(SourceSettings(kind="webcam", device=number)) as webcam:
            webcam.read(5.0)
    except CameraError as error:
        raise BadInputError(str(error)) from error


def _read_http(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise BadInputError(f"'{text}' is no address for the pages: write HOST:PORT, like 127.0.0.1:8080.")
    return host, int(port)
