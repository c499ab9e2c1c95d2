"""The demo put together: broker, hub and one kiosk in one process, on real input."""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import click
from sqlalchemy import select

from cli.demo_broker import DemoBroker
from cli.demo_enrolment import WebcamEnrolment
from cli.demo_operator import DemoOperator
from cli.demo_way import FirstWay
from cli.ending import Ending
from cli.kiosk import camera_choice
from contract.errors import BadInputError, PresensiError
from hub.access.accounts import add_account, generate_password, list_accounts, set_password
from hub.access.roles import Role
from hub.attendance.day import AttendanceDay, to_plain
from hub.attendance.models import DirtyDay
from hub.fleet.kiosks import add_kiosk
from hub.roster.employees import ensure_unit
from hub.roster.enrolment import Enrolment
from hub.roster.enrolment_report import EnrolmentReport
from hub.roster.photos import person_name
from hub.service import Hub
from hub.settings import HubSettings
from kiosk.camera.source import SourceSettings, open_source
from kiosk.clerk import TakenPunch
from kiosk.display import NullDisplay
from kiosk.errors import CameraError
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import KioskSettings, read_settings
from kiosk.station import Station
from kiosk.ui.window import why_no_window
from provisioning.demo_photos import fetch

DEVICE: Final = "kiosk-demo"
UNIT: Final = "Kantor Contoh"
POLICY: Final = "demo"
ACCOUNT: Final = "admin"
ENROLLED_BY: Final = "demo operator"
APPROVED_BY: Final = "demo approver"
"""Enrolment takes two people. Here one command plays them both: a demonstration for one, under names that say so."""
PATIENCE_SECONDS: Final = 60.0
DEFAULT_ADDRESS: Final = ("127.0.0.1", 8080)

if TYPE_CHECKING:
    from kiosk.ui.bridge import Bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWishes:
    """What was asked for on the command line; None: whatever fits this machine."""

    folder: Path
    gallery: Path | None
    clip: str | None
    photos: str | None
    webcam: int | None
    http: str | None
    enrol_me: str | None
    once: bool
    windowed: bool
    headless: bool
    quiet: bool


