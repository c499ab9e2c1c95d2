"""The hub's pages, served on a free port, and somebody who visits them."""

from __future__ import annotations

import http.client
import io
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import Mount

from benchmarks.invented_office import InventedOffice
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.access.sessions import Sessions
from hub.access.trail.append import entries, to_entry
from hub.access.trail.chain import Entry
from hub.attendance.paper_files import PaperStore
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database
from hub.refusals.snapshots import SnapshotStore
from hub.roster.archive_import import send_archive
from hub.roster.page_enrolment import begin
from hub.roster.page_enrolment_models import PhotoArchive
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.web.app import create_app
from hub.web.office import FrontOffice
from hub.webhooks.sealing import SecretSeal
from tests.factories.forms import SentFile, multipart
from tests.factories.shades import archive, shade, shade_recogniser
from tests.factories.webhooks import furnish_webhooks

JAKARTA = ZoneInfo("Asia/Jakarta")
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=JAKARTA)
PASSWORD = "kopi-tubruk-manis"
ENTERED = datetime(2026, 2, 27, tzinfo=JAKARTA)
HOSTILE = "<script>alert('Siti')</script>\"><img src=x onerror=alert(1)>"


class _Links(HTMLParser):
    """Everything that a page would load or lead to, and every script or style inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.addresses += [attributes[name] or "" for name in ("href", "src", "action") if name in attributes]
        if tag == "script" and "src" not in attributes:
            self.inside.append("script")
        self.inside += [name for name in attributes if name == "style" or name.startswith("on")]
        if tag == "style":
            self.inside.append("style")


@dataclass(frozen=True)
class Page:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def words(self) -> str:
        """What a reader sees, tags taken out."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text))

    @property
    def links(self) -> _Links:
        parser = _Links()
        parser.feed(self.text)
        return parser

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None, f"no field {name}"
        return found[1]