class Demo:
    """Everything runs while the with block lasts. EndedEarlyError when `ending` comes before there is work to stop."""

    def __init__(self, wishes: DemoWishes, ending: Ending) -> None:
        self._wishes = wishes
        self._ending = ending
        self._stack = ExitStack()
        self._way = FirstWay()

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
        self._ending.then(self._station.stop)
        self._await_roster()
        if self._wishes.once:
            threading.Thread(target=self._stop_after_first, name="once", daemon=True).start()
        if self._headless:
            self._station.run(NullDisplay())
        else:
            from kiosk.ui.show import run_with_window

            run_with_window(self._station, windowed=self._wishes.windowed, prepare=self._prepare)
        return self._outcome() if self._wishes.once else None

    def _prepare(self, bridge: Bridge) -> None:
        from kiosk.ui.pulse import keep_pulse

        keep_pulse(self._station.vitals, bridge)
        if self._enrolment:
            self._enrolment.connect(bridge)

    # Putting together -----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        wishes = self._wishes
        chosen = camera_choice(clip=wishes.clip, photos=wishes.photos, webcam=wishes.webcam)
        if wishes.enrol_me is not None and (wishes.clip or wishes.photos):
            raise BadInputError("--enrol-me needs a webcam; leave --clip and --photos out.")
        address = _read_http(wishes.http) if wishes.http is not None else None
        with self._ending.interruptible():
            self._photos = self._find_photos()
            camera = self._choose_camera(chosen)
            reason = "asked for" if wishes.headless else why_no_window()
        self._headless = reason is not None
        if reason and not wishes.headless:
            self._say(f"No window: {reason}")
        broker = self._stack.enter_context(DemoBroker())
        self._hub = self._stack.enter_context(self._make_hub(broker.url, address))
        with self._hub.database.write() as session:
            ensure_unit(session, UNIT, policy=POLICY, author="demo", now=datetime.now(UTC))
        self._ending.check()
        approvals = f"{self._hub.url}/pegawai/persetujuan"
        self._operator = DemoOperator(self._hub.database, UNIT, approvals, by=ENROLLED_BY, say=self._say)
        self._enrol = Enrolment(
            database=self._hub.database,
            data_folder=wishes.folder / "hub",
            pack=open_pack(),
            author=ENROLLED_BY,
            approved_by=APPROVED_BY,
            unit=UNIT,
        )
        report = self._enrol_folder(self._gallery) if self._gallery is not None else None
        self._ending.check()
        self._station = self._open_station(camera, broker.url)
        webcam = self._station.settings.camera.kind == "webcam"
        self._enrolment = self._offer_enrolment() if webcam else None
        self._ending.check()
        if wishes.enrol_me is not None and self._enrolment is not None:
            self._enrolment.begin(wishes.enrol_me)
        self._tell_log_in()
        if report is not None and not webcam and not wishes.once:
            self._operator.name(report.people[0].person_id, report.people[0].name)

    @property
    def _gallery(self) -> Path | None:
        """Whom to enrol; None when no photos were asked for and none could be had."""
        return self._wishes.gallery if self._wishes.gallery is not None else self._photos

    def _make_hub(self, broker_url: str, address: tuple[str, int] | None) -> Hub:
        """The hub; its pages where they were asked for, else at the usual port or a free one."""
        host, port = address or DEFAULT_ADDRESS
        if self._wishes.once or (address is None and not _is_free(host, port)):
            port = 0
        folder = self._wishes.folder / "hub"
        settings = HubSettings(data=str(folder), broker=broker_url, host=host, port=port)
        return Hub(settings, on_receipts=self._way.note_stored)

    def _offer_enrolment(self) -> WebcamEnrolment:
        """Whoever is enrolled first becomes the operator: faces from photos nobody can show to a camera."""
        enrolment = WebcamEnrolment(self._station, self._enrol, say=self._say, on_enrolled=self._operator.name)
        return self._stack.enter_context(enrolment)

    def _open_station(self, camera: dict[str, Any], broker_url: str) -> Station:
        folder = self._wishes.folder / "kiosk"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "hub.pub").write_text(self._hub.key.verify_key.text + "\n", encoding="ascii")
        except OSError as error:
            raise BadInputError(
                f"The data folder {folder} cannot be used: {error.strerror}. Name another one with --data."
            ) from error
        # Without a window it is run by tests and scripts: nobody listens, and no player has to be installed.
        silent = {"sound": {"volume": 0, "night_volume": 0}} if self._headless else {}
        settings: KioskSettings = read_settings(
            None, device=DEVICE, data=str(folder), broker=broker_url, heartbeat_seconds=5.0, **camera, **silent
        )
        station = self._stack.enter_context(
            Station(settings, on_punch=self._note_punch, on_receipt=self._way.note_receipt)
        )
        add_kiosk(self._hub.database, DEVICE, station.key.verify_key.text, demo=True, unit=UNIT)
        station.deliver()
        return station

    def _choose_camera(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """What was chosen, else a webcam where there is one, else photos; BadInputError when it cannot be used."""
        wishes = self._wishes
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
        if wishes.enrol_me is not None:
            raise BadInputError("--enrol-me needs a webcam, and there is none here.")
        if not chosen:
            chosen = {"camera_kind": "photo", "camera_path": str(self._gallery or fetch(say=self._say))}
        if not Path(chosen["camera_path"]).exists():
            raise BadInputError(f"There is no {chosen['camera_path']}; check the path.")
        return chosen | ({} if wishes.once else {"camera_loop": True})

    def _find_photos(self) -> Path | None:
        """The demo's photos, where no gallery was named; None when they cannot be had and a webcam may do."""
        if self._wishes.gallery is not None:
            return None
        try:
            return fetch(say=self._say)
        except PresensiError as error:
            if self._wishes.photos is None and self._wishes.clip is None:
                self._say(f"The demo's photos are not here: {error}")
                return None
            raise

    def _enrol_folder(self, gallery: Path) -> EnrolmentReport:
        with click.progressbar(
            length=0, label="Enrolling", file=sys.stderr, hidden=self._wishes.quiet or not sys.stderr.isatty()
        ) as bar:

            def progress(done: int, total: int, _name: str) -> None:
                self._ending.check()
                bar.length = total
                bar.update(done - bar.pos)

            report: EnrolmentReport = self._enrol.enrol_folder(gallery, progress=progress)
        for person in report.people:
            few = f" (photos: {person.total}; five or more recognise better)" if person.is_thin else ""
            self._say(f"Enrolled {person.name}{few}")
        for skipped in report.skipped:
            self._say(f"Not used: {skipped.person}/{skipped.photo}: {skipped.words}")
        return report

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
            self._ending.check()
            raise PresensiError("The kiosk got no roster from the hub; run again with --verbose to see why.")

    def _note_punch(self, taken: TakenPunch) -> None:
        self._way.note_punch(taken)
        name = self._station.roster.current.name_of(taken.punch.person) or taken.punch.person
        self._say(
            f"{taken.punch.taken_at.astimezone():%H:%M:%S}  {name}  (similarity {taken.identity.similarity:.3f}, "
            f"in the journal after {taken.committed_ms:.0f} ms)"
        )

    def _stop_after_first(self) -> None:
        self._way.await_receipt(timeout_seconds=None)
        self._station.stop()

    def _outcome(self) -> dict[str, Any] | None:
        first = self._way.first
        if first is None:
            return None
        walked = self._way.await_receipt(timeout_seconds=PATIENCE_SECONDS)
        if walked is None:
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
            "stored_ms": round((walked.stored_at - first.committed_at) * 1000, 1),
            "receipt_ms": round((walked.received_at - walked.stored_at) * 1000, 1),
            "day": to_plain(self._await_day(punch.person)),
        }

    def _await_day(self, person: str) -> AttendanceDay:
        """The stored day that the punch belongs to, assessed with it: the newest on which the person was here."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = threading.Event()
        while time.monotonic() < deadline:
            if not self._is_dirty(person):
                days = [
                    day for day in self._hub.days_of(person) if day.arrival is not None or day.departure is not None
                ]
                if days:
                    return days[-1]
            pause.wait(0.02)
        raise PresensiError("The punch did not reach the recap; run again with --verbose to see why.")

    def _is_dirty(self, person: str) -> bool:
        """Whether a day of this person is still to be assessed; punches mark theirs in the commit that stores them."""
        with self._hub.database.read() as session:
            return session.scalar(select(DirtyDay).where(DirtyDay.employee_id == person).limit(1)) is not None

    def _folder_of(self, person: str) -> str:
        """The PERSON folder whose photos were enrolled as this person."""
        name = self._station.roster.current.name_of(person) or person
        for folder in sorted(self._gallery.iterdir()) if self._gallery is not None else ():
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


def _is_free(host: str, port: int) -> bool:
    """Whether nobody listens on this port at this moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _read_http(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise BadInputError(f"'{text}' is no address for the pages: write HOST:PORT, like 127.0.0.1:8080.")
    return host, int(port)