@dataclass
class Visitor:
    """A browser without eyes: keeps cookies, follows nothing by itself."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    cookie_lines: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> Page:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, **form: str) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form), headers)

    def send(self, path: str, fields: Iterable[tuple[str, str]], files: Iterable[SentFile] = ()) -> Page:
        """A form with files."""
        body, content_type = multipart(fields, files)
        return self.ask("POST", path, body, {"Content-Type": content_type})

    def ask(self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.cookies:
            headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())} | headers
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="surrogateescape")
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookie_lines.append(line)
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        connection.close()
        return Page(answer.status, {name.lower(): text for name, text in answer.getheaders()}, text)

    def sign_in(self, name: str = "admin", password: str = PASSWORD, kembali: str = "/") -> Page:
        token = self.get("/masuk").field("token")
        return self.post("/masuk", token=token, name=name, password=password, kembali=kembali)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """Empty, or furnished where the test asks for that. SQLite: what differs between databases is tested elsewhere."""
    if "furnished" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("furnished_hub").folder, tmp_path, dirs_exist_ok=True)
    else:
        shutil.copy(sqlite_template, tmp_path / "hub.db")
    with open_database(f"sqlite:///{tmp_path / 'hub.db'}") as opened:
        yield opened


@pytest.fixture
def office(request: pytest.FixtureRequest, database: Database) -> InventedOffice:
    made = InventedOffice(database, at=ENTERED)
    if "furnished" in request.fixturenames:
        made.go_on_from(request.getfixturevalue("furnished_hub").office)
    return made


@pytest.fixture
def settle(database: Database) -> Callable[[], int]:
    """Assess everything, as of NOW."""
    return AttendanceWorker(database, now=lambda: NOW).settle


@pytest.fixture
def snapshots(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


@pytest.fixture
def front(database: Database, snapshots: SnapshotStore, tmp_path: Path) -> FrontOffice:
    return FrontOffice(
        database=database,
        sessions=Sessions(b"s" * 32),
        zone=JAKARTA,
        snapshots=snapshots,
        photos=PhotoStore(tmp_path),
        papers=PaperStore(tmp_path),
        now=lambda: NOW,
        second_step_key=b"k" * 32,
        recogniser=shade_recogniser(database),
        archives=ArchiveStore(tmp_path),
        gateways={"wa": "phone", "mail": "mail"},
        webhook_seal=SecretSeal(b"w" * 32),
    )


@pytest.fixture(scope="session")
def app_of() -> Callable[[FrontOffice], FastAPI]:
    """The application that serves an office: the same for every test, for each one works its addresses out anew.

    What differs between tests is the office, and what they change of it; an application itself keeps nothing.
    """
    made: list[FastAPI] = []

    def serve(office: FrontOffice) -> FastAPI:
        if not made:
            made.append(create_app(office))
        [app] = made
        mounted = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, FastAPI)]
        for each in (app, *mounted):
            each.state.front_office = office
        return app

    return serve


@pytest.fixture
def port(front: FrontOffice, app_of: Callable[[FrontOffice], FastAPI]) -> Iterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(app_of(front), log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(30)
    listener.close()


@pytest.fixture
def stranger(port: int) -> Visitor:
    return Visitor(port)


@pytest.fixture
def admin(database: Database, port: int) -> Visitor:
    """Signed in as an administrator, in Indonesian."""
    add_account(database, username="admin", password=PASSWORD, role=Role.ADMINISTRATOR)
    visitor = Visitor(port)
    assert visitor.sign_in().status == 303
    return visitor


@pytest.fixture
def as_role(database: Database, port: int) -> Callable[..., Visitor]:
    """A visitor signed in with a role, and bound to a unit when one is named."""

    def sign_in(role: Role, unit: str | None = None) -> Visitor:
        add_account(database, username=str(role), password=PASSWORD, role=role, unit=unit)
        visitor = Visitor(port)
        assert visitor.sign_in(str(role)).status == 303
        return visitor

    return sign_in


@dataclass(frozen=True)
class Furnished:
    """An office with people, kiosks, punches, alarms and quarantine; every text that comes from outside is hostile."""

    unit: int
    rina: str
    hostile: str


@dataclass(frozen=True)
class FurnishedHub:
    """A folder with the database and the files of a furnished office, to be copied, and who wrote the rows."""

    folder: Path
    office: InventedOffice
    furnished: Furnished


@pytest.fixture(scope="session")
def furnished_hub(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> FurnishedHub:
    """Made once: to write all of it and to assess it takes longer than most tests."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(sqlite_template, folder / "hub.db")
    with open_database(f"sqlite:///{folder / 'hub.db'}") as database:
        office = InventedOffice(database, at=ENTERED)
        furnished = _furnish(office, folder)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return FurnishedHub(folder, office, furnished)


@pytest.fixture
def furnished(furnished_hub: FurnishedHub, database: Database) -> Furnished:
    """See `database`, which is furnished then."""
    return furnished_hub.furnished


def _furnish(office: InventedOffice, folder: Path) -> Furnished:
    unit = office.unit(HOSTILE)
    rina = office.employee("Rina Wulandari", unit=unit, nip="198501012010011001", position="Arsiparis")
    hostile = office.employee(HOSTILE, unit=unit, nip="<b>1</b>", position=HOSTILE)
    office.kiosk("kiosk-1", unit=unit, delivered_up_to=NOW)
    office.kiosk("kiosk-new", unit=unit, delivered_up_to=NOW)
    office.heartbeat("kiosk-1", NOW - timedelta(minutes=1), alarms=[HOSTILE], software=HOSTILE, pack=HOSTILE)
    office.punch("kiosk-1", rina, datetime(2026, 3, 2, 7, 12, tzinfo=JAKARTA))
    office.punch("kiosk-1", rina, datetime(2026, 3, 2, 15, 5, tzinfo=JAKARTA))
    office.punch("kiosk-1", "<i>nobody</i>", datetime(2026, 3, 2, 7, 12, tzinfo=JAKARTA))
    office.alarm("kiosk-1", "conflict", NOW, HOSTILE)
    office.alarm("", "unknown_device", NOW, HOSTILE)
    office.refusal("kiosk-1", hostile, NOW - timedelta(hours=3), seen_at=NOW, seen_by=HOSTILE)
    office.refusal("kiosk-1", HOSTILE, NOW - timedelta(hours=2), reason=HOSTILE[:32])
    office.quarantine("kiosk-1", NOW, detail=HOSTILE)
    office.enrol(rina, frames=6, at=NOW)
    office.enrol(hostile, frames=2, at=NOW)
    office.enrol(hostile, frames=1, at=NOW, state="proposed", first=2)
    office.enrol_at_kiosk("kiosk-1", hostile, operator=hostile, frames=2, at=NOW, is_new=True)
    office.enrol_at_kiosk("kiosk-1", rina, operator=hostile, frames=1, at=NOW)
    _send_photos(office.database, ArchiveStore(folder))
    begin(office.database, hostile, author="admin", language="id", now=NOW)
    furnish_webhooks(office.database, SecretSeal(b"w" * 32), now=NOW, hostile=HOSTILE)
    AttendanceWorker(office.database, now=lambda: NOW).settle()
    return Furnished(unit, rina, hostile)


def _send_photos(database: Database, store: ArchiveStore) -> None:
    """An archive that was looked through, with hostile names."""
    photos = {"198501012010011001.jpg": shade(100), f"{HOSTILE.replace('/', '')}/1.jpg": shade(100)}
    sent = io.BytesIO(archive(photos))
    number = send_archive(database, store, sent, HOSTILE, author="admin", unit_id=None, now=NOW, today=TODAY)
    with database.write() as session:
        session.get_one(PhotoArchive, number).state = "checked"


@pytest.fixture
def page_paths(furnished: Furnished) -> list[str]:
    """Every page behind the sign-in."""
    return [
        "/",
        "/harian",
        f"/harian?date=2026-03-02&unit={furnished.unit}",
        "/grafik",
        "/cari?q=rina",
        "/kehadiran",
        f"/kehadiran?month=2026-03&unit={furnished.unit}",
        "/bulanan",
        "/bulanan?month=2026-03",
        "/pegawai",
        "/pegawai/persetujuan",
        f"/pegawai/{furnished.rina}",
        f"/pegawai/{furnished.hostile}",
        f"/pegawai/{furnished.rina}/2026-03-02",
        f"/pegawai/{furnished.hostile}/2026-03-02",
        "/kiosk",
        "/penolakan",
        "/karantina",
        "/langsung",
        "/terjadwal",
        "/pengingat",
        "/akun",
        "/akun/dua-langkah",
        "/pekerjaan",
        "/tinjauan",
        "/tinjauan?antrean=jendela&month=2026-03",
        "/surat",
        "/surat/baru",
        "/pembatalan/baru",
        "/manual",
        "/manual/baru",
        "/gangguan",
        "/bulan",
        "/bulan/2026-03",
        "/serah-terima",
        f"/serah-terima/2026-03/{furnished.unit}",
        "/laporan",
        "/jadwal",
        "/jadwal/jember-5",
        "/jadwal/jember-5/ubah",
        "/jejak",
        "/jejak?tindakan=cli",
        "/akun/aktivasi",
        "/akun/sandi",
        "/akun/daftar",
        "/akun/daftar/admin",
        "/pegawai/impor",
        f"/pegawai/{furnished.rina}/data",
        f"/pegawai/{furnished.hostile}/data",
        "/kalender",
        "/unit",
        "/unit?buka=semua&tutup=ya",
        f"/unit/{furnished.unit}",
        "/unit/impor",
        f"/pegawai/{furnished.rina}/wajah",
        f"/pegawai/{furnished.hostile}/wajah",
        "/pegawai/arsip-foto",
        "/pegawai/arsip-foto/1",
        "/pegawai/mirip",
        "/jadwal/kutim-4/ubah",
        "/cari?q=jember",
        "/webhook",
        "/webhook/1",
        "/webhook/2",
        "/kiosk/kiosk-1",
        "/kiosk/kiosk-new",
        "/kiosk?keadaan=trouble&q=kiosk",
        "/akun/pengingat",
        "/kiosk-baru",
    ]


@pytest.fixture
def told(database: Database) -> Callable[..., list[Entry]]:
    """Entries of an act (None: of all), oldest first."""

    def read(act: str | None = None) -> list[Entry]:
        with database.read() as session:
            found = [to_entry(row) for row in session.execute(select(entries).order_by(entries.c.seq))]
        return [entry for entry in found if act is None or entry.act == act]

    return read
